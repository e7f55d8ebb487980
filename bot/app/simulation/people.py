"""Who takes part in a simulation: families, their phones, their habits. No I/O."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from hashlib import blake2b
from random import Random
from uuid import UUID

from bot.domain.channels import Channel
from bot.domain.contacts import COUNTRIES, Audience, Role, audience_of_age


class Habit(Enum):
    """How somebody deals with messages: (share that is answered, median minutes until the answer)."""

    AT_ONCE = (0.92, 8)
    SAME_DAY = (0.80, 150)
    NEXT_DAYS = (0.65, 1_800)
    SELDOM = (0.25, 400)
    NEVER = (0.02, 600)

    @property
    def answers(self) -> float:
        return self.value[0]

    @property
    def minutes(self) -> float:
        return self.value[1]


@dataclass
class Person:
    """A child or a caregiver as the simulation knows them; `number` changes when they change phones."""

    index: int
    id: UUID
    role: Role
    name: str
    number: str
    language: str
    country: str
    destination: str
    zone: str | None
    channels: tuple[Channel, ...]
    habit: Habit
    birth_year: int | None = None
    is_welcomed: bool = True
    """Went through the first conversation on the day of the enrolment."""
    is_lost: bool = False
    """Nothing arrives at the number any more."""
    has_left: bool = False
    """Said STOP, and not START since."""
    family: "Family" = field(repr=False, default=None)  # type: ignore[assignment]

    @property
    def is_child(self) -> bool:
        return self.role is Role.CHILD

    def zone_at(self, moment: datetime) -> str:
        """Return by which clock they live: a child's changes with the arrival."""
        arrives_at = self.family.arrives_at
        if self.is_child and (arrives_at is None or moment < arrives_at):
            return self.zone or COUNTRIES[self.country]
        return COUNTRIES[self.destination]

    def audience(self, today: date) -> Audience:
        """Return in whose words they are asked."""
        if self.birth_year is None:
            return Audience.CAREGIVER
        return audience_of_age(today.year - self.birth_year)

    def chance(self, seed: int, *about: object) -> Random:
        """Return the dice for one decision: the same in every run, whatever happened to others."""
        return Random(f"{seed}/{self.index}/{'/'.join(map(str, about))}")

    def luck(self, seed: int, *about: object) -> float:
        """Return one throw from 0 to 1, where whole dice would cost too much."""
        spelled = f"{seed}/{self.index}/{'/'.join(map(str, about))}"
        thrown = blake2b(spelled.encode(), digest_size=6).digest()
        return int.from_bytes(thrown) / 2**48


@dataclass
class Family:
    """A child, who receives them, and what will happen on their way."""

    number: int
    child: Person
    caregivers: list[Person]
    case_manager: str
    enrolled_at: datetime
    journeys: list["Confirmed"]
    arrives_late_hours: float = 0
    arrives_at: datetime | None = None
    """When the child is really there, by the journey that was confirmed last."""
    closed_at: datetime | None = None

    @property
    def people(self) -> list[Person]:
        return [self.child, *self.caregivers]


@dataclass(frozen=True)
class Confirmed:
    """One version of a journey, and when a case manager enters it."""

    at: datetime
    facts: dict[str, object] = field(repr=False)
