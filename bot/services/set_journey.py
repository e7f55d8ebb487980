"""Record the confirmed facts of a child's return as a new version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.contacts import Role
from bot.domain.journey import Journey, read_journey
from bot.errors import JourneyError
from bot.services.cross_border import follow_journey
from bot.services.parts import Parts
from bot.services.tasks import open_task
from bot.services.tell_changes import plan_changes_for, was_told_without_words
from bot.store import check_ins, contacts, journeys
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
    version, before = journeys.add_version(session, child_id, journey, confirmed_by, parts.now())
    family = contacts.family_of(session, child_id)
    known = replace(before, destination=child.destination)
    if journey.destination:
        _leads_to(family, journey.destination)
    session.flush()
    follow_journey(session, child, journey, parts)
    check_ins.plan_again(session, [contact.id for contact in family])
    plan_changes_for(session, family, journey, version, parts)
    _leave_to_a_person(session, family, differences(known, journey), parts)
    return Change(version, differences(before, journey))


def _leads_to(family: Sequence[ContactRow], destination: str) -> None:
    """Who receives the child speaks of the same country."""
    for contact in family:
        contact.destination = destination


def _leave_to_a_person(
    session: Session,
    family: Sequence[ContactRow],
    changed: Mapping[str, tuple[Any, Any]],
    parts: Parts,
) -> None:
    """Another country, or the hours of another place, have no words: a person tells the family."""
    replaced = {fact for fact, (before, after) in changed.items() if before and after}
    for fact in sorted(was_told_without_words(session, family, replaced)):
        open_task(session, family[0].id, "unknown_facts", parts, about=f"{fact}_changed")


def differences(before: Journey, after: Journey) -> dict[str, tuple[Any, Any]]:
    """Return every fact that differs, as plain values."""
    old, new = before.as_facts(), after.as_facts()
    names = sorted(set(old) | set(new))
    return {n: (old.get(n), new.get(n)) for n in names if old.get(n) != new.get(n)}
