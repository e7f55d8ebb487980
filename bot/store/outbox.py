"""Queries about outbound messages: in order per contact and lane, the most urgent lane first."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, String, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from bot.domain.delivery import Status
from bot.domain.disclosure import OPENING
from bot.store.base import Moment
from bot.store.tables import AddressRow, InboundRow, OutboundRow, SenderPaceRow

LONGEST_REST = timedelta(minutes=1)
"""A sender that is said to rest for longer was claimed by a clock that was put back since."""

ORDER_GRACE = timedelta(seconds=2)
"""How long the next message waits for the news that the last one left; after that it goes anyway."""

OUTCOME_UNKNOWN_AFTER = timedelta(seconds=60)
"""A message that has been `sending` for so long was interrupted; the SDK gives up after 10 s."""

NEVER_SHOWN = (Status.CANCELLED, Status.FAILED, Status.UNDELIVERED)
"""What became of messages whose choices nobody saw."""

IS_JUST_LEAVING = and_(
    OutboundRow.inbound_id.is_not(None),
    OutboundRow.created_at <= bindparam("by"),
    OutboundRow.next_attempt_at <= bindparam("by"),
)
MAY_HAVE_BEEN_SEEN = (
    or_(OutboundRow.sending_at <= bindparam("by"), IS_JUST_LEAVING),
    OutboundRow.status.not_in(NEVER_SHOWN),
    func.jsonb_array_length(OutboundRow.menu) > 0,
)
"""What a message with choices must be for a digit to answer it that was written by then.

What still waits to leave, perhaps until the morning, was seen by nobody: "1" is not its answer.
Only what answers the contact's own words, and leaves at this moment, counts as if it had left, also
where it left between the writing and this look.
"""

LEFT_LAST = (OutboundRow.sending_at.desc().nulls_first(), OutboundRow.sequence.desc())

OF_CONTACT = OutboundRow.contact_id == bindparam("contact_id")
ON_CHANNEL = OutboundRow.channel == bindparam("channel")
IS_DUE = and_(OutboundRow.status == Status.QUEUED, OutboundRow.next_attempt_at <= bindparam("now"))
EARLIER, LATER = aliased(OutboundRow), aliased(OutboundRow)
STILL_LEAVING = or_(
    EARLIER.status.in_([Status.QUEUED, Status.SENDING]),
    and_(EARLIER.status == Status.ACCEPTED, EARLIER.accepted_at > bindparam("accepted_after")),
)
NOT_YET = (
    select(EARLIER.id)
    .where(
        EARLIER.contact_id == OutboundRow.contact_id,
        EARLIER.sequence < OutboundRow.sequence,
        EARLIER.lane <= OutboundRow.lane,
        STILL_LEAVING,
    )
    .exists()
)

NEXT = (
    select(OutboundRow)
    .where(IS_DUE, OutboundRow.channel.in_(bindparam("channels")), ~NOT_YET)
    .order_by(OutboundRow.lane, OutboundRow.sequence)
    .limit(1)
    .with_for_update(skip_locked=True)
)
OTHER_PIECES = (
    select(OutboundRow.id)
    .where(
        OutboundRow.check_in_id == bindparam("check_in_id"),
        OutboundRow.created_at == bindparam("created_at"),
        OutboundRow.id != bindparam("id"),
        OutboundRow.status.not_in([Status.QUEUED, *NEVER_SHOWN]),
    )
    .limit(1)
)
DUE = select(OutboundRow.id).where(IS_DUE).limit(1)
INTERRUPTED = (
    select(OutboundRow)
    .where(
        OutboundRow.status == Status.SENDING, OutboundRow.sending_at < bindparam("sending_before")
    )
    .with_for_update(skip_locked=True)
)
SENDERS = select(
    func.unnest(bindparam("senders", type_=ARRAY(String()))), bindparam("now", type_=Moment)
)
ADD_PACES = (
    insert(SenderPaceRow)
    .from_select(["sender", "free_at"], SENDERS)
    .on_conflict_do_nothing()
    .execution_options(dml_strategy="orm")  # the parameters are no rows
)
PACES = (
    select(SenderPaceRow)
    .where(SenderPaceRow.sender.in_(bindparam("senders")))
    .order_by(SenderPaceRow.sender)
    .with_for_update()
)
DISCLOSED_SINCE = (
    select(InboundRow.id)
    .join(LATER, LATER.inbound_id == InboundRow.id)
    .where(
        InboundRow.contact_id == OutboundRow.contact_id,
        InboundRow.safety.in_(OPENING),
        InboundRow.sequence < bindparam("written"),
        LATER.sequence > OutboundRow.sequence,
    )
    .exists()
)
LAST_MENU = (
    select(OutboundRow, DISCLOSED_SINCE)
    .where(OF_CONTACT, ON_CHANNEL, *MAY_HAVE_BEEN_SEEN)
    .order_by(*LEFT_LAST)
    .limit(1)
)
BY_REFERENCE = (
    select(OutboundRow)
    .where(OutboundRow.provider_reference == bindparam("reference"))
    .limit(1)
    .with_for_update()
)
SAID = select(OutboundRow).where(OF_CONTACT, ON_CHANNEL).order_by(OutboundRow.sequence)
ANSWERS = select(OutboundRow).where(OutboundRow.inbound_id == bindparam("inbound_id"))
OLDEST_QUEUED = select(func.min(OutboundRow.created_at)).where(IS_DUE)


def claim_next(session: Session, now: datetime, channels: Sequence[str]) -> OutboundRow | None:
    """Lock the next message that may leave on one of these channels and mark it as being sent.

    A message waits for the contact's earlier ones of its own lane and of more urgent lanes. It
    overtakes less urgent ones: what answers a disclosure must not stand behind a greeting.
    """
    when = {"now": now, "accepted_after": now - ORDER_GRACE}
    row = session.scalars(NEXT, {**when, "channels": channels}).one_or_none()
    if row is None:
        return None
    row.status, row.sending_at, row.status_at = Status.SENDING, now, now
    row.attempts += 1
    return row


def put_off(row: OutboundRow, until: datetime) -> None:
    """Give a claimed message back, as if nobody had claimed it, until later."""
    row.status, row.sending_at, row.next_attempt_at = Status.QUEUED, None, until
    row.attempts -= 1


def has_begun_to_leave(session: Session, row: OutboundRow) -> bool:
    """Return whether another piece of the same words has left, or may have."""
    piece = {"check_in_id": row.check_in_id, "created_at": row.created_at, "id": row.id}
    return session.scalars(OTHER_PIECES, piece).first() is not None


def anything_due(session: Session, now: datetime) -> bool:
    """Return whether a message waits to leave; the cheap look before anything is locked."""
    return session.scalars(DUE, {"now": now}).first() is not None


def interrupted(session: Session, now: datetime) -> Sequence[OutboundRow]:
    """Return messages whose sending was cut off, so that nobody knows whether they left."""
    cut_off = {"sending_before": now - OUTCOME_UNKNOWN_AFTER}
    return session.scalars(INTERRUPTED, cut_off).all()


def lock_paces(session: Session, senders: Sequence[str], now: datetime) -> dict[str, datetime]:
    """Lock the senders' pace, so that workers everywhere keep to one rate; return when each is free."""
    session.execute(ADD_PACES, {"senders": senders, "now": now})
    rows = session.scalars(PACES, {"senders": senders})
    return {r.sender: r.free_at if r.free_at <= now + LONGEST_REST else now for r in rows}


