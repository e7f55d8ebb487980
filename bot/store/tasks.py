"""Queries about tasks: what a person has to do for a contact."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.tables import TaskRow


def queue(
    session: Session,
    contact_id: UUID,
    kind: str,
    now: datetime,
    about: str = "",
    inbound_id: UUID | None = None,
    *,
    tier: str | None = None,
    due_at: datetime | None = None,
) -> None:
    """Open a task unless the same one is open already; `due_at` is when a person must have done it."""
    same = select(TaskRow.id).where(
        TaskRow.contact_id == contact_id,
        TaskRow.kind == kind,
        TaskRow.about == about,
        TaskRow.done_at.is_(None),
    )
    if kind in ALWAYS_NEW or session.scalars(same.limit(1)).first() is None:
        session.add(
            TaskRow(
                contact_id=contact_id,
                kind=kind,
                about=about,
                inbound_id=inbound_id,
                tier=tier,
                due_at=due_at,
                created_at=now,
            )
        )
        session.flush()


ALWAYS_NEW = frozenset(
    {"media", "unanswered", "not_understood", "language", "long_message", "review"}
)
"""Each of these is about one message that a person has to read, hear or see."""


def open_of(session: Session, contact_id: UUID) -> Sequence[TaskRow]:
    """Return what is still to be done for a contact, oldest first."""
    query = select(TaskRow).where(TaskRow.contact_id == contact_id, TaskRow.done_at.is_(None))
    return session.scalars(query.order_by(TaskRow.created_at, TaskRow.id)).all()
