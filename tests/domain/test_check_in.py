"""Whether the time of a step has come, and when it comes: on the contact's own clock, whatever happens."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.anchors import ANCHORS, Anchor, CaseFacts, anchors_of
from bot.domain.check_in import OVER, RUNNING, Circumstances, State, decide, due_steps, share_of
from bot.domain.check_in_plan import Doing, Step
from bot.domain.contacts import COUNTRIES, Role
from bot.domain.journey import read_journey
from bot.domain.waking_hours import WakingHours
from bot.phrasebook.check_in_plan import read_check_in_plan
from bot.settings import CONTENT

CHICAGO, GUATEMALA = "America/Chicago", "America/Guatemala"
WAKING = WakingHours(time(8), time(20))
NOON = datetime(2026, 12, 3, 18, 0, tzinfo=UTC)
"""Twelve o'clock in Guatemala and in Chicago."""

HOLD = timedelta(hours=2)
SPREAD = timedelta(minutes=20)
NOBODY = UUID(int=0)
"""Somebody whose place in the spread is its beginning."""

PLAN = read_check_in_plan(CONTENT / "checkins.yml")

zones = st.sampled_from([*COUNTRIES.values(), "America/New_York", "America/Tijuana"])
people = st.uuids()
days = st.dates(date(2025, 1, 1), date(2029, 1, 1))


def make_step(**changes) -> Step:
    defaults = {"id": "a_step", "track": Role.CHILD, "anchor": "home", "say": ("check_in.home",)}
    return Step(**(defaults | changes))


def day_step(**changes) -> Step:
    return make_step(**({"days": 1, "at": time(16, 30)} | changes))


def on(day: date) -> Anchor:
    return Anchor(day, datetime.combine(day, time(), UTC))


def dues(steps, anchors, zone=GUATEMALA, contact_id=NOBODY, spread=SPREAD):
    return due_steps(steps, anchors, zone, contact_id, spread)


def due(step, anchors, zone=GUATEMALA, **rest):
    return dues([step], anchors, zone, **rest)[step.id]


def on_their_clock(moment: datetime, zone: str = GUATEMALA) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%F %R")


# When it is due


def test_a_day_after_is_half_past_four_on_that_day_at_home():
    found = due(day_step(), {"home": on(date(2026, 12, 3))})
    assert on_their_clock(found.at) == "2026-12-04 16:30"
    assert found.until - found.at == timedelta(days=1)


def test_what_counts_from_something_unknown_is_not_due():
    assert dues([day_step(anchor="departure")], {"home": on(date(2026, 12, 3))}) == {}


@pytest.mark.parametrize("day", ["2027-03-13", "2027-03-14", "2027-11-06", "2027-11-07"])
def test_half_past_four_stays_half_past_four_when_the_clocks_change(day):
    found = due(day_step(days=0), {"home": on(date.fromisoformat(day))}, CHICAGO)
    assert on_their_clock(found.at, CHICAGO) == f"{day} 16:30"


def test_another_zone_moves_the_moment_and_keeps_the_hour():
    anchors = {"home": on(date(2027, 7, 1))}
    here, there = due(day_step(), anchors, CHICAGO), due(day_step(), anchors, GUATEMALA)
    assert there.at - here.at == timedelta(hours=1)
    assert on_their_clock(here.at, CHICAGO) == on_their_clock(there.at) == "2027-07-02 16:30"


def test_so_many_months_later_is_the_same_day_of_the_month():
    found = due(day_step(days=None, months=3), {"home": on(date(2026, 11, 30))})
    assert on_their_clock(found.at) == "2027-02-28 16:30"


@pytest.mark.parametrize("hours", [-3, 3, 30])
@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2027, 3, 14)])
def test_so_long_after_a_moment_is_so_long_also_when_the_clocks_change(day, hours):
    """Three hours before a departure at four, in a night in which an hour comes twice or never."""
    departure = Anchor(day, datetime.combine(day, time(4), ZoneInfo(CHICAGO)))
    step = make_step(anchor="departure", after=timedelta(hours=hours), late=timedelta(hours=26))
    found = due(step, {"departure": departure}, CHICAGO)
    assert found.at.astimezone(UTC) - departure.moment.astimezone(UTC) == timedelta(hours=hours)
    assert found.until.astimezone(UTC) - found.at.astimezone(UTC) == timedelta(hours=26)


def test_not_everybody_is_due_in_the_same_second():
    anchors = {"home": on(date(2026, 12, 3))}
    found = {due(day_step(), anchors, contact_id=UUID(int=n)).at for n in range(60)}
    assert len(found) == 21
    assert max(found) - min(found) == SPREAD


