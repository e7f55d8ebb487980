"""A journey held for fear of return: a person releases it, or decides that it stays held."""

from uuid import uuid4

from sqlalchemy.orm import Session

from bot.domain.contacts import Role
from bot.domain.escalation import Step
from bot.errors import AcompanaError
from bot.services.parts import Parts
from bot.services.tasks import finish_task, open_task
from bot.services.tell_changes import plan_changes
from bot.store import database, escalations, held_journeys, tasks
from bot.store.risk_tables import StaffRow
from bot.store.tables import ContactRow

HELD = "journey_held"
"""What the task is about that waits for this decision."""


def decide(
    session: Session, child: ContactRow, by: StaffRow, note: str, parts: Parts, *, release: bool
) -> None:
    """Release the journey, or keep it held, with a person's reason; both stand in the chain.

    It may be decided at any time, whatever became of the escalation. The task that waited is done.
    """
    _refuse(child, note)
    escalation_id = held_journeys.escalation_of(
        session, child.id, parts.safety.policy.holds_journey
    )
    if escalation_id is not None:
        row = escalations.lock(session, escalation_id)  # before the child, as those who close it do
        step = Step.RELEASED if release else Step.KEPT_HELD
        escalations.note(session, row, step, parts.now(), staff_id=by.id, words=note.strip())
    if release:
        child.journey_held_at = None
        plan_changes(session, child, uuid4().int % 2**31, parts)  # once for each decision
    for task in tasks.open_of(session, child.id):
        if task.about == HELD:
            finish_task(session, task, by, note, parts)
    database.notify(session, database.CHANGED, str(child.id))


def _refuse(child: ContactRow, note: str) -> None:
    if child.role != Role.CHILD:
        raise AcompanaError("A journey belongs to a child; this contact is none.")
    if child.journey_held_at is None:
        raise AcompanaError("The journey of this child is not held.")
    if not note.strip():
        raise AcompanaError("Why? Write it in a sentence after --note.")


def remind_that_it_is_held(session: Session, child: ContactRow, parts: Parts) -> None:
    """Leave open that somebody has to decide: else a journey stays held that nobody thinks of."""
    if child.journey_held_at is not None:
        open_task(session, child.id, "unknown_facts", parts, about=HELD)
