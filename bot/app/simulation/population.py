"""Invent the families of a simulation: the same seed gives the same people, journeys and changes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from bot.app.simulation.clock import BEGINS_AT
from bot.app.simulation.itineraries import journeys_of
from bot.app.simulation.people import Family, Habit, Person
from bot.domain.channels import Channel
from bot.domain.contacts import Role

CHANNELS = (
    ((Channel.SMS,), 40),
    ((Channel.SMS, Channel.WHATSAPP), 50),
    ((Channel.WHATSAPP,), 10),
)
HABITS = (
    (Habit.AT_ONCE, 38),
    (Habit.SAME_DAY, 30),
    (Habit.NEXT_DAYS, 14),
    (Habit.SELDOM, 12),
    (Habit.NEVER, 6),
)
DESTINATIONS = (("GT", 45), ("HN", 30), ("SV", 13), ("MX", 12))
PREFIX = {"GT": "+502", "HN": "+504", "SV": "+503", "MX": "+52", "US": "+1"}
ZONES_IN_THE_US = (
    ("America/Chicago", 55),
    ("America/New_York", 25),
    ("America/Los_Angeles", 12),
    (None, 8),
)
CAREGIVERS = ((1, 92), (0, 4), (2, 4))
AGES = (7, 9, 11, 12, 13, 14, 14, 15, 15, 16, 16, 17, 17, 17)
ENGLISH = 0.08
WELCOMED = 0.9
"""Share whose first conversation is over on the day of the enrolment; the others are welcomed later."""

CLOSED = 0.08
"""Share of the cases that a case manager closes before their two years are over."""

FIRST_WEEKS = timedelta(days=56)
"""Within so long everybody is enrolled, or within a quarter of a short simulation."""

FIRST_NAMES = [
    "Wendy",
    "Marta",
    "Luis",
    "Ana",
    "José",
    "Karla",
    "Brayan",
    "Elsa",
    "Nery",
    "Sofía",
    "Kevin",
    "Dulce",
    "Mateo",
    "Rosa",
    "Élmer",
    "Lidia",
    "Óscar",
    "Flor",
]
LAST_NAMES = ["Cux", "Paz", "Mejía", "López", "Ixchop", "Reyes", "Aguilar", "Pop", "Rivera", "Coc"]


def families(contacts: int, days: int, seed: int, case_managers: Sequence[str]) -> list[Family]:
    """Return families with so many contacts in all, about one caregiver for each child."""
    found: list[Family] = []
    people = 0
    while people < contacts:
        dice = Random(f"{seed}/family/{len(found)}")
        family = _family(len(found), people, days, case_managers, dice)
        family.caregivers = family.caregivers[: contacts - people - 1]
        people += len(family.people)
        found.append(family)
    return found


def _family(
    number: int, first: int, days: int, case_managers: Sequence[str], dice: Random
) -> Family:
    enrolled_at = _enrolled_at(days, dice)
    destination = _one(DESTINATIONS, dice)
    child = _child(first, destination, enrolled_at, dice)
    caregivers = [_caregiver(first + n, child, dice) for n in range(1, 1 + _one(CAREGIVERS, dice))]
    family = Family(number, child, caregivers, dice.choice(case_managers), enrolled_at, [])
    for person in family.people:
        person.family = family
    family.journeys = journeys_of(family, days, dice)
    family.arrives_late_hours = dice.choice((2, 4, 9)) if dice.random() < 0.06 else 0
    if dice.random() < CLOSED:
        family.closed_at = enrolled_at + timedelta(days=dice.randint(120, 500))
    return family


def _enrolled_at(days: int, dice: Random) -> datetime:
    """Return a moment in the office hours of one of the first weeks."""
    within = min(FIRST_WEEKS, timedelta(days=days) / 4)
    day = timedelta(days=dice.randrange(max(1, within.days)))
    return BEGINS_AT + day + timedelta(hours=dice.uniform(2, 9))


def _child(index: int, destination: str, enrolled_at: datetime, dice: Random) -> Person:
    return Person(
        index=index,
        id=_id(dice),
        role=Role.CHILD,
        name=_name(dice),
        number=_number("US", index),
        language="en" if dice.random() < ENGLISH else "es",
        country="US",
        destination=destination,
        zone=_one(ZONES_IN_THE_US, dice),
        channels=_one(CHANNELS, dice),
        habit=_one(HABITS, dice),
        birth_year=enrolled_at.year - dice.choice(AGES),
        is_welcomed=dice.random() < WELCOMED,
    )


def _caregiver(index: int, child: Person, dice: Random) -> Person:
    return replace(
        child,
        index=index,
        id=_id(dice),
        role=Role.CAREGIVER,
        name=_name(dice),
        number=_number(child.destination, index),
        language="es",
        country=child.destination,
        zone=None,
        channels=_one(CHANNELS, dice),
        habit=_one(HABITS, dice),
        birth_year=None,
        is_welcomed=dice.random() < WELCOMED,
    )


def _number(country: str, index: int) -> str:
    """Return a number in a range that no carrier gives out, of its own for every person."""
    return f"{PREFIX[country]}0{index:08d}"[:16]


def number_after(number: str) -> str:
    """Return the number that somebody has after this one."""
    return f"{number[:-9]}{(int(number[-9]) + 1) % 10}{number[-8:]}"


def _id(dice: Random) -> UUID:
    return UUID(int=dice.getrandbits(128), version=4)


def _name(dice: Random) -> str:
    return f"{dice.choice(FIRST_NAMES)} {dice.choice(LAST_NAMES)}"


def _one[T](shares: Sequence[tuple[T, int]], dice: Random) -> T:
    values, weights = zip(*shares)
    return dice.choices(values, weights)[0]  # type: ignore[no-any-return]
