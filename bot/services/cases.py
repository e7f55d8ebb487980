"""What the plans of many contacts depend on, read at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.journey import Journey
from bot.store import contacts, escalations, journeys
from bot.store.tables import ContactRow


@dataclass(frozen=True)
class Cases:
    """What was read about the contacts of one batch: children, journeys, dangers that were closed."""

    children: Mapping[UUID, ContactRow]
    journeys: Mapping[UUID, Journey]
    closed: Mapping[UUID, list[datetime]]


def read_cases(session: Session, rows: Sequence[ContactRow]) -> Cases:
    """Read what the plans of these contacts depend on, in a handful of queries."""
    children = contacts.children_of(session, rows)
    known = {child.id: child for child in children.values()}
    return Cases(
        children=children,
        journeys=journeys.current_of(session, list(known)),
        closed=escalations.closed_of(session, [row.id for row in rows] + list(known)),
    )
