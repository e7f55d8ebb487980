"""Queries about journeys: versions are added, never changed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from bot.domain.journey import Journey, read_journey
from bot.store.base import any_of
from bot.store.time_tables import JourneyRow

LATEST = (
    select(JourneyRow)
    .where(JourneyRow.child_id == bindparam("child_id"))
    .order_by(JourneyRow.version.desc())
    .limit(1)
)
LATEST_OF_ALL = (
    select(JourneyRow)
    .where(JourneyRow.child_id == any_of("child_ids"))
    .order_by(JourneyRow.child_id, JourneyRow.version.desc())
    .ext(distinct_on(JourneyRow.child_id))
)


def latest(session: Session, child_id: UUID) -> JourneyRow | None:
    """Return the newest version of a child's journey."""
    return session.scalars(LATEST, {"child_id": child_id}).one_or_none()


def current(session: Session, child_id: UUID | None) -> Journey:
    """Return the confirmed facts; a child without any has a journey of unknown facts."""
    row = latest(session, child_id) if child_id else None
    return read_journey(row.facts) if row else Journey()


def current_of(session: Session, child_ids: Sequence[UUID]) -> dict[UUID, Journey]:
    """Return the confirmed facts of several children."""
    rows = session.scalars(LATEST_OF_ALL, {"child_ids": child_ids})
    known = {row.child_id: read_journey(row.facts) for row in rows}
    return {child_id: known.get(child_id, Journey()) for child_id in child_ids}


def add_version(
    session: Session, child_id: UUID, journey: Journey, confirmed_by: str, now: datetime
) -> tuple[int, Journey]:
    """Store the facts as the next version; return its number, and the facts of the one before."""
    newest = latest(session, child_id)
    version = newest.version + 1 if newest else 1
    session.add(
        JourneyRow(
            child_id=child_id,
            version=version,
            facts=journey.as_facts(),
            confirmed_by=confirmed_by,
            confirmed_at=now,
        )
    )
    return version, read_journey(newest.facts) if newest else Journey()