@given(person=people)
def test_the_place_in_the_spread_is_always_the_same_and_within_it(person):
    assert timedelta(0) <= share_of(SPREAD, person) <= SPREAD
    assert share_of(SPREAD, person) == share_of(SPREAD, UUID(str(person)))
    assert share_of(timedelta(0), person) == timedelta(0)


def test_the_last_day_belongs_to_the_programme_and_the_day_after_does_not():
    anchors = {"home": on(date(2026, 12, 3)), "end": on(date(2026, 12, 10))}
    steps = [day_step(id="last", days=7), day_step(id="after", days=8)]
    assert set(dues(steps, anchors)) == {"last"}


def test_the_last_day_is_theirs_not_the_one_of_greenwich():
    anchors = {"home": on(date(2026, 12, 3)), "end": on(date(2026, 12, 10))}
    late = day_step(days=7, at=time(20, 0))  # already the next day in Greenwich
    assert set(dues([late], anchors)) == {"a_step"}


@pytest.mark.parametrize("anchor", ["home", "risk", "closure", "birthday_18"])
def test_nothing_of_the_programme_lies_behind_its_end(anchor):
    anchors = {anchor: on(date(2026, 12, 9)), "end": on(date(2026, 12, 10))}
    assert dues([day_step(anchor=anchor, days=2)], anchors) == {}


def test_the_good_bye_comes_after_the_end():
    anchors = {"end": on(date(2026, 12, 10))}
    assert "a_step" in dues([day_step(anchor="end", days=14)], anchors)


def test_after_closure_its_own_series_takes_the_place_of_the_one_at_home():
    anchors = {
        "home": on(date(2026, 12, 3)),
        "closure": on(date(2026, 12, 20)),
        "end": on(date(2027, 3, 20)),
    }
    steps = [
        day_step(id="before", days=14),
        day_step(id="after", days=30),
        day_step(id="closed", anchor="closure", days=None, months=1),
    ]
    assert set(dues(steps, anchors)) == {"before", "closed"}


@given(
    person=people,
    zone=zones,
    departs=days,
    travels=st.integers(0, 9),
    closes=st.none() | st.integers(0, 900),
    born=st.dates(date(2008, 1, 1), date(2020, 1, 1)),
    track=st.sampled_from([Role.CHILD, Role.CAREGIVER]),
)
def test_in_any_life_every_step_of_the_plan_has_its_hour_and_lies_within_the_programme(
    person, zone, departs, travels, closes, born, track
):
    arrives = departs + timedelta(days=travels)
    journey = read_journey({"departure_on": departs, "arrival_on": arrives})
    closed = arrives + timedelta(days=closes) if closes is not None else None
    anchors = anchors_of(journey, CaseFacts(closed_on=closed, born_on=born))
    steps = PLAN.of_track(track)
    found = dues(steps, anchors, zone, person, PLAN.spread)

    assert {"good_bye", "good_bye_home"} & set(found)
    for step in steps:
        if step.id not in found:
            continue
        here = found[step.id].at.astimezone(ZoneInfo(zone)) - share_of(PLAN.spread, person)
        assert found[step.id].until - found[step.id].at == step.late
        assert step.at is None or here.time() == step.at
        assert step.anchor in ("departure", "arrival", "end") or here.date() <= anchors["end"].on
        assert step.anchor != "home" or closed is None or here.date() <= closed


@given(person=people, zone=zones, departs=days, by=st.integers(1, 60))
def test_a_moved_departure_moves_everything_that_depends_on_it_by_as_many_days(
    person, zone, departs, by
):
    def of(first):
        journey = read_journey({"departure_on": first, "arrival_on": first})
        steps = [s for s in PLAN.of_track(Role.CHILD) if s.anchor in ("departure", "home")]
        return dues(steps, anchors_of(journey, CaseFacts()), zone, person, PLAN.spread)

    before, after = of(departs), of(departs + timedelta(days=by))
    for name in before:
        if PLAN.steps[name].days is not None:
            there, here = (f[name].at.astimezone(ZoneInfo(zone)) for f in (before, after))
            assert here.date() - there.date() == timedelta(days=by)
            assert here.time() == there.time()


# Whether it is said


def circumstances(**changes) -> Circumstances:
    return replace(Circumstances(NOON, GUATEMALA, WAKING), **changes)


def verdict(step=None, not_after=NOON + timedelta(hours=12), **changes):
    return decide(step or make_step(), not_after, HOLD, circumstances(**changes))


def test_by_day_and_with_nothing_in_the_way_it_is_said():
    assert verdict().is_now


