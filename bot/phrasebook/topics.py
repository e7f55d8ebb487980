"""The curriculum: which messages make up each topic, and in which order topics are walked."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.contacts import Audience
from bot.errors import ContentError
from bot.phrasebook.source import read_yaml

TOPIC_IDS = (
    "steps", "travel_day", "companions", "meals", "nights", "belongings", "reception", "caregivers",
    "journey_home", "pick_up", "prepare_home", "rights", "feelings", "safety_contacts", "privacy",
    "about_us", "school", "health", "documents", "work_training", "support_after", "community",
    "signs_of_distress", "family_support",
)  # fmt: skip
"""The 24 topics of the curriculum in the order in which they are walked."""

WALKED_PHASES = ("pre_departure", "reception")
"""Phases whose topics the orientation before departure walks; the others are answered when asked."""

_PART_KEYS = {"say", "unknown", "none", "fact"}


@dataclass(frozen=True)
class Part:
    """One paragraph of a topic: what to say when its facts are known, when not, when there are none."""

    say: str
    unknown: tuple[str, ...] = ()
    """What to say instead, best first: the first one whose own facts are known."""
    none: str | None = None
    fact: str | None = None


@dataclass(frozen=True)
class Topic:
    """One topic of the curriculum."""

    id: str
    phase: str
    audiences: frozenset[Audience]
    parts: tuple[Part, ...]


def read_topics(folder: Path) -> dict[str, Topic]:
    """Return the topics of content/orientation/ in walking order."""
    found: dict[str, Topic] = {}
    for path in sorted(folder.glob("*.yml")):
        for topic_id, entry in read_yaml(path).items():
            found[topic_id] = _topic(path.name, topic_id, entry)
    return {topic_id: found[topic_id] for topic_id in TOPIC_IDS if topic_id in found}


def _topic(file: str, topic_id: str, entry: Mapping[str, Any]) -> Topic:
    if topic_id not in TOPIC_IDS:
        raise ContentError(f"{file}: there is no topic {topic_id} in the curriculum.")
    if missing := {"phase", "for", "parts"} - set(entry):
        raise ContentError(f"{file}: topic {topic_id} lacks {', '.join(sorted(missing))}.")
    try:
        audiences = frozenset(Audience(a) for a in entry["for"])
    except ValueError as unknown:
        raise ContentError(f"{file}: topic {topic_id}: {unknown}.") from None
    parts = tuple(_part(file, topic_id, p) for p in entry["parts"])
    return Topic(topic_id, entry["phase"], audiences, parts)


def _part(file: str, topic_id: str, entry: Mapping[str, Any]) -> Part:
    if "say" not in entry or set(entry) - _PART_KEYS:
        raise ContentError(f"{file}: a part of {topic_id} needs `say` and at most {_PART_KEYS}.")
    unknown = entry.get("unknown", ())
    alternatives = (unknown,) if isinstance(unknown, str) else tuple(unknown)
    return Part(entry["say"], alternatives, entry.get("none"), entry.get("fact"))


def walked(topics: Mapping[str, Topic], audience: Audience) -> list[str]:
    """Return the topics of the orientation for an audience, in order."""
    return [t.id for t in topics.values() if audience in t.audiences and t.phase in WALKED_PHASES]
