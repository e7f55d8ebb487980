"""Signs of danger: what they are called, how soon a person has to act, what screening decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Decision(StrEnum):
    """What screening one message leads to."""

    ALERT = "alert"
    """A person has to know now: an escalation is opened."""
    ASK = "ask"
    """Perhaps: the contact is asked one closed question, and silence counts as yes."""
    NONE = "none"


class Tier(StrEnum):
    """How soon a person has to act, most urgent first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Phase(StrEnum):
    """Where a return stands."""

    BEFORE = "before"
    JOURNEY = "journey"
    AFTER = "after"


URGENCY = {tier: rank for rank, tier in enumerate(Tier)}
"""Zero is the most urgent."""


def more_urgent(one: Tier, other: Tier) -> Tier:
    """Return the tier that leaves less time."""
    return min(one, other, key=URGENCY.__getitem__)


@dataclass(frozen=True)
class Deadlines:
    """How long a person may take; source: the risk taxonomy."""

    acknowledge_within: timedelta
    contact_child_within: timedelta


@dataclass(frozen=True)
class Taxonomy:
    """The one list of labels that lexicon, classifier, policy, console and evaluations share."""

    deadlines: Mapping[Tier, Deadlines]
    tiers: Mapping[str, Tier]
    """Tier by category code; the order is the taxonomy's, the most urgent first."""
    meanings: Mapping[str, str]
    harmless: tuple[str, ...]
    """Codes that must not open an escalation."""

    def rank(self, category: str) -> int:
        """Return the place of a category in the taxonomy: the smaller, the sooner it is named."""
        return list(self.tiers).index(category)


@dataclass(frozen=True)
class Screening:
    """What screening found in one message. `score` is the classifier's, between 0 and 1."""

    decision: Decision
    category: str | None = None
    tier: Tier | None = None
    layer: str = "none"
    score: float = 0.0
    joined: bool = False
    """The sign stands only in this message together with the ones before it."""
    found: tuple[str, ...] = field(default=(), repr=False)
    """The phrases of the lexicon that matched, for editors; never logged."""

    def named(self) -> tuple[str, Tier]:
        """Return category and tier of a sign; asking for those of no sign is a mistake in the code."""
        if self.category is None or self.tier is None:
            raise ValueError("nothing was found that has a name")
        return self.category, self.tier
