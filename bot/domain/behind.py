"""Which parts of a journey lie behind: what is different about them is no news any more."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.anchors import Anchor, CaseFacts, anchors_of
from bot.domain.journey import Journey

AT_THE_CENTRE = timedelta(days=7)
"""Where no day of the pick-up is confirmed a child may still be at the reception centre for so long."""


class Part(StrEnum):
    """One part of a journey, over at its own time."""

    START = "start"
    """The departure: over when its hour has passed, without an hour with its day."""
    WAY = "way"
    """The trip as far as the reception: over with the day of arrival."""
    CALL = "call"
    """The first call with the family."""
    HOME = "home"
    """From the reception to the family's home: over with the day of the pick-up."""


@dataclass(frozen=True)
class Behind:
    """The parts that are over, and those of them of which nobody knows whether they took place."""

    parts: frozenset[Part] = frozenset()
    in_doubt: frozenset[Part] = frozenset()


def behind_of(
    journey: Journey, told: Mapping[str, Any], arrived_at: datetime | None, now: datetime, zone: str
) -> Behind:
    """Return what is over; of a day that is not confirmed any more the one that was told counts.

    Who arrived has left and travelled, whatever a correction says. Without a word of an arrival, or
    with a new day that is still to come, a person has to look what is so.
    """
    known = _with_days(journey, told)
    anchors = anchors_of(known, CaseFacts(arrived_at=arrived_at))
    last = _last_days(known, anchors)
    today = now.astimezone(ZoneInfo(zone)).date()
    over = {part for part, on in last.items() if on is not None and on < today}
    if "departure_hour" in anchors and anchors["departure_hour"].moment <= now:
        over.add(Part.START)
    has_arrived = arrived_at is not None
    found = over | ({Part.START, Part.WAY} if has_arrived else set())
    ahead = {part for part, on in last.items() if on is not None and on > today}
    return Behind(frozenset(found), frozenset(found & ahead if has_arrived else found))


def _with_days(journey: Journey, told: Mapping[str, Any]) -> Journey:
    """Fill in the days that were told and are not confirmed any more."""
    gone = {f: v for f, v in told.items() if f.endswith("_on") and getattr(journey, f) is None}
    days: dict[str, Any] = {fact: date.fromisoformat(on) for fact, on in gone.items()}
    return replace(journey, **days)


def _last_days(known: Journey, anchors: Mapping[str, Anchor]) -> dict[Part, date | None]:
    arrival, home = (anchors[a].on if a in anchors else None for a in ("arrival", "home"))
    some_days_later = home + AT_THE_CENTRE if home else known.pick_up_on
    return {
        Part.START: known.departure_on,
        Part.WAY: arrival,
        Part.CALL: known.first_call_on or some_days_later,
        Part.HOME: max(home, known.pick_up_on) if home and known.pick_up_on else some_days_later,
    }
