"""Only the day of departure is confirmed: no hour is made up, neither before it nor on the way."""

import pytest

from tests.check_ins.life import CHICAGO, Life


@pytest.fixture
def day_only(life) -> Life:
    life.journey(departure_time=None)
    return life.until("2026-12-20 07:55", CHICAGO)


def test_in_the_morning_of_that_day_they_hear_that_it_is_today_and_whom_to_ask(day_only):
    day_only.until("2026-12-20 08:30", CHICAGO)
    assert day_only.state("departure_morning") == "said"
    assert day_only.told(day_only.child)[-1] == "check_in.departure_day_unknown"


def test_it_is_their_own_morning_wherever_they_are(life):
    life.change(zone="America/Los_Angeles")
    life.journey(departure_time=None)
    life.tick()
    assert life.due("departure_morning", "America/Los_Angeles") == "2026-12-20 08:00"


@pytest.mark.parametrize(("looks_at", "state"), [("11:55", "said"), ("12:25", "skipped late")])
def test_after_an_outage_it_is_said_until_noon(day_only, looks_at, state):
    day_only.nothing_until(f"2026-12-20 {looks_at}", CHICAGO)
    assert day_only.state("departure_morning") == state


def test_nobody_is_spoken_to_as_if_they_were_on_the_way(day_only):
    day_only.until("2026-12-21 12:00", CHICAGO)
    assert "check_in.on_the_way" not in day_only.told(day_only.child)
    assert not [r for r in day_only.rows() if r.step == "on_the_way" and r.state == "planned"]


def test_whether_they_arrived_is_asked_all_the_same(day_only):
    day_only.until("2026-12-20 15:00")
    assert day_only.state("arrived") == "asked"


def test_once_the_hour_is_confirmed_it_is_told_and_the_way_is_gone_with(day_only):
    day_only.until("2026-12-20 09:00", CHICAGO)
    day_only.journey(
        departure_time="15:00", arrival_time="19:00", pick_up_time="20:00", first_call_time="19:30"
    )
    day_only.until("2026-12-20 18:30", CHICAGO)
    assert day_only.state("departure_day") == "said"
    assert day_only.due("departure_day", CHICAGO) == "2026-12-20 13:30"
    assert day_only.state("on_the_way") == "said"


def test_an_hour_that_is_confirmed_before_takes_the_place_of_the_morning(life):
    life.journey(departure_time=None)
    life.tick()
    life.journey(
        departure_time="15:00", arrival_time="19:00", pick_up_time="20:00", first_call_time="19:30"
    )
    life.until("2026-12-20 14:00", CHICAGO)
    assert life.state("departure_morning") == "superseded facts_changed"
    assert life.told(life.child).count("check_in.departure_day") == 1
