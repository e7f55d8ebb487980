"""What a person of the staff answers from their phone: one digit, perhaps with the code of the case."""

import re
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.domain.escalation import EscalationError, Step
from bot.domain.typed_text import fold
from bot.services.handle_escalation import acknowledge, decline
from bot.services.notify_staff import queue_notice
from bot.services.parts import Parts
from bot.store import database, escalations, staff
from bot.store.risk_tables import EscalationRow, StaffReplyRow, StaffRow

_DIGIT = re.compile(r"\b([123])\b")
_CODE = re.compile(r"\b([a-z][2-9][a-z])\b")
_WORDS = {"si": "1", "yes": "1", "ok": "1", "voy": "1", "no": "2", "llamar": "3", "call": "3"}


def take_staff_reply(
    session: Session, person: StaffRow, channel: str, text: str, reference: str, parts: Parts
) -> bool:
    """Do what the digit says and answer it; return whether the reply was new.

    The provider may deliver it twice: the second time changes nothing and is not answered.
    """
    if not _store(session, person, text, reference, parts):
        return False
    row = escalation_meant(session, person.id, text)
    answer, values = take_digit(session, row, person, digit_of(text), parts)
    if answer:
        queue_notice(session, row, person.id, channel, answer, parts, **values)
    if row is not None:
        database.notify(session, database.CHANGED, str(row.contact_id))
    return True


def take_digit(
    session: Session, row: EscalationRow | None, person: StaffRow, digit: str, parts: Parts
) -> tuple[str, dict[str, str]]:
    """Do what a digit says about an escalation; return the message id of the answer and its values."""
    if row is None:
        return "staff.nothing_open", {}
    if digit == "1":
        return _take(session, row, person, parts)
    if digit == "2":
        decline(session, row, person.id, parts)
        return "staff.declined", {}
    if digit == "3":
        return _ask_for_call(session, row, person, parts)
    return "staff.not_understood", {}


def digit_of(text: str) -> str:
    """Return the digit that a reply means, empty if none."""
    folded = fold(text)
    found = _DIGIT.search(folded)
    return found[1] if found else _WORDS.get(folded, "")


def escalation_meant(session: Session, staff_id: UUID, text: str) -> EscalationRow | None:
    """Return the escalation whose code was written, else the most urgent that waits for this person.

    Where nothing waits any more, the one that this person has: a digit may be sent twice.
    """
    waiting = escalations.unacknowledged_of(session, staff_id)
    mine = escalations.assigned_to(session, staff_id)
    codes = set(_CODE.findall(fold(text)))
    meant = next((row for row in (*waiting, *mine) if row.code.lower() in codes), None)
    found = meant or next(iter((*waiting, *mine)), None)
    return escalations.lock(session, found.id) if found else None


def _take(
    session: Session, row: EscalationRow, person: StaffRow, parts: Parts
) -> tuple[str, dict[str, str]]:
    try:
        acknowledge(session, row, person.id, parts)
    except EscalationError:
        other = staff.get(session, row.assigned_id).name if row.assigned_id else ""
        return "staff.taken_by_other", {"other": other}
    return "staff.taken", {}


def _ask_for_call(
    session: Session, row: EscalationRow, person: StaffRow, parts: Parts
) -> tuple[str, dict[str, str]]:
    """Ring them; the call reads the case out and takes a digit. The time to answer goes on."""
    escalations.note(session, row, Step.CALL_REQUESTED, parts.now(), staff_id=person.id)
    queue_notice(session, row, person.id, "voice", "staff.alert", parts)
    return "staff.will_call", {}


def _store(session: Session, person: StaffRow, text: str, reference: str, parts: Parts) -> bool:
    reply = {
        "provider_reference": reference,
        "staff_id": person.id,
        "text": text,
        "received_at": parts.now(),
    }
    statement = insert(StaffReplyRow).values(**reply).on_conflict_do_nothing()
    return session.execute(statement.returning(StaffReplyRow.staff_id)).first() is not None
