"""What case managers enter day by day: families, journeys and their changes, new numbers, closed cases."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.app.simulation.enrolling import enrol_all
from bot.app.simulation.itineraries import arrival_of
from bot.app.simulation.people import Confirmed, Family, Person
from bot.app.simulation.population import number_after
from bot.app.simulation.world import World
from bot.app.simulation.writing import write
from bot.domain.channels import Channel
from bot.errors import AcompanaError
from bot.services.change_number import enter_number
from bot.services.plan_check_ins import plan_family_again
from bot.services.set_journey import set_journey
from bot.store import contacts, database

CHANGES_A_YEAR = 0.08
"""Share of the people who have another number after a year."""

LOSES_FIRST = 0.35
"""Share of those whose old number is dead for some days before somebody enters the new one."""

YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Enrols:
    """A family is taken into the programme."""

    family: Family


@dataclass(frozen=True)
class Confirms:
    """A case manager enters a version of a journey."""

    family: Family
    version: Confirmed


@dataclass(frozen=True)
class Closes:
    """A case manager closes a case."""

    family: Family


@dataclass(frozen=True)
class LosesNumber:
    """From here on nothing arrives."""

    person: Person


@dataclass(frozen=True)
class HasNewNumber:
    """The new number is known and entered."""

    person: Person


@dataclass(frozen=True)
class Proves:
    """Somebody sends the digits from their new phone."""

    person: Person
    number: str
    digits: str


def plan_everything(world: World) -> None:
    """Put what will happen to every family on the agenda."""
    for family in world.families:
        _plan(family, world)


def _plan(family: Family, world: World) -> None:
    world.with_others(Enrols(family), family.enrolled_at - world.now)
    for version in family.journeys:
        world.with_others(Confirms(family, version), version.at - world.now)
    if family.closed_at is not None:
        world.with_others(Closes(family), family.closed_at - world.now)
    for person in family.people:
        dice = person.chance(world.wanted.seed, "number")
        for at in _changes(family, dice):
            days_without = 0.0
            if dice.random() < LOSES_FIRST:
                days_without = dice.uniform(2, 10)
                world.with_others(LosesNumber(person), at - world.now)
            known_at = in_the_office(at + timedelta(days=days_without))
            world.with_others(HasNewNumber(person), known_at - world.now)


def _changes(family: Family, dice: Random) -> Iterator[datetime]:
    at = family.enrolled_at + YEAR * dice.expovariate(CHANGES_A_YEAR)
    while at < family.enrolled_at + 4 * YEAR:
        yield at
        at += YEAR * dice.expovariate(CHANGES_A_YEAR) + timedelta(days=20)


def in_the_office(moment: datetime) -> datetime:
    """Return noon of that day, where most families live: nobody enters a number at night."""
    return moment.replace(hour=18, minute=0)


def enrol_families(enrolled: Sequence[Enrols], world: World) -> None:
    """Enrol everybody of some families in one transaction."""
    people = [person for one in enrolled for person in one.family.people]
    if not people:
        return
    with database.unit_of_work(world.parts.engine) as session:
        enrol_all(session, people, world.staff, world.now)
    world.people |= {person.id: person for person in people}


def confirm(world: World, confirms: Confirms) -> None:
    """Enter a version; when the child really comes follows from it."""
    family, version = confirms.family, confirms.version
    expected = arrival_of(version.facts)
    late = timedelta(hours=family.arrives_late_hours)
    family.arrives_at = expected + late if expected else None
    with database.unit_of_work(world.parts.engine) as session:
        set_journey(session, family.child.id, version.facts, "simulation", world.parts)
    world.tally.happened["journeys entered or changed"] += 1


def close_case(world: World, closes: Closes) -> None:
    """Close a case; three more months of check-ins follow."""
    with database.unit_of_work(world.parts.engine) as session:
        child = contacts.get(session, closes.family.child.id)
        if child.arrived_at is None:
            return  # nobody closes a case before the child is at home
        child.closed_at = world.now
        plan_family_again(session, child.id)
    world.tally.happened["cases closed"] += 1


def lose_number(world: World, loses: LosesNumber) -> None:
    """Nothing arrives any more; the provider will say so."""
    loses.person.is_lost = True
    world.tally.happened["numbers that died"] += 1


def change_number(world: World, has: HasNewNumber) -> None:
    """A case manager enters the new number; the digits that prove it are sent from there."""
    person = has.person
    number = number_after(person.number)
    try:
        with database.unit_of_work(world.parts.engine) as session:
            digits = enter_number(session, person.id, number, world.parts)
    except AcompanaError:
        world.tally.happened["new numbers that could not be entered"] += 1
        return
    world.with_others(Proves(person, number, digits), timedelta(hours=3))


def prove_number(world: World, proves: Proves) -> None:
    """Send the digits from the new number; from now on they are reached there."""
    person = proves.person
    person.number, person.is_lost = proves.number, False
    write(world, person, proves.digits, channel=Channel.SMS)
    world.tally.happened["numbers changed"] += 1
