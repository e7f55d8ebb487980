"""A unit of work: it holds what it read, and wakes whoever listens once, when it is stored."""

import gc

import psycopg
import pytest
from sqlalchemy import event

from bot.store import contacts, database
from tests.builders import make_child


@pytest.fixture
def child(quiet_parts):
    return make_child(quiet_parts)


@pytest.fixture
def woken(quiet_parts):
    """The wake-up calls that somebody who listens has heard so far."""
    url = quiet_parts.engine.url.render_as_string(hide_password=False)
    with psycopg.connect(database.raw_address(url), autocommit=True) as listener:
        listener.execute(f"LISTEN {database.CHANGED}")
        yield lambda: [call.payload for call in listener.notifies(timeout=0.2)]


def test_the_same_call_twice_wakes_once(quiet_parts, woken):
    with database.unit_of_work(quiet_parts.engine) as session:
        for name in ("wendy", "ana", "wendy"):
            database.notify(session, database.CHANGED, name)
        assert woken() == []
    assert woken() == ["wendy", "ana"]


def test_what_failed_wakes_nobody(quiet_parts, woken):
    def fail():
        with database.unit_of_work(quiet_parts.engine) as session:
            database.notify(session, database.CHANGED, "wendy")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert woken() == []


def test_what_was_only_tried_wakes_nobody(quiet_parts, woken, child):
    with database.unit_of_work(quiet_parts.engine) as session:
        contacts.get(session, child).name = "Somebody else"
        database.notify(session, database.CHANGED, "wendy")
        session.rollback()
    assert woken() == []


def test_a_row_is_read_once_until_it_is_let_go(quiet_parts, child):
    read = []
    with database.unit_of_work(quiet_parts.engine) as session:
        event.listen(session.connection(), "before_cursor_execute", lambda *_: read.append(1))
        for _ in range(3):
            contacts.get(session, child)
            gc.collect()
        assert len(read) == 1

        database.let_go(session)
        contacts.get(session, child)
        assert len(read) == 2
