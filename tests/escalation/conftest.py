"""A programme with people on duty, and a clock that a test moves."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from bot.services.parts import Parts
from tests.builders import ALWAYS, make_family, make_staff, number_of
from tests.conversation import Conversation
from tests.pretended_time import PretendedTime


@dataclass(frozen=True)
class Team:
    """Elena is the child's own case manager, Marvin second on the rota, Rosa supervises."""

    elena: UUID
    marvin: UUID
    rosa: UUID
    parts: Parts

    def name(self, number: str) -> str:
        """Return who has that number; anything else is the standing line."""
        people = {"elena": self.elena, "marvin": self.marvin, "rosa": self.rosa}
        known = {number_of(self.parts, person): name for name, person in people.items()}
        return known.get(number, "standing line")


@pytest.fixture
def timed_parts(quiet_parts: Parts, time: PretendedTime) -> Parts:
    """Parts without Rasa, on a clock that stands still until the test moves it."""
    return replace(quiet_parts, now=time.now, pause=time.pause)


@pytest.fixture
def talk(timed_parts: Parts) -> Iterator[Conversation]:
    """Wendy writes; Elena, Marvin and Rosa can be called."""
    family = make_family(timed_parts)
    with Conversation(timed_parts, family.child) as conversation:
        conversation.family = family  # type: ignore[attr-defined]
        yield conversation


@pytest.fixture
def team(talk: Conversation, timed_parts: Parts) -> Team:
    second = [ALWAYS | {"country": country, "rank": 2} for country in ("US", "GT")]
    marvin = make_staff(timed_parts, "Marvin Coy", duty=second)
    rosa = make_staff(timed_parts, "Rosa Lima", role="supervisor", duty=[])
    return Team(talk.family.case_manager, marvin, rosa, timed_parts)  # type: ignore[attr-defined]


@pytest.fixture
def called(team: Team, notifier):
    """Who was called so far, by name and channel."""

    def names() -> list[tuple[str, str]]:
        return [(team.name(call.number), call.channel) for call in notifier.calls]

    return names
