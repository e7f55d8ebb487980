"""Proof: at the promised time the contact is asked whether somebody reached them."""

from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.escalation import State, Step
from bot.domain.risk import Tier
from bot.services import rota
from bot.services.call_staff import call
from bot.services.parts import Parts
from bot.services.say import say_about_safety
from bot.store import escalations
from bot.store.risk_tables import EscalationRow, SafetyQuestionRow
from bot.store.tables import ContactRow, InboundRow


def ask_for_proof(session: Session, row: EscalationRow, parts: Parts) -> None:
    """Ask the contact; where that is impossible it counts as silence."""
    now, row.proof_at = parts.now(), None
    if escalations.has_step(session, row.id, Step.PROOF_YES, row.opened_at):
        return
    contact = session.get_one(ContactRow, row.contact_id)
    inbound = session.get(InboundRow, row.inbound_id) if row.inbound_id else None
    said = inbound and say_about_safety(session, contact, inbound, ["disclosure.proof"], parts)
    if inbound is None or not said:
        not_reached(session, row, Step.PROOF_SILENT, parts)
        return
    calling = parts.safety.policy.calling[Tier(row.tier)]
    question = SafetyQuestionRow(
        kind="proof",
        contact_id=contact.id,
        inbound_id=inbound.id,
        escalation_id=row.id,
        category=row.category,
        tier=row.tier,
        asked_at=now,
        due_at=now + calling.proof_within,
    )
    session.add(question)
    escalations.note(session, row, Step.PROOF_ASKED, now)


def was_reached(
    session: Session, row: EscalationRow, inbound_id: UUID | None, parts: Parts
) -> None:
    """The contact says yes; with the recorded action that makes the escalation confirmed."""
    escalations.note(session, row, Step.PROOF_YES, parts.now(), inbound_id=inbound_id)
    if row.state == State.ACTED:
        confirm(session, row, parts)


def confirm(session: Session, row: EscalationRow, parts: Parts) -> None:
    """A person acted, and the contact says so: this is the proof."""
    row.state, row.confirmed_at = State.CONFIRMED, parts.now()
    row.next_call_at = row.proof_at = None
    escalations.note(session, row, Step.CONFIRMED, parts.now())


def not_reached(
    session: Session,
    row: EscalationRow,
    why: Step,
    parts: Parts,
    inbound_id: UUID | None = None,
) -> None:
    """Move it up: whoever had it did not reach the contact, so the supervisor is called."""
    now = parts.now()
    escalations.note(session, row, why, now, inbound_id=inbound_id)
    if row.state != State.OPEN:
        escalations.note(session, row, Step.REOPENED, now, detail=row.state)
    contact = session.get_one(ContactRow, row.contact_id)
    duty = rota.on_duty_for(session, row.country, row.phase, now, contact.case_manager_id)
    row.state = State.OPEN
    row.tried = [str(person) for person in duty]
    row.called_id, row.called_since, row.channel_number = None, None, 0
    deadlines = parts.safety.taxonomy.deadlines[Tier(row.tier)]
    row.contact_by = now + deadlines.contact_child_within
    row.proof_at = row.contact_by
    call(session, row, parts)
