"""The confirmed facts of one return. What is not in it is not known, and is never stated."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.contacts import COUNTRIES
from bot.domain.risk import Phase
from bot.errors import JourneyError

VEHICLES = ("plane", "bus", "van", "car")
MEALS = ("breakfast", "lunch", "dinner", "snack", "water")
PAPERS = ("identity_card", "birth_certificate", "letter_of_authority", "passport")
LONGEST_TRAVEL_HOURS = 240


@dataclass(frozen=True)
class Journey:
    """Every fact may be None: not confirmed. Times are local to the zone that stands beside them."""

    destination: str | None = None
    departure_on: date | None = None
    departure_time: time | None = None
    departure_zone: str | None = None
    vehicle: str | None = None
    travel_hours: float | None = None
    companions: tuple[str, ...] | None = None
    companion_languages: tuple[str, ...] | None = None
    meals: tuple[str, ...] | None = None
    night_places: tuple[str, ...] | None = None
    night_companions: tuple[str, ...] | None = None
    arrival_on: date | None = None
    arrival_time: time | None = None
    arrival_zone: str | None = None
    reception_centre: str | None = None
    reception_city: str | None = None
    receiving_adults: tuple[str, ...] | None = None
    first_call_on: date | None = None
    first_call_time: time | None = None
    home_place: str | None = None
    home_vehicle: str | None = None
    home_hours: float | None = None
    home_companions: tuple[str, ...] | None = None
    pick_up_place: str | None = None
    pick_up_on: date | None = None
    pick_up_time: time | None = None
    pick_up_papers: tuple[str, ...] | None = None

    def as_facts(self) -> dict[str, Any]:
        """Return the known facts as plain JSON values."""
        known = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: _plain(value) for name, value in known.items() if value is not None}


def read_journey(facts: Mapping[str, Any]) -> Journey:
    """Check what somebody entered and return the journey; every refusal is one plain sentence."""
    unknown = set(facts) - {f.name for f in fields(Journey)}
    if unknown:
        raise JourneyError(f"A journey has no fact called {', '.join(sorted(unknown))}.")
    journey = Journey(**{name: _read(name, value) for name, value in facts.items()})
    _refuse_contradictions(journey)
    return journey


def phase_of(journey: Journey, is_home_country: bool, now: datetime) -> Phase:
    """Return where the return stands; who is in the home country has arrived unless the day says otherwise.

    Without a confirmed departure somebody who is not there yet is before it.
    """
    departure = _moment(journey, "departure") or _day(journey.departure_on, _EARLIEST)
    arrival = _moment(journey, "pick_up") or _arrival_day_ends(journey)
    if departure and now < departure and not is_home_country:
        return Phase.BEFORE
    if arrival and departure and departure <= now < arrival:
        return Phase.JOURNEY
    if is_home_country or (arrival and now >= arrival):
        return Phase.AFTER
    return Phase.JOURNEY if departure and now >= departure else Phase.BEFORE


_EARLIEST = UTC
"""Without an hour of departure the journey begins early: its midnight comes before every American one."""


def _arrival_day_ends(journey: Journey) -> datetime | None:
    """Return midnight after the day on which the child is expected, where they arrive."""
    on = journey.pick_up_on or journey.arrival_on
    zone = journey.arrival_zone or COUNTRIES.get(journey.destination or "", COUNTRIES["MX"])
    return _day(on + timedelta(days=1), ZoneInfo(zone)) if on else None


def _day(on: date | None, zone: tzinfo) -> datetime | None:
    """Return the beginning of a day."""
    return datetime.combine(on, time(), zone) if on else None


def _read(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _LISTS:
        return _list(name, value)
    ending = name.rsplit("_", 1)[-1]
    readers = {"on": _date, "time": _time, "hours": _hours, "zone": _zone}
    return readers.get(ending, _word)(name, value)


_LISTS = {
    "companions": None,
    "companion_languages": None,
    "meals": MEALS,
    "night_places": None,
    "night_companions": None,
    "receiving_adults": None,
    "home_companions": None,
    "pick_up_papers": PAPERS,
}
_WORDS = {
    "vehicle": VEHICLES,
    "home_vehicle": VEHICLES,
    "destination": tuple(COUNTRIES),
}


def _date(name: str, value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise JourneyError(f"{name} must be a date such as 2026-12-03, not {value!r}.") from None


def _time(name: str, value: Any) -> time:
    try:
        if isinstance(value, int):  # YAML reads an unquoted 08:30 as the number of minutes
            return time(value // 60, value % 60)
        return time.fromisoformat(str(value))
    except ValueError:
        raise JourneyError(f'{name} must be a time such as "08:30", not {value!r}.') from None


def _hours(name: str, value: Any) -> float:
    if isinstance(value, int | float) and 0 < value <= LONGEST_TRAVEL_HOURS:
        return float(value)
    raise JourneyError(f"{name} must be a number of hours between 0 and {LONGEST_TRAVEL_HOURS}.")


def _zone(name: str, value: Any) -> str:
    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, ValueError):
        raise JourneyError(f"{name} must be a time zone such as America/Guatemala.") from None


def _list(name: str, value: Any) -> tuple[str, ...]:
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, list | tuple) or not all(isinstance(e, str) for e in entries):
        raise JourneyError(f"{name} must be a list of words.")
    return tuple(_one_of(name, e, _LISTS[name]) for e in entries)


def _word(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise JourneyError(f"{name} must not be empty.")
    return _one_of(name, value.strip(), _WORDS.get(name))


def _one_of(name: str, value: str, allowed: tuple[str, ...] | None) -> str:
    if allowed is not None and value not in allowed:
        raise JourneyError(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
    return value


def _refuse_contradictions(journey: Journey) -> None:
    """Compare what can be compared; unknown facts contradict nothing."""
    for earlier, later in (
        ("departure", "arrival"),
        ("departure", "pick_up"),
        ("departure", "first_call"),
        ("arrival", "pick_up"),
    ):
        _refuse_wrong_order(journey, earlier, later)


def _refuse_wrong_order(journey: Journey, earlier: str, later: str) -> None:
    first_on, then_on = (
        getattr(journey, f"{earlier}_on"),
        getattr(journey, f"{later}_on"),
    )
    if first_on is None or then_on is None:
        return
    if then_on < first_on:
        raise JourneyError(
            f"The {_spoken(later)} ({then_on}) is before the {_spoken(earlier)} ({first_on})."
        )
    first_at, then_at = _moment(journey, earlier), _moment(journey, later)
    if first_at and then_at and then_at <= first_at:
        raise JourneyError(
            f"The {_spoken(later)} is not after the {_spoken(earlier)} on {then_on}."
        )


def _moment(journey: Journey, name: str) -> datetime | None:
    """Return when it happens, None while the time or its zone is not known."""
    on, at = getattr(journey, f"{name}_on"), getattr(journey, f"{name}_time")
    zone = journey.departure_zone if name == "departure" else journey.arrival_zone
    if on is None or at is None or zone is None:
        return None
    return datetime.combine(on, at, ZoneInfo(zone))


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _plain(value: Any) -> Any:
    if isinstance(value, date | time):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
