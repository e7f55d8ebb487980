"""Queries about journeys that are held."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.store.risk_tables import EscalationRow

ESCALATION = (
    select(EscalationRow.id)
    .where(EscalationRow.child_id == bindparam("child_id"))
    .order_by(
        EscalationRow.category.in_(bindparam("categories")).desc(), EscalationRow.opened_at.desc()
    )
    .limit(1)
)


def escalation_of(session: Session, child_id: UUID, categories: Collection[str]) -> UUID | None:
    """Return the escalation that a decision about a child's journey belongs to; None if there is none.

    The newest of a category that holds journeys, else the newest: such a sign may have joined it.
    """
    of_child = {"child_id": child_id, "categories": list(categories)}
    return session.scalars(ESCALATION, of_child).first()
