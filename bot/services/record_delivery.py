"""Take in delivery reports: they come late, twice and out of order, and never move backwards."""

from uuid import UUID

from bot.domain.delivery import Status, latest, status_of
from bot.gateways.sending import SendingFailed
from bot.services.parts import Parts
from bot.services.send_outbound import record_failure
from bot.store import database, outbox
from bot.store.tables import OutboundRow

LOST = frozenset({Status.FAILED, Status.UNDELIVERED})


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
    changed = _keep(outbound_id, reference, reported, parts)
    if changed is not None and reported in LOST:
        record_failure(changed, failure or SendingFailed(), parts)


def _keep(
    outbound_id: UUID | None, reference: str, reported: Status, parts: Parts
) -> UUID | None:
    """Return the message's id if the report is news about it."""
    with database.unit_of_work(parts.engine) as session:
        row = (
            session.get(OutboundRow, outbound_id, with_for_update=True)
            if outbound_id
            else None
        )
        row = row or outbox.by_provider_reference(session, reference)
        if row is None or latest(Status(row.status), reported) == row.status:
            return None
        row.provider_reference = row.provider_reference or reference
        row.accepted_at = row.accepted_at or parts.now()
        if reported not in LOST:
            row.status, row.status_at = reported, parts.now()
            database.notify(session, database.OUTBOUND)
        database.notify(session, database.CHANGED, str(row.contact_id))
        return row.id
