"""Queries about notifications to staff: due ones, interrupted ones, what a provider reports."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.risk_tables import NoticeRow

INTERRUPTED_AFTER = timedelta(seconds=30)
"""A notification that has been `sending` for so long was cut off; it is sent again: two calls for help
are better than none."""


def claim_next(session: Session, now: datetime) -> NoticeRow | None:
    """Lock the next notification that is due, or was cut off, and mark it as being sent."""
    is_due = (NoticeRow.status == "queued") & (NoticeRow.next_attempt_at <= now)
    was_cut_off = (NoticeRow.status == "sending") & (NoticeRow.sending_at < now - INTERRUPTED_AFTER)
    query = (
        select(NoticeRow)
        .where(is_due | was_cut_off)
        .order_by(NoticeRow.created_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.scalars(query).one_or_none()
    if row is not None:
        row.status, row.sending_at = "sending", now
        row.attempts += 1
    return row


def lock(session: Session, notice_id: UUID) -> NoticeRow | None:
    """Return the notification, locked."""
    return session.get(NoticeRow, notice_id, with_for_update=True, populate_existing=True)
