"""The two closed questions: are you in danger (`danger`), did somebody reach you (`proof`)?"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.disclosure import SafetyStep
from bot.domain.escalation import State, Step
from bot.domain.risk import Tier
from bot.services.answer_check_in import keep_what_was_asked
from bot.services.call_staff import tell_assigned
from bot.services.escalate import Sign, escalate, fresh_code
from bot.services.parts import Parts
from bot.services.prove import not_reached, was_reached
from bot.services.read_message import chosen
from bot.services.tasks import open_task
from bot.store import escalations, phones, safety_questions
from bot.store.risk_tables import EscalationRow, SafetyQuestionRow
from bot.store.tables import ContactRow, InboundRow, OutboundRow

LATE_ANSWER = timedelta(days=1)
"""How long a no to the question for proof opens again what a person has closed."""

Answer = tuple[SafetyStep, str]

ANSWERS = {
    "danger_yes": SafetyStep.SAID_YES,
    "danger_no": SafetyStep.SAID_NO,
    "danger_cannot_talk": SafetyStep.CANNOT_TALK,
    "reached_yes": SafetyStep.REACHED,
    "reached_no": SafetyStep.NOT_REACHED,
}
"""What each choice of the two questions means."""

ENDS_IT = (SafetyStep.SAID_NO, SafetyStep.REACHED)
"""Answers that call nobody, or end the calling: only the contact's own words count as these."""


def waiting(session: Session, contact_id: UUID) -> SafetyQuestionRow | None:
    """Return the question about danger that a contact has not answered."""
    return safety_questions.open_of(session, contact_id, "danger")


def ask_danger(
    session: Session,
    contact: ContactRow,
    inbound: InboundRow,
    category: str,
    tier: Tier,
    parts: Parts,
) -> None:
    """Note that the closed question is asked; its words go out as the answer to this message."""
    now = parts.now()
    session.add(
        SafetyQuestionRow(
            kind="danger",
            contact_id=contact.id,
            inbound_id=inbound.id,
            category=category,
            tier=tier,
            asked_at=now,
            due_at=now + parts.safety.policy.ask_silence,
        )
    )
    session.flush()


def close(question: SafetyQuestionRow, answer: str, parts: Parts) -> None:
    """Settle a question with what became of it."""
    safety_questions.settle(question, answer, parts.now())


def take_answer(
    session: Session,
    contact: ContactRow,
    inbound: InboundRow,
    shown: OutboundRow | None,
    parts: Parts,
) -> Answer | None:
    """Settle the question that this message answers, if it answers one; a late answer counts too.

    Whoever holds a shared phone may say that there is danger, but not that there is none: until we
    know who writes the question waits, and its silence goes on.
    """
    choice = chosen(inbound, shown, parts.words)
    step = ANSWERS.get(choice.id) if choice else None
    if choice is None or step is None:
        return None
    if step in ENDS_IT and inbound.intent == phones.UNKNOWN_WRITER:
        inbound.choice_id = choice.id
        return SafetyStep.NOT_ANSWERED, ""
    if step in (SafetyStep.REACHED, SafetyStep.NOT_REACHED):
        return _proof(session, contact, inbound, step, parts)
    return _danger(session, contact, inbound, step, parts)


def _danger(
    session: Session, contact: ContactRow, inbound: InboundRow, step: SafetyStep, parts: Parts
) -> Answer | None:
    question = waiting(session, contact.id)
    category, tier = _asked_about(session, contact, question)
    if question is not None:
        close(question, step.removeprefix("said_"), parts)
    if step is SafetyStep.SAID_NO:
        if question is not None:
            _review(session, contact, question, parts)
        return step, category
    if question is not None:
        keep_what_was_asked(session, contact, question.inbound_id, parts)
    sign = Sign(category, tier, inbound.id, cannot_talk=step is SafetyStep.CANNOT_TALK)
    escalate(session, contact, sign, parts)
    return step, category


def _asked_about(
    session: Session, contact: ContactRow, question: SafetyQuestionRow | None
) -> tuple[str, Tier]:
    """Return what an answer is about; a repeated answer is about what was asked last."""
    asked = question or safety_questions.latest_of(session, contact.id, "danger")
    return (asked.category, Tier(asked.tier)) if asked else ("immediate_danger", Tier.CRITICAL)


