"""What the clock drives: nobody answered in time, a question met silence, a promised time has come."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.escalation import State
from bot.domain.risk import Tier
from bot.services.call_staff import call
from bot.services.parts import Parts
from bot.services.prove import ask_for_proof
from bot.services.safety_questions import settle_silence
from bot.services.watch_tasks import tell_next_overdue
from bot.store import database, escalations, safety_questions
from bot.store.risk_tables import EscalationRow, SafetyQuestionRow

AGAIN_AFTER = timedelta(seconds=30)
"""When something that was cut off or failed is tried again; until then others have their turn."""


@dataclass(frozen=True)
class Watch:
    """One kind of thing that becomes due: how it is found, where its time stands, what is done."""

    find: Callable[[Session, Parts], Any]
    due: str
    act: Callable[[Session, UUID, datetime, Parts], None]


def keep_watch(parts: Parts) -> bool:
    """Do one thing that is due; return whether there was one.

    Each is claimed and committed, then done and committed: any number of clocks may run, a crash
    leaves it for another round, and one that fails again and again holds up nobody else.
    """
    return any(_one(watch, parts) for watch in WATCHES) or tell_next_overdue(parts, AGAIN_AFTER)


def _one(watch: Watch, parts: Parts) -> bool:
    claimed_until = parts.now() + AGAIN_AFTER
    with database.unit_of_work(parts.engine) as session:
        row = watch.find(session, parts)
        if row is None:
            return False
        setattr(row, watch.due, claimed_until)
    with database.unit_of_work(parts.engine) as session:
        watch.act(session, row.id, claimed_until, parts)
    return True


def _to_call(session: Session, parts: Parts) -> EscalationRow | None:
    return escalations.next_to_call(session, parts.now(), longest_waits(parts))


def longest_waits(parts: Parts) -> dict[Tier, timedelta]:
    """Return how far away the next call of an escalation may be, by tier."""
    calling, deadlines = parts.safety.policy.calling, parts.safety.taxonomy.deadlines
    return {
        tier: max(calling[tier].pass_on_after, deadlines[tier].acknowledge_within) for tier in Tier
    }


def _call(session: Session, escalation_id: UUID, claimed_until: datetime, parts: Parts) -> None:
    row = escalations.lock(session, escalation_id)
    if row.state == State.OPEN and row.next_call_at == claimed_until:
        call(session, row, parts)


def _overdue(session: Session, parts: Parts) -> SafetyQuestionRow | None:
    return safety_questions.next_overdue(session, parts.now())


def _silence(session: Session, question_id: UUID, claimed_until: datetime, parts: Parts) -> None:
    question = safety_questions.lock(session, question_id)
    if question.settled_at is None and question.due_at == claimed_until:
        settle_silence(session, question, parts)


def _to_prove(session: Session, parts: Parts) -> EscalationRow | None:
    return escalations.next_to_prove(session, parts.now())


def _proof(session: Session, escalation_id: UUID, claimed_until: datetime, parts: Parts) -> None:
    row = escalations.lock(session, escalation_id)
    if row.state != State.CLOSED and row.proof_at == claimed_until:
        ask_for_proof(session, row, parts)


WATCHES = (
    Watch(_to_call, "next_call_at", _call),
    Watch(_overdue, "due_at", _silence),
    Watch(_to_prove, "proof_at", _proof),
)
