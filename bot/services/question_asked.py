"""Which question of a check-in a choice answers, and whether its writer can have read that question."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.domain.check_in import State
from bot.domain.menus import Choice, number_in
from bot.domain.questionnaire import Question
from bot.domain.typed_text import fold, has_letters
from bot.services.check_in_words import open_question, questionnaire_of
from bot.services.parts import Parts
from bot.services.programme import programme
from bot.store import check_in_answers, check_ins, inbox, shown
from bot.store.tables import ContactRow, InboundRow, OutboundRow
from bot.store.time_tables import CheckInRow

TWICE_WITHIN = timedelta(seconds=2)
"""The same message again so soon is a second tap: nobody has read the next question by then.

A question needs about a second to the phone, and a child longer than another one to read it.
"""

MOST_TAPS = 5


@dataclass(frozen=True)
class Asked:
    """A question that a choice answers, and the check-in that asked it, where that is known."""

    question: Question
    row: CheckInRow | None

    @property
    def is_waiting(self) -> bool:
        """Return whether the check-in still asks; a sign in an answer counts in any state."""
        return self.row is not None and self.row.state == State.ASKED


def danger_in(question: Question, choice_id: str) -> str | None:
    """Return the category of danger that a choice tells of, None where it tells of none."""
    return question.call.get(choice_id) or question.ask_danger.get(choice_id)


def is_exact(choice: Choice, typed: str) -> bool:
    """Return whether somebody typed the choice's place or title, not words that may mean it."""
    return (
        not has_letters(typed) or number_in(typed) is not None or fold(typed) == fold(choice.title)
    )


def is_of_a_check_in(choice: Choice) -> bool:
    """Return whether any question of any check-in offers this choice."""
    return any(_questions_with(choice.id))


def first_of_taps(session: Session, inbound: InboundRow) -> InboundRow:
    """Return the first of several equal messages in a row, which is the one that somebody thought about."""
    since = inbound.received_at - TWICE_WITHIN
    before = inbox.last_before(session, inbound, since, MOST_TAPS)
    return next((row for row in before if _is_the_same(row, inbound)), inbound)


def _is_the_same(earlier: InboundRow, inbound: InboundRow) -> bool:
    """A typed choice gets its id when it is screened: only two different ids tell messages apart."""
    ids = {earlier.choice_id, inbound.choice_id} - {None}
    is_empty = not ids and not inbound.text
    return earlier.text == inbound.text and len(ids) < 2 and not is_empty


def is_read(session: Session, row: CheckInRow, question: Question, inbound: InboundRow) -> bool:
    """Return whether this question was asked before somebody wrote the message."""
    moment = first_of_taps(session, inbound).received_at
    said = shown.messages_with(session, row, question.say)
    return any(message.created_at <= moment for message in said)


def came_too_early(
    session: Session, contact: ContactRow, inbound: InboundRow, choice: Choice, parts: Parts
) -> bool:
    """Return whether a choice would answer a question that stands below it: it answers none."""
    waiting = _waiting(session, contact, choice, parts)
    if waiting is None:
        return False
    row, question = waiting
    is_asked = bool(shown.messages_with(session, row, question.say))
    return is_asked and not is_read(session, row, question, inbound)


def is_answer(
    session: Session, contact: ContactRow, inbound: InboundRow, choice: Choice, parts: Parts
) -> bool:
    """Return whether a choice answers the open question."""
    return _open(session, contact, inbound, choice, parts) is not None


def asked_of(
    session: Session,
    contact: ContactRow,
    inbound: InboundRow,
    menu: OutboundRow | None,
    choice: Choice,
    parts: Parts,
) -> Asked | None:
    """Return the question that a choice answers, whatever has become of its check-in.

    It is the one whose choices were shown last, or the open one, or any where a choice means a danger
    wherever it is offered. None where it answers none of ours.
    """
    found = _of_the_menu(session, inbound, menu, choice) if menu is not None else None
    return found or _open(session, contact, inbound, choice, parts) or _by_itself(choice)


def _of_the_menu(
    session: Session, inbound: InboundRow, menu: OutboundRow, choice: Choice
) -> Asked | None:
    """A word like "no", below a question that was answered already, is about something else."""
    offered = [q for q in _questions_with(choice.id) if q.say in menu.message_ids]
    if not offered or choice.id not in [entry["id"] for entry in menu.menu]:
        return None
    row = shown.check_in_of(session, menu, _steps_that_say(offered[0].say))
    questionnaire = questionnaire_of(row) if row is not None else None
    own = [q for q in offered if questionnaire and questionnaire.questions.get(q.id) is q]
    question = (own or offered)[0]
    if row is not None and _is_only_a_word(inbound) and _is_answered(session, row, question):
        return None
    return Asked(question, row if own else None)


def _is_only_a_word(inbound: InboundRow) -> bool:
    """A tap and a digit point at a menu; a word may be about anything."""
    return inbound.choice_id is None and number_in(inbound.text) is None


def _is_answered(session: Session, row: CheckInRow, question: Question) -> bool:
    return question.is_settled(check_in_answers.given_to(session, row.id).get(question.id))


def _open(
    session: Session, contact: ContactRow, inbound: InboundRow, choice: Choice, parts: Parts
) -> Asked | None:
    waiting = _waiting(session, contact, choice, parts)
    if waiting is None or not is_read(session, *waiting, inbound):
        return None
    row, question = waiting
    return Asked(question, row)


def _waiting(
    session: Session, contact: ContactRow, choice: Choice, parts: Parts
) -> tuple[CheckInRow, Question] | None:
    """Return the open question, with its check-in, if this is one of its choices."""
    row = check_ins.running(session, contact.id, State.ASKED)
    question = open_question(session, row, contact, parts) if row else None
    if row is None or question is None or choice.id not in question.options:
        return None
    return row, question


def _by_itself(choice: Choice) -> Asked | None:
    """Return a question for "nobody came", which means the same below every one; none for "no"."""
    questions = list(_questions_with(choice.id))
    is_sign = questions and all(danger_in(q, choice.id) for q in questions)
    return Asked(questions[0], None) if is_sign else None


def _questions_with(choice_id: str) -> Iterator[Question]:
    for questionnaire in programme().questionnaires.values():
        yield from (q for q in questionnaire.questions.values() if choice_id in q.options)


def _steps_that_say(message_id: str) -> list[str]:
    asking = {
        name
        for name, questionnaire in programme().questionnaires.items()
        if any(question.say == message_id for question in questionnaire.questions.values())
    }
    return [step.id for step in programme().steps.values() if step.ask in asking]