def take_pace(session: Session, sender: str, now: datetime, per_second: float) -> None:
    """Let the sender rest for its interval."""
    free_at = now + timedelta(seconds=1 / per_second)
    session.execute(
        update(SenderPaceRow).where(SenderPaceRow.sender == sender).values(free_at=free_at)
    )


def cancel_waiting(session: Session, address_id: UUID, now: datetime) -> None:
    """Withdraw what has not left for this address, because it opted out; not what answers a danger."""
    answers_danger = exists().where(
        InboundRow.id == OutboundRow.inbound_id, InboundRow.safety.in_(OPENING)
    )
    session.execute(
        update(OutboundRow)
        .where(
            OutboundRow.address_id == address_id,
            OutboundRow.status == Status.QUEUED,
            ~answers_danger,
        )
        .values(status=Status.CANCELLED, status_at=now)
    )


def last_menu(session: Session, inbound: InboundRow) -> OutboundRow | None:
    """Return the last message with choices that had begun to leave before somebody wrote this.

    None once a disclosure was answered: whatever was asked before it is over.
    """
    here = {"contact_id": inbound.contact_id, "channel": inbound.channel}
    written = {"by": inbound.received_at, "written": inbound.sequence}
    found = session.execute(LAST_MENU, here | written).one_or_none()
    if found is None:
        return None
    shown, is_over = found
    return None if is_over else shown


def by_provider_reference(session: Session, reference: str) -> OutboundRow | None:
    """Return the message that the provider knows under this reference, locked."""
    return session.scalars(BY_REFERENCE, {"reference": reference}).one_or_none()


def of_contact(session: Session, contact_id: UUID, channel: str) -> list[OutboundRow]:
    """Return what we said to a contact on one channel, oldest first."""
    return list(session.scalars(SAID, {"contact_id": contact_id, "channel": channel}))


def answers_to(session: Session, inbound_id: UUID) -> Sequence[OutboundRow]:
    """Return everything that was said because of one inbound message."""
    return session.scalars(ANSWERS, {"inbound_id": inbound_id}).all()


def oldest_queued_at(session: Session, now: datetime) -> datetime | None:
    """Return since when the longest-waiting due message waits."""
    return session.scalars(OLDEST_QUEUED, {"now": now}).one()


def address_of(session: Session, row: OutboundRow) -> AddressRow:
    """Return the address that a message goes to."""
    address = session.get(AddressRow, row.address_id)
    assert address is not None, "outbound.address_id is a foreign key"
    return address
