"""Queries about outbound messages: in order per contact and lane, the most urgent lane first."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from bot.domain.delivery import Status
from bot.domain.disclosure import OPENING
from bot.store.tables import AddressRow, InboundRow, OutboundRow, SenderPaceRow

LONGEST_REST = timedelta(minutes=1)
"""A sender that is said to rest for longer was claimed by a clock that was put back since."""

ORDER_GRACE = timedelta(seconds=2)
"""How long the next message waits for the news that the last one left; after that it goes anyway."""

OUTCOME_UNKNOWN_AFTER = timedelta(seconds=60)
"""A message that has been `sending` for so long was interrupted; the SDK gives up after 10 s."""


NEVER_SHOWN = (Status.CANCELLED, Status.FAILED, Status.UNDELIVERED)
"""What became of messages whose choices nobody saw."""

LEFT_LAST = (OutboundRow.sending_at.desc().nulls_first(), OutboundRow.sequence.desc())


def may_have_been_seen(by: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what a message with choices must be for a digit to answer it.

    What still waits to leave, perhaps until the morning, was seen by nobody: "1" is not its answer.
    Only what answers the contact's own words, and leaves at this moment, counts as if it had left.
    """
    is_just_leaving = and_(
        OutboundRow.sending_at.is_(None),
        OutboundRow.inbound_id.is_not(None),
        OutboundRow.created_at <= by,
        OutboundRow.next_attempt_at <= by,
    )
    return (
        or_(OutboundRow.sending_at <= by, is_just_leaving),
        OutboundRow.status.not_in(NEVER_SHOWN),
        func.jsonb_array_length(OutboundRow.menu) > 0,
    )


def claim_next(session: Session, now: datetime, channels: Sequence[str]) -> OutboundRow | None:
    """Lock the next message that may leave on one of these channels and mark it as being sent.

    A message waits for the contact's earlier ones of its own lane and of more urgent lanes. It
    overtakes less urgent ones: what answers a disclosure must not stand behind a greeting.
    """
    row = session.scalars(_next(now, channels)).one_or_none()
    if row is None:
        return None
    row.status, row.sending_at, row.status_at = Status.SENDING, now, now
    row.attempts += 1
    return row


