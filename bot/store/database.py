"""Engines, sessions, and the wake-up calls between processes."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from bot.settings import ROOT
from bot.store.embedded import with_driver

INBOUND, OUTBOUND, CHANGED = "acompana_inbound", "acompana_outbound", "acompana_changed"
NOTICE = "acompana_notice"
"""NOTIFY channels: a message arrived, a message may be sent, a conversation looks different;
somebody of the staff has to be called."""

CALLS, HELD = "calls", "held"

NOBODY_LISTENS = "nobody_listens"
"""Execution option of an engine in whose database no other process waits for wake-up calls."""

WAKE = text(
    "SELECT pg_notify(channel, payload)"
    " FROM unnest(CAST(:channels AS text[]), CAST(:payloads AS text[])) AS call(channel, payload)"
)
"""All wake-up calls of a unit of work in one statement."""


def connect(url: str, pool_size: int = 10) -> Engine:
    """Return an engine for any PostgreSQL."""
    return create_engine(
        with_driver(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
    )


@contextmanager
def unit_of_work(engine: Engine) -> Iterator[Session]:
    """Yield a session that is committed once at the end, or rolled back whole."""
    with _Unit(engine, expire_on_commit=False) as session:
        try:
            with session.begin():
                yield session
                if session.in_transaction():  # else it was only tried, and taken back
                    _wake(session)
        finally:
            let_go(session)  # else its rows stay until Python looks for circles among them


class _Unit(Session):
    """A session that holds the rows that it knows: none of them is read twice by its id."""


@event.listens_for(_Unit, "loaded_as_persistent")
@event.listens_for(_Unit, "pending_to_persistent")
def _hold(session: Session, row: object) -> None:
    session.info.setdefault(HELD, []).append(row)


def let_go(session: Session) -> None:
    """Hold nothing any more: after a long wait a row is read again, others may have changed it."""
    session.info.pop(HELD, None)


def notify(session: Session, channel: str, payload: str = "") -> None:
    """Wake whoever listens, once this unit of work commits; the same call twice wakes them once."""
    session.info.setdefault(CALLS, {})[channel, payload] = None


def _wake(session: Session) -> None:
    calls = session.info.get(CALLS)
    is_heard = not session.get_bind().get_execution_options().get(NOBODY_LISTENS)
    if calls and is_heard:
        channels, payloads = zip(*calls)
        session.execute(WAKE, {"channels": list(channels), "payloads": list(payloads)})


def create_database(url: str, template: str | None = None) -> None:
    """Create the database of that address if it is missing, as a copy of `template` if named."""
    wanted = make_url(with_driver(url))
    with _maintenance(url) as connection:
        exists = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(exists, (wanted.database,)).fetchone() is None:
            like = f' TEMPLATE "{template}"' if template else ""
            connection.execute(f'CREATE DATABASE "{wanted.database}"{like}'.encode())


def drop_database(url: str) -> None:
    """Remove the database of that address and end its connections."""
    with _maintenance(url) as connection:
        name = make_url(with_driver(url)).database
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def raw_address(url: str, database: str | None = None) -> str:
    """Return the address as the driver itself reads it."""
    plain = make_url(with_driver(url)).set(drivername="postgresql")
    if database:
        plain = plain.set(database=database)
    return plain.render_as_string(hide_password=False)


def _maintenance(url: str) -> psycopg.Connection:
    return psycopg.connect(raw_address(url, "postgres"), autocommit=True)


def migration_config(url: str) -> Config:
    """Return Alembic's settings for the database of that address."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "bot" / "store" / "migrations"))
    config.set_main_option("sqlalchemy.url", with_driver(url).replace("%", "%%"))
    return config


def migrate(url: str) -> None:
    """Bring the tables up to date. A second run changes nothing."""
    command.upgrade(migration_config(url), "head")
