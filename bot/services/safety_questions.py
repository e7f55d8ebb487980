"""The two closed questions: are you in danger (`danger`), did somebody reach you (`proof`)?"""

from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.disclosure import SafetyStep
from bot.domain.escalation import Step
from bot.domain.risk import Tier
from bot.services.escalate import Sign, escalate
from bot.services.parts import Parts
from bot.services.prove import not_reached, was_reached
from bot.services.read_message import chosen
from bot.store import escalations, outbox, safety_questions, tasks
from bot.store.risk_tables import SafetyQuestionRow
from bot.store.tables import ContactRow, InboundRow

Answer = tuple[SafetyStep, str]

ANSWERS = {
    "danger_yes": SafetyStep.SAID_YES,
    "danger_no": SafetyStep.SAID_NO,
    "danger_cannot_talk": SafetyStep.CANNOT_TALK,
    "reached_yes": SafetyStep.REACHED,
    "reached_no": SafetyStep.NOT_REACHED,
}
"""What each choice of the two questions means."""


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
    session: Session, contact: ContactRow, inbound: InboundRow, parts: Parts
) -> Answer | None:
    """Settle the question that this message answers, if it answers one; a late answer counts too."""
    shown = outbox.last_menu(session, inbound)
    choice = chosen(inbound, shown, parts.words)
    step = ANSWERS.get(choice.id) if choice else None
    if step is None:
        return None
    if step in (SafetyStep.REACHED, SafetyStep.NOT_REACHED):
        return _proof(session, contact, inbound, step, parts)
    return _danger(session, contact, inbound, step, parts)


def _danger(
    session: Session, contact: ContactRow, inbound: InboundRow, step: SafetyStep, parts: Parts
) -> Answer | None:
    question = waiting(session, contact.id)
    category = question.category if question else "immediate_danger"
    tier = Tier(question.tier) if question else Tier.CRITICAL
    if question is not None:
        close(question, step.removeprefix("said_"), parts)
    if step is SafetyStep.SAID_NO:
        if question is not None:
            _review(session, contact, question, parts)
        return step, category
    sign = Sign(category, tier, inbound.id, cannot_talk=step is SafetyStep.CANNOT_TALK)
    escalate(session, contact, sign, parts)
    return step, category


def _review(
    session: Session, contact: ContactRow, question: SafetyQuestionRow, parts: Parts
) -> None:
    """The contact said no: a person still reads it, without hurry."""
    within = parts.safety.taxonomy.deadlines[Tier.LOW].acknowledge_within
    tasks.queue(
        session,
        contact.id,
        "review",
        parts.now(),
        question.category,
        question.inbound_id,
        tier=Tier.LOW,
        due_at=parts.now() + within,
    )


def _proof(
    session: Session, contact: ContactRow, inbound: InboundRow, step: SafetyStep, parts: Parts
) -> Answer | None:
    question = safety_questions.open_of(session, contact.id, "proof")
    if question is not None:
        close(question, "yes" if step is SafetyStep.REACHED else "no", parts)
    row = escalations.unclosed_of(session, contact.id)
    if row is None:
        return None
    if step is SafetyStep.REACHED:
        was_reached(session, row, inbound.id, parts)
    else:
        not_reached(session, row, Step.PROOF_NO, parts, inbound.id)
    return step, row.category


def settle_silence(session: Session, question: SafetyQuestionRow, parts: Parts) -> None:
    """Nobody answered in time: silence counts as yes about danger, as no about having been reached."""
    close(question, "silence", parts)
    if question.kind == "proof":
        row = escalations.unclosed_of(session, question.contact_id)
        if row is not None:
            not_reached(session, row, Step.PROOF_SILENT, parts)
        return
    contact = session.get_one(ContactRow, question.contact_id)
    sign = Sign(question.category, Tier(question.tier), question.inbound_id)
    escalate(session, contact, sign, parts)
