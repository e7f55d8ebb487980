"""Queries about the questions of check-ins that were said: which check-in said one, and when it left."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.outbox import NEVER_SHOWN
from bot.store.tables import OutboundRow
from bot.store.time_tables import CheckInRow


def messages_with(session: Session, check_in: CheckInRow, message_id: str) -> list[OutboundRow]:
    """Return the messages in which a check-in has said this."""
    of_this = (OutboundRow.check_in_id == check_in.id) | (
        OutboundRow.created_at >= check_in.said_at
    )
    query = select(OutboundRow).where(
        OutboundRow.contact_id == check_in.contact_id,
        OutboundRow.message_ids.contains([message_id]),
        OutboundRow.status.not_in(NEVER_SHOWN),
        of_this,
    )
    return list(session.scalars(query))


def check_in_of(session: Session, shown: OutboundRow, steps: Collection[str]) -> CheckInRow | None:
    """Return the check-in, of one of these steps, whose question a message asked, in any state.

    The first question names its check-in. The following ones are answers to the contact's own messages.
    """
    if shown.check_in_id is not None:
        return session.get(CheckInRow, shown.check_in_id)
    query = (
        select(CheckInRow)
        .where(
            CheckInRow.contact_id == shown.contact_id,
            CheckInRow.step.in_(steps),
            CheckInRow.said_at <= shown.created_at,
        )
        .order_by(CheckInRow.said_at.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()
