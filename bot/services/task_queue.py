"""The one queue of what a person has to do: tasks of every kind and disclosures, in one order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from bot.domain.escalation import State
from bot.domain.risk import URGENCY, Tier
from bot.errors import AcompanaError
from bot.services.parts import Parts
from bot.services.show_escalation import is_overdue
from bot.services.tasks import task_policies
from bot.store import task_queue as queries
from bot.store.risk_tables import EscalationRow
from bot.store.tables import InboundRow, TaskRow

DISCLOSURE = "disclosure"
"""The kind under which an escalation stands in the queue."""

DONE = "done"

MET = (State.ACTED, State.CONFIRMED)
"""Somebody has acted: no deadline runs until it is closed, or opened again."""


@dataclass(frozen=True)
class Wanted:
    """Which part of the queue somebody looks at: by default all that is open, without names."""

    staff_id: UUID | None = None
    kind: str | None = None
    done: bool = False
    names: bool = False

    def __post_init__(self) -> None:
        kinds = (*task_policies(), DISCLOSURE)
        if self.kind is not None and self.kind not in kinds:
            raise AcompanaError(f"There is no kind {self.kind!r}; there are {', '.join(kinds)}.")


def task_queue(session: Session, parts: Parts, wanted: Wanted = Wanted()) -> list[dict[str, Any]]:
    """Return the queue: what is overdue first, then by deadline, then by tier; what is done last."""
    entries: list[dict[str, Any]] = []
    if wanted.kind != DISCLOSURE:
        entries += _tasks(session, wanted, parts)
    if wanted.kind in {None, DISCLOSURE}:
        entries += _disclosures(session, wanted, parts)
    return sorted(entries, key=_place)


def show_task(session: Session, row: TaskRow, parts: Parts, *, names: bool) -> dict[str, Any]:
    """Return one task with what was noted about it; with names also what the contact wrote."""
    found = queries.task(session, row.id, names=names)
    inbound = session.get(InboundRow, row.inbound_id) if row.inbound_id else None
    written = {"said": inbound.text, "media": inbound.media} if inbound and names else {}
    return {
        **_task(found, queries.staff_names(session), parts),
        "received_at": _iso(inbound.received_at if inbound else None),
        "told_at": _iso(row.told_at),
        "done_at": _iso(row.done_at),
        "done_by": row.done_by,
        "note": row.note,
        **written,
    }


def _tasks(session: Session, wanted: Wanted, parts: Parts) -> list[dict[str, Any]]:
    found = queries.tasks(
        session, kind=wanted.kind, staff_id=wanted.staff_id, done=wanted.done, names=wanted.names
    )
    managers = queries.staff_names(session)
    return [_task(each, managers, parts) for each in found]


def _task(found: Row[Any], managers: Mapping[UUID, str], parts: Parts) -> dict[str, Any]:
    row: TaskRow = found[0]
    is_open = row.done_at is None
    return {
        "id": str(row.id),
        "kind": row.kind,
        "tier": row.tier,
        "state": "open" if is_open else DONE,
        "due_at": _iso(row.due_at),
        "overdue": is_open and row.due_at is not None and row.due_at < parts.now(),
        "code": None,
        "about": row.about or None,
        "opened_at": _iso(row.created_at),
        **_whose(row.contact_id, found, managers),
    }


def _disclosures(session: Session, wanted: Wanted, parts: Parts) -> list[dict[str, Any]]:
    found = queries.disclosures(
        session, staff_id=wanted.staff_id, closed=wanted.done, names=wanted.names
    )
    managers = queries.staff_names(session)
    return [_disclosure(each, managers, parts) for each in found]


def _disclosure(found: Row[Any], managers: Mapping[UUID, str], parts: Parts) -> dict[str, Any]:
    """An escalation: until somebody has it the time to take it counts, then the time to act."""
    row: EscalationRow = found[0]
    due_at = row.acknowledge_by if row.state == State.OPEN else row.contact_by
    return {
        "id": str(row.id),
        "kind": DISCLOSURE,
        "tier": row.tier,
        "state": DONE if row.state == State.CLOSED else row.state,
        "due_at": _iso(due_at),
        "overdue": is_overdue(row, parts),
        "code": row.code,
        "about": row.category,
        "opened_at": _iso(row.opened_at),
        **_whose(row.contact_id, found, managers),
    }


def _whose(contact_id: UUID, found: Row[Any], managers: Mapping[UUID, str]) -> dict[str, Any]:
    """Return the contact, by name where it was asked for, and the case manager."""
    name = {"name": found.name} if found.name is not None else {}
    return {
        "contact": str(contact_id),
        **name,
        "country": found.country,
        "case_manager": managers.get(found.case_manager_id),
    }


def _place(entry: dict[str, Any]) -> tuple[Any, ...]:
    due_at = entry["due_at"]
    urgency = URGENCY[Tier(entry["tier"])] if entry["tier"] else len(URGENCY)
    is_done, can_wait = entry["state"] == DONE, due_at is None or entry["state"] in MET
    return is_done, not entry["overdue"], can_wait, due_at or "", urgency, entry["opened_at"]


def _iso(moment: datetime | None) -> str | None:
    """Always UTC, so that the words sort as the moments do."""
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None
