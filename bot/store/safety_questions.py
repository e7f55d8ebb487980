"""Queries about the closed questions that wait for an answer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.risk_tables import SafetyQuestionRow


def open_of(
    session: Session, contact_id: UUID, kind: str | None = None
) -> SafetyQuestionRow | None:
    """Return the newest question that a contact has not answered, locked."""
    query = select(SafetyQuestionRow).where(
        SafetyQuestionRow.contact_id == contact_id, SafetyQuestionRow.settled_at.is_(None)
    )
    if kind is not None:
        query = query.where(SafetyQuestionRow.kind == kind)
    newest = query.order_by(SafetyQuestionRow.asked_at.desc()).limit(1)
    return session.scalars(newest.with_for_update()).one_or_none()


def next_overdue(session: Session, now: datetime) -> SafetyQuestionRow | None:
    """Lock a question whose time has passed in silence."""
    query = (
        select(SafetyQuestionRow)
        .where(SafetyQuestionRow.settled_at.is_(None), SafetyQuestionRow.due_at <= now)
        .order_by(SafetyQuestionRow.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(query).one_or_none()


def settle(row: SafetyQuestionRow, answer: str, now: datetime) -> None:
    """Close a question with what became of it: yes, no, cannot_talk, silence, sign."""
    row.settled_at, row.answer = now, answer


def latest_settled(session: Session, contact_id: UUID, answer: str) -> SafetyQuestionRow | None:
    """Return the question about danger that was settled last, if it got this answer."""
    query = select(SafetyQuestionRow).where(
        SafetyQuestionRow.contact_id == contact_id, SafetyQuestionRow.kind == "danger"
    )
    latest = session.scalars(query.order_by(SafetyQuestionRow.asked_at.desc()).limit(1)).first()
    return latest if latest is not None and latest.answer == answer else None
