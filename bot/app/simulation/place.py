"""A database of its own for one simulation, made on the embedded PostgreSQL and dropped at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import Engine, text

from bot.settings import Settings
from bot.store import database, embedded

COMMITS = "synchronous_commit = off"
"""A simulation that loses power begins again: it does not wait for the disk at each commit."""


@contextmanager
def own_databases(settings: Settings, count: int) -> Iterator[list[str]]:
    """Yield the addresses of so many empty, migrated databases; they and their contents go at the end."""
    server = embedded.start(settings.socket_folder)
    try:
        with _made(server, count) as urls:
            yield urls
    finally:
        server.cleanup()


@contextmanager
def _made(server: object, count: int) -> Iterator[list[str]]:
    name = f"acompana_simulation_{uuid4().hex[:8]}"
    urls = [embedded.address_of(server, f"{name}_{n}") for n in range(count)]
    try:
        for url in urls:
            database.create_database(url)
            database.migrate(url)
            _do_not_wait_for_the_disk(url)
        yield urls
    finally:
        for url in urls:
            database.drop_database(url)


def _do_not_wait_for_the_disk(url: str) -> None:
    engine = database.connect(url, pool_size=1)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(text(f'ALTER DATABASE "{name}" SET {COMMITS}'))
    engine.dispose()


def tables_of(engine: Engine) -> dict[str, tuple[int, int]]:
    """Return rows and bytes of every table, its indexes included, the largest first."""
    query = """SELECT relname, pg_total_relation_size(oid) FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC"""
    with engine.connect() as connection:
        sizes = connection.execute(text(query)).all()
        return {
            name: (connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one(), size)
            for name, size in sizes
        }
