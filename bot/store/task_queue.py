"""Queries about the one queue: tasks and unclosed escalations, with whose they are."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, null, select
from sqlalchemy.orm import Session, aliased

from bot.domain.escalation import State
from bot.store.risk_tables import EscalationRow, StaffRow
from bot.store.tables import ContactRow, TaskRow

CHILD = aliased(ContactRow)
"""The child whom a contact receives: whose case manager answers for both."""

NAMES = select(StaffRow.id, StaffRow.name)


def tasks(
    session: Session, *, kind: str | None, staff_id: UUID | None, done: bool, names: bool
) -> Sequence[Row[Any]]:
    """Return each task with the contact's case manager, and the name where it is wanted."""
    query = _with_contact(TaskRow, names=names)
    if kind is not None:
        query = query.where(TaskRow.kind == kind)
    if staff_id is not None:
        query = query.where(_case_manager() == staff_id)
    if not done:
        query = query.where(TaskRow.done_at.is_(None))
    return session.execute(query).all()


def task(session: Session, task_id: UUID, *, names: bool) -> Row[Any]:
    """Return one task in the same form."""
    return session.execute(_with_contact(TaskRow, names=names).where(TaskRow.id == task_id)).one()


def disclosures(
    session: Session, *, staff_id: UUID | None, closed: bool, names: bool
) -> Sequence[Row[Any]]:
    """Return each escalation likewise; it also belongs to who has taken it."""
    query = _with_contact(EscalationRow, names=names)
    if staff_id is not None:
        query = query.where((_case_manager() == staff_id) | (EscalationRow.assigned_id == staff_id))
    if not closed:
        query = query.where(EscalationRow.state != State.CLOSED)
    return session.execute(query).all()


def staff_names(session: Session) -> dict[UUID, str]:
    """Return the name of everybody who works or worked here."""
    return {found.id: found.name for found in session.execute(NAMES)}


def _case_manager() -> ColumnElement[UUID | None]:
    return func.coalesce(ContactRow.case_manager_id, CHILD.case_manager_id)


@cache
def _with_contact(table: type[TaskRow | EscalationRow], *, names: bool) -> Select[*tuple[Any, ...]]:
    """Names are decrypted only where somebody asks for them. Each of the four is made once."""
    return (
        select(
            table,
            ContactRow.country.label("country"),
            _case_manager().label("case_manager_id"),
            (ContactRow.name if names else null()).label("name"),
        )
        .join(ContactRow, ContactRow.id == table.contact_id)
        .outerjoin(CHILD, CHILD.id == ContactRow.child_id)
    )
