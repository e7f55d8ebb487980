"""Plan what is said unasked: compare the programme with what is planned for a contact."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.domain.anchors import CaseFacts, anchors_of
from bot.domain.check_in import OVER, Due, State, due_steps
from bot.domain.check_in_plan import Step
from bot.domain.contacts import Role
from bot.errors import AcompanaError
from bot.services.cases import Cases, read_cases
from bot.services.parts import Parts
from bot.services.programme import programme
from bot.services.tasks import open_task
from bot.store import check_ins, contacts, database
from bot.store.tables import ContactRow
from bot.store.time_tables import CheckInRow

logger = logging.getLogger(__name__)

AT_ONCE = 100
"""Contacts that are planned in one transaction."""

RISK, ARRIVAL = "risk", "arrival"

UNREADABLE = (AcompanaError, ValueError, LookupError, ArithmeticError, TypeError)
"""What a stored fact leads to that cannot be read: a zone that does not exist, a date that is none."""


def plan_next(parts: Parts) -> bool:
    """Plan the contacts whose facts changed; return whether there were any.

    Where one of them fails nothing has happened yet, and each is planned by itself.
    """
    try:
        with database.unit_of_work(parts.engine) as session:
            rows = check_ins.to_plan(session, AT_ONCE)
            if rows:
                plan_now(session, rows, parts)
    except UNREADABLE as failure:
        logger.error("a batch of contacts was not planned: %s", type(failure).__name__)
        return _plan_each(parts)
    return bool(rows)


def _plan_each(parts: Parts) -> bool:
    with database.unit_of_work(parts.engine) as session:
        rows = check_ins.to_plan(session, AT_ONCE)
        for row in rows:
            _plan_safely(session, row, parts)
    return bool(rows)


def _plan_safely(session: Session, row: ContactRow, parts: Parts) -> None:
    """Plan one in a savepoint: one that fails holds up nobody, and a person looks at it."""
    try:
        with session.begin_nested():
            plan_now(session, [row], parts)
    except UNREADABLE as failure:
        logger.error("contact %s was not planned: %s", row.id, type(failure).__name__)
        row.planned_at = parts.now()
        open_task(session, row.id, "plan_failed", parts)


def plan_now(session: Session, rows: Sequence[ContactRow], parts: Parts) -> None:
    """Plan these contacts in the caller's transaction."""
    known = check_ins.of_contacts(session, [row.id for row in rows])
    cases = read_cases(session, rows)
    fresh = [v for row in rows for v in _plan(row, known[row.id], cases, parts)]
    check_ins.add(session, fresh)
    for row in rows:
        row.planned_at = parts.now()


def plan_if_changed(session: Session, row: ContactRow, parts: Parts) -> None:
    """Plan whom the clock has not looked at since the facts changed; the caller holds their lock."""
    if row.planned_at is None:
        _plan_safely(session, row, parts)


def plan_family_again(session: Session, child_id: UUID) -> None:
    """Let the clock plan a child and everybody who receives the child anew."""
    check_ins.plan_again(session, [child_id, *contacts.caregivers_of(session, child_id)])


def _plan(
    contact: ContactRow, known: Sequence[CheckInRow], cases: Cases, parts: Parts
) -> list[dict[str, Any]]:
    """Move, take back and return what has to be added. What was said is never planned again."""
    if contact.ended_at is not None or contact.erased_at is not None:
        _take_back((row for row in known if row.state == State.PLANNED), parts.now())
        return []
    wanted = _wanted(contact, known, cases, parts.now())
    _stop_asking(known, wanted, parts.now())
    for row in (row for row in known if _follows_the_facts(row)):
        _move(row, wanted.get((row.step, row.occurrence)), parts.now())
    _revive(known, wanted, parts.now())
    there = {(row.step, row.occurrence) for row in known}
    return [
        _values(contact.id, *key, due, parts.now())
        for key, due in wanted.items()
        if key not in there and due.until > parts.now()
    ]


