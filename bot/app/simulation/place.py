"""A database of its own for one simulation, made on the embedded PostgreSQL and dropped at the end."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import Engine, text

from bot.settings import Settings
from bot.store import database, embedded

IN_A_HURRY = (
    "synchronous_commit = off",
    "random_page_cost = 1.1",
    "enable_seqscan = off",
    "jit = off",
)
"""A simulation that loses power begins again: it does not wait for the disk at each commit. All of it
is in memory, where an index is as near as the next page. Its tables grow so fast that what PostgreSQL
knows of their size is of another day: it is not to read whole tables because they were small."""

TRUSTING = ("session_replication_role = replica",)
"""Of a large simulation nobody checks that what a row points at exists: small ones do, and all tests."""

PREFIX = "acompana_simulation_"

LEFT_OVER = text(
    """SELECT datname FROM pg_database WHERE datname LIKE :like
    AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.datname = pg_database.datname)"""
)


@contextmanager
def own_databases(settings: Settings, count: int) -> Iterator[list[str]]:
    """Yield the addresses of so many empty, migrated databases; they and their contents go at the end."""
    server = embedded.start(settings.socket_folder)
    try:
        _drop_left_over(server)
        with _made(server, count) as urls:
            yield urls
    finally:
        server.cleanup()


def _drop_left_over(server: object) -> None:
    """Drop what simulations left that were killed; one that runs holds a connection to its own."""
    engine = database.connect(embedded.address_of(server, "postgres"), pool_size=1)
    with engine.connect() as connection:
        names = connection.execute(LEFT_OVER, {"like": f"{PREFIX}%"}).scalars().all()
    engine.dispose()
    for name in names:
        database.drop_database(embedded.address_of(server, name))


@contextmanager
def _made(server: object, count: int) -> Iterator[list[str]]:
    name = f"{PREFIX}{uuid4().hex[:8]}"
    urls = [embedded.address_of(server, f"{name}_{n}") for n in range(count)]
    try:
        database.create_database(urls[0])
        database.migrate(urls[0])
        for url in urls[1:]:
            database.create_database(url, template=f"{name}_0")
        for url in urls:
            _hurry(url, IN_A_HURRY + TRUSTING * (count > 1))
        yield urls
    finally:
        for url in urls:
            database.drop_database(url)


def _hurry(url: str, settings: Sequence[str]) -> None:
    engine = database.connect(url, pool_size=1)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        for setting in settings:
            connection.execute(text(f'ALTER DATABASE "{name}" SET {setting}'))
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
