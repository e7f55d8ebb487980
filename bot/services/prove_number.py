"""Digits that were told to a contact come from their new number: from now on they are reached there."""

from secrets import compare_digest
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.channels import Address, Channel
from bot.domain.contacts import Role
from bot.domain.phone_numbers_in_text import codes_in, has_only_digits, without_code
from bot.services.parts import Parts
from bot.services.say import Answering, answer_with
from bot.services.share_phone import in_the_way, share
from bot.services.subscription import address_of
from bot.services.tasks import open_task
from bot.store import contacts, database, number_changes, outbox, phones
from bot.store.tables import AddressRow, ContactRow, InboundRow
from bot.store.time_tables import NumberChangeRow

MOST_WRONG = 5
"""So many wrong attempts and nobody can guess on: a person asks the contact."""


def proves_number(session: Session, answering: Answering, parts: Parts) -> bool:
    """Take the digits that a new number is proved by; return whether this message was such an attempt."""
    typed = codes_in(answering.inbound.text)
    is_stranger = answering.contact.role == Role.UNKNOWN
    if not typed or not (is_stranger or has_only_digits(answering.inbound.text)):
        return False
    number = address_of(session, answering.inbound).number
    waiting = _in_time(session, number, parts)
    if not waiting:
        return False
    proved = [c for c in waiting if any(compare_digest(c.digits, code) for code in typed)]
    if proved:
        _proved(session, answering, proved[0], parts)
    else:
        _wrong(session, answering, waiting, parts)
    return True


def own_words(session: Session, inbound: InboundRow) -> str:
    """Return a message without the digits that its number is proved by: we chose these, nobody else."""
    text, typed = inbound.text, codes_in(inbound.text)
    number = address_of(session, inbound).number if typed else ""
    for change in number_changes.open_at(session, phones.key_of(number)) if typed else ():
        text = without_code(text, change.digits) if change.digits in typed else text
    return text


def settle_expired(parts: Parts) -> bool:
    """Leave to a person what nobody proved in time; return whether there was any."""
    with database.unit_of_work(parts.engine) as session:
        found = number_changes.past_due(session, parts.now())
        for change in found:
            _give_up(session, change, number_changes.EXPIRED, parts)
    return bool(found)


def _in_time(session: Session, number: str, parts: Parts) -> list[NumberChangeRow]:
    waiting = number_changes.open_at(session, phones.key_of(number))
    for change in waiting:
        if change.expires_at <= parts.now():
            _give_up(session, change, number_changes.EXPIRED, parts)
    return [change for change in waiting if change.settled_at is None]


def _give_up(
    session: Session, change: NumberChangeRow, outcome: str, parts: Parts, about: str = ""
) -> None:
    number_changes.settle(change, outcome, parts.now())
    open_task(session, change.contact_id, "contact_change", parts, about=about or outcome)


def _wrong(
    session: Session, answering: Answering, waiting: list[NumberChangeRow], parts: Parts
) -> None:
    for change in waiting:
        change.wrong += 1
        if change.wrong >= MOST_WRONG:
            _give_up(session, change, number_changes.REFUSED, parts)
    answer_with(session, answering, ["contact_change.number_wrong"], parts)


def _proved(session: Session, answering: Answering, change: NumberChangeRow, parts: Parts) -> None:
    """Look once more who has the number: somebody may have been enrolled with it meanwhile."""
    contact = _locked(session, change.contact_id)
    session.refresh(change, with_for_update=True)
    if reason := in_the_way(session, contact, change.number):
        _give_up(session, change, number_changes.REFUSED, parts, reason)
        answer_with(session, answering, ["contact_change.number_wrong"], parts)
        return
    _take_over(session, contact, change.number, parts)
    number_changes.settle(change, number_changes.VERIFIED, parts.now())
    number_changes.tell_more(session, contact.id, number_changes.VERIFIED)
    open_task(session, contact.id, "contact_change", parts, about=number_changes.VERIFIED)
    session.refresh(answering.inbound)
    if answering.inbound.contact_id == contact.id:
        answering = Answering(contact, answering.inbound, answering.parts_said)
    answer_with(session, answering, ["contact_change.number_verified"], parts)
    database.notify(session, database.CHANGED, str(contact.id))


def _locked(session: Session, contact_id: UUID) -> ContactRow:
    """Wait until nobody else answers this contact: what they wrote before stays before."""
    lock = {"key_share": True}
    return session.get_one(ContactRow, contact_id, with_for_update=lock, populate_existing=True)


def _take_over(session: Session, contact: ContactRow, number: str, parts: Parts) -> None:
    """Let a contact be reached at this number only, with what was written from it before."""
    known = [r for r in contacts.addresses(session, contact.id) if r.retired_at is None]
    for stranger_id in _strangers(session, number):
        contacts.move_messages(session, stranger_id, contact.id)
        session.get_one(ContactRow, stranger_id).erased_at = parts.now()
    session.flush()
    for channel in sorted({Channel.SMS, *(Channel(row.channel) for row in known)}):
        new = _reached_at(session, contact, Address(channel, number))
        for old in known:
            if old.channel == channel and old.number != number:
                _retire(session, old, new, parts)


def _retire(session: Session, old: AddressRow, new: AddressRow, parts: Parts) -> None:
    """Say nothing more to the old number; what is still to be answered is answered at the new one."""
    old.retired_at, old.speaking_at = parts.now(), None
    outbox.cancel_waiting(session, old.id, parts.now())
    phones.answer_at(session, old, new)
    _is_not_shared_any_more(session, old)


def _is_not_shared_any_more(session: Session, retired: AddressRow) -> None:
    """A caregiver whose child has an own phone keeps theirs alone; a child's stays in others' hands."""
    session.flush()
    left = [r for r in phones.same_address(session, retired) if r.retired_at is None]
    if len(left) == 1 and session.get_one(ContactRow, left[0].contact_id).role != Role.CHILD:
        left[0].shared = False


def _strangers(session: Session, number: str) -> set[UUID]:
    ids = {row.contact_id for row in phones.in_use(session, number)}
    return {i for i in ids if session.get_one(ContactRow, i).role == Role.UNKNOWN}


def _reached_at(session: Session, contact: ContactRow, address: Address) -> AddressRow:
    """Give a contact an address, again if it was theirs before; a family shares it from now on."""
    everybody = phones.everybody_at(session, address.number)
    here = [row for row in everybody if row.channel == address.channel]
    own = next((row for row in here if row.contact_id == contact.id), None)
    own = own or contacts.add_address(session, contact.id, address)
    own.retired_at = None
    others = [r for r in here if r.contact_id != contact.id and r.retired_at is None]
    if others:
        share(session, [own, *others])
    return own
