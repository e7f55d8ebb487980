"""When somebody may be written to: on their own clock, through both changes of it and across zones."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.contacts import COUNTRIES
from bot.domain.waking_hours import WakingHours, at_local

CHICAGO, GUATEMALA = "America/Chicago", "America/Guatemala"
CHILD = WakingHours(time(8), time(20))
ZONES = [*COUNTRIES.values(), "America/New_York", "America/Tijuana", "Asia/Kathmandu", "UTC"]

moments = st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))
spans = st.builds(
    WakingHours,
    st.builds(time, st.integers(4, 10), st.sampled_from([0, 30])),
    st.builds(time, st.integers(17, 23), st.sampled_from([0, 30])),
)


def local(text: str, zone: str = GUATEMALA) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "is_awake"),
    [("07:59:59", False), ("08:00", True), ("19:59:59", True), ("20:00", False)],
)
def test_the_first_minute_is_in_and_the_last_one_is_out(at, is_awake):
    assert CHILD.covers(local(f"2026-12-03 {at}"), GUATEMALA) is is_awake


def test_who_is_awake_is_not_kept_waiting():
    now = local("2026-12-03 12:00")
    assert CHILD.next(now, GUATEMALA) == now


def test_before_breakfast_waits_until_the_same_morning():
    assert CHILD.next(local("2026-12-03 05:00"), GUATEMALA) == local("2026-12-03 08:00")


def test_in_the_evening_waits_until_the_next_morning():
    assert CHILD.next(local("2026-12-31 20:00"), GUATEMALA) == local("2027-01-01 08:00")


def test_the_same_moment_is_day_for_one_and_night_for_another():
    moment = local("2026-07-03 07:30", GUATEMALA)
    assert not CHILD.covers(moment, GUATEMALA)
    assert CHILD.covers(moment, CHICAGO)  # 08:30 there in summer


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])
def test_the_morning_after_a_change_of_clocks_is_still_eight(day):
    morning = CHILD.next(local(f"{day} 00:30", CHICAGO), CHICAGO)
    assert morning.astimezone(ZoneInfo(CHICAGO)).strftime("%F %R") == f"{day} 08:00"


@given(hours=spans, moment=moments, zone=st.sampled_from(ZONES))
def test_the_next_waking_moment_is_one_and_comes_within_a_day(hours, moment, zone):
    found = hours.next(moment, zone)
    assert hours.covers(found, zone)
    assert timedelta(0) <= found - moment < timedelta(hours=25)


@given(hours=spans, moment=moments, zone=st.sampled_from(ZONES), asked=st.sampled_from(ZONES))
def test_it_does_not_matter_in_which_zone_the_moment_is_written(hours, moment, zone, asked):
    elsewhere = moment.astimezone(ZoneInfo(asked))
    assert hours.covers(elsewhere, zone) is hours.covers(moment, zone)
    assert hours.next(elsewhere, zone).astimezone(UTC) == hours.next(moment, zone)


def test_an_hour_that_is_left_out_comes_an_hour_later():
    found = at_local(date(2026, 3, 8), time(2, 30), CHICAGO).astimezone(UTC)
    assert found.astimezone(ZoneInfo(CHICAGO)).strftime("%R") == "03:30"


def test_of_an_hour_that_comes_twice_the_first_counts():
    found = at_local(date(2026, 11, 1), time(1, 30), CHICAGO).astimezone(UTC)
    assert found == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
