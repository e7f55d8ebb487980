"""The same words on the other channel, where the first one cannot reach the contact."""

import logging

from sqlalchemy.orm import Session

from bot.domain.channels import Address, Channel
from bot.domain.reach import Reach
from bot.phrasebook.segments import fitting
from bot.phrasebook.splitting import split
from bot.services.announce_elsewhere import announce_elsewhere
from bot.services.parts import Parts
from bot.services.tasks import open_task
from bot.store import contacts, outbox
from bot.store.tables import AddressRow, OutboundRow
from bot.store.time_tables import CheckInRow

logger = logging.getLogger(__name__)

FURTHER_PIECE = 1000
"""Added to the part number for each further SMS of one message: an answer's parts are below it."""


def fall_back_to_sms(session: Session, row: OutboundRow, parts: Parts) -> None:
    """Queue the message again as SMS to the same number; if that is impossible, a person is told.

    What was only announced on WhatsApp is said itself: SMS has no window.
    """
    if row.channel == Channel.SMS or (address := _sms_address(session, row)) is None:
        open_task(session, row.contact_id, "undeliverable", parts, about=row.channel)
        return
    _lose_whatsapp(session, row)
    if row.template and row.check_in_id:
        logger.warning("the template of outbound %s did not arrive: %s", row.id, row.error_code)
        announce_elsewhere(session, row, parts)
        return
    _say_by_sms(session, row, address, parts)


def _lose_whatsapp(session: Session, row: OutboundRow) -> None:
    """Use SMS from now on until they write on WhatsApp, which opens it for words and templates alike.

    Since the message left, not since we know: who has written meanwhile is there. Free words that were
    late for the window say nothing about the address.
    """
    lost = outbox.address_of(session, row)
    since = row.sending_at or row.created_at
    window = Reach(lost.id, Channel(lost.channel), lost.last_inbound_at)
    if row.template or window.window_is_open(since):
        lost.unreachable_at = max(lost.unreachable_at or since, since)


def _say_by_sms(session: Session, row: OutboundRow, address: AddressRow, parts: Parts) -> None:
    numbered = [f"{i} {choice['title']}" for i, choice in enumerate(row.menu, start=1)]
    pieces = split(fitting("\n".join([row.text, *numbered])))
    copies = [_copy(row, address, text, parts) for text in pieces]
    if row.menu:
        copies[-1].form, copies[-1].menu = "numbers", row.menu
    _move_answer(session, row, copies)
    _move_check_in(session, row, address)
    for copy in copies:
        session.add(copy)
        session.flush()


def _move_check_in(session: Session, row: OutboundRow, address: AddressRow) -> None:
    """A check-in stands where it was said: its silence tries another address than this one."""
    check_in = session.get(CheckInRow, row.check_in_id) if row.check_in_id else None
    if check_in is not None and check_in.address_id == row.address_id:
        check_in.address_id = address.id


def _copy(row: OutboundRow, address: AddressRow, text: str, parts: Parts) -> OutboundRow:
    now = parts.now()
    return OutboundRow(
        contact_id=row.contact_id,
        address_id=address.id,
        check_in_id=row.check_in_id,
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
    never reaches another person's thread. A check-in that is said anew asks there who it is.
    """
    lost = outbox.address_of(session, row)
    by_sms = Address(Channel.SMS, contacts.plain_address(lost).number)
    own = [a for a in contacts.addresses(session, row.contact_id) if _is_at(a, by_sms)]
    if not own:
        is_taken = contacts.find_address(session, by_sms) is not None
        return None if is_taken else contacts.add_address(session, row.contact_id, by_sms)
    known = own[0]
    is_left = known.opted_out_at is not None or known.retired_at is not None
    is_somebody_elses = known.shared and not lost.shared and row.template is None
    return None if is_left or is_somebody_elses else known


def _is_at(row: AddressRow, address: Address) -> bool:
    return row.channel == address.channel and row.number == address.number
