"""The same words on the other channel, where the first one cannot reach the contact."""

from sqlalchemy.orm import Session

from bot.domain.channels import Address, Channel
from bot.phrasebook.segments import fitting
from bot.services.parts import Parts
from bot.store import contacts, outbox, tasks
from bot.store.tables import AddressRow, OutboundRow


def fall_back_to_sms(session: Session, row: OutboundRow, parts: Parts) -> None:
    """Queue the message again as SMS to the same number; if that is impossible, a person is told."""
    if row.channel == Channel.SMS or (address := _sms_address(session, row)) is None:
        tasks.queue(session, row.contact_id, "undeliverable", parts.now(), row.channel)
        return
    now = parts.now()
    numbered = [f"{i} {choice['title']}" for i, choice in enumerate(row.menu, start=1)]
    copy = OutboundRow(
        contact_id=row.contact_id,
        address_id=address.id,
        channel=Channel.SMS,
        lane=row.lane,
        message_ids=row.message_ids,
        text=fitting("\n".join([row.text, *numbered])),
        form="numbers" if row.menu else "none",
        menu=row.menu,
        created_at=now,
        next_attempt_at=now,
        status_at=now,
    )
    session.add(copy)
    _move_answer(session, row, copy)


def _move_answer(session: Session, row: OutboundRow, copy: OutboundRow) -> None:
    """The copy answers the inbound message now: it needs no consent of its own."""
    inbound_id, part = row.inbound_id, row.part
    row.inbound_id = None
    session.flush([row])
    copy.inbound_id, copy.part = inbound_id, part


def _sms_address(session: Session, row: OutboundRow) -> AddressRow | None:
    """Return the SMS address of the same number, added if nobody has used it; None after STOP."""
    number = contacts.plain_address(outbox.address_of(session, row)).number
    known = contacts.find_address(session, Address(Channel.SMS, number))
    if known is None:
        return contacts.add_address(
            session, row.contact_id, Address(Channel.SMS, number)
        )
    return known if known.opted_out_at is None else None
