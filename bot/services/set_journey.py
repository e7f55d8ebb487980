"""Record the confirmed facts of a child's return as a new version."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.contacts import Role
from bot.domain.journey import Journey, read_journey
from bot.errors import JourneyError
from bot.services.cross_border import follow_journey
from bot.services.parts import Parts
from bot.services.plan_check_ins import anchors_for, plan_family_again
from bot.services.tasks import open_task
from bot.services.tell_changes import plan_changes, was_told_without_words
from bot.store import contacts, journeys
from bot.store.tables import ContactRow


@dataclass(frozen=True)
class Change:
    """What a new version changes: fact -> (before, after); None means not known."""

    version: int
    facts: Mapping[str, tuple[Any, Any]]


def set_journey(
    session: Session,
    child_id: UUID,
    facts: Mapping[str, Any],
    confirmed_by: str,
    parts: Parts,
) -> Change:
    """Store the next version and return what changed; contradictions are refused, nothing is stored."""
    child = contacts.get(session, child_id)
    if child.role != Role.CHILD:
        raise JourneyError("A journey belongs to a child; this contact is none.")
    journey = read_journey(facts)
    before = journeys.current(session, child_id)
    known = replace(before, destination=child.destination)
    version = journeys.add_version(session, child_id, journey, confirmed_by, parts.now())
    if journey.destination:
        _leads_to(session, child, journey.destination)
    session.flush()
    _plan(session, child, version, parts)
    _leave_to_a_person(session, child, differences(known, journey), parts)
    return Change(version, differences(before, journey))


def _leads_to(session: Session, child: ContactRow, destination: str) -> None:
    """Who receives the child speaks of the same country."""
    for contact_id in (child.id, *contacts.caregivers_of(session, child.id)):
        contacts.get(session, contact_id).destination = destination


def _plan(session: Session, child: ContactRow, version: int, parts: Parts) -> None:
    """What is unsent follows the new facts; who was told something else hears what is different."""
    follow_journey(session, child, anchors_for(session, child).get("arrival"), parts)
    plan_family_again(session, child.id)
    plan_changes(session, child, version, parts)


def _leave_to_a_person(
    session: Session, child: ContactRow, changed: Mapping[str, tuple[Any, Any]], parts: Parts
) -> None:
    """Another country, or the hours of another place, have no words: a person tells the family."""
    for fact in was_told_without_words(session, child):
        before, after = changed.get(fact, (None, None))
        if before and after:
            open_task(session, child.id, "unknown_facts", parts, about=f"{fact}_changed")


def differences(before: Journey, after: Journey) -> dict[str, tuple[Any, Any]]:
    """Return every fact that differs, as plain values."""
    old, new = before.as_facts(), after.as_facts()
    names = sorted(set(old) | set(new))
    return {n: (old.get(n), new.get(n)) for n in names if old.get(n) != new.get(n)}
