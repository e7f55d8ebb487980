"""What a person of the staff answers from their phone: one digit, perhaps with the code of the case."""

import re

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.domain.escalation import EscalationError, State, Step
from bot.domain.typed_text import fold
from bot.services.call_staff import CALLS
from bot.services.handle_escalation import acknowledge, decline
from bot.services.notify_staff import queue_notice
from bot.services.parts import Parts
from bot.services.rota import CASE_MANAGER, SUPERVISOR
from bot.store import database, escalations, notices, staff
from bot.store.risk_tables import EscalationRow, StaffReplyRow, StaffRow

_CODE = re.compile(r"[a-z][2-9][a-z][2-9]?")
_MEANT_BY = {
    "1": "1 si yes ok voy have tengo tomo",
    "2": "2 no cannot cant",
    "3": "3 call llamar llamada llamame llamenme llameme",
}
_WORDS = {word: digit for digit, words in _MEANT_BY.items() for word in words.split()}
_SAYS_NOTHING = frozenset(
    {"i", "it", "me", "yo", "lo", "la", "puedo", "hola", "please", "por", "favor"}
    | {"gracias", "thanks", "thank", "you"}
)

MAY_TAKE = (CASE_MANAGER, SUPERVISOR)
"""Roles that may take a case; by its code also one that they were not called for."""


def take_staff_reply(
    session: Session, person: StaffRow, channel: str, text: str, reference: str, parts: Parts
) -> bool:
    """Do what the digit says and answer it; return whether the reply was new.

    The provider may deliver it twice: the second time changes nothing and is not answered.
    """
    if not _store(session, person, text, reference, parts):
        return False
    row = escalation_meant(session, person, text)
    answer, values = _answer(session, row, person, text, parts)
    if answer:
        queue_notice(session, row, person.id, channel, answer, parts, **values)
    if row is not None:
        database.notify(session, database.CHANGED, str(row.contact_id))
    return True


def _answer(
    session: Session, row: EscalationRow | None, person: StaffRow, text: str, parts: Parts
) -> tuple[str, dict[str, str]]:
    if row is not None and _needs_its_code(row, person, text):
        return "staff.which_code", {}
    return take_digit(session, row, person, digit_of(text), parts)


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
    """Return the digit that a reply means, empty if none.

    A digit inside a sentence is none: "I am in 1 meeting, I cannot" must not end the calling.
    """
    said = {word for word in fold(text).split() if not _CODE.fullmatch(word)} - _SAYS_NOTHING
    meant = {_WORDS.get(word, "") for word in said}
    return meant.pop() if len(meant) == 1 else ""


def escalation_meant(session: Session, person: StaffRow, text: str) -> EscalationRow | None:
    """Return the escalation whose code was written, else the one for which this person is called.

    Where nothing waits any more, the one that this person has: a digit may be sent twice. A code that
    is not known means nothing: another case must not be taken for it.
    """
    if person.role not in MAY_TAKE:
        return None
    if codes := _codes_in(text):
        found = escalations.with_code(session, codes)
    else:
        waiting = notices.unacknowledged_of(session, person.id, CALLS)
        found = next(iter((*waiting, *escalations.assigned_to(session, person.id))), None)
    return escalations.lock(session, found.id) if found else None


def _codes_in(text: str) -> set[str]:
    return {word.upper() for word in fold(text).split() if _CODE.fullmatch(word)}


def _needs_its_code(row: EscalationRow, person: StaffRow, text: str) -> bool:
    """Return whether somebody would give back what they have without naming it.

    A "2" that is sent twice, or late, was about a case that another person is called for by now.
    """
    has_it = row.state != State.OPEN and row.assigned_id == person.id
    return has_it and digit_of(text) == "2" and not _codes_in(text)


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
