"""Queries about one phone: everybody who is reached under its number, and what was said and kept there."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.orm import Session

from bot.domain.channels import Address, Channel
from bot.domain.contacts import Role
from bot.domain.reach import SPEAKS_FOR
from bot.store import contacts
from bot.store.base import any_of
from bot.store.outbox import LEFT_LAST, MAY_HAVE_BEEN_SEEN
from bot.store.tables import AddressRow, ContactRow, InboundRow, OutboundRow, TaskRow

UNKNOWN_WRITER = "who_writes"
"""Stands in place of the intent of a message while nobody knows who of a phone wrote it."""

WHO_HOLDS = "who_holds"
"""What a task is about that is open only until we know who holds the phone."""

HELD, PUT_OFF = "held", "put_off"
"""States of a message that waits until we know who holds the phone, or until its writer is back."""

EVERYBODY = (
    select(AddressRow)
    .where(tuple_(AddressRow.channel, AddressRow.number_hash).in_(bindparam("keys")))
    .order_by(AddressRow.channel, AddressRow.id)
    .execution_options(populate_existing=True)
)
SAME = (
    select(AddressRow)
    .where(
        AddressRow.channel == bindparam("channel"),
        AddressRow.number_hash == bindparam("number_hash"),
    )
    .order_by(AddressRow.id)
)
LAST_QUESTION = (
    select(OutboundRow)
    .where(OutboundRow.address_id == any_of("address_ids"), *MAY_HAVE_BEEN_SEEN)
    .order_by(*LEFT_LAST)
    .limit(1)
)
KEPT = (
    select(InboundRow)
    .where(
        InboundRow.address_id == any_of("address_ids"),
        InboundRow.state.in_([HELD, PUT_OFF]),
        InboundRow.received_at > bindparam("since"),
    )
    .order_by(InboundRow.sequence)
)


def key_of(number: str) -> bytes:
    """Return the keyed hash that stands for a number whatever the channel."""
    return contacts.hash_of(Address(Channel.SMS, number))


def everybody_at(session: Session, number: str) -> Sequence[AddressRow]:
    """Return all addresses under a number, of all channels and contacts, also retired ones."""
    keys = [(channel.value, contacts.hash_of(Address(channel, number))) for channel in Channel]
    return session.scalars(EVERYBODY, {"keys": keys}).all()


def in_use(session: Session, number: str) -> list[AddressRow]:
    """Return the addresses under a number that somebody is reached at."""
    return [row for row in everybody_at(session, number) if row.retired_at is None]


def known_at(session: Session, number: str) -> list[AddressRow]:
    """Return the addresses under a number at which somebody is reached who was enrolled."""
    rows = in_use(session, number)
    return [r for r in rows if session.get_one(ContactRow, r.contact_id).role != Role.UNKNOWN]


def same_address(session: Session, address: AddressRow) -> Sequence[AddressRow]:
    """Return this address as each contact on the phone has it: one channel, one number."""
    here = {"channel": address.channel, "number_hash": address.number_hash}
    return session.scalars(SAME, here).all()


def holder(rows: Sequence[AddressRow], now: datetime) -> AddressRow | None:
    """Return the address of the person who was last known to hold the phone, if that is not long ago."""
    last = max((r for r in rows if r.speaking_at), key=_spoke_at, default=None)
    return last if last is not None and now < _spoke_at(last) + SPEAKS_FOR else None


def _spoke_at(row: AddressRow) -> datetime:
    assert row.speaking_at is not None, "only rows of those who spoke are compared"
    return row.speaking_at


def is_with_another(session: Session, address: AddressRow, now: datetime) -> bool:
    """Return whether somebody else holds the phone, so that this contact's words must not go there."""
    if not address.shared:
        return False
    found = holder(same_address(session, address), now)
    return found is not None and found.contact_id != address.contact_id


def last_question(session: Session, address: AddressRow, now: datetime) -> OutboundRow | None:
    """Return the last message with choices that anybody saw at this address."""
    here = [row.id for row in same_address(session, address)]
    return session.scalars(LAST_QUESTION, {"address_ids": here, "by": now}).one_or_none()


def kept(session: Session, rows: Sequence[AddressRow], since: datetime) -> Sequence[InboundRow]:
    """Return what waits at these addresses for the person who wrote it, oldest first."""
    here = [row.id for row in rows]
    return session.scalars(KEPT, {"address_ids": here, "since": since}).all()


def give(session: Session, inbound: InboundRow, to: AddressRow, now: datetime) -> None:
    """Let a message be the words of this contact and be answered to them."""
    is_known_now(session, inbound.id, now)
    whose = {"contact_id": to.contact_id}
    session.execute(update(TaskRow).where(TaskRow.inbound_id == inbound.id).values(whose))
    answers = update(OutboundRow).where(OutboundRow.inbound_id == inbound.id)
    session.execute(answers.values(**whose, address_id=to.id))
    inbound.contact_id, inbound.address_id = to.contact_id, to.id
    inbound.state, inbound.intent, inbound.next_attempt_at = "waiting", None, now
    session.flush()


def answer_at(session: Session, old: AddressRow, new: AddressRow) -> None:
    """Let what was written at the old address be answered at the new one, also what is about safety."""
    theirs = InboundRow.address_id == old.id, InboundRow.contact_id == new.contact_id
    is_open = (InboundRow.state == "waiting") | InboundRow.safety.is_not(None)
    session.execute(update(InboundRow).where(*theirs, is_open).values(address_id=new.id))


def is_known_now(session: Session, inbound_id: UUID, now: datetime) -> None:
    """Note as done what was to be done about a message while nobody knew whose it was."""
    opened = TaskRow.inbound_id == inbound_id, TaskRow.about == WHO_HOLDS, TaskRow.done_at.is_(None)
    session.execute(update(TaskRow).where(*opened).values(done_at=now))
