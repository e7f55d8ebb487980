"""Two schedulers and three workers at once: each step once, each message sent once."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import insert, select

from bot.services.follow_programme import follow_programme
from bot.services.send_outbound import send_next
from bot.store import database
from bot.store.tables import ContactRow, OutboundRow
from bot.store.time_tables import CheckInRow
from tests.builders import make_child
from tests.escalation.test_several_workers import together

CROWD = 30


def test_two_schedulers_and_three_workers_say_each_step_once(timed_parts, time, provider):
    crowd = [make_child(timed_parts) for _ in range(CROWD)]
    due = {"due_at": time.now(), "not_after": time.now() + timedelta(days=1), "wake_at": time.now()}
    planned = [
        {"contact_id": i, "step": step, **due} for i in crowd for step in ("day_1", "on_the_way")
    ]
    with database.unit_of_work(timed_parts.engine) as session:
        session.execute(insert(CheckInRow), planned)
        for row in session.scalars(select(ContactRow)):
            row.onboarded_at = row.planned_at = time.now()

    for _ in range(4):  # a second message waits until the first one has left
        together(timed_parts, follow_programme, follow_programme, send_next, send_next, send_next)
        time.passes(seconds=5)

    with database.unit_of_work(timed_parts.engine) as session:
        said = Counter(session.scalars(select(OutboundRow.contact_id)))
        states = Counter(session.scalars(select(CheckInRow.state)))
    assert set(said) == set(crowd)
    assert set(said.values()) == {2}
    assert states == {"asked": CROWD, "said": CROWD}
    assert len(provider.parcels) == len({parcel.id for parcel in provider.parcels}) == 2 * CROWD
