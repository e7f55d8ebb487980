"""What the times of the plan count from: facts of the journey and moments of a case."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.contacts import COUNTRIES
from bot.domain.journey import Journey

ANCHORS = (
    "departure",
    "departure_hour",
    "departure_without_hour",
    "arrival",
    "home",
    "risk",
    "closure",
    "birthday_18",
    "end",
    "event",
)

LONGEST = 24
"""Months that the programme goes with a child after the return; source: design, section 7."""

AFTER_CLOSURE = 3
"""Months of monitoring after a case was closed; source: design, section 7."""

DEPARTURE_UNTIL_KNOWN = time(6)
ARRIVAL_UNTIL_KNOWN = time(18)
"""Hours that are assumed while only the day is confirmed: an early start, a late arrival."""

TRAVEL_UNTIL_KNOWN = timedelta(hours=10)
"""How long somebody travels of whom only the departure is confirmed, and not before that evening."""

ADULT = 18


@dataclass(frozen=True)
class CaseFacts:
    """What is known about a child's case beside the journey."""

    arrived_at: datetime | None = None
    """When the child, or who receives them, said that they are there."""
    closed_on: date | None = None
    risk_closed_on: date | None = None
    born_on: date | None = None
    birth_year: int | None = None


@dataclass(frozen=True)
class Anchor:
    """A moment, or a day without a known hour."""

    on: date
    moment: datetime


def anchors_of(journey: Journey, case: CaseFacts) -> dict[str, Anchor]:
    """Return the anchors that are known; what is not known plans nothing.

    What counts hours from the departure needs a confirmed one: an assumed hour would say "you are on
    the way" to somebody who has not left.
    """
    known = {
        "departure": _departure(journey),
        "departure_hour": _departure(journey) if journey.departure_time else None,
        "departure_without_hour": None if journey.departure_time else _departure(journey),
        "arrival": _arrival(journey),
        "home": _home(journey, case),
        "risk": _day(case.risk_closed_on),
        "closure": _day(case.closed_on),
        "birthday_18": _day(_eighteenth(case)),
    }
    known["end"] = _end(known, case)
    return {name: anchor for name, anchor in known.items() if anchor is not None}


def _departure(journey: Journey) -> Anchor | None:
    zone = journey.departure_zone or COUNTRIES["US"]
    return _at(journey.departure_on, journey.departure_time or DEPARTURE_UNTIL_KNOWN, zone)


def _arrival(journey: Journey) -> Anchor | None:
    """Arrival at the reception centre; without it the hour of the pick-up, without that an assumed one."""
    zone = _zone_of_arrival(journey)
    if journey.arrival_on is not None:
        return _at(journey.arrival_on, journey.arrival_time or ARRIVAL_UNTIL_KNOWN, zone)
    pick_up = _at(journey.pick_up_on, journey.pick_up_time or ARRIVAL_UNTIL_KNOWN, zone)
    return pick_up or _assumed_arrival(journey, zone)


def _assumed_arrival(journey: Journey, zone: str) -> Anchor | None:
    """Who leaves is expected somewhere, and looked for there, although nobody confirmed when.

    Only what is planned counts from it: no fact of the journey says so, and nobody is told.
    """
    departure = _departure(journey)
    if departure is None:
        return None
    travel = timedelta(hours=journey.travel_hours) if journey.travel_hours else TRAVEL_UNTIL_KNOWN
    there = (departure.moment.astimezone(UTC) + travel).astimezone(ZoneInfo(zone))
    if not (journey.travel_hours and journey.departure_time):
        last_day = there.date() if journey.travel_hours else departure.on
        there = max(there, datetime.combine(last_day, ARRIVAL_UNTIL_KNOWN, ZoneInfo(zone)))
    return Anchor(there.date(), there)


def _zone_of_arrival(journey: Journey) -> str:
    return journey.arrival_zone or COUNTRIES[journey.destination or "GT"]


def _home(journey: Journey, case: CaseFacts) -> Anchor | None:
    """The first day at home: as it happened, else as it is planned or assumed."""
    if case.arrived_at is not None:
        return _day(case.arrived_at.astimezone(ZoneInfo(_zone_of_arrival(journey))).date())
    arrival = _arrival(journey)
    return _day(journey.pick_up_on or (arrival.on if arrival else None))


def _at(on: date | None, at: time, zone: str) -> Anchor | None:
    return Anchor(on, datetime.combine(on, at, ZoneInfo(zone))) if on else None


def _day(on: date | None) -> Anchor | None:
    return _at(on, time(), "UTC")


def _eighteenth(case: CaseFacts) -> date | None:
    """The eighteenth birthday; of a child whose birthday is not known, the last day of that year."""
    if case.born_on is not None:
        return months_after(case.born_on, 12 * ADULT)
    return date(case.birth_year + ADULT, 12, 31) if case.birth_year else None


def _end(known: dict[str, Anchor | None], case: CaseFacts) -> Anchor | None:
    """The last day of the programme: whichever comes first of two years, three months after closure, 18."""
    home, closure, adult = known["home"], known["closure"], known["birthday_18"]
    days = [
        months_after(home.on, LONGEST) if home else None,
        months_after(closure.on, AFTER_CLOSURE) if closure else None,
        adult.on if adult and home and adult.on > home.on else None,
    ]
    return _day(min((d for d in days if d is not None), default=None))


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the last one of a shorter month."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def days_after(day: date, days: int) -> date:
    """Return the day so many days later."""
    return day + timedelta(days=days)
