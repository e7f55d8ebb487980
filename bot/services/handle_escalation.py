"""What a person does with an escalation: take it, decline it, record what they did, close it."""

from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from bot.domain.escalation import EscalationError, State, Step, next_state
from bot.services.call_staff import pass_on
from bot.services.held_journey import remind_that_it_is_held
from bot.services.open_check_in import say_good_bye_after_all
from bot.services.parts import Parts
from bot.services.prove import confirm
from bot.services.tell_changes import plan_changes
from bot.store import check_ins, database, escalations, notices, safety_questions, staff
from bot.store.risk_tables import EscalationRow
from bot.store.tables import ContactRow


def acknowledge(session: Session, row: EscalationRow, staff_id: UUID, parts: Parts) -> None:
    """Note that this person has it. Saying so twice changes nothing; somebody else's stays theirs."""
    if row.state != State.OPEN and row.assigned_id == staff_id:
        return
    if row.state == State.ACKNOWLEDGED and row.assigned_id is not None:
        name = staff.get(session, row.assigned_id).name
        raise EscalationError(f"{name} already has {row.code}.")
    row.state = next_state(State(row.state), State.ACKNOWLEDGED)
    row.assigned_id, row.acknowledged_at, row.next_call_at = staff_id, parts.now(), None
    escalations.note(session, row, Step.ACKNOWLEDGED, parts.now(), staff_id=staff_id)
    _changed(session, row)


def decline(session: Session, row: EscalationRow, staff_id: UUID, parts: Parts) -> None:
    """Note that this person cannot, or not any more; the next one is called at once."""
    escalations.note(session, row, Step.DECLINED, parts.now(), staff_id=staff_id)
    had_it = row.assigned_id == staff_id and row.state in (State.ACKNOWLEDGED, State.ACTED)
    if had_it:
        row.state, row.assigned_id, row.acknowledged_at = State.OPEN, None, None
    if had_it or (row.state == State.OPEN and row.called_id == staff_id):
        row.called_id = staff_id
        pass_on(session, row, parts)
    _changed(session, row)


def record_action(
    session: Session, row: EscalationRow, staff_id: UUID, words: str, parts: Parts
) -> None:
    """Record what was done. Who acts has it, also without having said so before."""
    if not words.strip():
        raise EscalationError("Recording an action needs a sentence about what was done.")
    if row.state == State.OPEN:
        acknowledge(session, row, staff_id, parts)
    row.state = next_state(State(row.state), State.ACTED)
    row.acted_at = parts.now()
    escalations.note(session, row, Step.ACTED, parts.now(), staff_id=staff_id, words=words)
    if escalations.is_proved(session, row.id):
        confirm(session, row, parts)
    _changed(session, row)


def close(
    session: Session,
    row: EscalationRow,
    staff_id: UUID,
    words: str,
    parts: Parts,
    *,
    release: bool = False,
    keep_held: bool = False,
) -> None:
    """End it with a person's reason; only this ends the risk state. `release` also frees the journey.

    While the journey is held and neither is said, a task stays open: nobody else would think of it.
    """
    if not words.strip():
        raise EscalationError("Closing needs a sentence about what was done.")
    row.state = next_state(State(row.state), State.CLOSED)
    row.closed_at, row.next_call_at, row.proof_at = parts.now(), None, None
    notices.withdraw(session, row.id)
    if question := safety_questions.open_proof(session, row.id):
        safety_questions.settle(question, "closed", parts.now())
    escalations.note(session, row, Step.CLOSED, parts.now(), staff_id=staff_id, words=words)
    check_ins.plan_again(session, [row.contact_id])  # check-ins come closer together for a while
    _decide_about_journey(session, row, staff_id, parts, release=release, keep_held=keep_held)
    _catch_up(session, row, parts)
    _changed(session, row)


def _decide_about_journey(
    session: Session,
    row: EscalationRow,
    staff_id: UUID,
    parts: Parts,
    *,
    release: bool,
    keep_held: bool,
) -> None:
    """Whether the journey may be spoken of as settled again is for a person to say."""
    child = _child(session, row)
    if child is None or child.journey_held_at is None:
        return
    if not release and not keep_held:
        remind_that_it_is_held(session, child, parts)
        return
    step = Step.RELEASED if release else Step.KEPT_HELD
    escalations.note(session, row, step, parts.now(), staff_id=staff_id)
    child.journey_held_at = None if release else child.journey_held_at


def _catch_up(session: Session, row: EscalationRow, parts: Parts) -> None:
    """What was kept from the family for so long that it was left out is said now, as things are now."""
    say_good_bye_after_all(session, row.contact_id, parts)
    child = _child(session, row)
    if child is not None and child.erased_at is None:
        plan_changes(session, child, uuid4().int % 2**31, parts)  # once for each that is closed


def _child(session: Session, row: EscalationRow) -> ContactRow | None:
    return session.get(ContactRow, row.child_id) if row.child_id else None


def _changed(session: Session, row: EscalationRow) -> None:
    database.notify(session, database.CHANGED, str(row.contact_id))
