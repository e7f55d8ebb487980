"""Queries about the closed questions that wait for an answer."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store import escalations
from bot.store.risk_tables import SafetyQuestionRow

CLOCKS_DIFFER = timedelta(minutes=2)
"""How far the clocks of two machines may be apart."""


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


def open_proof(session: Session, escalation_id: UUID) -> SafetyQuestionRow | None:
    """Return the question whether somebody reached the contact that waits for an answer, locked."""
    query = select(SafetyQuestionRow).where(
        SafetyQuestionRow.escalation_id == escalation_id,
        SafetyQuestionRow.kind == "proof",
        SafetyQuestionRow.settled_at.is_(None),
    )
    return session.scalars(query.limit(1).with_for_update()).one_or_none()


def latest_of(session: Session, contact_id: UUID, kind: str) -> SafetyQuestionRow | None:
    """Return the question that a contact was asked last, answered or not."""
    query = select(SafetyQuestionRow).where(
        SafetyQuestionRow.contact_id == contact_id, SafetyQuestionRow.kind == kind
    )
    newest = query.order_by(SafetyQuestionRow.asked_at.desc()).limit(1)
    return session.scalars(newest).one_or_none()


def lock(session: Session, question_id: UUID) -> SafetyQuestionRow:
    """Return the question, locked; before it the escalation that it is about, as everybody does."""
    known = session.get_one(SafetyQuestionRow, question_id)
    if known.escalation_id is not None:
        escalations.lock(session, known.escalation_id)
    session.refresh(known, with_for_update=True)
    return known


def next_overdue(session: Session, now: datetime) -> SafetyQuestionRow | None:
    """Lock a question whose time has passed in silence.

    One that was asked in the future was asked by a clock that went wrong: nobody waits that long.
    """
    asked_by_a_wrong_clock = SafetyQuestionRow.asked_at > now + CLOCKS_DIFFER
    query = (
        select(SafetyQuestionRow)
        .where(
            SafetyQuestionRow.settled_at.is_(None),
            (SafetyQuestionRow.due_at <= now) | asked_by_a_wrong_clock,
        )
        .order_by(SafetyQuestionRow.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(query).one_or_none()


def settle(row: SafetyQuestionRow, answer: str, now: datetime) -> None:
    """Close a question with what became of it: yes, no, cannot_talk, silence, sign."""
    row.settled_at, row.answer = now, answer


def latest_settled(session: Session, contact_id: UUID, answer: str) -> SafetyQuestionRow | None:
    """Return the question about danger that was asked last, if it got this answer."""
    latest = latest_of(session, contact_id, "danger")
    return latest if latest is not None and latest.answer == answer else None
