"""A voice call to a person of the staff: the question that is read out, and the digit they press."""

from uuid import UUID

from sqlalchemy.orm import Session

from bot.errors import NotFound
from bot.gateways.twilio_notices import spoken, spoken_question
from bot.gateways.twilio_outcomes import FAILED_CALLS, FAILED_MESSAGES
from bot.services.parts import Parts
from bot.services.send_notice import refuse, words_for
from bot.services.staff_replies import take_digit
from bot.store import database, escalations, notices, staff
from bot.store.risk_tables import EscalationRow, NoticeRow, StaffRow

TAKE, DECLINE, AGAIN = "1", "2", "3"


def question(notice_id: UUID, parts: Parts) -> str:
    """Return TwiML that says the case and waits for a digit."""
    with database.unit_of_work(parts.engine) as session:
        row = _known(session, notice_id)
        if (
            row.staff_id is None
        ):  # the standing line: who answers there is nobody whom a digit could name
            return spoken(*words_for(session, row, row.message_id, parts))
        text, language = words_for(session, row, "staff.voice", parts)
    return spoken_question(text, language, _answers_to(notice_id, parts))


def take(notice_id: UUID, digit: str, parts: Parts) -> str:
    """Do what the digit says; return TwiML that confirms it. Pressing it twice changes nothing."""
    if digit == AGAIN:
        return question(notice_id, parts)
    with database.unit_of_work(parts.engine) as session:
        row = _known(session, notice_id)
        if row.escalation_id is None or row.staff_id is None or digit not in (TAKE, DECLINE):
            text, language = words_for(session, row, "staff.voice_again", parts)
            return spoken_question(text, language, _answers_to(notice_id, parts))
        escalation = escalations.lock(session, row.escalation_id)
        person = staff.get(session, row.staff_id)
        answer = _do(session, row, escalation, person, digit, parts)
        text, language = words_for(session, row, SPOKEN.get(answer, answer), parts)
    return spoken(text, language)


SPOKEN = {"staff.taken": "staff.voice_taken", "staff.declined": "staff.voice_declined"}


def _do(
    session: Session,
    row: NoticeRow,
    escalation: EscalationRow,
    person: StaffRow,
    digit: str,
    parts: Parts,
) -> str:
    """Return the message id of the answer. Who has just declined on this call is not asked again."""
    if digit == DECLINE and row.values.get("pressed") == DECLINE:
        return "staff.declined"
    answer, values = take_digit(session, escalation, person, digit, parts)
    row.values = {**row.values, **values, "pressed": digit}
    return answer


def record_fate(notice_id: UUID, word: str, code: int | None, parts: Parts) -> None:
    """Take in a delivery report; a failure after it was accepted calls on the next channel."""
    with database.unit_of_work(parts.engine) as session:
        row = notices.lock(session, notice_id)
        failed = FAILED_CALLS if row is not None and row.channel == "voice" else FAILED_MESSAGES
        if row is not None and row.status in ("sending", "accepted") and word in failed:
            refuse(session, row, code, parts)


def _known(session: Session, notice_id: UUID) -> NoticeRow:
    row = notices.lock(session, notice_id)
    if row is None:
        raise NotFound(f"There is no notification {notice_id}.")
    return row


def _answers_to(notice_id: UUID, parts: Parts) -> str:
    return f"{parts.settings.reached_at}/twilio/notice/{notice_id}/digits"
