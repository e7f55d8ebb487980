"""Invent journeys: what is confirmed when, what is changed once or twice, what is taken back."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from bot.app.simulation.clock import BEGINS_AT
from bot.app.simulation.people import Confirmed, Family
from bot.domain.contacts import COUNTRIES

LAST_DEPARTURE = 0.8
"""By then, as a share of the period, everybody has left; the dates before it are spread evenly."""

NOTICE = timedelta(days=9)
"""So long before a departure its day is known."""

CHANGES = ((0, 76), (1, 17), (2, 7))
WITHDRAWN = 0.04
"""Share of the journeys that are taken back; half of them are set again later."""

TRAVEL_DAYS = (1, 3)
"""Tuesday and Thursday: children travel together, on a few days of the week; source: invented."""

LEAVES_AT, ARRIVES = "07:30", 14
"""By the clock of the place: when they leave, and the hour in which they arrive."""

TRAVEL_LATE = 0.05
"""Share whose departure is put off on the day itself; they travel on the following one."""

CENTRES = {
    "GT": "Casa Luz del Camino",
    "HN": "Centro Belén",
    "SV": "Centro Esperanza",
    "MX": "Módulo Camino Amigo",
}


def journeys_of(family: Family, days: int, dice: Random) -> list[Confirmed]:
    """Return every version of a family's journey, in the order in which they are entered."""
    departs_on = _departs_on(family.enrolled_at, days, dice)
    known_at = family.enrolled_at + timedelta(hours=dice.uniform(1, 48))
    versions = [Confirmed(known_at, facts(family, departs_on, dice))]
    for _ in range(dice.choices(*zip(*CHANGES))[0]):
        departs_on = _change(versions, family, departs_on, dice)
    if dice.random() < WITHDRAWN:
        _withdraw(versions, family, departs_on, dice)
    elif dice.random() < TRAVEL_LATE:
        _put_off(versions, family, departs_on, dice)
    return versions


def _departs_on(known_at: datetime, days: int, dice: Random) -> date:
    first = known_at + NOTICE
    last = BEGINS_AT + timedelta(days=days) * LAST_DEPARTURE
    return _journey_from((first + dice.random() * max(timedelta(days=1), last - first)).date())


def _journey_from(day: date) -> date:
    """Return the next day on which children travel."""
    days = (day + timedelta(days=n) for n in range(7))
    return next(on for on in days if on.weekday() in TRAVEL_DAYS)


def _change(versions: list[Confirmed], family: Family, departs_on: date, dice: Random) -> date:
    """Enter another day some days before the one that was confirmed, never before the last entry."""
    before = _noon(departs_on) - timedelta(days=dice.uniform(1, 7))
    at = max(before, versions[-1].at + timedelta(hours=1))
    moved = _journey_from(departs_on + timedelta(days=dice.randint(1, 11)))
    versions.append(Confirmed(at, facts(family, moved, dice)))
    return moved


def _withdraw(versions: list[Confirmed], family: Family, departs_on: date, dice: Random) -> None:
    at = max(_noon(departs_on) - timedelta(days=3), versions[-1].at + timedelta(hours=1))
    versions.append(Confirmed(at, {"destination": family.child.destination}))
    if dice.random() < 0.5:
        again = _journey_from(departs_on + timedelta(days=dice.randint(20, 40)))
        versions.append(Confirmed(at + timedelta(days=8), facts(family, again, dice)))


def _put_off(versions: list[Confirmed], family: Family, departs_on: date, dice: Random) -> None:
    at = max(_noon(departs_on) - timedelta(hours=6), versions[-1].at + timedelta(hours=1))
    following = facts(family, departs_on + timedelta(days=1), dice)
    versions.append(Confirmed(at, following))


def facts(family: Family, departs_on: date, dice: Random) -> dict[str, object]:
    """Return what a case manager confirms of one journey; some hours are not known at first."""
    destination = family.child.destination
    nights = dice.choice((0, 0, 0, 1))
    arrives_on = departs_on + timedelta(days=nights)
    hours = {} if dice.random() < 0.15 else {"departure_time": LEAVES_AT}
    adults = [person.name for person in family.caregivers] or ["Ana Paz"]
    return {
        "destination": destination,
        "departure_on": departs_on.isoformat(),
        "departure_zone": family.child.zone or COUNTRIES["US"],
        **hours,
        "vehicle": "bus" if nights else "plane",
        "travel_hours": 30 if nights else 5,
        "companions": ["Lucía Paz"],
        "meals": ["breakfast", "lunch"],
        "night_places": ["Casa del Migrante"] * nights,
        **_arrival(destination, arrives_on, dice),
        "receiving_adults": adults,
        "home_vehicle": "bus",
        "home_hours": dice.randint(1, 9),
    }


def _arrival(destination: str, on: date, dice: Random) -> Mapping[str, object]:
    return {
        "arrival_on": on.isoformat(),
        "arrival_time": f"{ARRIVES:02d}:15",
        "arrival_zone": COUNTRIES[destination],
        "reception_centre": CENTRES[destination],
        "pick_up_place": CENTRES[destination],
        "pick_up_on": on.isoformat(),
        "pick_up_time": f"{ARRIVES + 2}:00",
    }


def arrival_of(known: Mapping[str, object]) -> datetime | None:
    """Return when the child is expected, by the facts of one version."""
    if "arrival_on" not in known:
        return None
    at = time.fromisoformat(str(known["arrival_time"]))
    on = date.fromisoformat(str(known["arrival_on"]))
    return datetime.combine(on, at, ZoneInfo(str(known["arrival_zone"])))


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(16), BEGINS_AT.tzinfo)
