"""Record the confirmed facts of a child's return as a new version."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.contacts import Role
from bot.domain.journey import Journey, read_journey
from bot.errors import JourneyError
from bot.services.cross_border import not_left_yet
from bot.services.parts import Parts
from bot.services.plan_check_ins import anchors_for, plan_event, plan_family_again
from bot.services.tell_changes import has_changes
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
    version = journeys.add_version(session, child_id, journey, confirmed_by, parts.now())
    if journey.destination:
        child.destination = journey.destination
    session.flush()
    _plan(session, child, journey, version, parts)
    return Change(version, differences(before, journey))


def _plan(
    session: Session, child: ContactRow, journey: Journey, version: int, parts: Parts
) -> None:
    """What is unsent follows the new facts; who was told something else hears what is different."""
    arrival = anchors_for(session, child).get("arrival")
    if arrival is not None and arrival.moment > parts.now():
        not_left_yet(session, child)
    plan_family_again(session, child.id)
    family = [child.id, *contacts.caregivers_of(session, child.id)]
    for contact in (contacts.get(session, contact_id) for contact_id in family):
        if has_changes(session, contact, journey.as_facts()):
            ending = "" if contact.role == Role.CHILD else "_home"
            plan_event(session, contact, f"journey_change{ending}", version, parts)


def differences(before: Journey, after: Journey) -> dict[str, tuple[Any, Any]]:
    """Return every fact that differs, as plain values."""
    old, new = before.as_facts(), after.as_facts()
    names = sorted(set(old) | set(new))
    return {n: (old.get(n), new.get(n)) for n in names if old.get(n) != new.get(n)}
