"""Whatever process is killed in the middle of a burst: every message is answered once, in order."""

import os
import shutil
import signal
import threading
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select

from bot.app.compose import composed
from bot.app.phone import Phone
from bot.app.run import running_system, watch
from bot.domain.channels import Channel
from bot.store import database
from bot.store.tables import ContactRow, InboundRow, OutboundRow
from tests.builders import make_family
from tests.conftest import free_port
from tests.keys import own_keys
from tests.waiting import wait_until

CONTACTS, MESSAGES = 20, 5


@pytest.fixture
def system(trained, server, private_folder, monkeypatch) -> Iterator[tuple]:
    """The whole system as `acompana run` starts it, with a database of its own."""
    home = private_folder / f"home-{uuid4().hex[:8]}"
    shutil.copytree(trained.home / "model", home / "model")
    settings = trained.model_copy(
        update={"home": home, "port": free_port(), "public_url": "", "sms_rate": 1000.0}
    )
    monkeypatch.setenv("ACOMPANA_SMS_RATE", "1000")
    with (
        own_keys(settings),
        running_system(settings) as running,
        supervised(running),
        composed(settings) as parts,
    ):
        yield parts, {child.name: child for child in running}


@contextmanager
def supervised(running) -> Iterator[None]:
    """Start again what was killed."""
    ended = threading.Event()

    def watch_on():
        while not ended.wait(0.2):
            watch(running)

    supervisor = threading.Thread(target=watch_on, daemon=True)
    supervisor.start()
    try:
        yield
    finally:
        ended.set()
        supervisor.join()


def write_burst(parts, people):
    """Everybody writes five messages at once; one person's own messages go out one after another."""
    client = httpx.Client(base_url=parts.settings.own_url, timeout=15, trust_env=False)

    def post(path, form, signature):
        headers = {"X-Twilio-Signature": signature}
        return client.post(path, data=dict(form), headers=headers).status_code

    def write_all(person):
        phone = Phone(parts, person, Channel.SMS, post)
        for number in range(MESSAGES):
            phone.write(f"pregunta {number}: a que hora es la comida")

    with ThreadPoolExecutor(10) as crowd:
        list(crowd.map(write_all, people))
    client.close()


def onboarded(parts):
    person = make_family(parts).child
    with database.unit_of_work(parts.engine) as session:
        session.get(ContactRow, person).onboarded_at = parts.now()
    return person


def count(parts, *conditions):
    with database.unit_of_work(parts.engine) as session:
        return session.scalar(select(func.count()).select_from(InboundRow).where(*conditions))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("victim", ["worker", "dialogue"])
def test_every_message_is_answered_once_and_in_order(system, victim):
    parts, children = system
    people = [onboarded(parts) for _ in range(CONTACTS)]
    burst = threading.Thread(target=write_burst, args=(parts, people), daemon=True)
    burst.start()
    wait_until(lambda: count(parts, InboundRow.state == "answered") >= 10, seconds=30)
    killed = children[victim].process.pid
    os.kill(killed, signal.SIGKILL)
    burst.join()

    wait_until(lambda: count(parts, InboundRow.state == "waiting") == 0, seconds=120, every=0.5)

    assert children[victim].process.pid != killed
    assert count(parts, InboundRow.state == "answered") == CONTACTS * MESSAGES
    answers, fallbacks = answers_by_message(parts)
    assert set(answers.values()) == {1}
    assert len(answers) == CONTACTS * MESSAGES
    assert max(fallbacks.values(), default=0) <= 1
    assert out_of_order(parts, people) == []


def answers_by_message(parts):
    """Count real answers per inbound message, and fallbacks per contact.

    The scheduler runs as well: whom it welcomes before the test calls them onboarded was not answered.
    """
    answers, fallbacks = defaultdict(int), defaultdict(int)
    replies = select(OutboundRow).where(OutboundRow.inbound_id.is_not(None))
    with database.unit_of_work(parts.engine) as session:
        for row in session.scalars(replies):
            if row.message_ids == ["fallback.unavailable"]:
                fallbacks[row.contact_id] += 1
            else:
                answers[row.inbound_id] += row.part == 0
    return answers, fallbacks


def out_of_order(parts, people):
    """Return the people whose answers do not follow the order of their messages."""
    wrong = []
    with database.unit_of_work(parts.engine) as session:
        for person in people:
            query = (
                select(InboundRow.sequence)
                .join(OutboundRow, OutboundRow.inbound_id == InboundRow.id)
                .where(OutboundRow.contact_id == person, OutboundRow.part < 900)
                .order_by(OutboundRow.sequence)
            )
            order = list(session.scalars(query))
            if order != sorted(order):
                wrong.append(person)
    return wrong
