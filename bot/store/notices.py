"""Queries about notifications to staff: due ones, interrupted ones, who has to answer one."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, case, exists, false, func, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.escalation import State, Step
from bot.store.escalations import ALIVE, BY_URGENCY
from bot.store.risk_tables import EscalationRow, EscalationStepRow, NoticeRow

INTERRUPTED_AFTER = timedelta(seconds=30)
"""A notification that has been `sending` for so long was cut off; it is sent again: two calls for help
are better than none."""

SEEN = ("sending", "accepted")
"""States of a notification that somebody may have read, also where we were cut off before we knew."""

WAS_CUT_OFF = (NoticeRow.status == "sending") & (NoticeRow.sending_at < bindparam("sending_before"))
TO_SEND = (
    select(NoticeRow)
    .outerjoin(EscalationRow, EscalationRow.id == NoticeRow.escalation_id)
    .where(
        or_(
            (NoticeRow.status == "queued") & (NoticeRow.next_attempt_at <= bindparam("now")),
            WAS_CUT_OFF,
        )
    )
    .order_by(BY_URGENCY.nulls_last(), NoticeRow.created_at)
    .limit(1)
    .with_for_update(of=NoticeRow, skip_locked=True)
)
LAST_CALL = select(func.max(NoticeRow.next_attempt_at)).where(
    NoticeRow.escalation_id == bindparam("escalation_id"),
    NoticeRow.staff_id == bindparam("staff_id"),
    NoticeRow.message_id.in_(bindparam("calls")),
    NoticeRow.status.in_(ALIVE),
)

IS_CALLED = func.coalesce(EscalationRow.called_id == bindparam("staff_id"), false())
NOTIFIED_AT = (
    select(func.max(func.coalesce(NoticeRow.accepted_at, NoticeRow.sending_at)))
    .where(
        NoticeRow.escalation_id == EscalationRow.id,
        NoticeRow.staff_id == bindparam("staff_id"),
        NoticeRow.message_id.in_(bindparam("calls")),
        NoticeRow.status.in_(SEEN),
    )
    .correlate(EscalationRow)
    .scalar_subquery()
)
"""When a person was called last for an escalation; null where nothing reached them."""

DECLINED_SINCE = exists().where(
    EscalationStepRow.escalation_id == EscalationRow.id,
    EscalationStepRow.staff_id == bindparam("staff_id"),
    EscalationStepRow.step == Step.DECLINED,
    EscalationStepRow.at >= NOTIFIED_AT,
)
UNACKNOWLEDGED = (
    select(EscalationRow)
    .where(
        EscalationRow.state == State.OPEN,
        IS_CALLED | (NOTIFIED_AT.is_not(None) & ~DECLINED_SINCE),
    )
    .order_by(
        IS_CALLED.desc(),
        case((IS_CALLED, BY_URGENCY)),
        NOTIFIED_AT.desc(),
        EscalationRow.opened_at.desc(),
    )
)


def claim_next(session: Session, now: datetime) -> NoticeRow | None:
    """Lock the most urgent notification that is due, or was cut off, and mark it as being sent."""
    when = {"now": now, "sending_before": now - INTERRUPTED_AFTER}
    row = session.scalars(TO_SEND, when).one_or_none()
    if row is not None:
        row.status, row.sending_at = "sending", now
        row.attempts += 1
    return row


def lock(session: Session, notice_id: UUID) -> NoticeRow | None:
    """Return the notification, locked."""
    return session.get(NoticeRow, notice_id, with_for_update=True, populate_existing=True)


def last_call_at(
    session: Session, escalation_id: UUID, staff_id: UUID, message_ids: Collection[str]
) -> datetime | None:
    """Return when a person was, or will be, notified last about an escalation; failures do not count."""
    theirs = {"escalation_id": escalation_id, "staff_id": staff_id, "calls": list(message_ids)}
    return session.scalars(LAST_CALL, theirs).one()


def withdraw(session: Session, escalation_id: UUID) -> None:
    """Withdraw what has not left: nobody is called any more for what a person has closed."""
    waiting = (NoticeRow.escalation_id == escalation_id) & (NoticeRow.status == "queued")
    session.execute(update(NoticeRow).where(waiting).values(status="withdrawn"))


def unacknowledged_of(
    session: Session, staff_id: UUID, calls: Collection[str]
) -> Sequence[EscalationRow]:
    """Return what waits for an answer of this person: what they are called for now, the most urgent first.

    Who was called before may still take it while others are, or the standing line: then the one that
    they heard of last comes first. What they declined since is not theirs any more. `calls` are the
    notifications that call somebody.
    """
    return session.scalars(UNACKNOWLEDGED, {"staff_id": staff_id, "calls": list(calls)}).all()
