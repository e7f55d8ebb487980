"""Plan what is said unasked: compare the programme with what is planned for a contact."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from bot.domain.anchors import Anchor, CaseFacts, anchors_of
from bot.domain.check_in import Due, State, due_steps
from bot.domain.contacts import Role
from bot.services.parts import Parts
from bot.services.programme import programme
from bot.store import check_ins, contacts, database, escalations, journeys
from bot.store.tables import ContactRow
from bot.store.time_tables import CheckInRow

AT_ONCE = 100
"""Contacts that are planned in one transaction."""

RISK = "risk"


def plan_next(parts: Parts) -> bool:
    """Plan the contacts whose facts changed; return whether there were any."""
    with database.unit_of_work(parts.engine) as session:
        rows = check_ins.to_plan(session, AT_ONCE)
        known = check_ins.of_contacts(session, [row.id for row in rows])
        fresh = [v for row in rows for v in _plan(session, row, known[row.id], parts)]
        check_ins.add(session, fresh)
        for row in rows:
            row.planned_at = parts.now()
    return bool(rows)


def plan_family_again(session: Session, child_id: UUID) -> None:
    """Let the clock plan a child and everybody who receives the child anew."""
    check_ins.plan_again(session, [child_id, *contacts.caregivers_of(session, child_id)])


def _plan(
    session: Session, contact: ContactRow, known: Sequence[CheckInRow], parts: Parts
) -> list[dict[str, Any]]:
    """Move, take back and return what has to be added. What was said is never planned again."""
    if contact.ended_at is not None or contact.erased_at is not None:
        _take_back((row for row in known if row.state == State.PLANNED), parts.now())
        return []
    wanted = _wanted(session, contact)
    ahead = [row for row in known if row.state == State.PLANNED and _is_planned_ahead(row)]
    for row in ahead:
        _move(row, wanted.get((row.step, row.occurrence)), parts.now())
    _revive(known, wanted, parts.now())
    there = {(row.step, row.occurrence) for row in known}
    return [
        _values(contact.id, *key, due, parts.now())
        for key, due in wanted.items()
        if key not in there and due.until > parts.now()
    ]


def _wanted(session: Session, contact: ContactRow) -> dict[tuple[str, int], Due]:
    """Return what is due when: once each, but for the days after a danger, which come for each one."""
    child = contacts.child_of(session, contact)
    if child is None:
        return {}
    plan, role = programme(), Role(contact.role)
    closed = escalations.closed_of(session, contact.id)
    anchors = anchors_of(journeys.current(session, child.id), _case(child, closed[-1:]))
    zone = contacts.as_contact(contact).time_zone
    steps = plan.of_track(role)
    dues = due_steps(steps, anchors, zone, contact.id, plan.spread)
    last = len(closed)
    return {(s, last if plan.steps[s].anchor == RISK else 0): due for s, due in dues.items()}


def _case(child: ContactRow, risk_closed: Sequence[datetime]) -> CaseFacts:
    return CaseFacts(
        arrived_at=child.arrived_at,
        closed_on=child.closed_at.date() if child.closed_at else None,
        risk_closed_on=risk_closed[0].date() if risk_closed else None,
        born_on=date.fromisoformat(child.born_on) if child.born_on else None,
        birth_year=child.birth_year,
    )


def anchors_for(session: Session, child: ContactRow) -> Mapping[str, Anchor]:
    """Return what is known of a child's journey and case, for those who show it."""
    closed = escalations.closed_of(session, child.id)
    return anchors_of(journeys.current(session, child.id), _case(child, closed[-1:]))


def _is_planned_ahead(row: CheckInRow) -> bool:
    step = programme().steps.get(row.step)
    return step is None or step.anchor != "event"


def _move(row: CheckInRow, due: Due | None, now: datetime) -> None:
    if due is None:
        _take_back([row], now)
    elif due.at != row.due_at:
        row.due_at, row.not_after, row.wake_at, row.reason = due.at, due.until, due.at, ""


def _take_back(rows: Iterable[CheckInRow], now: datetime) -> None:
    for row in rows:
        check_ins.settle(row, State.SUPERSEDED, now, "facts_changed")


def _revive(
    known: Sequence[CheckInRow], wanted: Mapping[tuple[str, int], Due], now: datetime
) -> None:
    """What was taken back, or was skipped because it came too late, is due again when its day was moved."""
    for row in known:
        due = wanted.get((row.step, row.occurrence))
        was_never_said = row.said_at is None and row.state in (State.SUPERSEDED, State.SKIPPED)
        if due and was_never_said and due.at != row.due_at and due.until > now:
            row.state, row.reason, row.settled_at = State.PLANNED, "", None
            row.due_at, row.not_after, row.wake_at = due.at, due.until, due.at


def _values(
    contact_id: UUID, step: str, occurrence: int, due: Due, now: datetime
) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "contact_id": contact_id,
        "step": step,
        "occurrence": occurrence,
        "state": State.PLANNED,
        "reason": "",
        "due_at": due.at,
        "not_after": due.until,
        "wake_at": due.at,
        "rung": 0,
        "attempts": 0,
    }


def plan_event(
    session: Session, contact: ContactRow, step_id: str, occurrence: int, parts: Parts
) -> None:
    """Plan a step that follows from something that happened; the same happening plans it once."""
    step, now = programme().steps[step_id], parts.now()
    due = Due(now + step.after, now + step.after + step.late)
    check_ins.add(session, [_values(contact.id, step_id, occurrence, due, now)])
