"""Tell somebody else besides the case manager, such as the child's advocate or attorney contact."""

from uuid import UUID

from sqlalchemy.orm import Session

from bot.services.notify_staff import queue_notice
from bot.services.parts import Parts
from bot.services.tasks import open_task
from bot.store import contacts, escalations, staff
from bot.store.risk_tables import EscalationRow, NoticeRow
from bot.store.tables import ContactRow


def tell_also(
    session: Session, contact: ContactRow, row: EscalationRow, role: str, parts: Parts
) -> None:
    """Notify the child's advocate by SMS and e-mail, once; without one a person has to find one."""
    to = _advocate(session, contact, role)
    if to is None:
        open_task(session, contact.id, "advocate", parts, about=role)
        return
    if _was_told(session, row, "staff.advocate"):
        return
    for channel in ("sms", "email"):
        queue_notice(session, row, to, channel, "staff.advocate", parts)


def _advocate(session: Session, contact: ContactRow, role: str) -> UUID | None:
    """Return the contact's own advocate, the child's, or anybody with that role who still works here."""
    child = contacts.child_of(session, contact)
    own = contact.advocate_id or (child.advocate_id if child else None)
    everybody = staff.everyone(session)
    fitting = [p for p in everybody if p.id == own] or [p for p in everybody if p.role == role]
    return min((p.id for p in fitting), default=None)


def _was_told(session: Session, row: EscalationRow, message_id: str) -> bool:
    return escalations.notice_exists(session, row.id, NoticeRow.message_id == message_id)
