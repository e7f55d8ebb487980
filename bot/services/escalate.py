"""Open an escalation for a sign of danger, or join it to the one that is open."""

from dataclasses import dataclass
from datetime import datetime
from secrets import choice
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.check_in import RUNNING
from bot.domain.check_in import State as CheckIn
from bot.domain.escalation import State, Step
from bot.domain.questionnaire import OWN_WORDS
from bot.domain.risk import URGENCY, Tier
from bot.domain.risk_policy import Situation
from bot.services import rota
from bot.services.call_staff import call, tell_assigned
from bot.services.parts import Parts
from bot.services.programme import programme
from bot.services.situation import situation_of
from bot.services.tasks import open_task
from bot.services.tell_advocate import tell_also
from bot.store import check_in_answers, check_ins, contacts, database, escalations
from bot.store.risk_tables import EscalationRow
from bot.store.tables import ContactRow

CODE_LETTERS = "ACEFHJKLMNPRTUVWXY"
CODE_DIGITS = "23456789"
"""Read aloud and typed on a phone without being mistaken for one another."""

MANY_CODES = len(CODE_LETTERS) ** 2 * len(CODE_DIGITS) // 2
"""From so many unclosed escalations on codes have four places."""


@dataclass(frozen=True)
class Sign:
    """What one message says about danger."""

    category: str
    tier: Tier
    inbound_id: UUID
    cannot_talk: bool = False


def escalate(
    session: Session, contact: ContactRow, sign: Sign, parts: Parts
) -> tuple[EscalationRow, bool]:
    """Return the escalation that this sign belongs to, and whether it is a new one.

    Everything happens in the caller's transaction, which also marks the message as screened:
    running it again after a crash finds nothing of a first attempt.
    """
    situation = situation_of(session, contact, parts)
    tier = parts.safety.policy.tier_of(sign.category, sign.tier, situation)
    known = escalations.unclosed_of(session, contact.id)
    if known is None:
        row, is_new = _open(session, contact, sign, tier, situation, parts), True
    else:
        row, is_new = known, False
        row.country, row.phase = contact.country, situation.phase  # where the contact is by now
        _join(session, row, sign, tier, parts)
    row.cannot_talk = row.cannot_talk or sign.cannot_talk
    _interrupt(session, contact, row, parts)
    _hold(session, contact, row, sign, parts)
    database.notify(session, database.CHANGED, str(contact.id))
    return row, is_new


def _interrupt(session: Session, contact: ContactRow, row: EscalationRow, parts: Parts) -> None:
    """End what is being asked. Who has not said whether they arrived is looked for all the same.

    Where somebody is being called as urgently at this moment, that is the looking.
    """
    unanswered = _arrivals_in_doubt(session, contact.id)
    child = contacts.child_of(session, contact)
    is_there = child is not None and child.arrived_at is not None
    check_ins.settle_running(session, contact.id, CheckIn.INTERRUPTED, parts.now(), "at_risk")
    for step_id, tier in unanswered.items():
        if is_there:  # somebody said so: as in `silence.as_awaited` this is followed up by day
            open_task(session, contact.id, "silence", parts, about=step_id)
            continue
        is_looked_for = row.state == State.OPEN and URGENCY[Tier(row.tier)] <= URGENCY[tier]
        if not is_looked_for:
            open_task(session, contact.id, "stranded_silence", parts, about=step_id, tier=tier)


def _arrivals_in_doubt(session: Session, contact_id: UUID) -> dict[str, Tier]:
    """Return the questions of the travel day that wait for a choice, and how urgent silence is."""
    found = {}
    for row in check_ins.of_contacts(session, [contact_id])[contact_id]:
        step = programme().steps.get(row.step)
        is_urgent = step is not None and step.silence.urgent and row.state in RUNNING
        given = set(check_in_answers.given_to(session, row.id).values()) if is_urgent else set()
        if step and is_urgent and not given - {OWN_WORDS}:
            found[step.id] = step.silence.tier or Tier.CRITICAL
    return found