def _next(now: datetime, channels: Sequence[str]) -> Select[OutboundRow]:
    earlier = aliased(OutboundRow)
    still_leaving = or_(
        earlier.status.in_([Status.QUEUED, Status.SENDING]),
        and_(earlier.status == Status.ACCEPTED, earlier.accepted_at > now - ORDER_GRACE),
    )
    not_yet = (
        select(earlier.id)
        .where(
            earlier.contact_id == OutboundRow.contact_id,
            earlier.sequence < OutboundRow.sequence,
            earlier.lane <= OutboundRow.lane,
            still_leaving,
        )
        .exists()
    )
    return (
        select(OutboundRow)
        .where(
            OutboundRow.status == Status.QUEUED,
            OutboundRow.next_attempt_at <= now,
            OutboundRow.channel.in_(channels),
            ~not_yet,
        )
        .order_by(OutboundRow.lane, OutboundRow.sequence)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def put_off(row: OutboundRow, until: datetime) -> None:
    """Give a claimed message back, as if nobody had claimed it, until later."""
    row.status, row.sending_at, row.next_attempt_at = Status.QUEUED, None, until
    row.attempts -= 1


def has_begun_to_leave(session: Session, row: OutboundRow) -> bool:
    """Return whether another piece of the same words has left, or may have."""
    others = select(OutboundRow.id).where(
        OutboundRow.check_in_id == row.check_in_id,
        OutboundRow.created_at == row.created_at,
        OutboundRow.id != row.id,
        OutboundRow.status.not_in([Status.QUEUED, *NEVER_SHOWN]),
    )
    return session.scalars(others.limit(1)).first() is not None


def anything_due(session: Session, now: datetime) -> bool:
    """Return whether a message waits to leave; the cheap look before anything is locked."""
    query = select(OutboundRow.id).where(
        OutboundRow.status == Status.QUEUED, OutboundRow.next_attempt_at <= now
    )
    return session.scalars(query.limit(1)).first() is not None


def interrupted(session: Session, now: datetime) -> Sequence[OutboundRow]:
    """Return messages whose sending was cut off, so that nobody knows whether they left."""
    query = select(OutboundRow).where(
        OutboundRow.status == Status.SENDING,
        OutboundRow.sending_at < now - OUTCOME_UNKNOWN_AFTER,
    )
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def lock_paces(session: Session, senders: Sequence[str], now: datetime) -> dict[str, datetime]:
    """Lock the senders' pace, so that workers everywhere keep to one rate; return when each is free."""
    fresh = insert(SenderPaceRow).values([{"sender": s, "free_at": now} for s in senders])
    session.execute(fresh.on_conflict_do_nothing())
    query = select(SenderPaceRow).where(SenderPaceRow.sender.in_(senders))
    rows = session.scalars(query.order_by(SenderPaceRow.sender).with_for_update())
    return {r.sender: r.free_at if r.free_at <= now + LONGEST_REST else now for r in rows}


def take_pace(session: Session, sender: str, now: datetime, per_second: float) -> None:
    """Let the sender rest for its interval."""
    free_at = now + timedelta(seconds=1 / per_second)
    session.execute(
        update(SenderPaceRow).where(SenderPaceRow.sender == sender).values(free_at=free_at)
    )


def cancel_waiting(session: Session, address_id: UUID, now: datetime) -> None:
    """Withdraw what has not left for this address, because it opted out; not what answers a danger."""
    disclosures = select(InboundRow.id).where(InboundRow.safety.in_(OPENING))
    answers_danger = OutboundRow.inbound_id.in_(disclosures)
    session.execute(
        update(OutboundRow)
        .where(
            OutboundRow.address_id == address_id,
            OutboundRow.status == Status.QUEUED,
            OutboundRow.inbound_id.is_(None) | ~answers_danger,
        )
        .values(status=Status.CANCELLED, status_at=now)
    )


def last_menu(session: Session, inbound: InboundRow) -> OutboundRow | None:
    """Return the last message with choices that had begun to leave before somebody wrote this.

    None once a disclosure was answered: whatever was asked before it is over.
    """
    query = select(OutboundRow).where(
        OutboundRow.contact_id == inbound.contact_id,
        OutboundRow.channel == inbound.channel,
        *may_have_been_seen(inbound.received_at),
    )
    shown = session.scalars(query.order_by(*LEFT_LAST).limit(1)).one_or_none()
    return None if shown and _disclosed_between(session, shown, inbound) else shown


def _disclosed_between(session: Session, shown: OutboundRow, inbound: InboundRow) -> bool:
    disclosure = (
        select(InboundRow.id)
        .join(OutboundRow, OutboundRow.inbound_id == InboundRow.id)
        .where(
            InboundRow.contact_id == inbound.contact_id,
            InboundRow.safety.in_(OPENING),
            InboundRow.sequence < inbound.sequence,
            OutboundRow.sequence > shown.sequence,
        )
    )
    return session.scalars(disclosure.limit(1)).first() is not None


def by_provider_reference(session: Session, reference: str) -> OutboundRow | None:
    """Return the message that the provider knows under this reference, locked."""
    query = select(OutboundRow).where(OutboundRow.provider_reference == reference)
    return session.scalars(query.limit(1).with_for_update()).one_or_none()


def of_contact(session: Session, contact_id: UUID, channel: str) -> list[OutboundRow]:
    """Return what we said to a contact on one channel, oldest first."""
    query = select(OutboundRow).where(
        OutboundRow.contact_id == contact_id, OutboundRow.channel == channel
    )
    return list(session.scalars(query.order_by(OutboundRow.sequence)))


def answers_to(session: Session, inbound_id: UUID) -> Sequence[OutboundRow]:
    """Return everything that was said because of one inbound message."""
    return session.scalars(select(OutboundRow).where(OutboundRow.inbound_id == inbound_id)).all()


def oldest_queued_at(session: Session, now: datetime) -> datetime | None:
    """Return since when the longest-waiting due message waits."""
    query = select(func.min(OutboundRow.created_at)).where(
        OutboundRow.status == Status.QUEUED, OutboundRow.next_attempt_at <= now
    )
    return session.scalars(query).one()


def address_of(session: Session, row: OutboundRow) -> AddressRow:
    """Return the address that a message goes to."""
    address = session.get(AddressRow, row.address_id)
    assert address is not None, "outbound.address_id is a foreign key"
    return address
