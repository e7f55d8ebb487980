"""A page that listens for changes and goes away leaves nothing open behind it."""

import asyncio

import psycopg

from bot.store import database
from bot.web.live import changes_of

ME = "me"
LISTENING = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND query LIKE 'LISTEN%'"""


def test_a_reader_who_leaves_in_the_middle_of_the_news_leaves_no_connection_open(
    database_url: str,
) -> None:
    asyncio.run(_hears_and_is_torn_away(database_url))


async def _hears_and_is_torn_away(url: str) -> None:
    events = changes_of(ME, url)
    assert "connected" in await anext(events)
    with psycopg.connect(database.raw_address(url), autocommit=True) as other:
        other.execute("SELECT pg_notify(%s, %s)", [database.CHANGED, ME])
        assert "changed" in await anext(events)
        leaving = asyncio.create_task(events.aclose())
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        assert await _soon_nobody_listens(other)


async def _soon_nobody_listens(connection: psycopg.Connection) -> bool:
    for _ in range(50):
        (listening,) = connection.execute(LISTENING).fetchone() or (1,)
        if not listening:
            return True
        await asyncio.sleep(0.05)
    return False
