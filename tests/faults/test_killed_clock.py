"""Several clocks look at the same check-ins and one is killed in the middle: each is said once."""

import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, text

from bot.app.processes import Child, own_environment
from bot.store import database
from bot.store.tables import ContactRow, OutboundRow
from bot.store.time_tables import CheckInRow
from tests.builders import make_child
from tests.keys import own_keys
from tests.waiting import wait_until

CROWD = 40
GATE = 4_712
"""An advisory lock: while the test holds it, nothing that a clock decided can be stored."""

CLOSE_THE_GATE = f"""
CREATE FUNCTION wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock_shared({GATE}); RETURN NEW; END $$;
CREATE TRIGGER gate BEFORE UPDATE ON check_in FOR EACH ROW EXECUTE FUNCTION wait_at_the_gate();
"""
AT_THE_GATE = "FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()"
FORGET_THE_KILLED = f"SELECT pg_terminate_backend(pid) {AT_THE_GATE}"
"""A server does this by itself once it notices that nobody listens any more."""


@pytest.fixture
def parts(quiet_parts, private_folder) -> Iterator:
    """A home of its own, with keys that another process finds there."""
    home = private_folder / f"home-{uuid4().hex[:8]}"
    settings = quiet_parts.settings.model_copy(update={"home": home})
    with own_keys(settings):
        yield replace(quiet_parts, settings=settings)
    shutil.rmtree(home, ignore_errors=True)


def noon_somewhere(now) -> str:
    """Return a zone in which it is about noon: the test runs at any hour."""
    offset = 12 - now.hour
    return f"Etc/GMT{-offset:+d}"


@pytest.fixture
def crowd(parts) -> list:
    """Children at home whose check-in is due now, and who are awake."""
    zone, now = noon_somewhere(parts.now()), parts.now()
    ids = [make_child(parts, zone=zone, country="GT") for _ in range(CROWD)]
    due = {"step": "day_1", "due_at": now, "not_after": now + timedelta(hours=9), "wake_at": now}
    with database.unit_of_work(parts.engine) as session:
        session.execute(insert(CheckInRow), [{"contact_id": i, **due} for i in ids])
        for row in session.scalars(select(ContactRow)):
            row.onboarded_at = row.planned_at = now
    return ids


@contextmanager
def clocks(parts, database_url, count) -> Iterator[list[Child]]:
    """So many processes that each look once, `acompana tick`; whoever is left in the list ends well."""
    command = [sys.executable, "-m", "bot.cli.main", "tick"]
    environment = own_environment(parts.settings, database_url)
    log = parts.settings.home / "logs" / f"tick-{uuid4().hex[:6]}.log"
    names = [f"tick-{number}" for number in range(count)]
    started = [Child(name, command, environment | {"PGAPPNAME": name}, log) for name in names]
    several = list(started)
    try:
        for child in started:
            child.start()
        yield several
        assert {child.process.wait(timeout=60) for child in several} <= {0}, log.read_text()
    finally:
        for child in started:
            child.stop()


@contextmanager
def closed_gate(parts) -> Iterator[Callable[[], None]]:
    """The gate opens when what this yields is called: then the lock ends with its connection."""
    with parts.engine.connect() as gate:
        gate.detach()
        gate.execute(text(CLOSE_THE_GATE))
        gate.execute(text(f"SELECT pg_advisory_lock({GATE})"))
        gate.commit()
        yield gate.close


def test_each_check_in_is_said_once_although_a_clock_is_killed_again_and_again(
    parts, crowd, database_url
):
    with closed_gate(parts) as opens:
        for _ in range(2):
            kill_at_the_gate(parts, database_url)
        with clocks(parts, database_url, 5):
            wait_until(lambda: at_the_gate(parts), seconds=60)
            opens()
    with clocks(parts, database_url, 1):
        pass

    with database.unit_of_work(parts.engine) as session:
        said = Counter(session.scalars(select(OutboundRow.contact_id)))
        states = Counter(session.scalars(select(CheckInRow.state)))
        left = Counter(session.scalars(select(OutboundRow.status)))
    assert said == Counter(crowd)
    assert states == {"asked": CROWD}
    assert set(left) <= {"accepted", "sent", "delivered", "read"}


def kill_at_the_gate(parts, database_url) -> None:
    """Of two clocks kill the one that stores what it decided; the other finds nothing and ends well.

    Where both looked at the same moment each has a share of the rows, and both are killed.
    """
    with clocks(parts, database_url, 2) as several:
        wait_until(lambda: at_the_gate(parts), seconds=60)
        wait_until(lambda: have_ended(parts, several), seconds=60)
    with parts.engine.connect() as connection:
        connection.execute(text(FORGET_THE_KILLED))
    wait_until(lambda: not at_the_gate(parts))


def have_ended(parts, several) -> bool:
    """Kill who has come to the gate; return whether the others have ended by themselves."""
    waiting = at_the_gate(parts)
    for child in [child for child in several if child.name in waiting]:
        several.remove(child)
        os.kill(child.process.pid, signal.SIGKILL)
        child.process.wait()
    return all(child.process.poll() is not None for child in several)


def at_the_gate(parts) -> list[str]:
    """Return the names of the clocks that wait there."""
    with parts.engine.connect() as connection:
        return list(connection.execute(text(f"SELECT application_name {AT_THE_GATE}")).scalars())
