"""Queries about numbers that have to prove themselves."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.store.tables import InboundRow, TaskRow
from bot.store.time_tables import NumberChangeRow

EXPIRED, REFUSED, REPLACED, VERIFIED = "expired", "refused", "replaced", "verified"
"""What became of a change."""

AT_ONCE = 50


def open_of(session: Session, contact_id: UUID) -> NumberChangeRow | None:
    """Return the number that this contact is to prove."""
    query = select(NumberChangeRow).where(
        NumberChangeRow.contact_id == contact_id, NumberChangeRow.settled_at.is_(None)
    )
    newest_first = query.order_by(NumberChangeRow.requested_at.desc())
    return session.scalars(newest_first.limit(1)).one_or_none()


def open_at(session: Session, number_hash: bytes) -> Sequence[NumberChangeRow]:
    """Return every change to this number that is not settled, the oldest first."""
    query = (
        select(NumberChangeRow)
        .where(NumberChangeRow.number_hash == number_hash, NumberChangeRow.settled_at.is_(None))
        .order_by(NumberChangeRow.requested_at)
    )
    return session.scalars(query).all()


def past_due(session: Session, now: datetime) -> Sequence[NumberChangeRow]:
    """Lock changes that nobody proved in time; what somebody else works on is left out."""
    query = (
        select(NumberChangeRow)
        .where(NumberChangeRow.settled_at.is_(None), NumberChangeRow.expires_at <= now)
        .order_by(NumberChangeRow.expires_at)
        .limit(AT_ONCE)
    )
    return session.scalars(query.with_for_update(skip_locked=True)).all()


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
    query = select(func.max(InboundRow.answered_at)).where(
        InboundRow.contact_id == contact_id,
        InboundRow.intent == intent,
        InboundRow.answered_at > since,
    )
    return session.scalars(query).one()


def latest_at(session: Session, contact_id: UUID) -> datetime | None:
    """Return when a contact last named a new number."""
    query = select(func.max(NumberChangeRow.requested_at)).where(
        NumberChangeRow.contact_id == contact_id
    )
    return session.scalars(query).one()


def so_many_since(session: Session, contact_id: UUID, since: datetime) -> int:
    """Return how many new numbers were named for a contact since then."""
    query = select(func.count()).where(
        NumberChangeRow.contact_id == contact_id, NumberChangeRow.requested_at > since
    )
    return session.scalars(query).one()


def tell_more(session: Session, contact_id: UUID, about: str) -> None:
    """Let the open task about the wish for a new number say what became of it."""
    opened = (
        TaskRow.contact_id == contact_id,
        TaskRow.kind == "contact_change",
        TaskRow.about == "",
        TaskRow.done_at.is_(None),
    )
    session.execute(update(TaskRow).where(*opened).values(about=about))
