"""Queries about the closed questions that wait for an answer."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.store import escalations
from bot.store.risk_tables import SafetyQuestionRow

CLOCKS_DIFFER = timedelta(minutes=2)
"""How far the clocks of two machines may be apart."""

OF_CONTACT = SafetyQuestionRow.contact_id == bindparam("contact_id")
OF_KIND = SafetyQuestionRow.kind == bindparam("kind")
IS_OPEN = SafetyQuestionRow.settled_at.is_(None)

OPEN = (
    select(SafetyQuestionRow)
    .where(OF_CONTACT, IS_OPEN)
    .order_by(SafetyQuestionRow.asked_at.desc())
    .limit(1)
    .with_for_update()
)
OPEN_OF_KIND = OPEN.where(OF_KIND)
OPEN_PROOF = (
    select(SafetyQuestionRow)
    .where(
        SafetyQuestionRow.escalation_id == bindparam("escalation_id"),
        SafetyQuestionRow.kind == "proof",
        IS_OPEN,
    )
    .limit(1)
    .with_for_update()
)
LATEST = (
    select(SafetyQuestionRow)
    .where(OF_CONTACT, OF_KIND)
    .order_by(SafetyQuestionRow.asked_at.desc())
    .limit(1)
)
ASKED_BY_A_WRONG_CLOCK = SafetyQuestionRow.asked_at > bindparam("latest")
OVERDUE = (
    select(SafetyQuestionRow)
    .where(IS_OPEN, (SafetyQuestionRow.due_at <= bindparam("now")) | ASKED_BY_A_WRONG_CLOCK)
    .order_by(SafetyQuestionRow.due_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)


def open_of(
    session: Session, contact_id: UUID, kind: str | None = None
) -> SafetyQuestionRow | None:
    """Return the newest question that a contact has not answered, locked."""
    if kind is None:
        return session.scalars(OPEN, {"contact_id": contact_id}).one_or_none()
    of_kind = {"contact_id": contact_id, "kind": kind}
    return session.scalars(OPEN_OF_KIND, of_kind).one_or_none()


def open_proof(session: Session, escalation_id: UUID) -> SafetyQuestionRow | None:
    """Return the question whether somebody reached the contact that waits for an answer, locked."""
    return session.scalars(OPEN_PROOF, {"escalation_id": escalation_id}).one_or_none()


def latest_of(session: Session, contact_id: UUID, kind: str) -> SafetyQuestionRow | None:
    """Return the question that a contact was asked last, answered or not."""
    return session.scalars(LATEST, {"contact_id": contact_id, "kind": kind}).one_or_none()


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
    when = {"now": now, "latest": now + CLOCKS_DIFFER}
    return session.scalars(OVERDUE, when).one_or_none()


def settle(row: SafetyQuestionRow, answer: str, now: datetime) -> None:
    """Close a question with what became of it: yes, no, cannot_talk, silence, sign."""
    row.settled_at, row.answer = now, answer


def latest_settled(session: Session, contact_id: UUID, answer: str) -> SafetyQuestionRow | None:
    """Return the question about danger that was asked last, if it got this answer."""
    latest = latest_of(session, contact_id, "danger")
    return latest if latest is not None and latest.answer == answer else None