def _open(
    session: Session,
    contact: ContactRow,
    sign: Sign,
    tier: Tier,
    situation: Situation,
    parts: Parts,
) -> EscalationRow:
    now, deadlines = parts.now(), parts.safety.taxonomy.deadlines[tier]
    child = contacts.child_of(session, contact)
    row = EscalationRow(
        code=fresh_code(session),
        contact_id=contact.id,
        child_id=child.id if child else None,
        inbound_id=sign.inbound_id,
        category=sign.category,
        tier=tier,
        phase=situation.phase,
        speaker=situation.speaker,
        country=contact.country,
        state=State.OPEN,
        opened_at=now,
        acknowledge_by=now + deadlines.acknowledge_within,
        contact_by=now + deadlines.contact_child_within,
        proof_at=now + deadlines.contact_child_within,
        tried=[],
    )
    session.add(row)
    session.flush()
    row.promised = _can_be_kept(session, row, now)
    detail = f"{sign.category} {tier}"
    escalations.note(session, row, Step.OPENED, now, inbound_id=sign.inbound_id, detail=detail)
    call(session, row, parts)
    return row


def _can_be_kept(session: Session, row: EscalationRow, now: datetime) -> bool:
    """A time is only promised if somebody of the rota is there before it."""
    if rota.supervisors(session, now):
        return True
    found = rota.next_duty_at(session, row.country, row.phase, now, row.contact_by)
    return found is not None


def _join(session: Session, row: EscalationRow, sign: Sign, tier: Tier, parts: Parts) -> None:
    """A further sign: noted, raised if it is more urgent, opened again if it was thought done."""
    now = parts.now()
    note_id = sign.inbound_id
    escalations.note(session, row, Step.JOINED, now, inbound_id=note_id, detail=sign.category)
    is_raised = URGENCY[tier] < URGENCY[Tier(row.tier)]
    if is_raised:
        _raise(session, row, sign, tier, parts)
    if is_raised or is_thought_done(session, row):
        reopen(session, row, parts)
    else:
        tell_assigned(session, row, parts)


def is_thought_done(session: Session, row: EscalationRow) -> bool:
    """Return whether nothing would bring anybody back to it: they acted, or the contact was reached."""
    return row.state in (State.ACTED, State.CONFIRMED) or escalations.is_proved(session, row.id)


def _raise(session: Session, row: EscalationRow, sign: Sign, tier: Tier, parts: Parts) -> None:
    now, deadlines = parts.now(), parts.safety.taxonomy.deadlines[tier]
    row.category, row.tier = sign.category, tier
    row.acknowledge_by = min(row.acknowledge_by, now + deadlines.acknowledge_within)
    row.contact_by = min(row.contact_by, now + deadlines.contact_child_within)
    row.proof_at = row.contact_by
    escalations.note(session, row, Step.RAISED, now, detail=f"{sign.category} {tier}")


def reopen(session: Session, row: EscalationRow, parts: Parts) -> None:
    """Call again, whoever had it first: there is something new, or it was not done."""
    now, deadlines = parts.now(), parts.safety.taxonomy.deadlines[Tier(row.tier)]
    if row.state != State.OPEN or is_thought_done(session, row):
        escalations.note(session, row, Step.REOPENED, now, detail=row.state)
        row.acknowledge_by = now + deadlines.acknowledge_within
        row.contact_by = now + deadlines.contact_child_within
        row.proof_at = row.contact_by
        row.promised = _can_be_kept(session, row, now)
    row.state, row.closed_at = State.OPEN, None
    row.called_id, row.tried, row.channel_number = None, [], 0
    call(session, row, parts)
    row.assigned_id = None  # nobody has it now; who had it was called first, if on duty


def _hold(
    session: Session, contact: ContactRow, row: EscalationRow, sign: Sign, parts: Parts
) -> None:
    """Fear of the return: the advocate is told too, and the journey is not spoken of as settled."""
    policy = parts.safety.policy
    if role := policy.also_tell.get(sign.category):
        tell_also(session, contact, row, role, parts)
    child = contacts.child_of(session, contact)
    if child is not None and sign.category in policy.holds_journey:
        child.journey_held_at = child.journey_held_at or parts.now()


def fresh_code(session: Session) -> str:
    """Return a code like K7M that no unclosed escalation has; where most are taken, one like K7M4."""
    taken = escalations.codes_in_use(session)
    longer = choice(CODE_DIGITS) if len(taken) > MANY_CODES else ""
    while True:
        code = choice(CODE_LETTERS) + choice(CODE_DIGITS) + choice(CODE_LETTERS) + longer
        if code not in taken:
            return code
        longer = choice(CODE_DIGITS) if longer else ""
