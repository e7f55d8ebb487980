"""Queries about numbers that have to prove themselves."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from bot.store.tables import InboundRow, TaskRow
from bot.store.time_tables import NumberChangeRow

EXPIRED, REFUSED, REPLACED, VERIFIED = "expired", "refused", "replaced", "verified"
"""What became of a change."""

AT_ONCE = 50

OF_CONTACT = NumberChangeRow.contact_id == bindparam("contact_id")
IS_OPEN = NumberChangeRow.settled_at.is_(None)

OPEN = (
    select(NumberChangeRow)
    .where(OF_CONTACT, IS_OPEN)
    .order_by(NumberChangeRow.requested_at.desc())
    .limit(1)
)
OPEN_AT = (
    select(NumberChangeRow)
    .where(NumberChangeRow.number_hash == bindparam("number_hash"), IS_OPEN)
    .order_by(NumberChangeRow.requested_at)
)
PAST_DUE = (
    select(NumberChangeRow)
    .where(IS_OPEN, NumberChangeRow.expires_at <= bindparam("now"))
    .order_by(NumberChangeRow.expires_at)
    .limit(AT_ONCE)
    .with_for_update(skip_locked=True)
)
ASKED_AT = select(func.max(InboundRow.answered_at)).where(
    InboundRow.contact_id == bindparam("contact_id"),
    InboundRow.intent == bindparam("intent"),
    InboundRow.answered_at > bindparam("since"),
)
LATEST_AT = select(func.max(NumberChangeRow.requested_at)).where(OF_CONTACT)
SO_MANY_SINCE = select(func.count()).where(
    OF_CONTACT, NumberChangeRow.requested_at > bindparam("since")
)


def open_of(session: Session, contact_id: UUID) -> NumberChangeRow | None:
    """Return the number that this contact is to prove."""
    return session.scalars(OPEN, {"contact_id": contact_id}).one_or_none()


def open_at(session: Session, number_hash: bytes) -> Sequence[NumberChangeRow]:
    """Return every change to this number that is not settled, the oldest first."""
    return session.scalars(OPEN_AT, {"number_hash": number_hash}).all()


def past_due(session: Session, now: datetime) -> Sequence[NumberChangeRow]:
    """Lock changes that nobody proved in time; what somebody else works on is left out."""
    return session.scalars(PAST_DUE, {"now": now}).all()


def settle(row: NumberChangeRow, outcome: str, now: datetime) -> None:
    """Note what became of a change."""
    row.outcome, row.settled_at = outcome, now


def replace_open(session: Session, contact_id: UUID, now: datetime) -> None:
    """Let a newer number take the place of one that was not proved yet."""
    waiting = NumberChangeRow.contact_id == contact_id, NumberChangeRow.settled_at.is_(None)
    values = {"outcome": REPLACED, "settled_at": now}
    session.execute(update(NumberChangeRow).where(*waiting).values(values))


def asked_at(session: Session, contact_id: UUID, intent: str, since: datetime) -> datetime | None:
    """Return when a contact last said since then that they have a new number."""
    said = {"contact_id": contact_id, "intent": intent, "since": since}
    return session.scalars(ASKED_AT, said).one()


def latest_at(session: Session, contact_id: UUID) -> datetime | None:
    """Return when a contact last named a new number."""
    return session.scalars(LATEST_AT, {"contact_id": contact_id}).one()


def so_many_since(session: Session, contact_id: UUID, since: datetime) -> int:
    """Return how many new numbers were named for a contact since then."""
    return session.scalars(SO_MANY_SINCE, {"contact_id": contact_id, "since": since}).one()


def tell_more(session: Session, contact_id: UUID, about: str) -> None:
    """Let the open task about the wish for a new number say what became of it."""
    opened = (
        TaskRow.contact_id == contact_id,
        TaskRow.kind == "contact_change",
        TaskRow.about == "",
        TaskRow.done_at.is_(None),
    )
    session.execute(update(TaskRow).where(*opened).values(about=about))
