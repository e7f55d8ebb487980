"""Queries about staff: who they are, who is on duty."""

from collections.abc import Sequence
from datetime import time
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from bot.domain.contacts import COUNTRIES
from bot.domain.duty import Shift
from bot.domain.escalation import State
from bot.errors import NotFound
from bot.store.encryption import keyring
from bot.store.risk_tables import DutyShiftRow, EscalationRow, NoticeRow, StaffRow
from bot.store.tables import ContactRow

WORKS_HERE = StaffRow.left_at.is_(None)
HAS_ROLE = StaffRow.role == bindparam("role")

BY_NUMBER = (
    select(StaffRow).where(StaffRow.number_hash == bindparam("number_hash"), WORKS_HERE).limit(1)
)
WITH_ROLE = select(StaffRow).where(HAS_ROLE, WORKS_HERE).order_by(StaffRow.id)
EVERYONE = select(StaffRow).where(WORKS_HERE)
STANDS_IN = EVERYONE.order_by(StaffRow.role.desc(), StaffRow.id).limit(1)
"""Who answers for a contact of whom nobody is in charge: a supervisor where there is one."""

SHIFTS = (
    select(DutyShiftRow)
    .join(StaffRow, StaffRow.id == DutyShiftRow.staff_id)
    .where(HAS_ROLE, WORKS_HERE)
    .order_by(DutyShiftRow.rank, DutyShiftRow.id)
)
SHIFTS_OF_COUNTRY = SHIFTS.where(DutyShiftRow.country == bindparam("country"))


def get(session: Session, staff_id: UUID) -> StaffRow:
    """Return the person; an unknown id is a sentence."""
    row = session.get(StaffRow, staff_id)
    if row is None:
        raise NotFound(f"There is nobody {staff_id} among the staff.")
    return row


def hash_of(number: str) -> bytes:
    """Return the keyed hash under which a staff member's number is stored."""
    return keyring().lookup_hash(f"staff:{number}")


def by_number(session: Session, number: str) -> StaffRow | None:
    """Return who has that number, None for everybody else."""
    return session.scalars(BY_NUMBER, {"number_hash": hash_of(number)}).one_or_none()


def with_role(session: Session, role: str) -> Sequence[StaffRow]:
    """Return everybody who has a role, in a stable order."""
    return session.scalars(WITH_ROLE, {"role": role}).all()


def ever(session: Session) -> Sequence[StaffRow]:
    """Return all who work here or did, in a stable order."""
    return session.scalars(select(StaffRow).order_by(StaffRow.id)).all()


def everyone(session: Session) -> Sequence[StaffRow]:
    """Return all who work here."""
    return session.scalars(EVERYONE).all()


def without_case_manager(session: Session) -> Sequence[UUID]:
    """Return the contacts whose case manager does not work here any more, oldest first."""
    query = (
        select(ContactRow.id)
        .join(StaffRow, StaffRow.id == ContactRow.case_manager_id)
        .where(StaffRow.left_at.is_not(None), ContactRow.erased_at.is_(None))
    )
    return session.scalars(query.order_by(ContactRow.created_at, ContactRow.id)).all()


def shifts(session: Session, role: str, country: str | None = None) -> list[Shift]:
    """Return the rota of one role, for one country or for all."""
    if country is None:
        rows = session.scalars(SHIFTS, {"role": role})
    else:
        rows = session.scalars(SHIFTS_OF_COUNTRY, {"role": role, "country": country})
    return [_shift(row) for row in rows]


def _shift(row: DutyShiftRow) -> Shift:
    return Shift(
        staff_id=row.staff_id,
        country=row.country,
        zone=COUNTRIES[row.country],
        weekdays=frozenset(row.weekdays),
        starts=time.fromisoformat(row.starts),
        ends=time.fromisoformat(row.ends),
        rank=row.rank,
        on_holidays=row.on_holidays,
        phases=frozenset(row.phases),
    )


def in_hand(session: Session, staff_id: UUID) -> Sequence[UUID]:
    """Return the escalations for which a person is being called, or which they have taken."""
    is_called = (EscalationRow.state == State.OPEN) & (EscalationRow.called_id == staff_id)
    has_it = (EscalationRow.state == State.ACKNOWLEDGED) & (EscalationRow.assigned_id == staff_id)
    query = select(EscalationRow.id).where(is_called | has_it)
    return session.scalars(query.order_by(EscalationRow.opened_at)).all()


def pass_notices_on(session: Session, from_id: UUID, to_id: UUID | None) -> None:
    """Let what waits to be told to who has left be told to another; calls are called anew anyway."""
    waiting = (NoticeRow.staff_id == from_id) & (NoticeRow.status == "queued")
    calls = NoticeRow.escalation_id.is_not(None)
    session.execute(update(NoticeRow).where(waiting, calls).values(status="withdrawn"))
    session.execute(update(NoticeRow).where(waiting, ~calls).values(staff_id=to_id))
