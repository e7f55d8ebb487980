"""Store what the provider delivers, once, before anybody thinks about it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from bot.domain.channels import Address, Channel
from bot.domain.contacts import Role, country_of_number
from bot.domain.typed_text import without_control_characters
from bot.services.parts import Parts
from bot.services.staff_replies import take_staff_reply
from bot.store import contacts, database, inbox, staff
from bot.store.risk_tables import StaffRow
from bot.store.tables import AddressRow, ContactRow


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
        address = _address(session, delivered, now)
        inbox.arrive_in_order(session, str(address.contact_id))
        is_new = inbox.store(session, _row(delivered, address, now))
        if is_new:
            address.last_inbound_at = now
            database.notify(session, database.INBOUND)
            database.notify(session, database.CHANGED, str(address.contact_id))
        return is_new


def _from_staff(session: Session, person: StaffRow, delivered: Delivered, parts: Parts) -> bool:
    """A digit from a case manager's phone; done at once, it needs no dialogue."""
    text = without_control_characters(delivered.text)
    reference, channel = delivered.provider_reference, delivered.channel
    return take_staff_reply(session, person, channel, text, reference, parts)


def _row(delivered: Delivered, address: AddressRow, now: datetime) -> dict[str, object]:
    return {
        "id": uuid4(),
        "provider_reference": delivered.provider_reference,
        "contact_id": address.contact_id,
        "address_id": address.id,
        "channel": delivered.channel,
        "text": without_control_characters(delivered.text),
        "choice_id": delivered.choice_id,
        "opt_out_type": delivered.opt_out_type,
        "media": list(delivered.media),
        "received_at": now,
        "next_attempt_at": now,
        "state": "waiting",
    }


def _address(session: Session, delivered: Delivered, now: datetime) -> AddressRow:
    """Return the sender's address; a number that wrote on another channel is the same person."""
    known = contacts.find_address(session, delivered.sender)
    if known:
        return known
    inbox.arrive_in_order(session, contacts.hash_of(delivered.sender).hex())
    known = contacts.find_address(session, delivered.sender)
    if known:
        return known
    for channel in Channel:
        other = contacts.find_address(session, Address(channel, delivered.sender.number))
        if other:
            return contacts.add_address(session, other.contact_id, delivered.sender)
    return contacts.add_address(session, _stranger(session, delivered, now), delivered.sender)


def _stranger(session: Session, delivered: Delivered, now: datetime) -> UUID:
    """Keep a contact for a number that nobody enrolled, so that what it says is not lost."""
    country = country_of_number(delivered.sender.number)
    row = ContactRow(
        role=Role.UNKNOWN,
        name="",
        language="en" if country == "US" else "es",
        country=country,
        destination=country,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row.id