@pytest.mark.parametrize(
    ("holds", "reason"),
    [
        ({"has_ended": True}, "programme_ended"),
        ({"has_consent": False}, "no_consent"),
        ({"is_paused": True}, "paused"),
        ({"has_left": True, "is_reachable": False}, "opted_out"),
        ({"has_left": True, "has_consent": False}, "opted_out"),
        ({"is_reachable": False}, "unreachable"),
    ],
)
def test_never_has_a_reason(holds, reason):
    found = verdict(**holds)
    assert (found.until, found.reason, found.is_now) == (None, reason, False)


@pytest.mark.parametrize(
    ("holds", "reason"),
    [
        ({"is_at_risk": True}, "at_risk"),
        ({"is_held": True}, "handover"),
    ],
)
def test_while_a_person_is_at_it_it_is_looked_at_again_later(holds, reason):
    found = verdict(**holds)
    assert (found.until, found.reason) == (NOON + HOLD, reason)


def test_it_waits_until_a_live_conversation_is_over():
    over = NOON + timedelta(minutes=12)
    assert verdict(live_until=over).until == over
    assert verdict(live_until=NOON).is_now


def test_it_waits_for_the_morning():
    night = NOON + timedelta(hours=9)
    found = verdict(not_after=NOON + timedelta(days=1), now=night)
    assert (on_their_clock(found.until), found.reason) == ("2026-12-04 08:00", "asleep")


def test_it_is_late_after_its_time():
    assert verdict(not_after=NOON - timedelta(seconds=1)).reason == "late"
    assert verdict(not_after=NOON).is_now


def test_what_would_be_late_after_waiting_is_not_waited_for():
    found = verdict(not_after=NOON + timedelta(hours=1), is_held=True)
    assert (found.until, found.reason) == (None, "late_handover")


def test_a_danger_does_not_hold_up_what_is_said_all_the_same():
    assert verdict(make_step(even_at_risk=True), is_at_risk=True).is_now


def test_only_what_speaks_of_the_journey_waits_while_it_is_in_doubt():
    assert verdict(make_step(about_journey=True), journey_is_held=True).reason == "journey_held"
    assert verdict(make_step(), journey_is_held=True).is_now


def test_who_is_stable_is_asked_less_often():
    assert verdict(make_step(unless_stable=True), is_stable=True).reason == "stable"
    assert verdict(make_step(), is_stable=True).is_now
    assert verdict(make_step(unless_stable=True)).is_now


def test_on_a_holiday_only_what_may_wait_waits():
    assert verdict(make_step(not_on_holidays=True), is_holiday=True).reason == "late_holiday"
    tomorrow = NOON + timedelta(days=1)
    found = verdict(make_step(not_on_holidays=True), tomorrow, is_holiday=True)
    assert (found.until, found.reason) == (tomorrow, "holiday")
    assert verdict(is_holiday=True).is_now


def test_the_border_is_crossed_at_night_and_after_stop_too():
    border = make_step(say=(), do=Doing.CROSS_BORDER)
    night = NOON + timedelta(hours=9)
    assert verdict(border, now=night, has_left=True, is_held=True, is_paused=True).is_now
    assert verdict(border, has_ended=True).reason == "programme_ended"


flags = st.fixed_dictionaries(
    {
        name: st.booleans()
        for name in (
            "has_ended",
            "has_consent",
            "is_paused",
            "has_left",
            "is_reachable",
            "is_held",
            "is_at_risk",
            "journey_is_held",
            "is_stable",
            "is_holiday",
        )
    }
)


@given(
    holds=flags,
    step=st.sampled_from(list(PLAN.steps.values())),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)),
    left=st.timedeltas(timedelta(days=-2), timedelta(days=15)),
    live=st.none() | st.timedeltas(timedelta(hours=-1), timedelta(hours=21)),
    zone=zones,
    audience=st.sampled_from(list(PLAN.waking)),
)
def test_whatever_holds_it_is_said_awake_or_waits_within_its_time_or_is_left_out_with_a_reason(
    holds, step, now, left, live, zone, audience
):
    c = Circumstances(now, zone, PLAN.waking[audience], live_until=live and now + live, **holds)
    found = decide(step, now + left, HOLD, c)
    if found.is_now and step.do is not Doing.CROSS_BORDER:
        assert c.waking.covers(now, zone)
        assert c.has_consent
        assert c.is_reachable
        assert not (c.has_ended)
        assert not (c.is_paused)
        assert not (c.has_left)
        assert left >= timedelta(0)
    elif found.until is not None:
        assert now < found.until <= now + left
        assert found.reason
    else:
        assert found.reason or step.do is Doing.CROSS_BORDER


def test_every_state_is_planned_runs_or_is_over():
    assert OVER | set(RUNNING) | {State.PLANNED} == set(State)
    assert not OVER & set(RUNNING)


def test_every_anchor_of_the_plan_is_used():
    assert {step.anchor for step in PLAN.steps.values()} == set(ANCHORS)
