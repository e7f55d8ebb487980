"""Let a whole rota take the place of the one before: who is not in it any more has left."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from bot.services.handle_escalation import decline
from bot.services.parts import Parts
from bot.services.set_rota import set_rota
from bot.services.tell_task import supervisor
from bot.store import escalations, staff
from bot.store.risk_tables import StaffRow


@dataclass(frozen=True)
class Person:
    """What a change of the rota can change about somebody, apart from their hours."""

    name: str = field(repr=False)
    number: str = field(repr=False)
    works_here: bool


@dataclass(frozen=True)
class Replaced:
    """What became of the rota: whom it names, and who was or is otherwise than before."""

    count: int
    changed: list[tuple[Person | None, Person]]
    """Each as before and as now; without a before they are new here."""
    without_case_manager: list[UUID]
    """Contacts whose case manager has left: until somebody is assigned a supervisor answers for them."""


def replace_rota(session: Session, people: Mapping[str, Any], parts: Parts) -> Replaced:
    """Store the rota; what those who left were called for or had taken goes to the next person now."""
    before = _everybody(session)
    named = set_rota(session, people, whole=True)
    leaving = [row for row in staff.everyone(session) if row.id not in named.values()]
    for row in leaving:
        row.left_at = parts.now()
    session.flush()
    for row in leaving:
        _pass_on_what_they_have(session, row, parts)
    now = _everybody(session)
    changed = [(before.get(i), now[i]) for i in now if before.get(i) != now[i]]
    return Replaced(len(named), changed, list(staff.without_case_manager(session)))


def _everybody(session: Session) -> dict[UUID, Person]:
    rows = staff.ever(session)
    return {row.id: Person(row.name, row.number, row.left_at is None) for row in rows}


def _pass_on_what_they_have(session: Session, person: StaffRow, parts: Parts) -> None:
    """Where they acted already it stays: a further sign, or nobody reached, opens it again anyway."""
    for escalation_id in staff.in_hand(session, person.id):
        decline(session, escalations.lock(session, escalation_id), person.id, parts)
    staff.pass_notices_on(session, person.id, supervisor(session, parts))
