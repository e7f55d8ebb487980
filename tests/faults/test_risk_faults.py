"""A worker process is killed between a sentence and a person: nobody is forgotten, nobody doubled."""

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
from sqlalchemy import select, text, update

from bot.app.processes import Child, own_environment
from bot.services.screen_inbound import screen_next
from bot.store import database
from bot.store.risk_tables import EscalationRow, EscalationStepRow, NoticeRow
from bot.store.tables import InboundRow
from tests.builders import make_child, make_staff
from tests.conversation import Conversation
from tests.keys import own_keys
from tests.waiting import wait_until

DANGER = "me van a matar los de la mara"
CROWD = 12
GATE = 4_711
"""An advisory lock: while the test holds it, no notification can be claimed."""

CLOSE_THE_GATE = f"""
CREATE FUNCTION wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock_shared({GATE}); RETURN NEW; END $$;
CREATE TRIGGER gate BEFORE UPDATE ON notice FOR EACH ROW EXECUTE FUNCTION wait_at_the_gate();
"""


@pytest.fixture
def parts(quiet_parts, private_folder) -> Iterator:
    """A home of its own, with keys that a worker process finds there."""
    home = private_folder / f"home-{uuid4().hex[:8]}"
    shutil.copytree(quiet_parts.settings.home / "model", home / "model")
    settings = quiet_parts.settings.model_copy(update={"home": home})
    with own_keys(settings):
        yield replace(quiet_parts, settings=settings)


@pytest.fixture
def crowd(parts) -> list[Conversation]:
    """Children of one team; nobody has written yet."""
    elena = make_staff(parts)
    make_staff(parts, "Marvin Coy")
    return [Conversation(parts, make_child(parts, case_manager_id=elena)) for _ in range(CROWD)]


@pytest.fixture
def worker(parts, database_url) -> Iterator[Child]:
    """A real worker process, not started yet."""
    child = Child(
        "worker",
        [sys.executable, "-m", "bot.cli.main", "worker"],
        own_environment(parts.settings, database_url),
        parts.settings.home / "logs" / "worker.log",
    )
    yield child
    child.stop()


def kill(child: Child) -> None:
    os.kill(child.process.pid, signal.SIGKILL)
    child.process.wait()


def chains(parts) -> list[Counter]:
    """Count the steps of every escalation."""
    with database.unit_of_work(parts.engine) as session:
        found = session.execute(select(EscalationStepRow.escalation_id, EscalationStepRow.step))
        by_escalation: dict = {}
        for escalation_id, step in found:
            by_escalation.setdefault(escalation_id, Counter())[step] += 1
        return list(by_escalation.values())


def screened(parts) -> int:
    with database.unit_of_work(parts.engine) as session:
        return len(
            list(session.scalars(select(InboundRow.id).where(InboundRow.screened_at.is_not(None))))
        )


@contextmanager
def closed_gate(engine) -> Iterator[None]:
    """Let everything wait that would hand over a notification."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(CLOSE_THE_GATE))
        connection.execute(text(f"SELECT pg_advisory_lock({GATE})"))
        yield
        connection.execute(text(f"SELECT pg_advisory_unlock({GATE})"))
        connection.execute(text("DROP TRIGGER gate ON notice"))


def waits_at_the_gate(engine) -> bool:
    query = f"SELECT count(*) FROM pg_locks WHERE objid = {GATE} AND NOT granted"
    with engine.connect() as connection:
        return connection.execute(text(query)).scalar_one() > 0


@pytest.mark.timeout(200)
def test_killed_between_screening_and_notification(parts, engine, crowd, worker):
    for person in crowd:
        person.phone.write(DANGER)
    with closed_gate(engine):
        worker.start()
        wait_until(lambda: screened(parts) == CROWD, seconds=60)
        wait_until(lambda: waits_at_the_gate(engine), seconds=30)
        kill(worker)
    assert [chain["opened"] for chain in chains(parts)] == [1] * CROWD
    assert sum(chain["notified"] for chain in chains(parts)) == 0

    worker.start()
    wait_until(lambda: all(chain["notified"] for chain in chains(parts)), seconds=60)
    assert [len(person.escalations) for person in crowd] == [1] * CROWD
    assert {chain["notified"] for chain in chains(parts)} == {1}


@pytest.mark.timeout(300)
def test_killed_again_and_again_while_many_tell_of_danger(parts, crowd, worker):
    for person in crowd:
        for sentence in (DANGER, "volvieron", DANGER):
            person.phone.write(sentence)
    for so_far in (1, CROWD, 2 * CROWD):
        worker.start()
        wait_until(lambda least=so_far: screened(parts) >= least, seconds=60, every=0.005)
        kill(worker)
    worker.start()
    wait_until(lambda: screened(parts) == 3 * CROWD, seconds=60)
    wait_until(lambda: all(chain["notified"] for chain in chains(parts)), seconds=90)

    assert [len(person.escalations) for person in crowd] == [1] * CROWD
    assert [chain["opened"] for chain in chains(parts)] == [1] * CROWD
    told = [row.status for row in notices(parts) if row.message_id == "staff.alert"]
    assert len(told) == CROWD  # one that was cut off is sent again, not queued again


def notices(parts) -> list[NoticeRow]:
    with database.unit_of_work(parts.engine) as session:
        return list(session.scalars(select(NoticeRow)))


@pytest.mark.timeout(200)
def test_killed_while_the_clock_passes_on(parts, engine, crowd, worker):
    for person in crowd:
        person.phone.write(DANGER)
    while screen_next(parts):
        pass
    earlier = parts.now() - timedelta(minutes=6)
    with database.unit_of_work(engine) as session:
        session.execute(update(EscalationRow).values(called_since=earlier, next_call_at=earlier))

    worker.start()
    wait_until(lambda: any(c["passed_on"] for c in chains(parts)), seconds=60, every=0.002)
    kill(worker)
    worker.start()
    wait_until(lambda: all(chain["passed_on"] for chain in chains(parts)), seconds=90)

    assert {chain["passed_on"] for chain in chains(parts)} == {1}
