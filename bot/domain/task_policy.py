"""How soon a person has to do something: content/tasks.yml, checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.domain.durations import read_duration
from bot.domain.risk import Tier
from bot.errors import ContentError


@dataclass(frozen=True)
class TaskPolicy:
    """One kind of task."""

    tier: Tier
    at_once: bool = False
    """Somebody on duty is told as soon as it is opened, and each time it happens again."""
    again_after: timedelta = timedelta(0)
    """Happening again within this time nobody is told twice."""


def read_task_policy(entry: Mapping[str, Any]) -> dict[str, TaskPolicy]:
    """Check what somebody wrote; every refusal is one plain sentence."""
    try:
        return {kind: _policy(written) for kind, written in entry.items()}
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise ContentError(f"tasks.yml: {type(wrong).__name__}: {wrong}") from None


def _policy(written: Mapping[str, Any]) -> TaskPolicy:
    quiet = read_duration(written["again_after"]) if "again_after" in written else timedelta(0)
    return TaskPolicy(Tier(written["tier"]), bool(written.get("at_once")), quiet)
