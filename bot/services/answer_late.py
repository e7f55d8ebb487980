"""An answer about the way that comes when nobody asks any more: the question is open again, and it counts."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.domain.check_in import State
from bot.domain.menus import Menu, number_in
from bot.domain.questionnaire import Question
from bot.services.check_in_words import questionnaire_of
from bot.services.open_check_in import patience
from bot.services.parts import Parts
from bot.services.programme import programme
from bot.services.read_message import chosen
from bot.store import check_in_answers, check_ins, outbox
from bot.store.tables import ContactRow, InboundRow
from bot.store.time_tables import CheckInRow

COUNTS_FOR = timedelta(days=3)
"""After so long "I arrived" says nothing about the day on which it was asked."""

CAN_BE_LATE = (State.MISSED, State.ANSWERED)
"""Nobody asks any more: all gave up, or the answer was that somebody is still on the way."""


def late_question(
    session: Session, contact: ContactRow, inbound: InboundRow, parts: Parts
) -> tuple[CheckInRow, Question, str] | None:
    """Return the question about the way that a message answers late, its check-in and the choice.

    Most messages are none of these choices: then nothing is read.
    """
    said = _choices_in(inbound, parts)
    row = _asked_last(session, contact, parts) if said else None
    questionnaire = questionnaire_of(row) if row is not None else None
    if row is None or questionnaire is None:
        return None
    answers = check_in_answers.given_to(session, row.id)
    for question in questionnaire.questions.values():
        choice = next((c for c in _about_the_way(question) if c in said), None)
        if choice and _may_be_given(question, choice, answers):
            return (row, question, choice) if _is_meant(session, inbound, choice, parts) else None
    return None


def open_again(row: CheckInRow, parts: Parts) -> None:
    """Let the answer be taken as any other; who then says no more is looked for as before."""
    row.state, row.reason, row.settled_at = State.ASKED, "late_answer", None
    row.wake_at = parts.now() + patience(row, programme().steps[row.step])


def _about_the_way(question: Question) -> list[str]:
    return [*question.here, *question.again] if question.until_chosen else []


def _choices_in(inbound: InboundRow, parts: Parts) -> set[str]:
    """Return the choices about the way that somebody tapped, or typed in the words of one."""
    asked = [q for n in programme().questionnaires.values() for q in n.questions.values()]
    known = {choice for question in asked for choice in _about_the_way(question)}
    if inbound.choice_id is not None:
        return known & {inbound.choice_id}
    if number_in(inbound.text) is not None:
        return set()
    menus = {choice: Menu((parts.words.choice(choice, "en"),)) for choice in known}
    return {choice for choice, menu in menus.items() if menu.chosen(inbound.text)}


def _asked_last(session: Session, contact: ContactRow, parts: Parts) -> CheckInRow | None:
    """Return what asked about the way last, if it is over; None while one asks, or is to come."""
    steps = programme().steps
    rows = check_ins.of_contacts(session, [contact.id])[contact.id]
    urgent = [row for row in rows if row.step in steps and steps[row.step].silence.urgent]
    if any(row.state == State.PLANNED and steps[row.step].anchor != "event" for row in urgent):
        return None
    since = parts.now() - COUNTS_FOR
    said = [row for row in urgent if row.said_at is not None and row.said_at >= since]
    last = max(said, key=lambda row: row.said_at or since, default=None)
    return last if last is not None and last.state in CAN_BE_LATE else None


def _may_be_given(question: Question, choice: str, answers: Mapping[str, str]) -> bool:
    """Return whether the choice is a first answer, a later one, or the same again."""
    given = answers.get(question.id)
    return given in (None, choice) or question.may_change(given)


def _is_meant(session: Session, inbound: InboundRow, choice: str, parts: Parts) -> bool:
    """One word such as "yes" needs the question above it; more words say it by themselves."""
    if inbound.choice_id is not None or len(inbound.text.split()) > 1:
        return True
    found = chosen(inbound, outbox.last_menu(session, inbound), parts.words)
    return found is not None and found.id == choice
