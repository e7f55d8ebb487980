"""Queries about escalations: open ones per contact, what is due, the chain."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import Session

from bot.domain.escalation import State, Step
from bot.domain.risk import URGENCY
from bot.errors import AcompanaError, NotFound
from bot.store.risk_tables import EscalationRow, EscalationStepRow, NoticeRow

SHORTEST_START = 6
"""Characters of an id that are enough to name an escalation on the command line."""


def lock(session: Session, escalation_id: UUID) -> EscalationRow:
    """Return the escalation, locked; an unknown id is a sentence."""
    row = session.get(EscalationRow, escalation_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(f"There is no escalation {escalation_id}.")
    return row


def named(session: Session, name: str) -> EscalationRow:
    """Return the escalation with that id, the beginning of an id, or the code of an unclosed one."""
    rows = [
        row
        for row in session.scalars(select(EscalationRow))
        if (len(name) >= SHORTEST_START and str(row.id).startswith(name.lower()))
        or (row.code == name.upper() and row.state != State.CLOSED)
    ]
    if not rows:
        raise NotFound(f"There is no escalation {name}.")
    if len(rows) > 1:
        raise AcompanaError(f"{name} fits {len(rows)} escalations; write more of the id.")
    return rows[0]


def unclosed_of(session: Session, contact_id: UUID) -> EscalationRow | None:
    """Return what is not closed for a contact, locked: the risk state that only a person ends."""
    query = (
        select(EscalationRow)
        .where(EscalationRow.contact_id == contact_id, EscalationRow.state != State.CLOSED)
        .order_by(EscalationRow.opened_at.desc())
        .limit(1)
        .with_for_update()
    )
    return session.scalars(query).one_or_none()


def latest_of(session: Session, contact_id: UUID) -> EscalationRow | None:
    """Return the newest unclosed escalation of a contact, without a lock, for its words."""
    query = select(EscalationRow).where(
        EscalationRow.contact_id == contact_id, EscalationRow.state != State.CLOSED
    )
    newest = query.order_by(EscalationRow.opened_at.desc()).limit(1)
    return session.scalars(newest).one_or_none()


def next_to_call(session: Session, now: datetime) -> EscalationRow | None:
    """Lock the most urgent escalation whose next call is due."""
    query = (
        select(EscalationRow)
        .where(EscalationRow.next_call_at <= now, EscalationRow.state == State.OPEN)
        .order_by(_urgency(), EscalationRow.next_call_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(query).one_or_none()


def next_to_prove(session: Session, now: datetime) -> EscalationRow | None:
    """Lock an escalation whose promised time has come."""
    query = (
        select(EscalationRow)
        .where(EscalationRow.proof_at <= now, EscalationRow.state != State.CLOSED)
        .order_by(EscalationRow.proof_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(query).one_or_none()


def unacknowledged_of(session: Session, staff_id: UUID) -> Sequence[EscalationRow]:
    """Return what waits for an answer of this person: most urgent first, then the oldest."""
    query = select(EscalationRow).where(
        EscalationRow.state == State.OPEN,
        (EscalationRow.called_id == staff_id) | EscalationRow.tried.contains([str(staff_id)]),
    )
    return session.scalars(query.order_by(_urgency(), EscalationRow.opened_at)).all()


def listed(session: Session, *, closed: bool) -> Sequence[EscalationRow]:
    """Return the queue: most urgent first; the closed ones too if wanted."""
    query = select(EscalationRow).order_by(_urgency(), EscalationRow.opened_at)
    if not closed:
        query = query.where(EscalationRow.state != State.CLOSED)
    return session.scalars(query).all()


def codes_in_use(session: Session) -> set[str]:
    """Return the short codes of what is not closed."""
    query = select(EscalationRow.code).where(EscalationRow.state != State.CLOSED)
    return set(session.scalars(query))


def note(
    session: Session,
    escalation: EscalationRow,
    step: Step,
    at: datetime,
    *,
    staff_id: UUID | None = None,
    inbound_id: UUID | None = None,
    detail: str = "",
    words: str | None = None,
) -> None:
    """Add one link to the chain."""
    session.add(
        EscalationStepRow(
            escalation_id=escalation.id,
            step=step,
            at=at,
            staff_id=staff_id,
            inbound_id=inbound_id,
            detail=detail,
            note=words,
        )
    )


def chain(session: Session, escalation_id: UUID) -> Sequence[EscalationStepRow]:
    """Return every step, oldest first."""
    query = select(EscalationStepRow).where(EscalationStepRow.escalation_id == escalation_id)
    return session.scalars(query.order_by(EscalationStepRow.id)).all()


def has_step(session: Session, escalation_id: UUID, step: Step, since: datetime) -> bool:
    """Return whether that step was taken since then."""
    query = select(EscalationStepRow.id).where(
        EscalationStepRow.escalation_id == escalation_id,
        EscalationStepRow.step == step,
        EscalationStepRow.at >= since,
    )
    return session.scalars(query.limit(1)).first() is not None


def _urgency() -> ColumnElement[int]:
    return case({tier.value: rank for tier, rank in URGENCY.items()}, value=EscalationRow.tier)


def notice_since(session: Session, escalation_id: UUID, staff_id: UUID, since: datetime) -> bool:
    """Return whether this person was notified about it since then."""
    mine = (NoticeRow.staff_id == staff_id) & (NoticeRow.created_at >= since)
    return notice_exists(session, escalation_id, mine)


def reached(session: Session, escalation_id: UUID, staff_id: UUID, since: datetime) -> bool:
    """Return whether a notification since then was taken by a provider, or still may be."""
    alive = NoticeRow.status.in_(["queued", "sending", "accepted"])
    mine = (NoticeRow.staff_id == staff_id) & (NoticeRow.created_at >= since)
    return notice_exists(session, escalation_id, mine & alive)


def notice_exists(session: Session, escalation_id: UUID, which: ColumnElement[bool]) -> bool:
    """Return whether there is such a notification."""
    query = select(NoticeRow.id).where(NoticeRow.escalation_id == escalation_id, which)
    return session.scalars(query.limit(1)).first() is not None


def assigned_to(session: Session, staff_id: UUID) -> Sequence[EscalationRow]:
    """Return what a person has taken and not closed, the newest first."""
    query = select(EscalationRow).where(
        EscalationRow.assigned_id == staff_id,
        EscalationRow.state.in_([State.ACKNOWLEDGED, State.ACTED]),
    )
    return session.scalars(query.order_by(EscalationRow.opened_at.desc())).all()
