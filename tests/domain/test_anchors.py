"""What the plan counts from: only what is known, and the end that comes first."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.anchors import (
    AFTER_CLOSURE,
    ANCHORS,
    LONGEST,
    CaseFacts,
    anchors_of,
    days_after,
    months_after,
)
from bot.domain.journey import Journey, read_journey

HOME = date(2026, 12, 3)
JOURNEY = read_journey(
    {
        "destination": "GT",
        "departure_on": "2026-12-03",
        "departure_time": "08:30",
        "departure_zone": "America/Chicago",
        "arrival_on": "2026-12-03",
        "arrival_time": "12:45",
        "arrival_zone": "America/Guatemala",
        "pick_up_on": "2026-12-03",
        "pick_up_time": "16:00",
    }
)
days = st.dates(date(2000, 1, 1), date(2040, 1, 1))


def known(journey=JOURNEY, **case):
    return anchors_of(journey, CaseFacts(**case))


def test_what_is_not_known_plans_nothing():
    assert known(Journey()) == {}


def test_departure_and_arrival_are_moments_of_their_own_zones():
    found = known()
    assert found["departure"].moment == datetime(2026, 12, 3, 14, 30, tzinfo=UTC)
    assert found["arrival"].moment == datetime(2026, 12, 3, 18, 45, tzinfo=UTC)


def test_without_an_hour_the_start_is_early_and_the_arrival_late():
    found = known(Journey(destination="HN", departure_on=HOME, arrival_on=HOME))
    assert found["departure"].moment.strftime("%R %Z") == "06:00 CST"
    assert found["arrival"].moment.strftime("%R") == "18:00"
    assert found["arrival"].moment.tzinfo == ZoneInfo("America/Tegucigalpa")


def test_without_an_arrival_the_pick_up_counts():
    found = known(Journey(destination="GT", pick_up_on=HOME))
    assert found["arrival"].on == found["home"].on == HOME


def test_home_is_the_day_of_the_pick_up():
    later = read_journey({"arrival_on": "2026-12-03", "pick_up_on": "2026-12-05"})
    assert known(later)["home"].on == date(2026, 12, 5)


def test_home_is_the_day_on_which_they_said_that_they_are_there_on_their_own_calendar():
    late_evening = datetime(2026, 12, 7, 3, 30, tzinfo=UTC)  # still the 6th in Guatemala
    assert known(arrived_at=late_evening)["home"].on == date(2026, 12, 6)


def test_two_years_are_the_longest():
    assert known()["end"].on == date(2028, 12, 3)


def test_three_months_after_the_case_was_closed_it_ends():
    found = known(closed_on=date(2027, 2, 10))
    assert found["closure"].on == date(2027, 2, 10)
    assert found["end"].on == date(2027, 5, 10)


def test_a_case_that_is_closed_late_does_not_make_it_longer():
    assert known(closed_on=date(2028, 11, 1))["end"].on == date(2028, 12, 3)


def test_it_ends_on_the_eighteenth_birthday():
    found = known(born_on=date(2009, 7, 1))
    assert found["end"].on == found["birthday_18"].on == date(2027, 7, 1)


def test_of_a_birthday_that_is_not_known_the_last_day_of_the_year_counts():
    assert known(birth_year=2009)["birthday_18"].on == date(2027, 12, 31)


def test_who_was_born_on_a_leap_day_is_of_age_on_the_last_of_february():
    assert known(born_on=date(2008, 2, 29))["birthday_18"].on == date(2026, 2, 28)


def test_who_came_of_age_before_the_return_is_still_gone_with():
    assert known(born_on=date(2008, 12, 1))["end"].on == date(2028, 12, 3)


def test_a_birthday_alone_ends_nothing():
    assert "end" not in known(Journey(), birth_year=2009)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 3), 1, date(2027, 1, 3)),
        (date(2026, 12, 31), 24, date(2028, 12, 31)),
    ],
)
def test_the_same_day_so_many_months_later(day, months, expected):
    assert months_after(day, months) == expected


@given(day=days, months=st.integers(0, 240))
def test_months_later_is_that_month_and_never_a_later_day_of_it(day, months):
    found = months_after(day, months)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    assert found.day <= day.day
    assert found.day == day.day or (found + timedelta(days=1)).day == 1


@given(day=days, count=st.integers(-30, 60))
def test_days_later_is_so_many_days_later(day, count):
    assert (days_after(day, count) - day).days == count


@given(
    born=st.none() | days,
    closed=st.none() | st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    arrived=st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),
)
def test_the_end_is_the_reason_for_it_that_comes_first(born, closed, arrived):
    at = arrived.replace(tzinfo=UTC) if arrived else None
    found = known(born_on=born, closed_on=closed, arrived_at=at)
    home, adult = found["home"].on, found.get("birthday_18")
    reasons = {months_after(home, LONGEST)}
    reasons |= {months_after(closed, AFTER_CLOSURE)} if closed else set()
    reasons |= {adult.on} if adult and adult.on > home else set()

    assert set(found) <= set(ANCHORS)
    assert found["end"].on == min(reasons)
