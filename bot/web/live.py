"""What changed in a conversation, as server-sent events, for a page that shows it."""

from collections.abc import AsyncIterator

import psycopg

from bot.store import database

HEARTBEAT_SECONDS = 10


async def changes_of(contact_id: str, url: str) -> AsyncIterator[str]:
    """Say `changed` whenever the conversation of this contact looks different.

    The connection is closed by hand: as a context manager it would first roll back, which waits, and a
    reader who goes away in that moment would leave it open.
    """
    address = database.raw_address(url)
    connection = await psycopg.AsyncConnection.connect(address, autocommit=True)
    try:
        await connection.execute(f"LISTEN {database.CHANGED}".encode())
        yield "data: connected\n\n"
        while True:
            heard = False
            async for note in connection.notifies(timeout=HEARTBEAT_SECONDS, stop_after=1):
                heard = True
                if note.payload == contact_id:
                    yield "data: changed\n\n"
            if not heard:
                yield ": still here\n\n"
    finally:
        await connection.close()
