"""What was only announced follows the facts, and says neither "today" nor "tomorrow" on another day."""

from datetime import timedelta

import pytest

from bot.domain.delivery import Status
from bot.services.announce_elsewhere import announce_elsewhere
from bot.store import check_ins, database
from tests.check_ins.life import CHICAGO, Life, with_template

DAY_BEFORE, TRAVEL_DAY = "2026-12-19 15:30", "2026-12-20 08:05"


@pytest.fixture
def on_whatsapp(life) -> Life:
    """Whatever is said unasked is only announced, by an approved message."""
    life.parts = with_template(life.parts)
    life.change_addresses(life.family.child, "sms", retired_at=life.time.now())
    return life


@pytest.fixture
def announced(on_whatsapp) -> Life:
    """The day before the journey: "tomorrow" waits for the child to have a moment."""
    on_whatsapp.until(DAY_BEFORE, CHICAGO)
    assert on_whatsapp.state("countdown_one") == "invited"
    return on_whatsapp


def taps(life, choice):
    """What is answered to a button."""
    with life.child.on("whatsapp") as whatsapp:
        return whatsapp.taps(choice).said


def said_of(life, step):
    found = [m for row in life.child.outbound() for m in row.message_ids]
    return [m for m in found if m.startswith(f"check_in.{step}")]


# The facts change while it waits to be opened


def test_tomorrow_is_taken_back_when_the_journey_is_put_off_and_said_the_day_before(announced):
    announced.journey(departs="2026-12-27")
    announced.tick()
    assert announced.state("countdown_one") == "planned"
    assert announced.due("countdown_one", CHICAGO) == "2026-12-26 15:00"

    announced.until("2026-12-26 15:30", CHICAGO)
    assert taps(announced, "open_check_in") == ["check_in.countdown_one"]
    assert announced.state("countdown_one") == "said"


def test_it_is_not_opened_in_the_seconds_before_the_clock_has_looked_either(announced):
    announced.journey(departs="2026-12-27")
    assert "check_in.countdown_one" not in taps(announced, "open_check_in")
    assert announced.state("countdown_one") == "planned"


def test_of_a_journey_that_is_called_off_nothing_is_opened(announced):
    announced.set({"destination": "GT"})
    announced.tick()
    assert announced.state("countdown_one") == "superseded facts_changed"
    assert said_of(announced, "countdown_one") == []

    announced.journey()
    announced.tick()
    assert announced.state("countdown_one") == "invited"  # confirmed again: asked again


def test_facts_that_move_nothing_of_it_leave_it_announced(announced):
    before = len(announced.unasked(announced.child))
    announced.journey(companions=["Ana Paz"], arrival_time="13:00")
    announced.tick()
    assert announced.state("countdown_one") == "invited"
    assert len(announced.unasked(announced.child)) == before
    assert taps(announced, "open_check_in") == ["check_in.countdown_one"]


def test_questions_that_were_announced_stay_announced(on_whatsapp):
    on_whatsapp.until("2026-12-15 17:00", CHICAGO)
    assert on_whatsapp.state("readiness") == "invited"
    on_whatsapp.journey(departs="2026-12-22")
    on_whatsapp.tick()
    assert on_whatsapp.state("readiness") == "invited"


# "Later"


def test_who_has_no_moment_on_the_day_before_is_asked_again_on_that_day(announced):
    assert taps(announced, "check_in_later") == ["check_in.later"]
    announced.until("2026-12-19 18:30", CHICAGO)
    assert announced.state("countdown_one") == "said"


def test_who_has_no_moment_on_the_day_itself_is_asked_again_before_they_leave(on_whatsapp):
    on_whatsapp.journey(departure_time="12:00")
    on_whatsapp.until("2026-12-20 10:45", CHICAGO)
    assert on_whatsapp.state("departure_day") == "invited"
    assert taps(on_whatsapp, "check_in_later") == ["check_in.later"]
    on_whatsapp.until("2026-12-20 11:30", CHICAGO)
    assert on_whatsapp.state("departure_day") == "said"


def test_where_later_is_too_late_they_are_told_so(on_whatsapp):
    on_whatsapp.until(TRAVEL_DAY, CHICAGO)
    assert on_whatsapp.state("departure_day") == "invited"
    assert taps(on_whatsapp, "check_in_later") == ["check_in.over"]
    assert on_whatsapp.state("departure_day") == "missed late"
    on_whatsapp.until("2026-12-20 14:00", CHICAGO)
    assert said_of(on_whatsapp, "departure_day") == []


def test_what_was_put_off_follows_the_facts_too(announced):
    taps(announced, "check_in_later")
    announced.set({"destination": "GT"})
    announced.tick()
    announced.journey(departs="2026-12-27")
    announced.until("2026-12-26 15:30", CHICAGO)
    assert announced.state("countdown_one") == "invited"


def test_questions_may_be_put_off_beyond_their_time_as_before(on_whatsapp):
    on_whatsapp.until("2026-12-17 15:00", CHICAGO)
    before = on_whatsapp.check_in("readiness").not_after
    assert taps(on_whatsapp, "check_in_later") == ["check_in.later"]
    assert on_whatsapp.check_in("readiness").not_after > before


# The approved message is refused


@pytest.fixture
def refused(on_whatsapp):
    """Hours after a message was handed over Meta says that it may not be said."""

    def is_refused(step, after):
        on_whatsapp.time.moment += after
        with database.unit_of_work(on_whatsapp.parts.engine) as session:
            check_in = on_whatsapp.check_in(step)
            (row,) = [
                r for r in on_whatsapp.unasked(on_whatsapp.child) if r.check_in_id == check_in.id
            ]
            assert row.status == Status.ACCEPTED
            announce_elsewhere(session, session.merge(row), on_whatsapp.parts)
        on_whatsapp.change_addresses(on_whatsapp.family.child, "sms", retired_at=None)
        on_whatsapp.tick()

    return is_refused


def test_tomorrow_is_said_elsewhere_as_long_as_it_is_true(announced, refused):
    refused("countdown_one", timedelta(minutes=20))
    announced.lives_on(hours=1)
    assert said_of(announced, "countdown_one") == ["check_in.countdown_one"]


@pytest.mark.parametrize(
    ("step", "invited"), [("countdown_one", DAY_BEFORE), ("departure_day", TRAVEL_DAY)]
)
def test_and_not_once_it_is_wrong(on_whatsapp, refused, step, invited):
    on_whatsapp.until(invited, CHICAGO)
    with database.unit_of_work(on_whatsapp.parts.engine) as session:
        not_after = check_ins.of_contacts(session, [on_whatsapp.family.child])
        (row,) = [r for r in not_after[on_whatsapp.family.child] if r.step == step]
        left = row.not_after - on_whatsapp.time.now()

    refused(step, left + timedelta(minutes=10))
    on_whatsapp.lives_on(hours=20)
    assert said_of(on_whatsapp, step) == []
    assert on_whatsapp.state(step) == "skipped late"
