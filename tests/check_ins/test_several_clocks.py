"""Two schedulers and three workers at once: each step once, each message sent once."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from bot.services.answer_inbound import answer_next
from bot.services.follow_programme import follow_programme
from bot.services.screen_inbound import screen_next
from bot.services.send_outbound import send_next
from bot.services.set_journey import set_journey
from bot.store import check_in_answers, database
from bot.store.tables import ContactRow, OutboundRow
from bot.store.time_tables import CheckInRow
from tests.builders import make_child, make_family
from tests.check_ins.conftest import DANGER, welcome
from tests.check_ins.life import CHICAGO, Life, facts, local
from tests.together import thinks_about_it, together

CROWD = 30
CLOCKS = (follow_programme, follow_programme)
WORKERS = (send_next, send_next, send_next)


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


@pytest.fixture
def families(timed_parts, time):
    """Several children and caregivers; nothing is planned yet."""
    lives = [Life(timed_parts, time, make_family(timed_parts, facts())) for _ in range(6)]
    for life in lives:
        welcome(timed_parts, life.family)
    yield lives
    for life in lives:
        life.close()


def at(time, parts, text, zone=CHICAGO):
    """Come to that hour and let the clocks plan and say what is due."""
    time.moment = local(text, zone)
    together(parts, *CLOCKS, *WORKERS)


def enters(life, *departures):
    """A case manager who changes their mind again and again."""

    def work(parts):
        for day in departures:
            with database.unit_of_work(parts.engine) as session:
                set_journey(session, life.family.child, facts(day), "Elena", parts)
        return False

    return work


def test_several_clocks_plan_each_step_once_while_the_dates_move(families, timed_parts):
    moves = [enters(life, "2026-12-22", "2026-12-19", "2026-12-27") for life in families]
    together(timed_parts, *moves, *CLOCKS, *CLOCKS)
    together(timed_parts, *CLOCKS)

    for life in families:
        steps = Counter(row.step for row in life.rows() + life.rows(life.family.caregiver))
        assert set(steps.values()) == {1}
        assert life.due("countdown_one", CHICAGO) == "2026-12-26 15:00"
        assert life.due("home_day_2") == "2026-12-29 18:00"


def test_what_is_due_together_is_not_asked_together_whoever_looks(families, timed_parts, time):
    together(timed_parts, *CLOCKS)
    with database.unit_of_work(timed_parts.engine) as session:
        for row in session.scalars(
            select(CheckInRow).where(CheckInRow.step.in_(["day_1", "day_3"]))
        ):
            row.due_at = row.wake_at = time.now()
            row.not_after = time.now() + timedelta(days=5)
    together(timed_parts, *CLOCKS, *CLOCKS)

    for life in families:
        states = [life.state("day_1"), life.state("day_3")]
        assert sorted(states) == ["asked", "planned conversation"]


def test_a_reminder_and_the_answer_at_the_same_moment_end_in_one_answer(
    families, timed_parts, time
):
    at(time, timed_parts, "2026-12-15 16:45")
    time.moment = local("2026-12-16 16:45", CHICAGO)
    for life in families:
        life.child.phone.tap("face_good")
    together(timed_parts, *CLOCKS, *WORKERS, screen_next, answer_next, answer_next)
    together(timed_parts, screen_next, answer_next, *WORKERS)

    for life in families:
        row = life.check_in("readiness")
        with database.unit_of_work(timed_parts.engine) as session:
            assert check_in_answers.given_to(session, row.id) == {"trip_feeling": "face_good"}
        assert life.told(life.child).count("check_in.remind") <= 1
        assert row.wake_at > time.now()


def test_stop_at_the_same_moment_as_a_check_in_keeps_it_from_leaving_or_comes_after_it(
    families, timed_parts, time, provider
):
    together(timed_parts, *CLOCKS)
    time.moment = local("2026-12-13 16:45", CHICAGO)
    for life in families:
        life.child.phone.write("ALTO")
    together(timed_parts, *CLOCKS, screen_next, answer_next, answer_next)
    together(timed_parts, screen_next, answer_next, *CLOCKS, *WORKERS)
    time.passes(hours=1)  # what waited for the end of that conversation is looked at again
    together(timed_parts, *CLOCKS, *WORKERS)

    for life in families:
        (sms, _) = life.addresses(life.family.child)
        assert sms.opted_out_at is not None
        said = [row.status for row in life.unasked(life.child)]
        ended = (life.state("countdown_week"), said)
        assert ended in [("said", ["cancelled"]), ("skipped no_template", [])]  # WhatsApp is left


def test_nobody_is_told_twice_of_a_change_whoever_looks(families, timed_parts, time):
    at(time, timed_parts, "2026-12-13 16:45")
    moves = [enters(life, "2026-12-22", "2026-12-23") for life in families]
    together(timed_parts, *moves)
    time.passes(hours=1)
    together(timed_parts, *CLOCKS, *CLOCKS, *WORKERS)

    for life in families:
        assert life.told(life.child).count("journey_change.intro") == 1
        told = [r for r in life.rows() if r.step == "journey_change"]
        assert sorted(f"{r.state} {r.reason}".strip() for r in told) == [
            "said",
            "skipped nothing_new",
        ]


def test_a_danger_is_heard_while_the_dialogue_engine_thinks_about_an_answer(home):
    home.until("2026-12-21 16:40")
    home.child.phone.tap("face_good")
    screen_next(home.parts)

    with thinks_about_it(home.parts) as worker:
        home.child.phone.write(DANGER)
        together(home.parts, screen_next)
        assert worker.is_alive()
        assert home.state("day_1") == "interrupted at_risk"

    home.child.work()
    assert home.state("day_1") == "interrupted at_risk"
    assert home.child.escalation.category == "gang_threat"
