"""Queries about planned check-ins: planned per contact, claimed when their time has come."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified, set_committed_value
from sqlalchemy.orm.util import identity_key

from bot.domain.check_in import OVER, RUNNING, State
from bot.store.base import any_of
from bot.store.tables import ContactRow
from bot.store.time_tables import CheckInRow

Claimed = tuple[CheckInRow, ContactRow]

LOOKED_AT = (
    "state",
    "reason",
    "wake_at",
    "not_after",
    "rung",
    "attempts",
    "address_id",
    "said_at",
    "settled_at",
)
"""What a look at a check-in may change."""

OF_CONTACT = CheckInRow.contact_id == bindparam("contact_id")

DUE = (
    select(CheckInRow, ContactRow)
    .join(ContactRow, ContactRow.id == CheckInRow.contact_id)
    .where(CheckInRow.wake_at <= bindparam("now"))
    .order_by(CheckInRow.wake_at, CheckInRow.due_at.desc(), CheckInRow.step)
    .limit(bindparam("most"))
    .with_for_update(of=[CheckInRow, ContactRow], skip_locked=True, key_share=True)
    .execution_options(populate_existing=True)
)
TO_PLAN = (
    select(ContactRow)
    .where(ContactRow.planned_at.is_(None), ContactRow.role.in_(["child", "caregiver"]))
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, key_share=True)
    .execution_options(populate_existing=True)
)
PLAN_AGAIN = (
    update(ContactRow)
    .where(ContactRow.id == any_of("ids"))
    .values(planned_at=None)
    .execution_options(synchronize_session=False)
)
OF_CONTACTS = (
    select(CheckInRow)
    .where(CheckInRow.contact_id == any_of("contact_ids"))
    .order_by(CheckInRow.due_at, CheckInRow.step)
    .execution_options(populate_existing=True)
)
PLAN = insert(CheckInRow).on_conflict_do_nothing()
SUPERSEDE = (
    update(CheckInRow)
    .where(
        CheckInRow.contact_id == bindparam("whose"),
        CheckInRow.step.in_(bindparam("steps")),
        CheckInRow.state == State.PLANNED,
    )
    .values(
        state=State.SUPERSEDED, reason=bindparam("why"), wake_at=None, settled_at=bindparam("at")
    )
    .execution_options(synchronize_session=False)
)
NEXT_WAKE = (
    select(CheckInRow.wake_at)
    .where(CheckInRow.wake_at.is_not(None))
    .order_by(CheckInRow.wake_at)
    .limit(1)
)
NEWEST_RUNNING = (
    select(CheckInRow)
    .where(OF_CONTACT, CheckInRow.state.in_(bindparam("states")))
    .order_by(CheckInRow.said_at.desc())
    .limit(1)
    .execution_options(populate_existing=True)
)
ALL_RUNNING = (
    select(CheckInRow)
    .where(OF_CONTACT, CheckInRow.state.in_(RUNNING))
    .with_for_update()
    .execution_options(populate_existing=True)
)
ONE = (
    select(CheckInRow)
    .where(CheckInRow.id == bindparam("check_in_id"))
    .with_for_update(skip_locked=True)
    .execution_options(populate_existing=True)
)


def claim_due(session: Session, now: datetime, most: int) -> Sequence[Claimed]:
    """Lock what the clock has to look at, with its contacts; what somebody else works on is left out.

    Locking the contact keeps a check-in and an answer that is being thought of apart. At the same
    moment the newer one comes first: its questions take the place of a reminder of the older one's.
    """
    found = session.execute(DUE, {"now": now, "most": most})
    return [(row, contact) for row, contact in found]


def write_together(session: Session, rows: Iterable[CheckInRow]) -> None:
    """Let all that changed be written by one statement, although one changed more than another.

    Only for rows that are locked and were read under the lock: the others' columns are written, too.
    """
    for row in set(rows) & set(session.dirty):
        for name in LOOKED_AT:
            flag_modified(row, name)


def next_wake_at(session: Session) -> datetime | None:
    """Return when the clock has to look next."""
    return session.scalars(NEXT_WAKE).one_or_none()


def oldest_due_at(session: Session, now: datetime) -> datetime | None:
    """Return since when the clock is late with something, None if nothing is due."""
    due = next_wake_at(session)
    return due if due is not None and due <= now else None


def to_plan(session: Session, most: int) -> Sequence[ContactRow]:
    """Lock contacts whose check-ins have to be planned."""
    return session.scalars(TO_PLAN, {"most": most}).all()


def plan_again(session: Session, contact_ids: Iterable[UUID]) -> None:
    """Let the clock plan these contacts anew, also one whom it plans at this very moment."""
    ids = list(contact_ids)
    session.execute(PLAN_AGAIN, {"ids": ids})
    for contact_id in ids:
        row = session.identity_map.get(identity_key(ContactRow, contact_id))
        if row is not None:
            set_committed_value(row, "planned_at", None)


def of_contacts(session: Session, contact_ids: Sequence[UUID]) -> dict[UUID, list[CheckInRow]]:
    """Return everything that was ever planned, by contact, in the order in which it is due."""
    found: dict[UUID, list[CheckInRow]] = {contact_id: [] for contact_id in contact_ids}
    for row in session.scalars(OF_CONTACTS, {"contact_ids": list(found)}):
        found[row.contact_id].append(row)
    return found


def add(session: Session, values: Sequence[Mapping[str, Any]]) -> None:
    """Plan; what was planned under the same step and occurrence before stays as it is."""
    if values:
        session.execute(PLAN, list(values))


def running(session: Session, contact_id: UUID, *states: State) -> CheckInRow | None:
    """Return the newest check-in that waits for this contact in one of these states.

    Without a state any that runs: one that was only announced may be newer than the questions. It is
    not locked: a danger that is disclosed during a long turn must not wait for its end.
    """
    which = {"contact_id": contact_id, "states": states or RUNNING}
    return session.scalars(NEWEST_RUNNING, which).one_or_none()


def is_still(session: Session, row: CheckInRow, state: State) -> bool:
    """Lock a check-in before it is changed; return whether nobody has ended it meanwhile."""
    session.flush()
    session.refresh(row, with_for_update=True)
    return row.state == state


def lock(session: Session, check_in_id: UUID) -> CheckInRow | None:
    """Return a check-in, locked; None if somebody else works on it at this moment."""
    return session.scalars(ONE, {"check_in_id": check_in_id}).one_or_none()


def take_back(row: CheckInRow, until: datetime) -> None:
    """Plan what was said but has not left as if it had not been said."""
    row.state, row.reason, row.wake_at = State.PLANNED, "asleep", until
    row.said_at = row.settled_at = row.address_id = None


def settle(row: CheckInRow, state: State, now: datetime, reason: str = "") -> None:
    """Note what became of a check-in; it is not looked at again. What is over stays as it is."""
    if row.state not in OVER:
        row.state, row.reason, row.wake_at, row.settled_at = state, reason, None, now


def supersede(
    session: Session, contact_id: UUID, steps: Sequence[str], reason: str, now: datetime
) -> None:
    """Plan these steps of a contact no more; what was said of them stays as it is."""
    if steps:
        which = {"whose": contact_id, "steps": steps}
        session.execute(SUPERSEDE, which | {"why": reason, "at": now})


def settle_running(
    session: Session, contact_id: UUID, state: State, now: datetime, reason: str = ""
) -> None:
    """End whatever is being asked of a contact."""
    for row in session.scalars(ALL_RUNNING, {"contact_id": contact_id}):
        settle(row, state, now, reason)
