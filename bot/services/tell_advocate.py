"""Tell somebody else besides the case manager, such as the child's advocate or attorney contact."""

from uuid import UUID

from sqlalchemy.orm import Session

from bot.services.notify_staff import queue_notice
from bot.services.parts import Parts
from bot.services.tasks import open_task
from bot.store import contacts, escalations, staff
from bot.store.risk_tables import EscalationRow, NoticeRow
from bot.store.tables import ContactRow

ADVOCATE = "staff.advocate"


def tell_also(
    session: Session, contact: ContactRow, row: EscalationRow, role: str, parts: Parts
) -> None:
    """Notify the child's advocate by SMS and e-mail, once; without one a person has to find one.

    Where nothing could reach them, the next sign tries again.
    """
    to = _advocate(session, contact, role)
    if to is None:
        open_task(session, contact.id, "advocate", parts, about=role)
        return
    if _was_told(session, row):
        return
    for channel in ("sms", "email"):
        queue_notice(session, row, to, channel, ADVOCATE, parts, role=role)


def find_advocate(session: Session, row: EscalationRow, refused: NoticeRow, parts: Parts) -> None:
    """Nothing reached the advocate: a person has to tell them, or find another one."""
    if not _was_told(session, row):
        role = str(refused.values.get("role", ""))
        open_task(session, row.contact_id, "advocate", parts, about=role)


def _advocate(session: Session, contact: ContactRow, role: str) -> UUID | None:
    """Return the contact's own advocate, the child's, or anybody with that role who still works here."""
    child = contacts.child_of(session, contact)
    own = contact.advocate_id or (child.advocate_id if child else None)
    everybody = staff.everyone(session)
    fitting = [p for p in everybody if p.id == own] or [p for p in everybody if p.role == role]
    return min((p.id for p in fitting), default=None)


def _was_told(session: Session, row: EscalationRow) -> bool:
    """Return whether a notification to the advocate was taken by a provider, or still may be."""
    is_alive = (NoticeRow.message_id == ADVOCATE) & NoticeRow.status.in_(escalations.ALIVE)
    return escalations.notice_exists(session, row.id, is_alive)
