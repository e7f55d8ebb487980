"""Queries about notifications to staff: due ones, interrupted ones, what a provider reports."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.store.escalations import by_urgency
from bot.store.risk_tables import EscalationRow, NoticeRow

INTERRUPTED_AFTER = timedelta(seconds=30)
"""A notification that has been `sending` for so long was cut off; it is sent again: two calls for help
are better than none."""


def claim_next(session: Session, now: datetime) -> NoticeRow | None:
    """Lock the most urgent notification that is due, or was cut off, and mark it as being sent."""
    is_due = (NoticeRow.status == "queued") & (NoticeRow.next_attempt_at <= now)
    was_cut_off = (NoticeRow.status == "sending") & (NoticeRow.sending_at < now - INTERRUPTED_AFTER)
    query = (
        select(NoticeRow)
        .outerjoin(EscalationRow, EscalationRow.id == NoticeRow.escalation_id)
        .where(is_due | was_cut_off)
        .order_by(by_urgency().nulls_last(), NoticeRow.created_at)
        .limit(1)
        .with_for_update(of=NoticeRow, skip_locked=True)
    )
    row = session.scalars(query).one_or_none()
    if row is not None:
        row.status, row.sending_at = "sending", now
        row.attempts += 1
    return row


def lock(session: Session, notice_id: UUID) -> NoticeRow | None:
    """Return the notification, locked."""
    return session.get(NoticeRow, notice_id, with_for_update=True, populate_existing=True)


def last_call_at(
    session: Session, escalation_id: UUID, staff_id: UUID, message_ids: Collection[str]
) -> datetime | None:
    """Return when a person was, or will be, notified last about an escalation; failures do not count."""
    query = select(func.max(NoticeRow.next_attempt_at)).where(
        NoticeRow.escalation_id == escalation_id,
        NoticeRow.staff_id == staff_id,
        NoticeRow.message_id.in_(message_ids),
        NoticeRow.status.in_(["queued", "sending", "accepted"]),
    )
    return session.scalars(query).one()


def withdraw(session: Session, escalation_id: UUID) -> None:
    """Withdraw what has not left: nobody is called any more for what a person has closed."""
    waiting = (NoticeRow.escalation_id == escalation_id) & (NoticeRow.status == "queued")
    session.execute(update(NoticeRow).where(waiting).values(status="withdrawn"))
