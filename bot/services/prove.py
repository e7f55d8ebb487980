"""Proof: at the promised time the contact is asked whether somebody reached them."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.escalation import State, Step
from bot.domain.risk import Tier
from bot.services import rota
from bot.services.call_staff import call
from bot.services.parts import Parts
from bot.services.say import say_about_safety
from bot.store import escalations, safety_questions
from bot.store.risk_tables import EscalationRow, SafetyQuestionRow
from bot.store.tables import ContactRow, InboundRow

WORTH_ASKING = (Step.PROOF_SILENT, Step.PROOF_NO, Step.JOINED, Step.ACKNOWLEDGED, Step.ACTED)
"""After silence a contact is asked again once they wrote, or once somebody took it."""

ONE_THING_AT_A_TIME = timedelta(minutes=1)
"""How long after the end of the question about danger the proof is asked for."""


def ask_for_proof(session: Session, row: EscalationRow, parts: Parts) -> None:
    """Ask the contact; where that is impossible it counts as silence."""
    row.proof_at = None
    if escalations.is_proved(session, row.id):
        return
    # The question is not locked here: everybody else locks it before the escalation.
    danger = safety_questions.latest_of(session, row.contact_id, "danger")
    if danger is not None and danger.settled_at is None:
        row.proof_at = max(danger.due_at, parts.now()) + ONE_THING_AT_A_TIME
        return  # a "yes" would answer the newer question
    known = safety_questions.open_proof(session, row.id)
    if known is not None:
        known.due_at = min(known.due_at, parts.now() + _within(row, parts))
    elif _is_asked_in_vain(session, row):
        row.proof_at = (
            parts.now() + parts.safety.taxonomy.deadlines[_tier(row)].contact_child_within
        )
    elif not _ask(session, row, parts):
        not_reached(session, row, Step.PROOF_SILENT, parts)


def _is_asked_in_vain(session: Session, row: EscalationRow) -> bool:
    """They did not answer the last time, and nobody has taken it since: the calling goes on anyway."""
    latest = escalations.latest_step(session, row.id, WORTH_ASKING)
    return row.state == State.OPEN and latest == Step.PROOF_SILENT


def _ask(session: Session, row: EscalationRow, parts: Parts) -> bool:
    now, contact = parts.now(), session.get_one(ContactRow, row.contact_id)
    sign_id = escalations.latest_sign(session, row.id)
    inbound = session.get(InboundRow, sign_id) if sign_id else None
    if inbound is None:
        return False
    if not say_about_safety(session, contact, inbound, ["disclosure.proof"], parts):
        return False
    question = SafetyQuestionRow(
        kind="proof",
        contact_id=contact.id,
        inbound_id=inbound.id,
        escalation_id=row.id,
        category=row.category,
        tier=row.tier,
        asked_at=now,
        due_at=now + _within(row, parts),
    )
    session.add(question)
    escalations.note(session, row, Step.PROOF_ASKED, now)
    return True


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
    row.tried = _who_had_it(session, row, now)
    row.state, row.closed_at, row.assigned_id = State.OPEN, None, None
    row.called_id, row.called_since, row.channel_number = None, None, 0
    row.contact_by = now + parts.safety.taxonomy.deadlines[_tier(row)].contact_child_within
    row.proof_at = row.contact_by
    call(session, row, parts)


def _who_had_it(session: Session, row: EscalationRow, now: datetime) -> list[str]:
    """Return the case managers on duty, and who had it if another supervisor can be called."""
    contact = session.get_one(ContactRow, row.contact_id)
    duty = rota.on_duty_for(session, row.country, row.phase, now, contact.case_manager_id)
    others = [p for p in rota.supervisors(session, now) if p != row.assigned_id]
    had_it = [row.assigned_id] if row.assigned_id and others else []
    return [str(person) for person in dict.fromkeys([*duty, *had_it])]


def _tier(row: EscalationRow) -> Tier:
    return Tier(row.tier)


def _within(row: EscalationRow, parts: Parts) -> timedelta:
    return parts.safety.policy.calling[_tier(row)].proof_within
