"""Store what the provider delivers, once, before anybody thinks about it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from bot.domain.channels import Address, Channel
from bot.domain.contacts import country_of_number
from bot.domain.typed_text import without_control_characters
from bot.services.parts import Parts
from bot.services.staff_replies import take_staff_reply
from bot.services.tasks import open_task
from bot.services.who_holds_the_phone import Said, Writer, who_writes
from bot.store import contacts, database, inbox, phones, staff
from bot.store.risk_tables import StaffRow
from bot.store.tables import AddressRow


@dataclass(frozen=True)
class Delivered:
    """One message as it came from the provider."""

    provider_reference: str
    channel: Channel
    sender: Address = field(repr=False)
    text: str = field(repr=False, default="")
    choice_id: str | None = None
    opt_out_type: str | None = None
    media: tuple[dict[str, str], ...] = field(repr=False, default=())


def accept(delivered: Delivered, parts: Parts) -> bool:
    """Store the message and wake the worker; return whether it was new. A repeat changes nothing."""
    now = parts.now()
    with database.unit_of_work(parts.engine) as session:
        if person := staff.by_number(session, delivered.sender.number):
            return _from_staff(session, person, delivered, parts)
        writer = _writer(session, delivered, parts)
        address = writer.address
        inbox.arrive_in_order(session, str(address.contact_id))
        is_new = inbox.store(session, _row(delivered, writer, now))
        if is_new:
            if writer.is_known:
                address.last_inbound_at = now
            database.notify(session, database.INBOUND)
            database.notify(session, database.CHANGED, str(address.contact_id))
        return is_new


def _from_staff(session: Session, person: StaffRow, delivered: Delivered, parts: Parts) -> bool:
    """A digit from a case manager's phone; done at once, it needs no dialogue."""
    text = without_control_characters(delivered.text)
    reference, channel = delivered.provider_reference, delivered.channel
    return take_staff_reply(session, person, channel, text, reference, parts)


def _row(delivered: Delivered, writer: Writer, now: datetime) -> dict[str, object]:
    return {
        "id": uuid4(),
        "provider_reference": delivered.provider_reference,
        "contact_id": writer.address.contact_id,
        "address_id": writer.address.id,
        "channel": delivered.channel,
        "text": without_control_characters(delivered.text),
        "choice_id": writer.choice_id or delivered.choice_id,
        "opt_out_type": delivered.opt_out_type,
        "media": list(delivered.media),
        "received_at": now,
        "next_attempt_at": now,
        "state": "waiting",
        "intent": None if writer.is_known else phones.UNKNOWN_WRITER,
    }


def _writer(session: Session, delivered: Delivered, parts: Parts) -> Writer:
    """Return whose words these are; what decides about it happens for one message of a phone at a time."""
    here = _reached_at(session, delivered.sender)
    if len(here) == 1 and not here[0].shared:
        return Writer(here[0])
    inbox.arrive_in_order(session, phones.key_of(delivered.sender.number).hex())
    here = _reached_at(session, delivered.sender) or _new_here(session, delivered.sender, parts)
    if not any(row.shared for row in here):
        return Writer(here[0])
    said = Said(delivered.text, delivered.choice_id, bool(delivered.media))
    return who_writes(session, here, said, parts.now())


def _reached_at(session: Session, sender: Address) -> list[AddressRow]:
    rows = phones.in_use(session, sender.number)
    return [row for row in rows if row.channel == sender.channel]


def _new_here(session: Session, sender: Address, parts: Parts) -> list[AddressRow]:
    """Return new addresses: a number that wrote on another channel is the same phone."""
    if elsewhere := phones.in_use(session, sender.number):
        return [_the_same_on(session, sender, row) for row in elsewhere]
    for past in phones.everybody_at(session, sender.number):
        open_task(session, past.contact_id, "contact_change", parts, about="old_number")
    country = country_of_number(sender.number)
    stranger = contacts.add_stranger(session, country, parts.now())
    return [contacts.add_address(session, stranger.id, sender)]


def _the_same_on(session: Session, sender: Address, known: AddressRow) -> AddressRow:
    row = contacts.add_address(session, known.contact_id, sender)
    row.shared, row.speaking_at = known.shared, known.speaking_at
    return row
