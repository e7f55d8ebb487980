"""Tell somebody of the staff of a task, with its kind, its tier and a link: no contact, no words."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from bot.services import rota
from bot.services.call_staff import MAY_WAIT
from bot.services.notify_staff import queue_notice
from bot.services.parts import Parts
from bot.services.situation import phase_for
from bot.store import contacts, staff
from bot.store.risk_tables import NoticeRow
from bot.store.tables import ContactRow, TaskRow

OPENED, OVERDUE = "staff.task_opened", "staff.task_overdue"


def first_to_tell(session: Session, row: TaskRow, parts: Parts) -> UUID | None:
    """Return the contact's own case manager if on duty, else who is, else a supervisor.

    None is the programme's standing line: nobody else is there.
    """
    duty = _on_duty(session, row, parts.now(), parts)
    return duty[0] if duty else supervisor(session, parts)


def tell_opened(session: Session, row: TaskRow, parts: Parts) -> datetime:
    """Tell who is on duty that it is there; return when they are told.

    Where nobody is, what does not burn waits for the next shift, as a danger of the same tier does.
    """
    shift_at = None
    if row.tier in MAY_WAIT and not _on_duty(session, row, parts.now(), parts):
        shift_at = _shift_in_time(session, row, parts)
    if shift_at is None:
        tell(session, row, first_to_tell(session, row, parts), parts, OPENED)
        return parts.now()
    to = _on_duty(session, row, shift_at, parts)[0]
    tell(session, row, to, parts, OPENED).next_attempt_at = shift_at
    return shift_at


def _shift_in_time(session: Session, row: TaskRow, parts: Parts) -> datetime | None:
    """Return when the next shift begins, if half of the time that is left is not over by then."""
    contact, now = session.get_one(ContactRow, row.contact_id), parts.now()
    latest = now + ((row.due_at or now) - now) / 2
    phase = phase_for(session, contact, parts)
    return rota.next_duty_at(session, contact.country, phase, now, latest)


def _on_duty(session: Session, row: TaskRow, moment: datetime, parts: Parts) -> list[UUID]:
    contact = session.get_one(ContactRow, row.contact_id)
    phase, own = phase_for(session, contact, parts), _case_manager_of(session, contact)
    return rota.on_duty_for(session, contact.country, phase, moment, own)


def supervisor(session: Session, parts: Parts) -> UUID | None:
    """Return a supervisor, one on duty if there is one; None is the programme's standing line."""
    return next(iter(rota.supervisors(session, parts.now())), None)


def tell(
    session: Session,
    row: TaskRow,
    staff_id: UUID | None,
    parts: Parts,
    message_id: str = OVERDUE,
) -> NoticeRow:
    """Queue the notification, in the language of whom it is for."""
    language = staff.get(session, staff_id).language if staff_id else "es"
    words = {
        "task": parts.words.value(f"value.task.{row.kind}", language),
        "tier": parts.words.value(f"value.tier.{row.tier}", language),
    }
    return queue_notice(session, None, staff_id, "sms", message_id, parts, **words)


def tell_otherwise(session: Session, refused: NoticeRow, parts: Parts) -> None:
    """Where telling was refused: by e-mail, then a supervisor, then the standing line."""
    person = staff.get(session, refused.staff_id) if refused.staff_id else None
    if person is None or refused.message_id not in {OPENED, OVERDUE}:
        return
    to, channel = refused.staff_id, "email"
    if refused.channel == channel or not person.email or person.left_at is not None:
        to, channel = _somebody_else(session, person.id, parts), "sms"
    queue_notice(session, None, to, channel, refused.message_id, parts, **refused.values)


def _somebody_else(session: Session, staff_id: UUID, parts: Parts) -> UUID | None:
    """Return a supervisor whom nobody could tell yet; from a supervisor it goes to the standing line."""
    supervisors = rota.supervisors(session, parts.now())
    return None if staff_id in supervisors else next(iter(supervisors), None)


def _case_manager_of(session: Session, contact: ContactRow) -> UUID | None:
    child = contacts.child_of(session, contact)
    return contact.case_manager_id or (child.case_manager_id if child else None)
