"""Opening hours: a line that is closed must not be named to a child in danger."""

from datetime import datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.opening_hours import DAYS, OpeningHours, read_hours
from bot.errors import ContentError

WEEK = ["mon", "tue", "wed", "thu", "fri"]
clocks = st.times()
local_times = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_always_is_day_and_night():
    assert read_hours("always").covers(at("2026-06-01T03:00"))


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-06-01T07:59", False),
        ("2026-06-01T08:00", True),
        ("2026-06-01T16:59:59", True),
        ("2026-06-01T17:00", False),
        ("2026-06-06T12:00", False),  # Saturday
    ],
)
def test_office_hours(moment, is_open):
    hours = read_hours([{"days": WEEK, "from": "08:00", "to": "17:00"}])

    assert hours.covers(at(moment)) is is_open


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-06-05T21:59", False),  # Friday
        ("2026-06-05T22:00", True),
        ("2026-06-06T01:59", True),
        ("2026-06-06T02:00", False),
        ("2026-06-06T22:30", False),
    ],
)
def test_hours_past_midnight_belong_to_the_day_on_which_they_began(moment, is_open):
    hours = read_hours([{"days": ["fri"], "from": "22:00", "to": "02:00"}])

    assert hours.covers(at(moment)) is is_open


def test_from_sunday_night_into_monday():
    hours = read_hours([{"days": ["sun"], "from": "20:00", "to": "04:00"}])

    assert hours.covers(at("2026-06-01T03:00"))


def test_until_midnight():
    hours = read_hours([{"days": ["mon"], "from": "08:00", "to": "00:00"}])

    assert hours.covers(at("2026-06-01T23:59"))
    assert not hours.covers(at("2026-06-02T00:00"))


@given(st.lists(clocks, min_size=1, max_size=5, unique=True), local_times)
def test_spans_that_follow_one_another_leave_no_hour_out(cuts, moment):
    cuts.sort()
    spans = [
        (day, begins, ends)
        for day in range(len(DAYS))
        for begins, ends in zip(cuts, [*cuts[1:], cuts[0]], strict=True)
    ]
    answered = [s for s in spans if OpeningHours((s,)).covers(moment)]

    assert OpeningHours(tuple(spans)).covers(moment)
    assert len(answered) == 1


@given(st.integers(0, 6), clocks, clocks, local_times)
def test_a_span_is_open_no_longer_than_a_day(day, begins, ends, moment):
    hours = OpeningHours(((day, begins, ends),))

    if hours.covers(moment):
        assert moment.weekday() in (day, (day + 1) % 7)
        assert (moment.time() >= begins) or (moment.time() < ends)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "sometimes",
        "24h",
        [],
        [{"days": ["monday"], "from": "08:00", "to": "17:00"}],
        [{"days": "mon", "from": "08:00", "to": "17:00"}],
        [{"days": ["mon"], "from": 480, "to": 1020}],  # as YAML reads 08:00 without quotes
        [{"days": ["mon"], "from": "08:00"}],
        [{"days": ["mon"], "from": "08:00", "to": "17:00"}, "and on Sundays"],
        [{"days": [], "from": "08:00", "to": "17:00"}],
        7,
        None,
    ],
)
def test_what_is_not_understood_is_refused_in_one_sentence(written):
    with pytest.raises(ContentError, match="no opening hours"):
        read_hours(written)


def test_a_reader_of_hours_keeps_each_day():
    hours = read_hours([{"days": ["mon", "sat"], "from": "08:00", "to": "12:00"}])

    assert hours.spans == ((0, time(8), time(12)), (5, time(8), time(12)))
