"""How soon a person has to do something: content/tasks.yml, checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.risk import Tier
from bot.errors import ContentError


@dataclass(frozen=True)
class TaskPolicy:
    """One kind of task."""

    tier: Tier
    at_once: bool = False
    """Somebody on duty is told as soon as it is opened."""


def read_task_policy(entry: Mapping[str, Any]) -> dict[str, TaskPolicy]:
    """Check what somebody wrote; every refusal is one plain sentence."""
    try:
        return {
            kind: TaskPolicy(Tier(written["tier"]), bool(written.get("at_once")))
            for kind, written in entry.items()
        }
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise ContentError(f"tasks.yml: {type(wrong).__name__}: {wrong}") from None
