"""What an answer to a check-in leads to: it is kept, and somebody may have to act on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.domain.check_in import State
from bot.domain.questionnaire import OWN_WORDS, Question
from bot.domain.risk import Decision, Screening, Tier
from bot.services.answer_late import late_question, open_again
from bot.services.check_in_words import question_after, questionnaire_of
from bot.services.open_check_in import patience
from bot.services.parts import Parts
from bot.services.programme import programme
from bot.services.question_asked import Asked, asked_of, danger_in, first_of_taps, is_read
from bot.services.read_message import chosen
from bot.services.tasks import open_task
from bot.services.whereabouts import let_read_at_once, note_whereabouts
from bot.store import check_in_answers, check_ins, outbox
from bot.store.tables import ContactRow, InboundRow, OutboundRow
from bot.store.time_tables import AnswerRow, CheckInRow


def check_in_for_dialogue(
    session: Session, contact: ContactRow, inbound: InboundRow, parts: Parts
) -> dict[str, Any] | None:
    """Return what the dialogue engine has to know to go on with the questions; None if none wait.

    A message that was written before the open question left is marked: a yes is not the answer to it.
    """
    if contact.onboarded_at is None:
        return None  # they were welcomed instead
    _hear_late(session, contact, inbound, parts)
    row = check_ins.running(session, contact.id, State.ASKED)
    questionnaire = questionnaire_of(row) if row is not None else None
    if row is None or questionnaire is None:
        return None
    answers = check_in_answers.given_to(session, row.id)
    question = question_after(answers, row, contact, parts)
    is_early = question is not None and not is_read(session, row, question, inbound)
    known = {"id": str(row.id), "questionnaire": questionnaire.id, "answers": answers}
    return {**known, "came_before": True} if is_early else known


def _hear_late(session: Session, contact: ContactRow, inbound: InboundRow, parts: Parts) -> None:
    """Take up again what somebody answers when all gave up: whether the child is there is never too late.

    While other questions wait these go on, and what somebody tapped counts all the same.
    """
    late = late_question(session, contact, inbound, parts)
    if late is None:
        return
    row, question, choice = late
    if check_ins.running(session, contact.id, State.ASKED) is None:
        _take_back_answer(session, row, question, choice)
        open_again(row, parts)
    elif inbound.choice_id and _given(session, row, question) != choice:
        keep_answer(session, row, question, choice, inbound, parts)
        note_whereabouts(session, contact, inbound, question, choice, parts)


def _take_back_answer(session: Session, row: CheckInRow, question: Question, choice: str) -> None:
    """Who was on the way answers anew."""
    given = _given(session, row, question)
    if given != choice and question.may_change(given):
        of_this = (AnswerRow.check_in_id == row.id, AnswerRow.question == question.id)
        session.execute(delete(AnswerRow).where(*of_this))


def _given(session: Session, row: CheckInRow, question: Question) -> str | None:
    return check_in_answers.given_to(session, row.id).get(question.id)


@dataclass(frozen=True)
class Answer:
    """What somebody answers to a question of a check-in that is locked and still asks."""

    contact: ContactRow
    inbound: InboundRow
    row: CheckInRow
    question: Question
    choice: str


def record_answer(
    session: Session,
    contact: ContactRow,
    inbound: InboundRow,
    effect: Mapping[str, Any],
    parts: Parts,
) -> None:
    """Keep one answer; one to a check-in that is over changes nothing."""
    row = check_ins.running(session, contact.id, State.ASKED)
    if row is None or str(row.id) != effect["check_in"]:
        return
    if not check_ins.is_still(session, row, State.ASKED):
        return
    if question := _question(row, str(effect["question"])):
        choice = str(effect.get("choice") or OWN_WORDS)
        keep_and_follow(session, Answer(contact, inbound, row, question, choice), parts)


def keep_and_follow(session: Session, answer: Answer, parts: Parts) -> None:
    """Keep an answer and do what follows from it; the check-in waits for the next one."""
    row, question, choice = answer.row, answer.question, answer.choice
    keep_answer(session, row, question, choice, answer.inbound, parts)
    _follow(session, answer, parts)
    if question.is_settled(choice):
        row.wake_at = parts.now() + _patience(row)  # words that nobody read yet put nothing off


def _patience(row: CheckInRow) -> timedelta:
    """Somebody who is answering gets the whole first wait again before they are reminded."""
    return patience(row, programme().steps[row.step])


def keep_answer(
    session: Session,
    row: CheckInRow,
    question: Question,
    choice: str,
    inbound: InboundRow | None,
    parts: Parts,
) -> None:
    """Store an answer once for each question of a check-in; a choice takes the place of own words."""
    values = answer_values(row, question, choice, inbound.id if inbound else None, parts.now())
    may_change = question.until_chosen and question.may_change(_given(session, row, question))
    check_in_answers.keep(session, values, takes_its_place=may_change)


def answer_values(
    row: CheckInRow, question: Question, choice: str, inbound_id: UUID | None, now: datetime
) -> dict[str, Any]:
    """Return what is stored of one answer."""
    questionnaire = questionnaire_of(row)
    return {
        "check_in_id": row.id,
        "contact_id": row.contact_id,
        "questionnaire": questionnaire.id if questionnaire else "",
        "question": question.id,
        "indicator": question.indicator,
        "value": {"choice": choice, "score": question.score(choice)},
        "inbound_id": inbound_id,
        "answered_at": now,
    }


def finish_check_in(
    session: Session, contact: ContactRow, effect: Mapping[str, Any], parts: Parts
) -> None:
    """All was answered."""
    row = check_ins.running(session, contact.id, State.ASKED)
    if row is None or str(row.id) != effect["check_in"]:
        return
    if check_ins.is_still(session, row, State.ASKED):
        check_ins.settle(row, State.ANSWERED, parts.now())


def sign_in_answer(
    session: Session,
    contact: ContactRow,
    inbound: InboundRow,
    shown: OutboundRow | None,
    parts: Parts,
) -> Screening | None:
    """Return the sign of danger that a choice is, such as "nobody came"; None where it is none.

    Found while the message is screened, so that it needs no dialogue engine. It counts also where the
    check-in is over: a late "nobody came" is no less true. The answer is kept while it still asks.
    """
    first = first_of_taps(session, inbound)
    menu = shown if first is inbound else outbox.last_menu(session, first)
    choice = chosen(inbound, menu, parts.words)
    asked = asked_of(session, contact, inbound, menu, choice, parts) if choice else None
    category = danger_in(asked.question, choice.id) if asked and choice else None
    if asked is None or choice is None or category is None:
        return None
    inbound.choice_id = choice.id  # typed or tapped, it is this choice
    is_sure = choice.id in asked.question.call
    if is_sure:
        _keep(session, asked, choice.id, inbound, parts)
    tier = parts.safety.taxonomy.tiers[category]
    decision = Decision.ALERT if is_sure else Decision.ASK
    return Screening(decision, category, Tier(tier), "check_in", 1.0)


def keep_what_was_asked(
    session: Session, contact: ContactRow, inbound_id: UUID, parts: Parts
) -> None:
    """Keep the choice that led to the closed question, once its answer says that it was meant."""
    inbound = session.get(InboundRow, inbound_id)
    if inbound is None or inbound.choice_id not in parts.words.choices:
        return
    menu = outbox.last_menu(session, first_of_taps(session, inbound))
    choice = parts.words.choice(inbound.choice_id, "en")
    asked = asked_of(session, contact, inbound, menu, choice, parts)
    if asked is not None:
        _keep(session, asked, choice.id, inbound, parts)


def _keep(
    session: Session, asked: Asked, choice_id: str, inbound: InboundRow, parts: Parts
) -> None:
    """Keep an answer if the check-in still asks."""
    if asked.row is not None and asked.is_waiting:
        keep_answer(session, asked.row, asked.question, choice_id, inbound, parts)


def _question(row: CheckInRow, name: str) -> Question | None:
    questionnaire = questionnaire_of(row)
    return questionnaire.questions.get(name) if questionnaire else None


def _follow(session: Session, answer: Answer, parts: Parts) -> None:
    """Do what a choice calls for beside the next question."""
    contact, inbound, row = answer.contact, answer.inbound, answer.row
    question, choice = answer.question, answer.choice
    about = f"{row.step}.{question.id}"
    if choice in {**question.call, **question.ask_danger} and inbound.safety is None:
        high = Tier.HIGH  # a sign that came past screening: a person reads it
        open_task(
            session, contact.id, "review", parts, about=about, inbound_id=inbound.id, tier=high
        )
    if choice == OWN_WORDS and programme().steps[row.step].silence.urgent:
        let_read_at_once(session, contact, about, Tier.HIGH, inbound.id, parts)
    elif choice == OWN_WORDS:
        open_task(session, contact.id, "free_answer", parts, about=about, inbound_id=inbound.id)
    if asked := question.question.get(choice):
        open_task(session, contact.id, "question", parts, about=asked, inbound_id=inbound.id)
    note_whereabouts(session, contact, inbound, question, choice, parts)
