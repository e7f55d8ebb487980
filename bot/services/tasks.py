"""Open something that a person has to do, with its tier and its deadline, and note that it is done."""

from collections.abc import Mapping
from datetime import UTC, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.risk import Tier, more_urgent
from bot.domain.task_policy import TaskPolicy, read_task_policy
from bot.errors import AcompanaError
from bot.phrasebook.source import read_yaml
from bot.services import tell_task
from bot.services.parts import Parts
from bot.settings import CONTENT
from bot.store import database, escalations, tasks
from bot.store.risk_tables import StaffRow
from bot.store.tables import TaskRow

MAY_BE_A_SIGN = frozenset({"media", "language", "unanswered"})
"""Nobody knows what these say: from a contact in danger they are as urgent as the danger."""


@cache
def task_policies() -> Mapping[str, TaskPolicy]:
    """Return content/tasks.yml, read once."""
    return read_task_policy(read_yaml(CONTENT / "tasks.yml"))


def time_for(tier: Tier, parts: Parts) -> timedelta:
    """Return how long a person may take for a task of that tier."""
    return parts.safety.taxonomy.deadlines[tier].acknowledge_within


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
    """Queue it unless the same is open already; the tier is the policy's unless a case calls for another.

    What is told at once is told each time it happens, with the whole deadline before a supervisor is;
    not twice within a short while, for then who was told knows already.
    """
    policy, now = task_policies()[kind], parts.now()
    tier = _tier(session, contact_id, kind, tier or policy.tier)
    due_at = now + time_for(tier, parts)
    row = tasks.queue(session, contact_id, kind, now, about, inbound_id, tier=tier, due_at=due_at)
    if policy.at_once:
        row = row or tasks.renew(session, contact_id, kind, about, now, due_at)
        if row.told_at is None or row.told_at + policy.again_after <= now:
            row.told_at = tell_task.tell_opened(session, row, parts)
        session.flush()  # the next look at it reads it anew


def _tier(session: Session, contact_id: UUID, kind: str, tier: Tier) -> Tier:
    if kind not in MAY_BE_A_SIGN:
        return tier
    danger = escalations.latest_of(session, contact_id)
    at_least = more_urgent(tier, task_policies()[kind].tier)
    return more_urgent(at_least, Tier(danger.tier)) if danger else at_least


def finish_task(session: Session, row: TaskRow, by: StaffRow, note: str, parts: Parts) -> None:
    """Note who did it and what they did. What was noted once stands: a second time is refused."""
    if row.done_at is not None:
        on = f"{row.done_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        raise AcompanaError(f"This was done already, by {row.done_by or 'the programme'} on {on}.")
    if not note.strip():
        raise AcompanaError("What was done? Write it in a sentence after --note.")
    row.done_at, row.done_by, row.note = parts.now(), by.name, note.strip()
    database.notify(session, database.CHANGED, str(row.contact_id))
