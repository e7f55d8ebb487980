"""Leaving and coming back: one word, confirmed once, undone only by an explicit START."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain.consent import Agreement
from bot.domain.contacts import Role
from bot.domain.opting import OptWord, opt_word
from bot.services.parts import Parts
from bot.services.say import Answering, Lane, answer_with
from bot.services.tasks import open_task
from bot.store import contacts, database, outbox, phones, tasks
from bot.store.tables import AddressRow, ContactRow, InboundRow

LEFT_PART = 850
"""The part number of the confirmation, said while the message is screened: other answers come from zero."""

ASKS_WHO, ASKED_PART = "contact_change.shared_ask_who", 800
"""Asked where nobody knows who came back, and its part number: their START is answered later, from zero."""


def leave_at_once(session: Session, answering: Answering, parts: Parts) -> None:
    """Heed STOP as soon as it is screened, before older messages that wait for the dialogue engine.

    When the line reaches it, it is a second STOP and changes nothing.
    """
    inbound = answering.inbound
    if opt_word(inbound.text, inbound.opt_out_type) is OptWord.STOP:
        leaving = Answering(answering.contact, inbound, parts_said=LEFT_PART)
        change_subscription(session, leaving, OptWord.STOP, parts)
        database.notify(session, database.OUTBOUND)


def change_subscription(
    session: Session, answering: Answering, word: OptWord, parts: Parts
) -> None:
    """Do what the word asks; where the provider has already answered we stay silent."""
    address = address_of(session, answering.inbound)
    if word is OptWord.STOP:
        reply = opt_out(session, answering, address, parts.now())
    elif word is OptWord.START:
        reply = opt_in(session, answering, address, parts.now())
        if _waits_for_who_it_is(session, answering, address):
            _ask_who_came_back(session, answering, parts)
            return
    else:
        reply = "subscription.help"
    if reply and not answering.inbound.opt_out_type:
        answer_with(session, answering, [reply], parts, lane=Lane.RISK)


def opt_out(
    session: Session, answering: Answering, address: AddressRow, now: datetime
) -> str | None:
    """Stop writing to this address and return the confirmation; a second STOP is not answered.

    It holds for everybody who is reached there.
    """
    was_out = address.opted_out_at is not None
    for row in phones.same_address(session, address):
        if row.opted_out_at is None:  # else the confirmation may wait to leave
            outbox.cancel_waiting(session, row.id, now)
            row.opted_out_at = now
    if was_out:
        return None
    if _is_known(answering):
        _withdraw_assent(session, answering, now)
    return "subscription.opted_out"


def opt_in(session: Session, answering: Answering, address: AddressRow, now: datetime) -> str:
    """Write to this address again, to everybody who is reached there.

    What they agreed to is one for all channels: it is renewed whichever of them STOP came by.
    """
    for row in phones.same_address(session, address):
        row.opted_out_at = row.unreachable_at = None
    answering.contact.paused_at = None
    if _is_known(answering):
        _renew_assent(session, answering, now)
    return "subscription.opted_in"


def _waits_for_who_it_is(session: Session, answering: Answering, address: AddressRow) -> bool:
    """Return whether somebody of the phone may have to agree again, and nobody knows whether this is they."""
    if _is_known(answering):
        return False
    here = phones.same_address(session, address)
    return any(withdrew(session, session.get_one(ContactRow, row.contact_id)) for row in here)


def _ask_who_came_back(session: Session, answering: Answering, parts: Parts) -> None:
    """Keep START until whoever holds the phone says who they are; if nobody does, a person looks."""
    inbound, answering.parts_said = answering.inbound, ASKED_PART
    inbound.state = phones.HELD
    contact_id, about = inbound.contact_id, phones.WHO_HOLDS
    open_task(session, contact_id, "not_understood", parts, about=about, inbound_id=inbound.id)
    answer_with(session, answering, [ASKS_WHO], parts, lane=Lane.RISK)


def _is_known(answering: Answering) -> bool:
    """Only a child takes back what the child agreed to, not whoever holds the phone."""
    return answering.inbound.intent != phones.UNKNOWN_WRITER


def stay_silent_after_stop(session: Session, answering: Answering, parts: Parts) -> None:
    """Answer what somebody writes after STOP once with the way back; a person reads it.

    What they wrote before, and nobody has answered, is read by a person too; they have just left.
    """
    contact_id, inbound = answering.contact.id, answering.inbound
    left_at = address_of(session, inbound).opted_out_at
    if left_at is not None and inbound.received_at < left_at:
        open_task(session, contact_id, "unanswered", parts, inbound_id=inbound.id)
        return
    already_said = any(t.kind == "after_stop" for t in tasks.open_of(session, contact_id))
    open_task(session, contact_id, "after_stop", parts, inbound_id=inbound.id)
    if not already_said:
        answer_with(session, answering, ["subscription.already_out"], parts, lane=Lane.RISK)


def address_of(session: Session, inbound: InboundRow) -> AddressRow:
    """Return the address that a message came from."""
    address = session.get(AddressRow, inbound.address_id)
    assert address is not None, "inbound.address_id is a foreign key"
    return address


def withdrew(session: Session, contact: ContactRow) -> bool:
    """Return whether STOP took back what they had agreed to themselves, and START has not renewed it.

    Nothing but STOP takes back what was given: a refusal in the first conversation was never given.
    """
    latest = contacts.latest_consent(session, contact.id, _own_kind(contact))
    return latest is not None and latest.withdrawn_at is not None


def _withdraw_assent(session: Session, answering: Answering, now: datetime) -> None:
    latest = contacts.latest_consent(session, answering.contact.id, _own_kind(answering.contact))
    if latest is not None and latest.given and latest.withdrawn_at is None:
        latest.withdrawn_at = now


def _renew_assent(session: Session, answering: Answering, now: datetime) -> None:
    contact = answering.contact
    if withdrew(session, contact):
        contacts.record_consent(session, contact.id, _own_kind(contact), True, now)


def _own_kind(contact: ContactRow) -> Agreement:
    """Return which agreement is the contact's own to give and to take back."""
    return Agreement.ASSENT if contact.role == Role.CHILD else Agreement.OWN_CONSENT
