"""The database that the settings name, or the embedded one, with its tables up to date."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from bot.errors import SettingsError
from bot.settings import Settings
from bot.store import database, embedded


@contextmanager
def reachable_database(settings: Settings) -> Iterator[str]:
    """Yield the address of a database that answers; a demo migrates it by itself."""
    if settings.database_url:
        _must_answer(settings.database_url)
        if settings.demo:
            database.migrate(settings.database_url)
        yield settings.database_url
        return
    server = embedded.start(settings.socket_folder)
    url = embedded.address_of(server)
    database.create_database(url)
    database.migrate(url)
    try:
        yield url
    finally:
        server.cleanup()


def _must_answer(url: str) -> None:
    try:
        psycopg.connect(database.raw_address(url), connect_timeout=5).close()
    except psycopg.Error as failure:
        raise SettingsError(f"The database of DATABASE_URL does not answer: {failure}") from None
