"""What the database knows about the answers to posted messages."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic, sleep

from sqlalchemy import func, select

from bot.services.parts import Parts
from bot.store import database
from bot.store.tables import InboundRow, OutboundRow

LOOK_SECONDS = 0.25
REAL_PARTS = 900
"""Part numbers from here on say "I cannot answer just now": they are not the answer."""


@dataclass
class Answers:
    """When the first part of each answer was handed over (epoch), by the message's reference."""

    handed_over_at: dict[str, float] = field(default_factory=dict)
    excuses: int = 0
    """How many messages were first answered with "I cannot answer just now"."""


def wait_until_answered(references: Sequence[str], parts: Parts, limit_seconds: float) -> Answers:
    """Wait until every message has an answer that left, at most so long, and return what is known."""
    deadline = monotonic() + limit_seconds
    known = answers_to(references, parts)
    while len(known.handed_over_at) < len(references) and monotonic() < deadline:
        sleep(LOOK_SECONDS)
        known = answers_to(references, parts)
    return known


def answers_to(references: Sequence[str], parts: Parts) -> Answers:
    """Return what is known now."""
    reference = InboundRow.provider_reference
    mine = reference.in_(references)
    joined = (OutboundRow, OutboundRow.inbound_id == InboundRow.id)
    first = (
        select(reference, func.min(OutboundRow.accepted_at))
        .join(*joined)
        .where(mine, OutboundRow.part < REAL_PARTS, OutboundRow.accepted_at.is_not(None))
        .group_by(reference)
    )
    excuses = select(func.count()).select_from(InboundRow).join(*joined)
    with database.unit_of_work(parts.engine) as session:
        found = {sid: at.timestamp() for sid, at in session.execute(first) if at}
        late = session.scalars(excuses.where(mine, OutboundRow.part >= REAL_PARTS)).one()
    return Answers(found, late)


def wait_until_quiet(parts: Parts, limit_seconds: float) -> None:
    """Wait until no message waits to leave and no delivery report is missing, at most so long."""
    deadline = monotonic() + limit_seconds
    busy = select(func.count()).select_from(OutboundRow)
    unfinished = OutboundRow.status.in_(["queued", "sending", "accepted", "sent"])
    while monotonic() < deadline:
        with database.unit_of_work(parts.engine) as session:
            if session.scalars(busy.where(unfinished)).one() == 0:
                return
        sleep(LOOK_SECONDS)
