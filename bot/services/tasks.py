"""Open something that a person has to do, with its tier and its deadline."""

from collections.abc import Mapping
from functools import cache
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.risk import Tier
from bot.domain.task_policy import TaskPolicy, read_task_policy
from bot.phrasebook.source import read_yaml
from bot.services.parts import Parts
from bot.settings import CONTENT
from bot.store import tasks


@cache
def task_policies() -> Mapping[str, TaskPolicy]:
    """Return content/tasks.yml, read once."""
    return read_task_policy(read_yaml(CONTENT / "tasks.yml"))


def open_task(
    session: Session,
    contact_id: UUID,
    kind: str,
    parts: Parts,
    *,
    about: str = "",
    inbound_id: UUID | None = None,
    tier: Tier | None = None,
) -> None:
    """Queue it unless the same is open already; the tier is the policy's unless a case calls for another."""
    policy, now = task_policies()[kind], parts.now()
    tier = tier or policy.tier
    due_at = now + parts.safety.taxonomy.deadlines[tier].acknowledge_within
    tasks.queue(session, contact_id, kind, now, about, inbound_id, tier=tier, due_at=due_at)
