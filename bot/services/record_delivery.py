"""Take in delivery reports: they come late, twice and out of order, and never move backwards."""

from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.delivery import Status, latest, status_of
from bot.gateways.sending import SendingFailed
from bot.services.parts import Parts
from bot.services.record_failure import record_failure
from bot.store import database, outbox
from bot.store.tables import OutboundRow

LOST = frozenset({Status.FAILED, Status.UNDELIVERED})
HAS_NOT_LEFT = frozenset({Status.QUEUED, Status.SENDING})


def record_delivery(
    outbound_id: UUID | None,
    reference: str,
    word: str,
    failure: SendingFailed | None,
    parts: Parts,
) -> None:
    """Keep what the provider reports about one of our messages; unknown words and ids change nothing."""
    reported = status_of(word)
    if reported is None:
        return
    with database.unit_of_work(parts.engine) as session:
        row = _message(session, outbound_id, reference)
        if row is None or not _is_news(row, reference, reported):
            return
        row.provider_reference = reference or row.provider_reference
        row.accepted_at = row.accepted_at or parts.now()
        if reported in LOST:
            _lose(session, row, reported, failure or SendingFailed(), parts)
        else:
            _move_on(session, row, reported, parts)


def _message(session: Session, outbound_id: UUID | None, reference: str) -> OutboundRow | None:
    """Return the message, locked: by the id in our own address, else by the provider's reference."""
    row = session.get(OutboundRow, outbound_id, with_for_update=True) if outbound_id else None
    return row or outbox.by_provider_reference(session, reference)


def _is_news(row: OutboundRow, reference: str, reported: Status) -> bool:
    """Return whether this moves the message on, and is about its last attempt."""
    if row.provider_reference is not None and reference:
        is_same = row.provider_reference == reference
        if is_same == (row.status in HAS_NOT_LEFT):
            return False  # an attempt that failed and was, or will be, made again
    return latest(Status(row.status), reported) != row.status


def _lose(
    session: Session, row: OutboundRow, reported: Status, failure: SendingFailed, parts: Parts
) -> None:
    record_failure(session, row, failure, parts)
    if row.status == Status.FAILED:
        row.status = reported


def _move_on(session: Session, row: OutboundRow, reported: Status, parts: Parts) -> None:
    row.status, row.status_at = reported, parts.now()
    database.notify(session, database.OUTBOUND)
    database.notify(session, database.CHANGED, str(row.contact_id))
