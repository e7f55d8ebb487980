"""Whatever comes in between - a welcome, a danger, a doubt - somebody still asks, tells, or looks."""

import pytest
from sqlalchemy import func, select

from bot.domain.dialogue import Reply
from bot.services import handle_escalation
from bot.services.tasks import finish_task
from bot.store import database, escalations, staff
from bot.store.risk_tables import NoticeRow
from bot.store.tables import TaskRow
from tests.check_ins.conftest import DANGER
from tests.check_ins.life import CHICAGO, Life, with_template

TOLD = ("staff.task_opened", "staff.task_overdue")


@pytest.fixture
def travels(life) -> Life:
    """It is the day of the journey, in the morning; nothing before it was answered or missed."""
    return life.nothing_until("2026-12-20 11:00")


@pytest.fixture
def told(life) -> Life:
    """The child knows on which day they leave: the week's countdown was said."""
    return life.until("2026-12-14 12:00")


def only_on_whatsapp(life):
    """Whatever is said unasked is only announced, by an approved message."""
    life.parts = with_template(life.parts)
    life.change_addresses(life.family.child, "sms", retired_at=life.time.now())


def closes(life, *, release):
    """The case manager closes the danger; `release` lets the journey be spoken of as settled."""
    with database.unit_of_work(life.parts.engine) as session:
        row, elena = escalations.unclosed_of(session, life.family.child), life.family.case_manager
        handle_escalation.record_action(session, row, elena, "Fui a verla.", life.parts)
        handle_escalation.close(session, row, elena, "Todo bien.", life.parts, release=release)


def staff_were_told(life):
    """How often somebody was told of a task."""
    with database.unit_of_work(life.parts.engine) as session:
        query = select(func.count()).select_from(NoticeRow)
        return session.scalars(query.where(NoticeRow.message_id.in_(TOLD))).one()


def changes(life):
    rows = life.unasked(life.child)
    return [row.message_ids for row in rows if "journey_change.intro" in row.message_ids]


def the_only_one(tasks, kind):
    (task,) = [task for task in tasks if task.kind == kind]
    return task


# Silent twice, and the first time is not ticked off


def test_a_second_silence_on_another_day_of_travel_calls_somebody_and_then_a_supervisor(travels):
    travels.until("2026-12-20 20:00")
    first = the_only_one(travels.task_rows(travels.child), "stranded_silence")
    calls = staff_were_told(travels)

    travels.journey(departs="2026-12-23")
    travels.until("2026-12-23 16:10")
    second = the_only_one(travels.task_rows(travels.child), "stranded_silence")
    assert staff_were_told(travels) == calls + 1
    assert second.id == first.id
    assert second.due_at > travels.time.now() > second.told_at

    travels.until("2026-12-23 16:25")
    assert staff_were_told(travels) == calls + 2


def test_what_was_ticked_off_in_between_is_a_task_of_its_own(travels):
    travels.until("2026-12-20 16:40")
    with database.unit_of_work(travels.parts.engine) as session:
        elena = staff.get(session, travels.family.case_manager)
        row = session.scalars(select(TaskRow).where(TaskRow.kind == "stranded_silence")).one()
        finish_task(session, row, elena, "Está con su tía.", travels.parts)
    travels.journey(departs="2026-12-23")
    travels.until("2026-12-23 16:40")
    assert ("stranded_silence", "arrived") in travels.tasks(travels.child)


# Welcomed on the travel day


def is_welcomed(life, dialogue, *, at):
    """The child writes for the first time, and answers the first questions."""
    life.until(at)
    dialogue.replies = (Reply(("requests.greet",), effects=({"do": "finish_onboarding"},)),)
    life.child.says("hola")
    dialogue.replies = (Reply(("requests.greet",)),)
    life.tick()


def test_whoever_is_welcomed_instead_of_asked_is_asked_when_the_welcome_is_over(travels, dialogue):
    travels.change(onboarded_at=None)
    travels.until("2026-12-20 14:40")
    assert travels.told(travels.child)[-1] == "onboarding.welcome"

    is_welcomed(travels, dialogue, at="2026-12-20 14:50")
    travels.until("2026-12-20 15:25")
    assert travels.state("arrived") == "asked"
    assert travels.told(travels.child)[-1] == "check_in.arrived"


def test_whoever_then_says_no_more_is_looked_for(travels, dialogue):
    travels.change(onboarded_at=None)
    is_welcomed(travels, dialogue, at="2026-12-20 14:50")
    travels.until("2026-12-20 17:30")
    assert ("stranded_silence", "arrived") in travels.tasks(travels.child)


def test_a_welcome_does_not_begin_the_silence_anew(travels, dialogue):
    travels.change(onboarded_at=None)
    travels.until("2026-12-20 15:50")
    rung = travels.check_in("arrived").rung
    is_welcomed(travels, dialogue, at="2026-12-20 15:50")
    assert travels.check_in("arrived").rung == rung > 0


