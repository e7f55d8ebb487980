"""Queries about inbound messages: stored once, answered in the order of arrival."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, case, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from bot.domain.disclosure import URGENT
from bot.store.tables import ContactRow, InboundRow

IS_WAITING = InboundRow.state == "waiting"
OF_CONTACT = InboundRow.contact_id == bindparam("contact_id")

URGENT_FIRST = case((InboundRow.safety.in_(URGENT), 0), else_=1)
"""Answers about safety overtake what waits for the dialogue engine to come back."""

EARLIER = aliased(InboundRow)
IS_BEFORE_THIS = (
    EARLIER.contact_id == InboundRow.contact_id,
    EARLIER.sequence < InboundRow.sequence,
)
NONE_WAITS_BEFORE = ~select(EARLIER.id).where(*IS_BEFORE_THIS, EARLIER.state == "waiting").exists()
NONE_IS_UNSCREENED_BEFORE = (
    ~select(EARLIER.id).where(*IS_BEFORE_THIS, EARLIER.screened_at.is_(None)).exists()
)

STORE = (
    insert(InboundRow)
    .on_conflict_do_nothing(index_elements=["provider_reference"])
    .returning(InboundRow.id)
    .execution_options(dml_strategy="orm")  # one row: not what is made for many
)
ARRIVE = text("SELECT pg_advisory_xact_lock(hashtextextended(:sender, 0))")
WAITED_LONGEST = (
    select(ContactRow)
    .join(InboundRow, InboundRow.contact_id == ContactRow.id)
    .where(
        IS_WAITING,
        InboundRow.screened_at.is_not(None),
        InboundRow.next_attempt_at <= bindparam("now"),
        NONE_WAITS_BEFORE | InboundRow.safety.in_(URGENT),
    )
    .order_by(URGENT_FIRST, InboundRow.sequence)
    .limit(1)
    .with_for_update(of=ContactRow, skip_locked=True, key_share=True)
    .execution_options(populate_existing=True)
)
WAITING = (
    select(ContactRow, InboundRow)
    .join(InboundRow, InboundRow.contact_id == ContactRow.id)
    .where(InboundRow.id == bindparam("inbound_id"), IS_WAITING)
    .with_for_update(of=ContactRow, key_share=True)
)
NEXT_OF_CONTACT = (
    select(InboundRow)
    .where(OF_CONTACT, IS_WAITING)
    .order_by(URGENT_FIRST, InboundRow.sequence)
    .limit(1)
)
TO_SCREEN = (
    select(InboundRow)
    .where(InboundRow.screened_at.is_(None), NONE_IS_UNSCREENED_BEFORE)
    .order_by(InboundRow.attempts, InboundRow.sequence)
    .limit(1)
    .with_for_update(skip_locked=True)
)
UNSCREENED = (
    select(InboundRow)
    .where(InboundRow.id == bindparam("inbound_id"), InboundRow.screened_at.is_(None))
    .with_for_update(skip_locked=True)
)
LAST_BEFORE = (
    select(InboundRow)
    .where(
        OF_CONTACT,
        InboundRow.sequence < bindparam("sequence"),
        InboundRow.received_at >= bindparam("since"),
    )
    .order_by(InboundRow.sequence.desc())
    .limit(bindparam("most"))
)
OLDEST_WAITING = select(func.min(InboundRow.received_at)).where(IS_WAITING)
ON_CHANNEL = (
    select(InboundRow)
    .where(OF_CONTACT, InboundRow.channel == bindparam("channel"))
    .order_by(InboundRow.sequence)
)


def store(session: Session, values: Mapping[str, Any]) -> bool:
    """Insert a message unless its provider reference is there already; return whether it was new."""
    return session.execute(STORE, values).first() is not None


def arrive_in_order(session: Session, sender: str) -> None:
    """Let messages of one sender be stored one at a time, so that `sequence` is their order."""
    session.execute(ARRIVE, {"sender": sender})


def lock_next(session: Session, now: datetime) -> tuple[ContactRow, InboundRow] | None:
    """Lock the contact who has waited longest and return their next message.

    A contact whose oldest message waits for a retry keeps their place: later messages wait behind it,
    but for those about safety. Nothing is answered before it was screened. The lock lets others point at
    the contact: a message may be stored, screened and escalated while an answer is still being thought of.
    The message is looked for again under the lock: another worker may have answered meanwhile. The
    contact is as it is under the lock.
    """
    contact = session.scalars(WAITED_LONGEST, {"now": now}).one_or_none()
    if contact is None:
        return None
    message = session.scalars(NEXT_OF_CONTACT, {"contact_id": contact.id}).one_or_none()
    is_ready = message and message.screened_at is not None and message.next_attempt_at <= now
    return (contact, message) if message and is_ready else None


def lock_waiting(session: Session, inbound_id: UUID) -> tuple[ContactRow, InboundRow] | None:
    """Lock a contact for one of their messages; None if that was answered meanwhile."""
    found = session.execute(WAITING, {"inbound_id": inbound_id}).one_or_none()
    return (found[0], found[1]) if found else None


def begin_screening(session: Session) -> InboundRow | None:
    """Lock the next unscreened message, of a contact whose earlier ones all were, and count the attempt.

    Committed before the message is screened, so that one at which screening fails, or dies, again and
    again stands behind all others.
    """
    row = session.scalars(TO_SCREEN).one_or_none()
    if row is not None:
        row.attempts += 1
    return row


def lock_unscreened(session: Session, inbound_id: UUID) -> InboundRow | None:
    """Lock this message; None if another worker has it, or has screened it."""
    return session.scalars(UNSCREENED, {"inbound_id": inbound_id}).one_or_none()


def last_before(
    session: Session, inbound: InboundRow, since: datetime, most: int
) -> list[InboundRow]:
    """Return the last messages of the same contact before this one, oldest first."""
    newest_first = session.scalars(
        LAST_BEFORE,
        {
            "contact_id": inbound.contact_id,
            "sequence": inbound.sequence,
            "since": since,
            "most": most,
        },
    )
    return list(newest_first)[::-1]


def oldest_waiting_at(session: Session) -> datetime | None:
    """Return when the message that waits longest arrived."""
    return session.scalars(OLDEST_WAITING).one()


def of_contact(session: Session, contact_id: UUID, channel: str) -> list[InboundRow]:
    """Return what a contact wrote on one channel, oldest first."""
    return list(session.scalars(ON_CHANNEL, {"contact_id": contact_id, "channel": channel}))
