"""Tell somebody else besides the case manager, such as the child's advocate or attorney contact."""

from sqlalchemy.orm import Session

from bot.services.notify_staff import queue_notice
from bot.services.parts import Parts
from bot.store import escalations, staff, tasks
from bot.store.risk_tables import EscalationRow, NoticeRow
from bot.store.tables import ContactRow


def tell_also(
    session: Session, contact: ContactRow, row: EscalationRow, role: str, parts: Parts
) -> None:
    """Notify the contact's advocate by SMS and e-mail, once; without one a person has to find one."""
    to = contact.advocate_id or next((s.id for s in staff.with_role(session, role)), None)
    if to is None:
        tasks.queue(session, contact.id, "advocate", parts.now(), role)
        return
    if _was_told(session, row, "staff.advocate"):
        return
    for channel in ("sms", "email"):
        queue_notice(session, row, to, channel, "staff.advocate", parts)


def _was_told(session: Session, row: EscalationRow, message_id: str) -> bool:
    return escalations.notice_exists(session, row.id, NoticeRow.message_id == message_id)
