"""Queries about tasks: what a person has to do for a contact."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, case, cast, or_, select
from sqlalchemy.orm import Session

from bot.domain.risk import Tier, more_urgent
from bot.errors import AcompanaError, NotFound
from bot.store.tables import TaskRow

ALWAYS_NEW = frozenset(
    {"media", "unanswered", "not_understood", "language", "long_message", "review"}
)
"""Each of these is about one message that a person has to read, hear or see."""

SHORTEST_START = 6
"""Characters of an id that are enough to name a task on the command line."""


def queue(
    session: Session,
    contact_id: UUID,
    kind: str,
    now: datetime,
    about: str = "",
    inbound_id: UUID | None = None,
    *,
    tier: Tier,
    due_at: datetime,
) -> TaskRow | None:
    """Open a task and return it; `due_at` is when a person must have done it.

    Where the same is open already that one is kept, raised if it is more urgent now; None is returned.
    """
    same = None if kind in ALWAYS_NEW else _same(session, contact_id, kind, about)
    if same is not None:
        _raise(same, tier, due_at)
        session.flush()  # the next look at it reads it anew
        return None
    row = TaskRow(contact_id=contact_id, kind=kind, about=about, inbound_id=inbound_id)
    row.tier, row.due_at, row.created_at = tier, due_at, now
    session.add(row)
    session.flush()
    return row


def _same(session: Session, contact_id: UUID, kind: str, about: str) -> TaskRow | None:
    query = (
        select(TaskRow)
        .where(
            TaskRow.contact_id == contact_id,
            TaskRow.kind == kind,
            TaskRow.about == about,
            TaskRow.done_at.is_(None),
        )
        .order_by(TaskRow.created_at)
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).one_or_none()


def renew(
    session: Session, contact_id: UUID, kind: str, about: str, now: datetime, due_at: datetime
) -> TaskRow:
    """Return the open task that is the same; one that is past its time gets the new deadline."""
    row = _same(session, contact_id, kind, about)
    if row is None:
        raise NotFound(f"There is no open task {kind} {about}.")
    if row.due_at is None or row.due_at <= now:
        row.due_at = due_at
    return row


def _raise(row: TaskRow, tier: Tier, due_at: datetime) -> None:
    """Only what got more urgent gets a new deadline: writing again must not put the old one off."""
    known = Tier(row.tier or Tier.LOW)
    if row.tier is not None and more_urgent(tier, known) == known:
        return
    row.tier, row.told_at = tier, None  # whoever was told, was told of something less urgent
    row.due_at = min(row.due_at or due_at, due_at)


def open_of(session: Session, contact_id: UUID) -> Sequence[TaskRow]:
    """Return what is still to be done for a contact, oldest first."""
    query = select(TaskRow).where(TaskRow.contact_id == contact_id, TaskRow.done_at.is_(None))
    return session.scalars(query.order_by(TaskRow.created_at, TaskRow.id)).all()


def lock(session: Session, task_id: UUID) -> TaskRow | None:
    """Return the task, locked; None if it was erased meanwhile."""
    return session.get(TaskRow, task_id, with_for_update=True, populate_existing=True)


def named(session: Session, name: str) -> TaskRow:
    """Return the task with that id, or with an id that begins so."""
    start = name.strip().lower()
    query = select(TaskRow).where(cast(TaskRow.id, String).startswith(start, autoescape=True))
    rows = session.scalars(query.limit(2)).all() if len(start) >= SHORTEST_START else []
    if not rows:
        raise NotFound(f"There is no task {name}.")
    if len(rows) > 1:
        raise AcompanaError(f"{name} fits several tasks; write more of the id.")
    return rows[0]


def next_past_due(
    session: Session,
    now: datetime,
    again_after: Mapping[Tier, timedelta],
    at_once: Collection[str],
    since: datetime,
) -> TaskRow | None:
    """Lock the task that somebody has to be told of and that is past its time for longest.

    It is told of when its time is over, and once more so much later; kinds of `at_once` were told of
    when they were opened, and once more when their time is over. Only deadlines after `since` are read:
    with an index on them, what was left undone long ago costs nothing.
    """
    query = (
        select(TaskRow)
        .where(
            TaskRow.done_at.is_(None),
            TaskRow.due_at.between(since, now),
            TaskRow.tier.in_(again_after),
            _is_to_tell(now, _once_more_at(again_after, at_once)),
        )
        .order_by(TaskRow.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(query).one_or_none()


def _is_to_tell(now: datetime, once_more_at: ColumnElement[datetime]) -> ColumnElement[bool]:
    was_told_once = and_(TaskRow.told_at < once_more_at, once_more_at <= now)
    return or_(TaskRow.told_at.is_(None), was_told_once)


def _once_more_at(
    again_after: Mapping[Tier, timedelta], at_once: Collection[str]
) -> ColumnElement[datetime]:
    wait = case({tier.value: wait for tier, wait in again_after.items()}, value=TaskRow.tier)
    return case((TaskRow.kind.in_(at_once), TaskRow.due_at), else_=TaskRow.due_at + wait)
