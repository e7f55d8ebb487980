"""Queries about tasks: what a person has to do for a contact."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Interval, String, and_, bindparam, case, cast, insert, or_, select
from sqlalchemy.orm import Session

from bot.domain.risk import Tier, more_urgent
from bot.errors import AcompanaError, NotFound
from bot.store.base import Moment, any_of
from bot.store.tables import TaskRow

ALWAYS_NEW = frozenset(
    {"media", "unanswered", "not_understood", "language", "long_message", "review"}
)
"""Each of these is about one message that a person has to read, hear or see."""

SHORTEST_START = 6
"""Characters of an id that are enough to name a task on the command line."""

IS_OPEN = TaskRow.done_at.is_(None)
OF_CONTACT = TaskRow.contact_id == bindparam("contact_id")

SAME = (
    select(TaskRow)
    .where(
        OF_CONTACT,
        TaskRow.kind == bindparam("kind"),
        TaskRow.about == bindparam("about"),
        IS_OPEN,
    )
    .order_by(TaskRow.created_at)
    .limit(1)
    .with_for_update()
    .execution_options(populate_existing=True)
)
OPEN = select(TaskRow).where(OF_CONTACT, IS_OPEN).order_by(TaskRow.created_at, TaskRow.id)

OPEN_OF_KINDS = (
    select(TaskRow)
    .where(
        TaskRow.contact_id == any_of("contact_ids"),
        TaskRow.kind.in_(bindparam("kinds")),
        IS_OPEN,
    )
    .order_by(TaskRow.created_at, TaskRow.id)
)

QUEUE = insert(TaskRow).returning(TaskRow).execution_options(dml_strategy="orm")
"""Stored by itself: the clock opens tasks in the middle of many rows that it writes together later."""

WAIT = case(
    {tier.value: bindparam(f"wait_{tier.value}", type_=Interval()) for tier in Tier},
    value=TaskRow.tier,
)
ONCE_MORE_AT = case(
    (TaskRow.kind.in_(bindparam("at_once")), TaskRow.due_at), else_=TaskRow.due_at + WAIT
)
WAS_TOLD_ONCE = and_(TaskRow.told_at < ONCE_MORE_AT, bindparam("now", type_=Moment) >= ONCE_MORE_AT)
PAST_DUE = (
    select(TaskRow)
    .where(
        IS_OPEN,
        TaskRow.due_at.between(bindparam("since"), bindparam("now")),
        TaskRow.tier.in_(bindparam("tiers")),
        or_(TaskRow.told_at.is_(None), WAS_TOLD_ONCE),
    )
    .order_by(TaskRow.due_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)


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
        if _raise(same, tier, due_at):
            session.flush()  # the next look at it reads it anew
        return None
    about_what = {"contact_id": contact_id, "kind": kind, "about": about, "inbound_id": inbound_id}
    when = {"tier": tier, "due_at": due_at, "created_at": now}
    return session.scalars(QUEUE, about_what | when).one()


def _same(session: Session, contact_id: UUID, kind: str, about: str) -> TaskRow | None:
    like = {"contact_id": contact_id, "kind": kind, "about": about}
    return session.scalars(SAME, like).one_or_none()


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


def _raise(row: TaskRow, tier: Tier, due_at: datetime) -> bool:
    """Only what got more urgent gets a new deadline: writing again must not put the old one off."""
    known = Tier(row.tier or Tier.LOW)
    if row.tier is not None and more_urgent(tier, known) == known:
        return False
    row.tier, row.told_at = tier, None  # whoever was told, was told of something less urgent
    row.due_at = min(row.due_at or due_at, due_at)
    return True


def open_of(session: Session, contact_id: UUID) -> Sequence[TaskRow]:
    """Return what is still to be done for a contact, oldest first."""
    return session.scalars(OPEN, {"contact_id": contact_id}).all()


def open_of_kinds(
    session: Session, contact_ids: Sequence[UUID], kinds: Collection[str]
) -> Sequence[TaskRow]:
    """Return what is still to be done of these kinds for some contacts, oldest first."""
    return session.scalars(OPEN_OF_KINDS, {"contact_ids": contact_ids, "kinds": list(kinds)}).all()


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
    waits = {f"wait_{tier.value}": again_after.get(tier) for tier in Tier}
    told = {"tiers": list(again_after), "at_once": list(at_once), **waits}
    return session.scalars(PAST_DUE, {"now": now, "since": since, **told}).one_or_none()
