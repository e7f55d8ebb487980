"""Record the confirmed facts of a child's return as a new version."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.contacts import Role
from bot.domain.journey import Journey, read_journey
from bot.errors import JourneyError
from bot.services.parts import Parts
from bot.store import contacts, journeys


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
    return Change(version, differences(before, journey))


def differences(before: Journey, after: Journey) -> dict[str, tuple[Any, Any]]:
    """Return every fact that differs, as plain values."""
    old, new = before.as_facts(), after.as_facts()
    names = sorted(set(old) | set(new))
    return {n: (old.get(n), new.get(n)) for n in names if old.get(n) != new.get(n)}
