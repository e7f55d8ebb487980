"""Everything that one simulation is made of."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import psycopg

from bot.app.simulation.clock import MINUTES, PART_OF_DAY, Agenda, VirtualClock, end_of_span
from bot.app.simulation.people import Family, Person
from bot.app.simulation.sayings import Sayings
from bot.app.simulation.tally import Tally
from bot.domain.contacts import country_of_number
from bot.services.parts import Parts
from bot.services.speaker import PROGRAMME


@dataclass(frozen=True)
class Wanted:
    """What was asked for."""

    contacts: int
    days: int
    seed: int = 1
    real_share: float = 0.02
    """Share of the people who answer whose first tap is accepted, screened and answered as everywhere."""


@dataclass(frozen=True)
class Colleague:
    """Somebody of the staff, as words name them."""

    id: UUID
    name: str
    number: str
    role: str


@dataclass
class World:
    """One share of the population with its parts, its time, and what it will do."""

    wanted: Wanted
    parts: Parts
    clock: VirtualClock
    families: list[Family]
    staff: dict[str, Colleague]
    sayings: Sayings
    eye: psycopg.Connection
    """A connection that looks at what is due next, outside of all transactions."""
    agenda: Agenda = field(default_factory=Agenda)
    tally: Tally = field(default_factory=Tally)
    people: dict[UUID, Person] = field(default_factory=dict)
    """Those who are enrolled by now."""
    heard: Counter[UUID] = field(default_factory=Counter)
    """How often each check-in reached somebody: a reminder moves fewer people than the question itself."""
    called: set[UUID] = field(default_factory=set)
    """Escalations whose call somebody of the staff is about to answer."""
    handled: Counter[UUID] = field(default_factory=Counter)
    """How many steps were planned with each escalation; only the newest plan counts."""
    is_watched: bool = False
    """Something happened that may have called somebody of the staff."""
    looked_at: datetime | None = None
    """When the clock looked last, if it looked at everything that was due."""
    watched_at: datetime | None = None
    """When the clock looked at deadlines last; what is older and still there calls nobody."""

    @property
    def now(self) -> datetime:
        return self.clock.moment

    def dice(self, person: Person, *about: object) -> Random:
        return person.chance(self.wanted.seed, *about)

    def luck(self, person: Person, *about: object) -> float:
        return person.luck(self.wanted.seed, *about)

    def values_of(self, person: Person, country: str) -> dict[str, str]:
        """Return the values of words that need no look into the database."""
        case_manager = self.staff[person.family.case_manager]
        return {
            "name": person.name.split()[0],
            "programme": PROGRAMME,
            "child_name": person.family.child.name.split()[0],
            "case_manager": case_manager.name,
            "case_manager_phone": case_manager.number,
            "emergency_here": self.parts.words.emergency[country].number,
        }

    def country_of(self, contact_id: UUID) -> str:
        """Return where a contact's number belongs; who is not known by now has a new one at home."""
        person = self.people.get(contact_id)
        return country_of_number(person.number) if person else "GT"

    def at_once(self, what: object, after: timedelta = timedelta(0)) -> None:
        """Plan something of which the minute counts: a question about danger waits for ten of them."""
        self.agenda.plan(self.now + after, what)

    def soon(self, what: object, after: timedelta) -> None:
        """Plan something of which the quarter of an hour counts."""
        self.agenda.plan(end_of_span(self.now + after, MINUTES), what)

    def with_others(self, what: object, after: timedelta, span: timedelta = PART_OF_DAY) -> None:
        """Plan something ordinary, which is done together with what happens in the same span of time."""
        self.agenda.plan(end_of_span(self.now + after, span), what)