def test_any_other_question_gives_way_to_the_welcome(life, dialogue):
    life.change(onboarded_at=None)
    life.until("2026-12-15 16:30", CHICAGO)
    is_welcomed(life, dialogue, at="2026-12-15 17:00")
    assert life.state("readiness") == "missed welcomed_instead"


# A change that had to wait too long


@pytest.mark.parametrize("release", [True, False])
def test_a_change_that_a_danger_held_up_for_a_week_is_told_once_it_is_closed(told, release):
    told.child.says(DANGER)
    told.journey(departs="2026-12-29")
    told.lives_on(days=8)
    assert told.state("journey_change") == "skipped late_at_risk"
    assert ("silence", "journey_change") in told.tasks(told.child)

    closes(told, release=release)
    told.lives_on(hours=1)
    assert [c[1] for c in changes(told)] == ["journey_change.departure"]


def test_a_change_that_a_doubt_held_up_for_a_week_is_told_once_the_journey_is_released(told):
    told.change(journey_held_at=told.time.now())
    told.journey(departs="2026-12-29")
    told.lives_on(days=8)
    assert told.state("journey_change") == "skipped late_journey_held"
    assert ("silence", "journey_change") in told.tasks(told.child)

    told.child.says(DANGER)
    closes(told, release=True)
    told.lives_on(hours=1)
    assert [c[1] for c in changes(told)] == ["journey_change.departure"]


def test_whoever_was_told_all_that_is_so_hears_nothing_when_a_danger_is_closed(told):
    told.child.says(DANGER)
    closes(told, release=True)
    told.lives_on(hours=1)
    assert changes(told) == []
    assert "journey_change" not in {row.step for row in told.rows()}


# The good-bye


@pytest.fixture
def ends(life) -> Life:
    """The case was closed, and the last check-in is over: only the good-bye is to come."""
    life.nothing_until("2027-02-01 12:00")
    life.closes_the_case()
    return life.until("2027-05-14 12:00")


def test_a_good_bye_that_is_announced_and_not_opened_ends_the_programme(ends):
    only_on_whatsapp(ends)
    ends.until("2027-05-15 18:00")
    assert ends.state("good_bye") == "invited"
    ends.until("2027-05-18 12:00")
    assert ends.state("good_bye") == "missed not_opened"
    assert ends.contact(ends.family.child).ended_at is not None


def test_a_good_bye_that_a_danger_held_up_too_long_is_said_once_it_is_closed(ends):
    ends.child.says(DANGER)
    ends.until("2027-07-20 12:00")
    assert ends.state("good_bye") == "skipped late_at_risk"
    assert ends.contact(ends.family.child).ended_at is None

    ends.closes_the_danger()
    ends.lives_on(days=1)
    assert ends.state("good_bye") == "said"
    assert ends.contact(ends.family.child).ended_at is not None


def test_a_good_bye_that_a_danger_broke_off_is_said_once_it_is_closed(ends):
    only_on_whatsapp(ends)
    ends.until("2027-05-15 18:00")
    ends.child.on("whatsapp").says(DANGER)
    assert ends.state("good_bye") == "interrupted at_risk"

    ends.closes_the_danger()
    ends.lives_on(days=1)
    assert ends.state("good_bye") == "said"
    assert ends.contact(ends.family.child).ended_at is not None


# A doubt, and a question that waits


def test_in_doubt_nobody_is_reminded_of_the_journey_but_a_person_looks_for_the_silent(life):
    """The mother told of the fear; the child was asked about the journey before, and says nothing."""
    life.journey(arrival_on="2026-12-22", pick_up_on="2026-12-22")
    life.until("2026-12-15 17:00", CHICAGO)
    assert life.state("readiness") == "asked"
    life.change(journey_held_at=life.time.now())
    said = life.told(life.child)

    life.until("2026-12-20 17:30", CHICAGO)
    assert life.told(life.child) == said
    assert life.state("readiness") == "missed silence"
    assert ("silence", "readiness") in life.tasks(life.child)


# What was only announced


@pytest.mark.parametrize(
    ("step", "invited", "opened"),
    [
        ("countdown_one", "2026-12-19 16:00", "2026-12-20 06:00"),
        ("departure_day", "2026-12-20 08:05", "2026-12-20 09:00"),
    ],
)
def test_what_is_true_only_today_is_not_said_to_who_opens_it_later(life, step, invited, opened):
    only_on_whatsapp(life)
    life.until(invited, CHICAGO)
    assert life.state(step) == "invited"

    life.until(opened, CHICAGO)
    life.child.on("whatsapp").taps("open_check_in")
    assert life.state(step).startswith("missed")
    assert f"check_in.{step}" not in [m for row in life.child.outbound() for m in row.message_ids]
