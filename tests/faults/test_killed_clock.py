"""Several clocks look at the same check-ins and one is killed in the middle: each is said once."""

import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, text

from bot.app.compose import install_keys
from bot.app.processes import Child, own_environment
from bot.store import database, encryption
from bot.store.tables import ContactRow, OutboundRow
from bot.store.time_tables import CheckInRow
from tests.builders import make_child
from tests.waiting import wait_until

CROWD = 40
GATE = 4_712
"""An advisory lock: while the test holds it, nothing that a clock decided can be stored."""

CLOSE_THE_GATE = f"""
CREATE FUNCTION wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock_shared({GATE}); RETURN NEW; END $$;
CREATE TRIGGER gate BEFORE UPDATE ON check_in FOR EACH ROW EXECUTE FUNCTION wait_at_the_gate();
"""
AT_THE_GATE = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()"


@pytest.fixture
def parts(quiet_parts, private_folder) -> Iterator:
    """A home of its own, with keys that another process finds there."""
    before = encryption.keyring()
    home = private_folder / f"home-{uuid4().hex[:8]}"
    settings = quiet_parts.settings.model_copy(update={"home": home})
    install_keys(settings)
    yield replace(quiet_parts, settings=settings)
    encryption.install(before)
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
    """So many processes that each look once, `acompana tick`."""
    command = [sys.executable, "-m", "bot.cli.main", "tick"]
    environment = own_environment(parts.settings, database_url)
    log = parts.settings.home / "logs" / f"tick-{uuid4().hex[:6]}.log"
    several = [Child(f"tick-{n}", command, environment, log) for n in range(count)]
    for child in several:
        child.start()
    yield several
    for child in several:
        child.process.wait(timeout=60)


def test_each_check_in_is_said_once_although_a_clock_is_killed_again_and_again(
    parts, crowd, database_url
):
    with parts.engine.connect() as gate:
        gate.execute(text(CLOSE_THE_GATE))
        gate.commit()
        gate.execute(text(f"SELECT pg_advisory_lock({GATE})"))
        gate.commit()
        for _ in range(2):
            kill_one_at_the_gate(parts, database_url)
        with clocks(parts, database_url, 5):
            wait_until(lambda: at_the_gate(parts) > 0, seconds=60)
            gate.execute(text(f"SELECT pg_advisory_unlock({GATE})"))
            gate.commit()
    with clocks(parts, database_url, 1):
        pass

    with database.unit_of_work(parts.engine) as session:
        said = Counter(session.scalars(select(OutboundRow.contact_id)))
        states = Counter(session.scalars(select(CheckInRow.state)))
        left = Counter(session.scalars(select(OutboundRow.status)))
    assert said == Counter(crowd)
    assert states == {"asked": CROWD}
    assert set(left) <= {"accepted", "sent", "delivered", "read"}


def kill_one_at_the_gate(parts, database_url) -> None:
    """Let two clocks look, and kill one of them while it stores what it decided."""
    with clocks(parts, database_url, 2) as several:
        wait_until(lambda: at_the_gate(parts) > 0, seconds=60)
        for child in several:
            os.kill(child.process.pid, signal.SIGKILL)


def at_the_gate(parts) -> int:
    with parts.engine.connect() as connection:
        return connection.execute(text(AT_THE_GATE)).scalar_one()
