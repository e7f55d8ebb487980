"""Hand outbound messages to the provider: claim, commit, call, record what became of it."""

import logging
from collections.abc import Iterable, Sequence, Set
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.channels import Channel
from bot.domain.delivery import Status, latest
from bot.domain.menus import Choice
from bot.gateways.sending import Parcel, SendingFailed, TryLater
from bot.services.leaving import leaves_now
from bot.services.parts import Parts
from bot.services.record_failure import record_failure
from bot.store import contacts, database, outbox
from bot.store.tables import ContactRow, OutboundRow

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 0.25
"""Seconds; a slow sender keeps nobody for longer from looking whether another one has work."""


def send_next(parts: Parts) -> bool:
    """Send the most urgent message that may leave now; return whether to look again at once."""
    claimed = _take(parts)
    if isinstance(claimed, Parcel):
        _send(claimed, parts)
        return True
    if claimed > 0:
        parts.pause(min(claimed, LONGEST_PAUSE))
    return claimed > 0


def _send(parcel: Parcel, parts: Parts) -> None:
    try:
        reference = parts.provider.send(parcel)
    except SendingFailed as failure:
        with database.unit_of_work(parts.engine) as session:
            row = _locked(session, parcel.id)
            if row is not None and row.status == Status.SENDING:
                record_failure(session, row, failure, parts)
    else:
        with database.unit_of_work(parts.engine) as session:
            _accepted(session, parcel.id, reference, parts)


def find_out_interrupted(parts: Parts) -> int:
    """Ask the provider about messages whose sending was cut off; return how many were looked at."""
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
        found = parts.provider.find(parcel, since)
    except SendingFailed:
        return  # nobody knows yet; the next round asks again
    with database.unit_of_work(parts.engine) as session:
        row = _locked(session, parcel.id)
        if row is None or row.status != Status.SENDING or row.sending_at != since:
            return  # another worker or a delivery report was faster
        unclaimed = [r for r in found if outbox.by_provider_reference(session, r) is None]
        if unclaimed:
            _accepted(session, row.id, unclaimed[0], parts)
        else:
            record_failure(session, row, TryLater(), parts)


def _take(parts: Parts) -> Parcel | float:
    """Mark the next message as being sent and return it, or the seconds that busy senders need.

    Whether it may leave is looked at again, here: much may have happened since it was said.
    """
    while True:
        with database.unit_of_work(parts.engine) as session:
            row = _next_row(session, parts)
            if not isinstance(row, OutboundRow):
                return row
            if leaves_now(session, row, parts):
                rate = parts.settings.rate(row.channel)
                outbox.take_pace(session, _sender_of(session, row, parts), parts.now(), rate)
                return _parcel(session, row)


def _next_row(session: Session, parts: Parts) -> OutboundRow | float:
    """Lock the next message of a sender that is free."""
    now = parts.now()
    if not outbox.anything_due(session, now):
        return 0
    senders = {channel.value: _senders(channel, parts) for channel in Channel}
    free_at = outbox.lock_paces(session, [s for several in senders.values() for s in several], now)
    busy = {s for s, moment in free_at.items() if moment > now}
    channels = [channel for channel, several in senders.items() if set(several) - busy]
    while channels:
        claimed = _claim(session, channels, busy, parts)
        if not isinstance(claimed, str):
            return claimed or _shortest_wait(free_at.values(), now)
        channels.remove(claimed)
    return _shortest_wait(free_at.values(), now)


def _claim(
    session: Session, channels: Sequence[str], busy: Set[str], parts: Parts
) -> OutboundRow | str | None:
    """Claim the next message, or return its channel and leave it where its own sender is busy."""
    if busy.isdisjoint(s for channel in channels for s in _senders(channel, parts)):
        return outbox.claim_next(session, parts.now(), channels)
    with session.begin_nested() as claim:
        row = outbox.claim_next(session, parts.now(), channels)
        if row is None or _sender_of(session, row, parts) not in busy:
            return row
        channel = row.channel
        claim.rollback()
        return channel


def _senders(channel: str, parts: Parts) -> list[str]:
    """Return whose pace is kept on a channel; a sender may be missing in a demo."""
    return list(dict.fromkeys(parts.settings.senders(channel).values())) or [channel]


def _sender_of(session: Session, row: OutboundRow, parts: Parts) -> str:
    """Return the sender of a message: that of the country in which the contact is now."""
    country = session.get_one(ContactRow, row.contact_id).country
    return parts.settings.sender(row.channel, country) or row.channel


def _shortest_wait(free_at: Iterable[datetime], now: datetime) -> float:
    """Return the seconds until the next busy sender is free; zero if none is busy."""
    waits = [(moment - now).total_seconds() for moment in free_at if moment > now]
    return min(waits, default=0)


def _parcel(session: Session, row: OutboundRow) -> Parcel:
    contact = contacts.get(session, row.contact_id)
    return Parcel(
        id=row.id,
        to=contacts.plain_address(outbox.address_of(session, row)),
        text=row.text,
        form=row.form,
        choices=tuple(Choice.from_json(c) for c in row.menu),
        language=contact.language,
        template=row.template,
        country=contact.country,
    )


def _accepted(session: Session, outbound_id: UUID, reference: str, parts: Parts) -> None:
    """Record that the provider has it; a delivery report may have been faster."""
    row = _locked(session, outbound_id)
    if row is None or (row.status == Status.QUEUED and row.provider_reference == reference):
        return  # erased, or a report said that this attempt failed
    kept = latest(Status(row.status), Status.ACCEPTED)
    if kept != row.status:
        row.status, row.status_at = kept, parts.now()
    row.provider_reference, row.accepted_at = reference, row.accepted_at or parts.now()
    database.notify(session, database.CHANGED, str(row.contact_id))


def _locked(session: Session, outbound_id: UUID) -> OutboundRow | None:
    """Return the message, locked; None if its contact was erased meanwhile."""
    return session.get(OutboundRow, outbound_id, with_for_update=True, populate_existing=True)
