"""Queue a notification to a person of the staff. It names no contact and quotes nothing."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from bot.services.parts import Parts
from bot.store import database
from bot.store.risk_tables import EscalationRow, NoticeRow


def queue_notice(
    session: Session,
    escalation: EscalationRow | None,
    staff_id: UUID | None,
    channel: str,
    message_id: str,
    parts: Parts,
    **values: Any,
) -> NoticeRow:
    """Store a notification in the caller's transaction; the lane that sends it is woken by the commit."""
    now = parts.now()
    row = NoticeRow(
        escalation_id=escalation.id if escalation else None,
        staff_id=staff_id,
        channel=channel,
        message_id=message_id,
        values=values,
        created_at=now,
        next_attempt_at=now,
    )
    session.add(row)
    session.flush()
    database.notify(session, database.NOTICE)
    return row
