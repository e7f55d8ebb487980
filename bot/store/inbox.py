"""Queries about inbound messages: stored once, answered in the order of arrival."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from bot.domain.disclosure import URGENT
from bot.store.tables import ContactRow, InboundRow


def store(session: Session, values: Mapping[str, Any]) -> bool:
    """Insert a message unless its provider reference is there already; return whether it was new."""
    statement = insert(InboundRow).values(**values)
    unless_known = statement.on_conflict_do_nothing(index_elements=["provider_reference"])
    return session.execute(unless_known.returning(InboundRow.id)).first() is not None


def arrive_in_order(session: Session, sender: str) -> None:
    """Let messages of one sender be stored one at a time, so that `sequence` is their order."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:sender, 0))")
    session.execute(lock, {"sender": sender})


def lock_next(session: Session, now: datetime) -> tuple[ContactRow, InboundRow] | None:
    """Lock the contact who has waited longest and return their next message.

    A contact whose oldest message waits for a retry keeps their place: later messages wait behind it,
    but for those about safety. Nothing is answered before it was screened. The lock lets others point at
    the contact: a message may be stored, screened and escalated while an answer is still being thought of.
    """
    earlier = aliased(InboundRow)
    first_in_line = ~(
        select(earlier.id)
        .where(
            earlier.contact_id == InboundRow.contact_id,
            earlier.state == "waiting",
            earlier.sequence < InboundRow.sequence,
        )
        .exists()
    )
    query = (
        select(ContactRow)
        .join(InboundRow, InboundRow.contact_id == ContactRow.id)
        .where(
            InboundRow.state == "waiting",
            InboundRow.screened_at.is_not(None),
            InboundRow.next_attempt_at <= now,
            first_in_line | InboundRow.safety.in_(URGENT),
        )
        .order_by(_urgent_first(), InboundRow.sequence)
        .limit(1)
        .with_for_update(of=ContactRow, skip_locked=True, key_share=True)
    )
    contact = session.scalars(query).one_or_none()
    return _with_next(session, contact, now) if contact else None


def lock_waiting(session: Session, inbound_id: UUID) -> tuple[ContactRow, InboundRow] | None:
    """Lock a contact for one of their messages; None if that was answered meanwhile."""
    query = (
        select(ContactRow, InboundRow)
        .join(InboundRow, InboundRow.contact_id == ContactRow.id)
        .where(InboundRow.id == inbound_id, InboundRow.state == "waiting")
        .with_for_update(of=ContactRow, key_share=True)
    )
    found = session.execute(query).one_or_none()
    return (found[0], found[1]) if found else None


def _with_next(
    session: Session, contact: ContactRow, now: datetime
) -> tuple[ContactRow, InboundRow] | None:
    """Look again under the lock: another worker may have answered between the look and the lock."""
    oldest = (
        select(InboundRow)
        .where(InboundRow.contact_id == contact.id, InboundRow.state == "waiting")
        .order_by(_urgent_first(), InboundRow.sequence)
        .limit(1)
    )
    session.refresh(contact)
    message = session.scalars(oldest).one_or_none()
    is_ready = message and message.screened_at is not None and message.next_attempt_at <= now
    return (contact, message) if message and is_ready else None


def _urgent_first() -> ColumnElement[int]:
    """Answers about safety overtake what waits for the dialogue engine to come back."""
    return case((InboundRow.safety.in_(URGENT), 0), else_=1)


def begin_screening(session: Session) -> InboundRow | None:
    """Lock the next unscreened message, of a contact whose earlier ones all were, and count the attempt.

    Committed before the message is screened, so that one at which screening fails, or dies, again and
    again stands behind all others.
    """
    earlier = aliased(InboundRow)
    first_in_line = ~(
        select(earlier.id)
        .where(
            earlier.contact_id == InboundRow.contact_id,
            earlier.screened_at.is_(None),
            earlier.sequence < InboundRow.sequence,
        )
        .exists()
    )
    query = (
        select(InboundRow)
        .where(InboundRow.screened_at.is_(None), first_in_line)
        .order_by(InboundRow.attempts, InboundRow.sequence)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.scalars(query).one_or_none()
    if row is not None:
        row.attempts += 1
    return row


def lock_unscreened(session: Session, inbound_id: UUID) -> InboundRow | None:
    """Lock this message; None if another worker has it, or has screened it."""
    query = select(InboundRow).where(InboundRow.id == inbound_id, InboundRow.screened_at.is_(None))
    return session.scalars(query.with_for_update(skip_locked=True)).one_or_none()


def last_before(
    session: Session, inbound: InboundRow, since: datetime, most: int
) -> list[InboundRow]:
    """Return the last messages of the same contact before this one, oldest first."""
    query = select(InboundRow).where(
        InboundRow.contact_id == inbound.contact_id,
        InboundRow.sequence < inbound.sequence,
        InboundRow.received_at >= since,
    )
    newest_first = session.scalars(query.order_by(InboundRow.sequence.desc()).limit(most))
    return list(newest_first)[::-1]


def oldest_waiting_at(session: Session) -> datetime | None:
    """Return when the message that waits longest arrived."""
    query = select(func.min(InboundRow.received_at)).where(InboundRow.state == "waiting")
    return session.scalars(query).one()


def of_contact(session: Session, contact_id: UUID, channel: str) -> list[InboundRow]:
    """Return what a contact wrote on one channel, oldest first."""
    query = select(InboundRow).where(
        InboundRow.contact_id == contact_id, InboundRow.channel == channel
    )
    return list(session.scalars(query.order_by(InboundRow.sequence)))
