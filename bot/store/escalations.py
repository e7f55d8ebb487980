"""Queries about escalations: open ones per contact, what is due, the chain."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, String, bindparam, case, cast, select
from sqlalchemy.orm import Session

from bot.domain.escalation import State, Step
from bot.domain.risk import URGENCY, Tier
from bot.errors import AcompanaError, NotFound
from bot.store.base import Moment, any_of
from bot.store.risk_tables import EscalationRow, EscalationStepRow, NoticeRow

PROOF = (Step.OPENED, Step.REOPENED, Step.PROOF_YES, Step.PROOF_NO, Step.PROOF_SILENT)
"""What decides whether somebody reached the contact: the last of these."""

ALIVE = ("queued", "sending", "accepted")
"""States of a notification that a provider has taken, or still may take."""

OF_CONTACT = EscalationRow.contact_id == bindparam("contact_id")
OF_ESCALATION = EscalationStepRow.escalation_id == bindparam("escalation_id")
IS_UNCLOSED = EscalationRow.state != State.CLOSED

BY_URGENCY = case({tier.value: rank for tier, rank in URGENCY.items()}, value=EscalationRow.tier)
"""What to sort by so that the most urgent comes first."""

LATEST_CALL = case(
    {tier.value: bindparam(f"latest_{tier.value}", type_=Moment) for tier in Tier},
    value=EscalationRow.tier,
)
TO_CALL = (
    select(EscalationRow)
    .where(
        EscalationRow.state == State.OPEN,
        (EscalationRow.next_call_at <= bindparam("now"))
        | EscalationRow.next_call_at.is_(None)
        | (EscalationRow.next_call_at > LATEST_CALL),
    )
    .order_by(BY_URGENCY, EscalationRow.next_call_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
LATEST = (
    select(EscalationRow)
    .where(OF_CONTACT, IS_UNCLOSED)
    .order_by(EscalationRow.opened_at.desc())
    .limit(1)
)
UNCLOSED = LATEST.with_for_update().execution_options(populate_existing=True)
CLOSED_OF = (
    select(EscalationRow.contact_id, EscalationRow.closed_at)
    .where(EscalationRow.contact_id == any_of("contact_ids"), EscalationRow.state == State.CLOSED)
    .order_by(EscalationRow.closed_at)
)
CATEGORIES = select(EscalationRow.category).where(OF_CONTACT)
TO_PROVE = (
    select(EscalationRow)
    .where(EscalationRow.proof_at <= bindparam("now"), IS_UNCLOSED)
    .order_by(EscalationRow.proof_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
CODES = select(EscalationRow.code).where(IS_UNCLOSED)
CHAIN = select(EscalationStepRow).where(OF_ESCALATION).order_by(EscalationStepRow.id)
LATEST_SIGN = (
    select(EscalationStepRow.inbound_id)
    .where(
        OF_ESCALATION,
        EscalationStepRow.step.in_([Step.OPENED, Step.JOINED]),
        EscalationStepRow.inbound_id.is_not(None),
    )
    .order_by(EscalationStepRow.id.desc())
    .limit(1)
)

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
    by_code = (EscalationRow.code == name.upper()) & (EscalationRow.state != State.CLOSED)
    by_id = cast(EscalationRow.id, String).startswith(name.lower(), autoescape=True)
    is_meant = by_id | by_code if len(name) >= SHORTEST_START else by_code
    rows = session.scalars(select(EscalationRow).where(is_meant)).all()
    if not rows:
        raise NotFound(f"There is no escalation {name}.")
    if len(rows) > 1:
        raise AcompanaError(f"{name} fits {len(rows)} escalations; write more of the id.")
    return rows[0]


def unclosed_of(session: Session, contact_id: UUID) -> EscalationRow | None:
    """Return what is not closed for a contact, locked: the risk state that only a person ends."""
    return session.scalars(UNCLOSED, {"contact_id": contact_id}).one_or_none()


def latest_of(session: Session, contact_id: UUID) -> EscalationRow | None:
    """Return the newest unclosed escalation of a contact, without a lock, for its words."""
    return session.scalars(LATEST, {"contact_id": contact_id}).one_or_none()


def closed_of(session: Session, contact_ids: Sequence[UUID]) -> dict[UUID, list[datetime]]:
    """Return when a person closed what these contacts disclosed, oldest first."""
    found: dict[UUID, list[datetime]] = {}
    for contact_id, closed_at in session.execute(CLOSED_OF, {"contact_ids": contact_ids}):
        if closed_at is not None:
            found.setdefault(contact_id, []).append(closed_at)
    return found


def categories_of(session: Session, contact_id: UUID) -> set[str]:
    """Return what this contact ever disclosed."""
    return set(session.scalars(CATEGORIES, {"contact_id": contact_id}))


def next_to_call(
    session: Session, now: datetime, longest: Mapping[Tier, timedelta]
) -> EscalationRow | None:
    """Lock the most urgent escalation whose next call is due.

    One whose next call is further away than the longest wait of its tier was planned by a clock that
    went wrong, or its time was lost: it is due as well.
    """
    latest = {f"latest_{tier.value}": now + most for tier, most in longest.items()}
    return session.scalars(TO_CALL, {"now": now, **latest}).one_or_none()


def next_to_prove(session: Session, now: datetime) -> EscalationRow | None:
    """Lock an escalation whose promised time has come."""
    return session.scalars(TO_PROVE, {"now": now}).one_or_none()


def listed(session: Session, *, closed: bool) -> Sequence[EscalationRow]:
    """Return the queue: most urgent first; the closed ones too if wanted."""
    query = select(EscalationRow).order_by(BY_URGENCY, EscalationRow.opened_at)
    if not closed:
        query = query.where(EscalationRow.state != State.CLOSED)
    return session.scalars(query).all()


def with_code(session: Session, codes: Collection[str]) -> EscalationRow | None:
    """Return the unclosed escalation with one of these codes; None if it is not clear which."""
    query = select(EscalationRow).where(
        EscalationRow.code.in_(codes), EscalationRow.state != State.CLOSED
    )
    found = session.scalars(query).all()
    return found[0] if len(found) == 1 else None


def codes_in_use(session: Session) -> set[str]:
    """Return the short codes of what is not closed."""
    return set(session.scalars(CODES))


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
    return session.scalars(CHAIN, {"escalation_id": escalation_id}).all()


def latest_sign(session: Session, escalation_id: UUID) -> UUID | None:
    """Return the last message that told of danger, None if its words were deleted."""
    return session.scalars(LATEST_SIGN, {"escalation_id": escalation_id}).first()


def latest_step(session: Session, escalation_id: UUID, of: Collection[Step]) -> Step | None:
    """Return which of these steps was taken last, None if none was."""
    query = select(EscalationStepRow.step).where(
        EscalationStepRow.escalation_id == escalation_id, EscalationStepRow.step.in_(of)
    )
    latest = session.scalars(query.order_by(EscalationStepRow.id.desc()).limit(1)).first()
    return Step(latest) if latest else None


def is_proved(session: Session, escalation_id: UUID) -> bool:
    """Return whether the contact said that somebody reached them, and nothing has happened since."""
    return latest_step(session, escalation_id, PROOF) == Step.PROOF_YES


def reached(session: Session, escalation_id: UUID, staff_id: UUID, since: datetime) -> bool:
    """Return whether a notification since then was taken by a provider, or still may be."""
    alive = NoticeRow.status.in_(ALIVE)
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