def _review(
    session: Session, contact: ContactRow, question: SafetyQuestionRow, parts: Parts
) -> None:
    """The contact said no: a person still reads it, without hurry."""
    _keep(session, contact, question.inbound_id, question.category, Tier.LOW, parts)


def _keep(
    session: Session,
    contact: ContactRow,
    inbound_id: UUID,
    category: str,
    tier: Tier,
    parts: Parts,
) -> None:
    open_task(
        session, contact.id, "review", parts, about=category, inbound_id=inbound_id, tier=tier
    )


def _proof(
    session: Session, contact: ContactRow, inbound: InboundRow, step: SafetyStep, parts: Parts
) -> Answer:
    """Take an answer about having been reached; what was closed meanwhile is opened again by a no."""
    asked = safety_questions.latest_of(session, contact.id, "proof")
    row = escalations.unclosed_of(session, contact.id)
    if row is None and asked is not None and step is SafetyStep.NOT_REACHED:
        row = _closed_too_early(session, contact, inbound, asked, parts)
    if row is None:
        return step, ""
    if step is SafetyStep.NOT_REACHED:
        _says_no(session, row, inbound, asked, parts)
    elif asked is not None and asked.escalation_id == row.id:
        _close_proof(session, row, "yes", parts)
        was_reached(session, row, inbound.id, parts)
    return step, row.category


def _says_no(
    session: Session,
    row: EscalationRow,
    inbound: InboundRow,
    asked: SafetyQuestionRow | None,
    parts: Parts,
) -> None:
    was_open = _close_proof(session, row, "no", parts)
    if was_open or not _is_called_since(row, asked):
        not_reached(session, row, Step.PROOF_NO, parts, inbound.id)
        return
    escalations.note(session, row, Step.PROOF_NO, parts.now(), inbound_id=inbound.id)
    tell_assigned(session, row, parts)


def _close_proof(session: Session, row: EscalationRow, answer: str, parts: Parts) -> bool:
    """Settle the open question for proof; return whether there was one."""
    question = safety_questions.open_proof(session, row.id)
    if question is not None:
        close(question, answer, parts)
    return question is not None


def _is_called_since(row: EscalationRow, asked: SafetyQuestionRow | None) -> bool:
    """Return whether somebody is being called, or took it after the question: a no is not news then."""
    if row.state != State.ACKNOWLEDGED or row.acknowledged_at is None:
        return row.state == State.OPEN
    return asked is not None and row.acknowledged_at > asked.asked_at


def _closed_too_early(
    session: Session,
    contact: ContactRow,
    inbound: InboundRow,
    asked: SafetyQuestionRow,
    parts: Parts,
) -> EscalationRow | None:
    """Return what was closed although nobody reached the contact; an old question becomes a task."""
    if asked.escalation_id is None or parts.now() - asked.asked_at > LATE_ANSWER:
        _keep(session, contact, inbound.id, asked.category, Tier(asked.tier), parts)
        return None
    row = escalations.lock(session, asked.escalation_id)
    if row.code in escalations.codes_in_use(session):
        row.code = fresh_code(session)
    return row


def question_for(
    session: Session, contact: ContactRow, inbound: InboundRow
) -> SafetyQuestionRow | None:
    """Return the question that waits for this contact and that a choice of this message would answer."""
    is_proof = ANSWERS[inbound.choice_id or ""] in (SafetyStep.REACHED, SafetyStep.NOT_REACHED)
    return safety_questions.open_of(session, contact.id, "proof" if is_proof else "danger")


def settle_silence(session: Session, question: SafetyQuestionRow, parts: Parts) -> None:
    """Nobody answered in time: silence counts as yes about danger, as no about having been reached."""
    if question.kind == "proof":
        _never_answered(session, question, parts)
        return
    close(question, "silence", parts)
    contact = session.get_one(ContactRow, question.contact_id)
    keep_what_was_asked(session, contact, question.inbound_id, parts)
    sign = Sign(question.category, Tier(question.tier), question.inbound_id)
    escalate(session, contact, sign, parts)


def _never_answered(session: Session, question: SafetyQuestionRow, parts: Parts) -> None:
    close(question, "silence", parts)
    row = escalations.lock(session, question.escalation_id) if question.escalation_id else None
    if row is not None and row.state not in (State.CONFIRMED, State.CLOSED):
        not_reached(session, row, Step.PROOF_SILENT, parts)
