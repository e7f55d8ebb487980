"""Queries about the questions of check-ins that were said: which check-in said one, and when it left."""

from collections.abc import Collection

from sqlalchemy import bindparam, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from bot.store.outbox import NEVER_SHOWN
from bot.store.tables import OutboundRow
from bot.store.time_tables import CheckInRow

MESSAGES = select(OutboundRow).where(
    OutboundRow.contact_id == bindparam("contact_id"),
    OutboundRow.message_ids.contains(bindparam("message_ids", type_=JSONB())),
    OutboundRow.status.not_in(NEVER_SHOWN),
    or_(
        OutboundRow.check_in_id == bindparam("check_in_id"),
        OutboundRow.created_at >= bindparam("said_at"),
    ),
)
CHECK_IN = (
    select(CheckInRow)
    .where(
        CheckInRow.contact_id == bindparam("contact_id"),
        CheckInRow.step.in_(bindparam("steps")),
        CheckInRow.said_at <= bindparam("by"),
    )
    .order_by(CheckInRow.said_at.desc())
    .limit(1)
)


def messages_with(session: Session, check_in: CheckInRow, message_id: str) -> list[OutboundRow]:
    """Return the messages in which a check-in has said this."""
    saying_it = {
        "contact_id": check_in.contact_id,
        "message_ids": [message_id],
        "check_in_id": check_in.id,
        "said_at": check_in.said_at,
    }
    return list(session.scalars(MESSAGES, saying_it))


def check_in_of(session: Session, shown: OutboundRow, steps: Collection[str]) -> CheckInRow | None:
    """Return the check-in, of one of these steps, whose question a message asked, in any state.

    The first question names its check-in. The following ones are answers to the contact's own messages.
    """
    if shown.check_in_id is not None:
        return session.get(CheckInRow, shown.check_in_id)
    asking_it = {"contact_id": shown.contact_id, "steps": list(steps), "by": shown.created_at}
    return session.scalars(CHECK_IN, asking_it).one_or_none()