def _wanted(
    contact: ContactRow, known: Sequence[CheckInRow], cases: Cases, now: datetime
) -> dict[tuple[str, int], Due]:
    """Return what is due when, and which time it is: most come once."""
    child = cases.children.get(contact.id)
    if child is None:
        return {}
    plan, role = programme(), Role(contact.role)
    closed = cases.closed.get(contact.id, [])
    anchors = anchors_of(cases.journeys[child.id], case_facts(child, closed[-1:]))
    zone = contacts.as_contact(contact).time_zone
    dues = due_steps(plan.of_track(role), anchors, zone, contact.id, plan.spread)
    has_arrived = child.arrived_at is not None

    def time_of(step: Step, due: Due) -> int:
        if step.anchor == ARRIVAL:
            return _which_arrival(step, due, known, has_arrived, now)
        return len(closed) if step.anchor == RISK else 0

    return {(s, time_of(plan.steps[s], due)): due for s, due in dues.items()}


def _which_arrival(
    step: Step, due: Due, known: Sequence[CheckInRow], has_arrived: bool, now: datetime
) -> int:
    """Return how often this was done on an earlier day: who leaves later arrives, and is asked, again."""
    same = [row for row in known if row.step == step.id]
    done = [row for row in same if _was_done(row)]
    earlier = sum(row.due_at < due.at for row in done)
    is_to_come = due.at > now and not has_arrived
    if is_to_come or any(row.occurrence == earlier for row in same):
        return earlier
    return max((row.occurrence for row in done), default=0)


def _was_done(row: CheckInRow) -> bool:
    return row.state == State.SAID or (row.said_at is not None and row.state != State.PLANNED)


def _stop_asking(
    known: Sequence[CheckInRow], wanted: Mapping[tuple[str, int], Due], now: datetime
) -> None:
    """Nobody is asked any more whether they arrived, or looked for, once the arrival was put off."""
    steps = programme().steps
    to_come = [d.at for (s, _), d in wanted.items() if steps[s].silence.urgent and d.at > now]
    for row in known:
        is_urgent = row.step in steps and steps[row.step].silence.urgent
        is_over = row.state in OVER or (row.step, row.occurrence) in wanted
        if is_urgent and not is_over and any(row.due_at < at for at in to_come):
            _take_back([row], now)


def case_facts(child: ContactRow, risk_closed: Sequence[datetime]) -> CaseFacts:
    """Return what the anchors follow from; the days are those of the child's own calendar."""
    zone = ZoneInfo(contacts.as_contact(child).time_zone)
    return CaseFacts(
        arrived_at=child.arrived_at,
        closed_on=child.closed_at.astimezone(zone).date() if child.closed_at else None,
        risk_closed_on=risk_closed[0].astimezone(zone).date() if risk_closed else None,
        born_on=date.fromisoformat(child.born_on) if child.born_on else None,
        birth_year=child.birth_year,
    )


def _follows_the_facts(row: CheckInRow) -> bool:
    """What was only announced does too where its words, opened later, would not be true any more."""
    step = programme().steps.get(row.step)
    if step is not None and step.anchor == "event":
        return False
    is_announced = row.state == State.INVITED and step is not None and step.goes_out_of_date
    return row.state == State.PLANNED or is_announced


def _move(row: CheckInRow, due: Due | None, now: datetime) -> None:
    if due is not None and due.at == row.due_at:
        return
    if row.state == State.INVITED:
        check_ins.take_back(row, now)  # nothing of it was said
        row.rung = 0
    if due is None:
        _take_back([row], now)
    else:
        row.due_at, row.not_after, row.wake_at, row.reason = due.at, due.until, due.at, ""


def _take_back(rows: Iterable[CheckInRow], now: datetime) -> None:
    for row in rows:
        check_ins.settle(row, State.SUPERSEDED, now, "facts_changed")


def _revive(
    known: Sequence[CheckInRow], wanted: Mapping[tuple[str, int], Due], now: datetime
) -> None:
    """What was taken back is due again once it is wanted; what was skipped, once its day was moved."""
    for row in known:
        due = wanted.get((row.step, row.occurrence))
        if due is None or due.until <= now or row.said_at is not None:
            continue
        was_moved = row.state == State.SKIPPED and due.at != row.due_at
        if row.state == State.SUPERSEDED or was_moved:
            row.state, row.reason, row.settled_at, row.attempts = State.PLANNED, "", None, 0
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
