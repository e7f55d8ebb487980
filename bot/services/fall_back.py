"""The same words on the other channel, where the first one cannot reach the contact."""

from sqlalchemy.orm import Session

from bot.domain.channels import Address, Channel
from bot.phrasebook.segments import fitting
from bot.phrasebook.splitting import split
from bot.services.announce_elsewhere import announce_elsewhere
from bot.services.parts import Parts
from bot.services.tasks import open_task
from bot.store import contacts, outbox
from bot.store.tables import AddressRow, OutboundRow

FURTHER_PIECE = 1000
"""Added to the part number for each further SMS of one message: an answer's parts are below it."""


def fall_back_to_sms(session: Session, row: OutboundRow, parts: Parts) -> None:
    """Queue the message again as SMS to the same number; if that is impossible, a person is told.

    What was only announced on WhatsApp is said itself: SMS has no window.
    """
    if row.channel == Channel.SMS or (address := _sms_address(session, row)) is None:
        open_task(session, row.contact_id, "undeliverable", parts, about=row.channel)
        return
    if row.template and announce_elsewhere(session, row, parts):
        return
    numbered = [f"{i} {choice['title']}" for i, choice in enumerate(row.menu, start=1)]
    pieces = split(fitting("\n".join([row.text, *numbered])))
    copies = [_copy(row, address, text, parts) for text in pieces]
    if row.menu:
        copies[-1].form, copies[-1].menu = "numbers", row.menu
    _move_answer(session, row, copies)
    for copy in copies:
        session.add(copy)
        session.flush()


def _copy(row: OutboundRow, address: AddressRow, text: str, parts: Parts) -> OutboundRow:
    now = parts.now()
    return OutboundRow(
        contact_id=row.contact_id,
        address_id=address.id,
        channel=Channel.SMS,
        lane=row.lane,
        message_ids=row.message_ids,
        text=text,
        form="none",
        menu=[],
        created_at=now,
        next_attempt_at=now,
        status_at=now,
    )


def _move_answer(session: Session, row: OutboundRow, copies: list[OutboundRow]) -> None:
    """The copies answer the inbound message now: they need no consent of their own."""
    inbound_id, row.inbound_id = row.inbound_id, None
    session.flush()
    for number, copy in enumerate(copies):
        copy.inbound_id, copy.part = inbound_id, row.part + FURTHER_PIECE * number


def _sms_address(session: Session, row: OutboundRow) -> AddressRow | None:
    """Return the contact's SMS address of the same number, added if nobody has it.

    None after STOP, and where somebody else answers SMS on a shared phone: what a child is told
    never reaches another person's thread.
    """
    number = contacts.plain_address(outbox.address_of(session, row)).number
    known = contacts.find_address(session, Address(Channel.SMS, number))
    if known is None:
        return contacts.add_address(session, row.contact_id, Address(Channel.SMS, number))
    is_theirs = known.contact_id == row.contact_id
    return known if is_theirs and known.opted_out_at is None else None
