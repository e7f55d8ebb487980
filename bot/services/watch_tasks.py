"""What the clock does about tasks: somebody is told that one is past its time, and once more."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bot.domain.risk import Tier
from bot.services import tell_task
from bot.services.parts import Parts
from bot.services.tasks import task_policies, time_for
from bot.store import database, tasks
from bot.store.tables import TaskRow

NEVER_CALLED = (Tier.LOW,)
"""Tiers that stand in the queue and call nobody."""

EVER = datetime(2000, 1, 1, tzinfo=UTC)
"""Before the deadline of any task."""

LOOK_BACK_EVERY = timedelta(minutes=10)
"""How often a process reads all that is overdue; in between what is new costs no more than that."""

MAY_BE_LATE = timedelta(hours=1)
"""For so long a clock may have stood still without waiting for the next long look."""

_looked_back_at: WeakKeyDictionary[Engine, datetime] = WeakKeyDictionary()
"""When this process read all that is overdue and found nothing to tell. A new process does so first."""


def tell_next_overdue(parts: Parts, again_after: timedelta) -> bool:
    """Tell somebody of one task that is past its time; return whether there was one.

    Claimed and committed, then told and committed, as everything that the clock drives; what was cut
    off is tried `again_after`. A claim moves `due_at` and telling moves it back: a deadline changes only
    if a process was killed between the two.
    """
    now, since = parts.now(), _since(parts)
    claimed_until = now + again_after
    with database.unit_of_work(parts.engine) as session:
        row = tasks.next_past_due(session, now, _again_after(parts), _at_once(), since)
        if row is None:
            _note_look(parts, since, now)
            return False
        deadline, row.due_at = row.due_at, claimed_until
    with database.unit_of_work(parts.engine) as session:
        locked = tasks.lock(session, row.id)
        if locked is not None and locked.due_at == claimed_until and deadline is not None:
            locked.due_at = deadline
            _tell(session, locked, deadline, parts)
    return True


def _since(parts: Parts) -> datetime:
    """Return from which deadline on tasks are read: those that are told of now, or all of them."""
    now, looked_at = parts.now(), _looked_back_at.get(parts.engine)
    if looked_at is None or not looked_at <= now < looked_at + LOOK_BACK_EVERY:
        return EVER
    return now - max(_again_after(parts).values()) - MAY_BE_LATE


def _note_look(parts: Parts, since: datetime, now: datetime) -> None:
    if since == EVER:
        _looked_back_at[parts.engine] = now


def _tell(session: Session, row: TaskRow, deadline: datetime, parts: Parts) -> None:
    """Tell who is there; a further deadline later a supervisor. Both at once if no clock ran till then."""
    if row.done_at is not None:
        return
    to: list[UUID | None] = []
    if row.told_at is None:
        to.append(tell_task.first_to_tell(session, row, parts))
    if _is_told_once_more(row, deadline, parts):
        to.append(tell_task.supervisor(session, parts))
    for staff_id in dict.fromkeys(to):
        tell_task.tell(session, row, staff_id, parts)
        row.told_at = parts.now()


def _is_told_once_more(row: TaskRow, deadline: datetime, parts: Parts) -> bool:
    """Another clock may have done it meanwhile."""
    once_more_at = _once_more_at(row, deadline, parts)
    was_told = row.told_at is not None and row.told_at >= once_more_at
    return once_more_at <= parts.now() and not was_told


def _once_more_at(row: TaskRow, deadline: datetime, parts: Parts) -> datetime:
    is_told_at_once = row.kind in _at_once()
    return deadline if is_told_at_once else deadline + time_for(Tier(row.tier or Tier.LOW), parts)


def _again_after(parts: Parts) -> dict[Tier, timedelta]:
    return {tier: time_for(tier, parts) for tier in Tier if tier not in NEVER_CALLED}


def _at_once() -> list[str]:
    return [kind for kind, policy in task_policies().items() if policy.at_once]
