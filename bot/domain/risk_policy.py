"""What a programme decided to do about signs of danger: tiers raised, people called, things held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.domain.contacts import Audience, Role
from bot.domain.durations import read_duration
from bot.domain.risk import Phase, Tier, more_urgent
from bot.errors import ContentError

NOTICE_CHANNELS = ("sms", "whatsapp", "email", "voice")
DURATIONS = ("again_after", "pass_on_after", "proof_within")


@dataclass(frozen=True)
class Situation:
    """Who speaks, and where the return stands."""

    speaker: Role
    audience: Audience
    phase: Phase


@dataclass(frozen=True)
class Raise:
    """A category whose tier is raised where everything that is named fits."""

    category: str
    to: Tier
    phase: Phase | None = None
    speaker: Role | None = None
    audience: Audience | None = None

    def fits(self, category: str, situation: Situation) -> bool:
        """Return whether this rule speaks of that category in that situation."""
        named = ((self.phase, situation.phase), (self.speaker, situation.speaker))
        wanted = (*named, (self.audience, situation.audience))
        return category == self.category and all(w in (None, given) for w, given in wanted)


@dataclass(frozen=True)
class Calling:
    """How one person is called, and when the next one is."""

    channels: tuple[str, ...]
    again_after: timedelta
    pass_on_after: timedelta
    proof_within: timedelta
    """How long a contact may take to say that somebody reached them."""


@dataclass(frozen=True)
class RiskPolicy:
    """content/risk-policy.yml, checked."""

    raises: tuple[Raise, ...]
    calling: Mapping[Tier, Calling]
    ask_silence: timedelta
    joined_within: timedelta
    joined_messages: int
    also_tell: Mapping[str, str]
    """The staff role that is told besides the case manager, by category."""
    holds_journey: frozenset[str]
    held_topics: frozenset[str]
    """Topics of the orientation that present the return as settled."""
    caregiver_may_be_the_danger: frozenset[str]

    def tier_of(self, category: str, tier: Tier, situation: Situation) -> Tier:
        """Return the tier in this situation: raised by the policy, never lowered."""
        for rule in self.raises:
            if rule.fits(category, situation):
                tier = more_urgent(tier, rule.to)
        return tier


def read_policy(entry: Mapping[str, Any], categories: Sequence[str]) -> RiskPolicy:
    """Check what somebody wrote; every refusal is one plain sentence."""
    try:
        policy = _read(entry)
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise ContentError(f"risk-policy.yml: {type(wrong).__name__}: {wrong}") from None
    named = {r.category for r in policy.raises} | set(policy.also_tell) | policy.holds_journey
    if unknown := (named | policy.caregiver_may_be_the_danger) - set(categories):
        raise ContentError(f"risk-policy.yml: unknown categories: {', '.join(sorted(unknown))}.")
    return policy


def _read(entry: Mapping[str, Any]) -> RiskPolicy:
    return RiskPolicy(
        raises=tuple(_raise(rule) for rule in entry["raise"]),
        calling={tier: _calling(entry["call"][tier.value]) for tier in Tier},
        ask_silence=read_duration(entry["ask"]["silence"]),
        joined_within=read_duration(entry["joined"]["within"]),
        joined_messages=int(entry["joined"]["messages"]),
        also_tell=dict(entry["also_tell"]),
        holds_journey=frozenset(entry["holds_journey"]),
        held_topics=frozenset(entry["held_topics"]),
        caregiver_may_be_the_danger=frozenset(entry["caregiver_may_be_the_danger"]),
    )


def _raise(rule: Mapping[str, str]) -> Raise:
    return Raise(
        category=rule["category"],
        to=Tier(rule["to"]),
        phase=Phase(rule["phase"]) if "phase" in rule else None,
        speaker=Role(rule["speaker"]) if "speaker" in rule else None,
        audience=Audience(rule["audience"]) if "audience" in rule else None,
    )


def _calling(entry: Mapping[str, Any]) -> Calling:
    if unknown := set(entry["channels"]) - set(NOTICE_CHANNELS):
        raise ContentError(f"risk-policy.yml: unknown channels: {', '.join(sorted(unknown))}.")
    if not entry["channels"]:
        raise ContentError("risk-policy.yml: without channels nobody can be called.")
    durations = {name: read_duration(entry[name]) for name in DURATIONS}
    if not all(durations.values()):
        raise ContentError(f"risk-policy.yml: {', '.join(DURATIONS)} must be longer than nothing.")
    return Calling(channels=tuple(entry["channels"]), **durations)
