"""Do what a refusal calls for: wait, find out, use SMS, stop, or tell a person."""

from sqlalchemy.orm import Session

from bot.domain.delivery import Status
from bot.domain.retry import SENDING
from bot.gateways.sending import (
    AddressOptedOut,
    AddressUnreachable,
    OutcomeUnknown,
    SendingFailed,
    TryLater,
    UseOtherChannel,
)
from bot.services.fall_back import fall_back_to_sms
from bot.services.parts import Parts
from bot.services.tasks import open_task
from bot.store import database, outbox, phones
from bot.store.tables import OutboundRow


def record_failure(
    session: Session, row: OutboundRow, failure: SendingFailed, parts: Parts
) -> None:
    """Note why a message that is locked here was not taken or got lost, and act on it."""
    row.error_code, row.status_at = failure.code, parts.now()
    _act_on(session, row, failure, parts)
    database.notify(session, database.OUTBOUND)
    database.notify(session, database.CHANGED, str(row.contact_id))


def _act_on(session: Session, row: OutboundRow, failure: SendingFailed, parts: Parts) -> None:
    match failure:
        case OutcomeUnknown():
            pass  # it stays as it is until the provider tells
        case TryLater():
            _wait_or_give_up(session, row, parts)
        case UseOtherChannel():
            row.status = Status.FAILED
            fall_back_to_sms(session, row, parts)
        case AddressOptedOut():
            row.status = Status.FAILED
            _stop(session, row, parts)
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
        row.status, row.accepted_at = Status.QUEUED, None
        row.next_attempt_at = parts.now() + wait


def _give_up(session: Session, row: OutboundRow, parts: Parts) -> None:
    """A message that cannot arrive is a person's task, never an opt-out."""
    row.status = Status.FAILED
    open_task(session, row.contact_id, "undeliverable", parts, about=row.channel)


def _stop(session: Session, row: OutboundRow, parts: Parts) -> None:
    """A STOP that the provider knows of holds for everybody who is reached there."""
    for address in phones.same_address(session, outbox.address_of(session, row)):
        address.opted_out_at = address.opted_out_at or parts.now()
        outbox.cancel_waiting(session, address.id, parts.now())
