"""Where a child is, as people say it: words are read at once, and those who look for the child hear of it."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.contacts import Role
from bot.domain.questionnaire import Question
from bot.domain.risk import Tier, more_urgent
from bot.services import tell_task
from bot.services.cross_border import arrive, is_on_the_way_after_all
from bot.services.parts import Parts
from bot.services.plan_check_ins import plan_event
from bot.services.tasks import open_task, time_for
from bot.store import check_ins, contacts, escalations, tasks
from bot.store.tables import ContactRow, InboundRow, TaskRow

TOLD_AGAIN_AFTER = timedelta(minutes=30)
"""Who writes several messages in a row is one thing to read."""

LOOKING_FOR = ("stranded_silence", "free_answer")
"""Tasks about somebody who was silent on the way, or wrote words that may say where they are."""


def let_read_at_once(
    session: Session,
    contact: ContactRow,
    about: str,
    tier: Tier,
    inbound_id: UUID | None,
    parts: Parts,
) -> None:
    """Have words about the way read by a person who is told now: they may mean anything."""
    kind, now = "free_answer", parts.now()
    open_task(session, contact.id, kind, parts, about=about, inbound_id=inbound_id, tier=tier)
    row = words_to_read(session, contact.id, about)
    if row is not None and (row.told_at is None or row.told_at + TOLD_AGAIN_AFTER <= now):
        row.told_at = tell_task.tell_opened(session, row, parts)
        session.flush()  # the next look at it reads it anew


def words_to_read(session: Session, contact_id: UUID, about: str) -> TaskRow | None:
    """Return the task to read own words about this; None once a person has closed it."""
    found = tasks.open_of(session, contact_id)
    return next((t for t in found if (t.kind, t.about) == ("free_answer", about)), None)


def note_whereabouts(
    session: Session,
    contact: ContactRow,
    inbound: InboundRow,
    question: Question,
    choice: str,
    parts: Parts,
) -> None:
    """Do what an answer about the way calls for; most answers say nothing about it."""
    child = contacts.child_of(session, contact)
    if step_id := question.again.get(choice):
        plan_event(session, contact, step_id, inbound.id.int % 2**31, parts)
        _is_not_there(session, contact, inbound, parts)
    if choice in question.here and child is not None:
        arrive(session, child, parts)
        on_the_way = list(question.again.values())  # asks whether they are: not any more
        check_ins.supersede(session, contact.id, on_the_way, "arrived", parts.now())
        _ease_all(session, contact, child, inbound, parts)


def _is_not_there(session: Session, contact: ContactRow, inbound: InboundRow, parts: Parts) -> None:
    """Somebody else said that the child is there: the child knows better, and a person looks."""
    if contact.role == Role.CHILD and contact.arrived_at is not None:
        is_on_the_way_after_all(session, contact)
        high = Tier.HIGH
        open_task(session, contact.id, "review", parts, inbound_id=inbound.id, tier=high)
    _ease(session, {contact.id: Tier.MEDIUM}, inbound, parts)


def _ease_all(
    session: Session, contact: ContactRow, child: ContactRow, inbound: InboundRow, parts: Parts
) -> None:
    """Let everybody of the family be looked for less urgently.

    What a caregiver says is no sign of life of the child: that silence stays an ordinary one.
    """
    family = {contact.id, child.id, *contacts.caregivers_of(session, child.id)}
    tiers = dict.fromkeys(family, Tier.LOW)
    if contact.id != child.id:
        tiers[child.id] = _tier_of_silence(session, child.id)
    _ease(session, tiers, inbound, parts)


def _tier_of_silence(session: Session, contact_id: UUID) -> Tier:
    """Return how soon a silence is looked at: sooner for who disclosed a danger before."""
    return Tier.HIGH if escalations.categories_of(session, contact_id) else Tier.MEDIUM


def _ease(session: Session, tiers: Mapping[UUID, Tier], inbound: InboundRow, parts: Parts) -> None:
    """Lower what looks for somebody and tell who is on duty: a person reads the answer and closes it."""
    for found in tasks.open_of_kinds(session, list(tiers), LOOKING_FOR):
        tier = tiers[found.contact_id]
        eased = Tier.HIGH if found.kind == "free_answer" else tier  # nobody has read the words yet
        row = tasks.lock(session, found.id) if _looks_for(found, eased) else None
        if row is None or row.done_at is not None:
            continue
        row.tier, row.due_at = eased, parts.now() + time_for(eased, parts)
        if inbound.contact_id == found.contact_id and found.kind != "free_answer":
            row.inbound_id = inbound.id
        row.told_at = tell_task.tell_opened(session, row, parts)


def _looks_for(row: TaskRow, eased: Tier) -> bool:
    """Return whether a task is about somebody who was silent on the way, and more urgent than that."""
    return (
        row.tier is not None
        and row.tier != eased
        and more_urgent(Tier(row.tier), eased) == Tier(row.tier)
    )
