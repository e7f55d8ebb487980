"""Answer a message that concerns the contact's safety: through the dialogue engine, or without it."""

import logging
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.contacts import Role
from bot.domain.disclosure import OPENING, Disclosed, SafetyStep, answer_to
from bot.gateways.dialogue import DialogueDown, DialogueRefused
from bot.services.converse import converse, forget_the_conversation
from bot.services.help_lines import line_for
from bot.services.parts import Parts
from bot.services.read_message import read_message
from bot.services.safety_questions import ANSWERS, question_for
from bot.services.say import Answering, Lane, answer_with
from bot.services.subscription import address_of
from bot.store import escalations, phones, safety_questions
from bot.store.tables import InboundRow

ASKED_BY = {"danger": ["disclosure.ask_again"], "proof": ["disclosure.proof"]}
"""The words of the two closed questions where they are asked once more."""

logger = logging.getLogger(__name__)


def answer_about_safety(session: Session, answering: Answering, parts: Parts) -> bool:
    """Answer, and return whether that was the whole answer to this message."""
    disclosed = _disclosed(session, answering, parts)
    is_held = answering.contact.held_by_id is not None
    if not answer_to(disclosed):
        return not is_held and _asks_once_known(session, answering, parts)
    if is_held and disclosed.step not in OPENING:
        return False
    _answer(session, answering, disclosed, parts)
    if disclosed.step is SafetyStep.SAID_NO:
        _answer_what_was_asked(session, answering, parts)
    return True


def _answer(session: Session, answering: Answering, disclosed: Disclosed, parts: Parts) -> None:
    """Ask the dialogue engine, which also ends what it was asking; without it say the same words."""
    try:
        with session.begin_nested():
            converse(session, answering, "/safety", parts, disclosed)
    except (DialogueDown, DialogueRefused):
        logger.warning("inbound %s is answered without the dialogue engine", answering.inbound.id)
        say = answer_to(disclosed)
        if disclosed.step in OPENING:
            forget_the_conversation(session, answering.contact, say, parts.now())
        answer_with(session, answering, say, parts, lane=Lane.RISK)


def _asks_once_known(session: Session, answering: Answering, parts: Parts) -> bool:
    """Ask again what somebody answered before we knew who holds the phone; return whether it was that.

    Whose phone it is only follows that answer: what they tapped then proves nothing about the child.
    """
    inbound, address = answering.inbound, address_of(session, answering.inbound)
    if inbound.choice_id not in ANSWERS or address.opted_out_at is not None:
        return False
    if address.shared and not phones.holder(phones.same_address(session, address), parts.now()):
        return False
    if say := _ask_whom_we_know(session, answering, parts):
        answer_with(session, answering, say, parts, lane=Lane.RISK)
    return True


def _ask_whom_we_know(session: Session, answering: Answering, parts: Parts) -> Sequence[str]:
    """Return the question again, with its whole time; once silence was taken for an answer, who acts."""
    question = question_for(session, answering.contact, answering.inbound)
    if question is None:
        known = escalations.latest_of(session, answering.contact.id)
        is_caregiver = answering.contact.role == Role.CAREGIVER
        thanks = "disclosure.concern" if is_caregiver else "disclosure.more"
        return (thanks, "disclosure.number") if known is not None else ()
    if question.kind == "danger":
        silence = parts.safety.policy.ask_silence
        question.due_at = max(question.due_at, parts.now() + silence)
    return ASKED_BY[question.kind]


def ask_again(session: Session, answering: Answering, parts: Parts) -> None:
    """Ask the closed question once more, after the answer to something else."""
    question = safety_questions.open_of(session, answering.contact.id, "danger")
    if question is None or question.asked_again:
        return
    question.asked_again = True
    again = Disclosed(SafetyStep.ASK, asked_before=True)
    answer_with(session, answering, answer_to(again), parts, lane=Lane.RISK)


def _disclosed(session: Session, answering: Answering, parts: Parts) -> Disclosed:
    contact, inbound = answering.contact, answering.inbound
    row = escalations.latest_of(session, contact.id)
    category = inbound.category or ""
    is_caregiver = contact.role == Role.CAREGIVER
    return Disclosed(
        step=SafetyStep(inbound.safety or ""),
        category=category,
        speaker=Role(contact.role),
        may_be_the_danger=is_caregiver
        and category in parts.safety.policy.caregiver_may_be_the_danger,
        time_is_promised=row is not None and row.promised and row.contact_by > parts.now(),
        line_is_open=row is not None and line_for(session, contact, row, parts) is not None,
    )


def _answer_what_was_asked(session: Session, answering: Answering, parts: Parts) -> None:
    """The closed question came first; now what the contact wrote before it is answered.

    After STOP, and to a number that nobody enrolled, nothing but the words about safety is said.
    """
    has_left = address_of(session, answering.inbound).opted_out_at is not None
    if has_left or answering.contact.role == Role.UNKNOWN:
        return
    asked_about = _message_before_the_question(session, answering.contact.id)
    if asked_about is None:
        return
    reading = read_message(asked_about, None, parts.words)
    if reading.text is None:
        return
    try:
        with session.begin_nested():
            converse(session, answering, reading.text, parts)
    except (DialogueDown, DialogueRefused):
        logger.warning("inbound %s: the earlier message stays with a person", answering.inbound.id)


def _message_before_the_question(session: Session, contact_id: UUID) -> InboundRow | None:
    question = safety_questions.latest_settled(session, contact_id, "no")
    return session.get(InboundRow, question.inbound_id) if question else None
