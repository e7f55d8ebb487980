"""Hand outbound messages to the provider: claim, commit, call, record what became of it."""

import logging
from collections.abc import Iterable
from datetime import datetime
from time import sleep
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.channels import Channel
from bot.domain.consent import may_be_written_to_unasked
from bot.domain.contacts import Role
from bot.domain.delivery import Status, latest
from bot.domain.menus import Choice
from bot.domain.retry import SENDING
from bot.gateways.sending import (
    AddressOptedOut,
    AddressUnreachable,
    OutcomeUnknown,
    Parcel,
    SendingFailed,
    TryLater,
    UseOtherChannel,
)
from bot.services.fall_back import fall_back_to_sms
from bot.services.parts import Parts
from bot.services.say import Lane
from bot.store import contacts, database, outbox, tasks
from bot.store.tables import AddressRow, OutboundRow

logger = logging.getLogger(__name__)


def send_next(parts: Parts) -> bool:
    """Send the most urgent message that may leave now; return whether to look again at once."""
    parcel, wait_seconds = _claim(parts)
    if parcel is None:
        sleep(wait_seconds)
        return wait_seconds > 0
    try:
        reference = parts.provider.send(parcel)
    except SendingFailed as failure:
        record_failure(parcel.id, failure, parts)
    else:
        _accepted(parcel.id, reference, parts)
    return True


def find_out_interrupted(parts: Parts) -> int:
    """Ask the provider about messages whose sending was cut off; return how many were settled."""
    now = parts.now()
    with database.unit_of_work(parts.engine) as session:
        cut_off = [
            (_parcel(session, row), row.sending_at or now)
            for row in outbox.interrupted(session, now)
        ]
    for parcel, since in cut_off:
        _settle(parcel, since, parts)
    return len(cut_off)


def _settle(parcel: Parcel, since: datetime, parts: Parts) -> None:
    try:
        reference = parts.provider.find(parcel, since)
    except SendingFailed:
        return  # nobody knows yet; the next round asks again
    if reference:
        _accepted(parcel.id, reference, parts)
    else:
        record_failure(parcel.id, TryLater(), parts)


def _claim(parts: Parts) -> tuple[Parcel | None, float]:
    """Mark the next message as being sent and return it, or how long the busy senders need.

    Consent is looked at again, here, because it may have been withdrawn since.
    """
    now = parts.now()
    senders = {c.value: parts.settings.sender(c) or c.value for c in Channel}
    with database.unit_of_work(parts.engine) as session:
        if not outbox.anything_due(session, now):
            return None, 0
        free_at = outbox.lock_paces(session, list(senders.values()), now)
        free = [
            channel for channel, sender in senders.items() if free_at[sender] <= now
        ]
        row = outbox.claim_next(session, now, free) if free else None
        if row is None:
            return None, _shortest_wait(free_at.values(), now)
        if not _may_leave(session, row):
            row.status = Status.CANCELLED
            logger.info(
                "outbound %s was withdrawn: opted out, or no consent stands", row.id
            )
            return None, 0
        outbox.take_pace(
            session, senders[row.channel], now, parts.settings.rate(row.channel)
        )
        return _parcel(session, row), 0


def _shortest_wait(free_at: Iterable[datetime], now: datetime) -> float:
    """Return the seconds until the next busy sender is free; zero if none is busy."""
    waits = [(moment - now).total_seconds() for moment in free_at if moment > now]
    return min(waits, default=0)


def _may_leave(session: Session, row: OutboundRow) -> bool:
    """Answers may leave unless the address opted out; unasked messages also need a consent."""
    if row.lane == Lane.RISK:
        return True
    if outbox.address_of(session, row).opted_out_at is not None:
        return False
    if row.inbound_id is not None:
        return True
    contact = contacts.get(session, row.contact_id)
    return may_be_written_to_unasked(
        Role(contact.role), contacts.consents(session, contact.id)
    )


def _parcel(session: Session, row: OutboundRow) -> Parcel:
    contact = contacts.get(session, row.contact_id)
    return Parcel(
        id=row.id,
        to=contacts.plain_address(outbox.address_of(session, row)),
        text=row.text,
        form=row.form,
        choices=tuple(Choice.from_json(c) for c in row.menu),
        language=contact.language,
    )


def _accepted(outbound_id: UUID, reference: str, parts: Parts) -> None:
    """Record that the provider has it; a delivery report may have been faster."""
    now = parts.now()
    with database.unit_of_work(parts.engine) as session:
        row = _locked(session, outbound_id)
        row.status = latest(Status(row.status), Status.ACCEPTED)
        row.provider_reference, row.accepted_at, row.status_at = reference, now, now
        database.notify(session, database.CHANGED, str(row.contact_id))


def record_failure(outbound_id: UUID, failure: SendingFailed, parts: Parts) -> None:
    """Do what the refusal calls for: wait, find out, use SMS, or tell a person."""
    with database.unit_of_work(parts.engine) as session:
        row = _locked(session, outbound_id)
        if row.status not in (
            Status.QUEUED,
            Status.SENDING,
            Status.ACCEPTED,
            Status.SENT,
        ):
            return
        row.error_code, row.status_at = failure.code, parts.now()
        _act_on(session, row, failure, parts)
        database.notify(session, database.OUTBOUND)
        database.notify(session, database.CHANGED, str(row.contact_id))


def _act_on(
    session: Session, row: OutboundRow, failure: SendingFailed, parts: Parts
) -> None:
    match failure:
        case OutcomeUnknown():
            row.status = Status.SENDING  # stays so until the provider tells
        case TryLater():
            _wait_or_give_up(session, row, parts)
        case UseOtherChannel():
            row.status = Status.FAILED
            fall_back_to_sms(session, row, parts)
        case AddressOptedOut():
            row.status = Status.FAILED
            _stop(outbox.address_of(session, row), row, session, parts)
        case AddressUnreachable():
            _give_up(session, row, parts)
            outbox.address_of(session, row).unreachable_at = parts.now()
        case _:
            _give_up(session, row, parts)


def _wait_or_give_up(session: Session, row: OutboundRow, parts: Parts) -> None:
    wait = SENDING.wait_after(row.attempts)
    if wait is None:
        _give_up(session, row, parts)
    else:
        row.status, row.next_attempt_at = Status.QUEUED, parts.now() + wait


def _give_up(session: Session, row: OutboundRow, parts: Parts) -> None:
    """A message that cannot arrive is a person's task, never an opt-out."""
    row.status = Status.FAILED
    tasks.queue(session, row.contact_id, "undeliverable", parts.now(), row.channel)


def _stop(
    address: AddressRow, row: OutboundRow, session: Session, parts: Parts
) -> None:
    address.opted_out_at = address.opted_out_at or parts.now()
    outbox.cancel_waiting(session, row.address_id, parts.now())


def _locked(session: Session, outbound_id: UUID) -> OutboundRow:
    row = session.get(OutboundRow, outbound_id, with_for_update=True)
    assert row is not None, "outbound rows are not deleted while they are being sent"
    return row
