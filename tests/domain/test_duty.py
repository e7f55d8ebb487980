"""Who is on duty, and where a return stands: across midnight, holidays, zones and changed clocks."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.contacts import COUNTRIES
from bot.domain.duty import LOOK_STEP, Shift, gaps, on_duty
from bot.domain.journey import Journey, phase_of
from bot.domain.risk import Phase

ELENA, MARVIN = UUID(int=1), UUID(int=2)
EVERY_DAY = frozenset(range(7))
PLACES = [*COUNTRIES.items(), ("MX", "America/Tijuana"), ("US", "America/New_York")]
BACK = datetime(2026, 11, 1, tzinfo=ZoneInfo("America/Chicago"))
"""A day of 25 hours in the United States."""

moments = st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))
quarters = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
places = st.sampled_from(PLACES)
weekdays = st.frozensets(st.integers(0, 6), min_size=1)


def never(country: str, day: date) -> bool:
    return False


def make_shift(begin="08:00", end="16:00", **changes) -> Shift:
    defaults = {
        "staff_id": ELENA,
        "country": "GT",
        "zone": "America/Guatemala",
        "weekdays": EVERY_DAY,
        "starts": time.fromisoformat(begin),
        "ends": time.fromisoformat(end),
        "on_holidays": True,
    }
    return Shift(**(defaults | changes))


def local(text: str, zone: str = "America/Guatemala") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def around_the_clock(cuts: Sequence[time], **changes) -> list[Shift]:
    """Return shifts that follow one another through day and night."""
    ends = [*cuts[1:], cuts[0]]
    return [make_shift(starts=a, ends=b, **changes) for a, b in zip(cuts, ends, strict=True)]


@pytest.mark.parametrize(
    ("at", "is_on"),
    [("07:59:59", False), ("08:00", True), ("15:59:59", True), ("16:00", False)],
)
def test_a_shift_begins_on_its_minute_and_ends_before_its_minute(at, is_on):
    assert make_shift().covers(local(f"2026-06-01T{at}"), never) is is_on


@pytest.mark.parametrize(
    ("at", "is_on"),
    [
        ("2026-06-01T21:59", False),  # Monday
        ("2026-06-01T22:00", True),
        ("2026-06-02T05:59", True),
        ("2026-06-02T06:00", False),
        ("2026-06-02T23:00", False),  # Tuesday night is not theirs
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_began(at, is_on):
    night = make_shift("22:00", "06:00", weekdays=frozenset([0]))

    assert night.covers(local(at), never) is is_on


def test_a_night_from_sunday_goes_on_into_monday():
    night = make_shift("22:00", "06:00", weekdays=frozenset([6]))

    assert night.covers(local("2026-06-01T05:00"), never)


def test_until_midnight_ends_at_midnight():
    evening = make_shift("16:00", "00:00", weekdays=frozenset([0]))

    assert evening.covers(local("2026-06-01T23:59:59"), never)
    assert not evening.covers(local("2026-06-02T00:00"), never)


def test_midnight_is_not_at_the_same_time_in_two_zones():
    monday = {"weekdays": frozenset([0])}
    here = make_shift("00:00", "00:00", zone="America/Guatemala", **monday)
    there = make_shift("00:00", "00:00", zone="America/New_York", **monday)
    late_on_sunday = local("2026-05-31T23:00")  # one in the morning in New York

    assert there.covers(late_on_sunday, never)
    assert not here.covers(late_on_sunday, never)


def test_a_night_that_began_before_a_holiday_is_kept_and_one_that_begins_on_it_is_not():
    def is_holiday(country, day):
        return day == date(2026, 9, 15)

    night = make_shift("22:00", "06:00", on_holidays=False)

    assert night.covers(local("2026-09-15T05:00"), is_holiday)
    assert not night.covers(local("2026-09-15T23:00"), is_holiday)
    assert not night.covers(local("2026-09-16T05:00"), is_holiday)
    assert night.covers(local("2026-09-16T22:00"), is_holiday)


def test_a_holiday_is_one_of_the_country_that_is_answered_for():
    def only_in_mexico(country, day):
        return country == "MX"

    assert make_shift(on_holidays=False).covers(local("2026-09-16T09:00"), only_in_mexico)


@given(st.lists(quarters, min_size=1, max_size=5, unique=True), places, moments)
def test_shifts_that_follow_one_another_leave_nobody_alone_and_never_double(cuts, place, moment):
    """On every day of the year, also when the clocks change."""
    country, zone = place
    shifts = around_the_clock(sorted(cuts), country=country, zone=zone)

    assert len(on_duty(shifts, moment, "after", never)) == 1


@given(quarters, quarters, weekdays, places, moments)
def test_a_shift_and_the_rest_of_its_days_make_the_whole_week(begin, end, days, place, moment):
    country, zone = place
    where = {"country": country, "zone": zone}
    theirs = make_shift(starts=begin, ends=end, weekdays=days, **where)
    others = [
        make_shift(starts=begin, ends=end, weekdays=EVERY_DAY - days, **where),
        make_shift(starts=end, ends=begin, **where),
    ]
    if begin == end:
        others.pop()
    on = [s for s in (theirs, *others) if s.covers(moment, never)]

    assert len(on) == 1


@given(quarters, quarters, weekdays, places, moments)
def test_whoever_is_on_duty_began_on_one_of_their_days(begin, end, days, place, moment):
    country, zone = place
    shift = make_shift(starts=begin, ends=end, weekdays=days, country=country, zone=zone)
    here = moment.astimezone(ZoneInfo(zone))
    began_yesterday = here.time() < end <= begin and not here.time() >= begin
    began_on = here.date() - timedelta(days=1) if began_yesterday else here.date()

    if shift.covers(moment, never):
        assert began_on.weekday() in days


@given(st.integers(0, 24 * 60))
def test_an_hour_that_comes_twice_is_staffed_twice(minutes):
    moment = BACK.astimezone(UTC) + timedelta(minutes=minutes)
    night = make_shift("22:00", "06:00", country="US", zone="America/Chicago")
    hour = moment.astimezone(ZoneInfo("America/Chicago")).hour

    assert night.covers(moment, never) is (hour < 6 or hour >= 22)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=6), moments)
def test_the_first_in_rank_is_called_first(ranks, moment):
    shifts = [make_shift("00:00", "00:00", staff_id=uuid4(), rank=rank) for rank in ranks]

    assert [s.rank for s in on_duty(shifts, moment, "after", never)] == sorted(ranks)


@pytest.mark.parametrize("phase", Phase)
def test_a_shift_for_one_phase_is_not_there_for_another(phase):
    shifts = [make_shift("00:00", "00:00", phases=frozenset([Phase.JOURNEY]))]

    found = on_duty(shifts, local("2026-06-01T12:00"), phase, never)
    assert bool(found) is (phase is Phase.JOURNEY)


@given(quarters, quarters, weekdays, moments, st.integers(1, 96))
def test_every_step_is_either_staffed_or_in_one_gap(begin, end, days, start, count):
    shifts = [make_shift(starts=begin, ends=end, weekdays=days)]
    until = start + count * LOOK_STEP
    found = gaps("GT", shifts, start, until, never)

    assert all(one.ends_at < other.begins_at for one, other in pairwise(found))
    for number in range(count):
        moment = start + number * LOOK_STEP
        inside = [g for g in found if g.begins_at <= moment < g.ends_at]
        assert len(inside) == (not shifts[0].covers(moment, never))


def test_hours_that_nobody_has_for_one_phase_are_a_gap():
    shifts = [make_shift("00:00", "00:00", phases=frozenset([phase])) for phase in Phase]
    begin = local("2026-06-01T00:00")
    until = begin + timedelta(days=1)

    assert gaps("GT", shifts, begin, until, never) == []
    assert len(gaps("GT", shifts[:2], begin, until, never)) == 1


# Where a return stands.

ORDER = {phase: number for number, phase in enumerate(Phase)}
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
zones = st.sampled_from([zone for _, zone in PLACES])


@st.composite
def journeys(draw) -> Journey:
    """A journey in whose known facts nothing contradicts."""
    departure_on = draw(days)
    arrival_on = departure_on + timedelta(days=draw(st.integers(0, 3)))
    pick_up_on = arrival_on + timedelta(days=draw(st.integers(0, 2)))
    facts = {
        "destination": draw(st.sampled_from([None, *COUNTRIES])),
        "departure_on": departure_on,
        "departure_time": draw(st.none() | quarters),
        "departure_zone": draw(st.none() | zones),
        "arrival_on": arrival_on,
        "arrival_zone": draw(st.none() | zones),
        "pick_up_on": pick_up_on,
        "pick_up_time": draw(st.none() | quarters),
    }
    known = draw(st.sets(st.sampled_from(sorted(facts))))
    return Journey(**{name: value for name, value in facts.items() if name in known})


@given(journeys(), st.lists(moments, min_size=2, max_size=6))
def test_a_return_never_goes_backwards(journey, times):
    phases = [ORDER[phase_of(journey, False, moment)] for moment in sorted(times)]

    assert phases == sorted(phases)


@given(journeys(), moments)
def test_who_is_at_home_is_not_before_it(journey, moment):
    assert phase_of(journey, True, moment) is not Phase.BEFORE


@given(moments)
def test_without_any_fact_the_place_decides(moment):
    assert phase_of(Journey(), False, moment) is Phase.BEFORE
    assert phase_of(Journey(), True, moment) is Phase.AFTER


@given(journeys(), quarters)
def test_on_the_day_of_arrival_nobody_has_arrived_before_they_are_picked_up(journey, clock):
    """Only the day is known: until its midnight, where they arrive, the child may be on the way."""
    if journey.pick_up_time is not None or journey.arrival_zone is None:
        return
    last_day = journey.pick_up_on or journey.arrival_on
    if last_day is None:
        return
    moment = datetime.combine(last_day, clock, ZoneInfo(journey.arrival_zone))

    assert phase_of(journey, False, moment) is not Phase.AFTER


def test_the_evening_of_the_arrival_is_still_the_journey():
    journey = Journey(
        departure_on=date(2026, 12, 3),
        arrival_on=date(2026, 12, 3),
        arrival_zone="America/Guatemala",
    )

    assert phase_of(journey, False, local("2026-12-03T23:30")) is Phase.JOURNEY
    assert phase_of(journey, False, local("2026-12-04T00:00")) is Phase.AFTER


def test_a_night_in_the_reception_centre_is_still_the_journey():
    journey = Journey(
        destination="GT",
        departure_on=date(2026, 12, 3),
        arrival_on=date(2026, 12, 3),
        pick_up_on=date(2026, 12, 4),
    )

    assert phase_of(journey, True, local("2026-12-04T09:00")) is Phase.JOURNEY


def test_the_hour_of_departure_counts_where_it_is():
    journey = Journey(
        departure_on=date(2026, 11, 1),  # the clocks go back that night
        departure_time=time(8, 30),
        departure_zone="America/Chicago",
    )
    chicago = "America/Chicago"

    assert phase_of(journey, False, local("2026-11-01T08:29", chicago)) is Phase.BEFORE
    assert phase_of(journey, False, local("2026-11-01T08:30", chicago)) is Phase.JOURNEY
    assert phase_of(journey, False, datetime(2026, 11, 1, 14, 29, tzinfo=UTC)) is Phase.BEFORE
