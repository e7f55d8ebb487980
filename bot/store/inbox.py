"""Queries about inbound messages: stored once, answered in the order of arrival."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

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
    """Lock the contact who has waited longest and return their oldest message.

    A contact whose oldest message waits for a retry keeps their place: later messages wait behind it.
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
            InboundRow.next_attempt_at <= now,
            first_in_line,
        )
        .order_by(InboundRow.sequence)
        .limit(1)
        .with_for_update(of=ContactRow, skip_locked=True)
    )
    contact = session.scalars(query).one_or_none()
    return _with_oldest(session, contact, now) if contact else None


def _with_oldest(
    session: Session, contact: ContactRow, now: datetime
) -> tuple[ContactRow, InboundRow] | None:
    """Look again under the lock: another worker may have answered between the look and the lock."""
    oldest = (
        select(InboundRow)
        .where(InboundRow.contact_id == contact.id, InboundRow.state == "waiting")
        .order_by(InboundRow.sequence)
        .limit(1)
    )
    session.refresh(contact)
    message = session.scalars(oldest).one_or_none()
    return (contact, message) if message and message.next_attempt_at <= now else None


def next_due_at(session: Session) -> datetime | None:
    """Return when the next waiting message is due, None if none waits."""
    query = select(func.min(InboundRow.next_attempt_at)).where(InboundRow.state == "waiting")
    return session.scalars(query).one()


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
