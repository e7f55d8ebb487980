"""A contact has another number: it has to prove itself before anything personal is said there.

Some digits are told on the old phone, or by a case manager's voice; sent from the new one they are the
proof. Until then the new number belongs to a stranger, who is heard, stopped and erased as any other.
"""

from datetime import timedelta
from secrets import randbelow
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.channels import Address, Channel
from bot.domain.contacts import Role, country_of_number
from bot.domain.phone_numbers_in_text import looks_like_number, numbers_in
from bot.errors import AcompanaError
from bot.services.parts import Parts
from bot.services.prove_number import proves_number
from bot.services.say import Answering, Lane, answer_with
from bot.services.say_unasked import Unasked, accepts_unasked, say_at
from bot.services.share_phone import in_the_way
from bot.services.tasks import open_task
from bot.store import contacts, inbox, number_changes, phones
from bot.store.tables import AddressRow, ContactRow
from bot.store.time_tables import NumberChangeRow

NEW_NUMBER = "new_phone_number"
"""The intent of somebody who says that they have another number."""

ASKED_FOR = timedelta(days=1)
"""For so long a number that a contact writes is taken to be the one that they were asked for."""

PROVED_WITHIN = timedelta(days=3)

DIGITS = 5
"""More than any menu and fewer than a phone number has; read aloud without effort."""

MOST_A_DAY = 3
"""From so many numbers a day on a person looks first: each one is written to."""


def changes_number(session: Session, answering: Answering, parts: Parts) -> bool:
    """Take digits that prove a number, or a number that was asked for; return whether it was one."""
    if proves_number(session, answering, parts):
        return True
    return _was_asked(session, answering, parts) and takes_number(session, answering, parts)


def _was_asked(session: Session, answering: Answering, parts: Parts) -> bool:
    if not looks_like_number(answering.inbound.text):
        return False
    contact_id, since = answering.contact.id, parts.now() - ASKED_FOR
    asked_at = number_changes.asked_at(session, contact_id, NEW_NUMBER, since)
    taken_at = number_changes.latest_at(session, contact_id)
    return asked_at is not None and (taken_at is None or taken_at < asked_at)


def takes_number(session: Session, answering: Answering, parts: Parts) -> bool:
    """Write to the number in a message and tell the digits here; return whether there was a number."""
    if not looks_like_number(answering.inbound.text):
        return False
    contact = answering.contact
    number = _the_new_one(session, contact, answering.inbound.text)
    if number is None:
        answer_with(session, answering, ["contact_change.number_ask"], parts)
        return True
    _one_at_a_time(session, number)
    if reason := in_the_way(session, contact, number):
        open_task(session, contact.id, "contact_change", parts, about=reason)
        answer_with(session, answering, ["contact_change.number_refused"], parts)
    elif not _may_be_written_to(session, contact, number, parts):
        open_task(session, contact.id, "contact_change", parts)
        answer_with(session, answering, ["requests.new_number"], parts)
    else:
        change = _begin(session, contact, number, "contact", parts)
        answer_with(session, answering, ["contact_change.number_sent"], parts)
        _write_to(session, contact, change, parts)
    return True


def enter_number(session: Session, contact_id: UUID, number: str, parts: Parts) -> str:
    """Begin a change for a case manager and return the digits; every refusal is one plain sentence."""
    contact = contacts.get(session, contact_id)
    new = Address.of(Channel.SMS, number).number
    _one_at_a_time(session, new)
    if contact.role == Role.UNKNOWN:
        raise AcompanaError("Nobody is enrolled under this id: enrol the person with the number.")
    if new in _own(session, contact):
        raise AcompanaError("This contact has this number already.")
    if reason := in_the_way(session, contact, new):
        whose = "A person of the staff" if reason == "staff_number" else "Another contact"
        raise AcompanaError(f"{whose} has this number.")
    if not _may_be_written_to(session, contact, new, parts):
        raise AcompanaError(
            "Nothing may be sent to this number unasked: there is no consent, a pause, a STOP, or "
            "it was changed too often today."
        )
    change = _begin(session, contact, new, "staff", parts)
    _write_to(session, contact, change, parts)
    return change.digits


def _the_new_one(session: Session, contact: ContactRow, text: str) -> str | None:
    """Return the number that is not the contact's own already; None if it is not clear which is meant."""
    written = numbers_in(text, list(dict.fromkeys([contact.country, contact.destination])))
    new = [number for number in written if number not in _own(session, contact)]
    return new[0] if len(new) == 1 else None


def _own(session: Session, contact: ContactRow) -> set[str]:
    rows = contacts.addresses(session, contact.id)
    return {row.number for row in rows if row.retired_at is None}


def _one_at_a_time(session: Session, number: str) -> None:
    """Keep this apart from a first message that arrives from the same number."""
    inbox.arrive_in_order(session, phones.key_of(number).hex())


def _may_be_written_to(session: Session, contact: ContactRow, number: str, parts: Parts) -> bool:
    """Return whether the neutral message may go out: it is unasked, and some contact's number is guessed."""
    day_ago = parts.now() - timedelta(days=1)
    if number_changes.so_many_since(session, contact.id, day_ago) >= MOST_A_DAY:
        return False
    there = phones.everybody_at(session, number)
    has_stopped = any(r.opted_out_at for r in there if r.channel == Channel.SMS)
    return accepts_unasked(session, contact) and not has_stopped


def _begin(
    session: Session, contact: ContactRow, number: str, by: str, parts: Parts
) -> NumberChangeRow:
    now = parts.now()
    number_changes.replace_open(session, contact.id, now)
    change = NumberChangeRow(
        contact_id=contact.id,
        number=number,
        number_hash=phones.key_of(number),
        digits=f"{randbelow(10**DIGITS):0{DIGITS}}",
        requested_by=by,
        requested_at=now,
        expires_at=now + PROVED_WITHIN,
    )
    session.add(change)
    session.flush()
    return change


def _write_to(session: Session, contact: ContactRow, change: NumberChangeRow, parts: Parts) -> None:
    """Send the neutral message; the consent that it needs is the contact's, the address a stranger's."""
    address = _sms_address(session, contact, change.number, parts)
    verify = Unasked(["contact_change.number_verify"], Lane.INTERACTIVE)
    say_at(session, contact, address.id, verify, parts)


def _sms_address(session: Session, contact: ContactRow, number: str, parts: Parts) -> AddressRow:
    """Return where the neutral message goes: not the contact's own address, for that is not proved yet."""
    there = phones.in_use(session, number)
    on_sms = [row for row in there if row.channel == Channel.SMS]
    if on_sms:
        return on_sms[0]
    if there:
        return contacts.add_address(session, there[0].contact_id, Address(Channel.SMS, number))
    stranger = contacts.add_stranger(session, country_of_number(number), parts.now())
    stranger.language = contact.language
    return contacts.add_address(session, stranger.id, Address(Channel.SMS, number))
