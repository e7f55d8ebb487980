"""Queries about answers, and about what became of check-ins and escalations, for counting only."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, bindparam, case, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from bot.domain.check_in import State
from bot.domain.contacts import Role
from bot.store.risk_tables import EscalationRow
from bot.store.tables import ContactRow
from bot.store.time_tables import AnswerRow, CheckInRow, JourneyRow

AT_ONCE = 2000
"""Rows that are read from the database together: what bounds the memory of an export."""


class Given(NamedTuple):
    """One answer about an indicator, as it is stored."""

    child_id: UUID
    """The child whom it is about, whoever answered."""
    role: str
    indicator: str
    value: Any
    answered_at: datetime


class Outcome(NamedTuple):
    """How many children a step ended with in one way."""

    step: str
    state: str
    reason: str
    children: int
    timed: int
    """For how many of them the time is known."""
    median_seconds: float | None


class Escalated(NamedTuple):
    """How many children were escalated in one way."""

    category: str
    tier: str
    phase: str
    children: int
    escalations: int
    acknowledged: int
    median_seconds: float | None


CHILD: ColumnElement[UUID] = func.coalesce(ContactRow.child_id, ContactRow.id)
"""The child whom a contact's words are about: whom they receive, or themselves."""

IS_ABOUT_A_CHILD = (ContactRow.role == Role.CHILD) | ContactRow.child_id.is_not(None)


GIVEN = (
    select(CHILD, ContactRow.role, AnswerRow.indicator, AnswerRow.value, AnswerRow.answered_at)
    .join(ContactRow, ContactRow.id == AnswerRow.contact_id)
    .where(AnswerRow.indicator.is_not(None), IS_ABOUT_A_CHILD)
)
ALL_GIVEN = GIVEN.order_by(CHILD).execution_options(yield_per=AT_ONCE)
IS_OF_THE_FAMILY = (ContactRow.id == bindparam("child")) | (
    ContactRow.child_id == bindparam("child")
)
GIVEN_ABOUT = GIVEN.where(IS_OF_THE_FAMILY).order_by(AnswerRow.answered_at, AnswerRow.id)

CHILDREN = (
    select(
        ContactRow.id,
        ContactRow.destination,
        ContactRow.age_band,
        ContactRow.birth_year,
        ContactRow.arrived_at,
        ContactRow.created_at,
        JourneyRow.facts,
    )
    .ext(distinct_on(ContactRow.id))
    .outerjoin(JourneyRow, JourneyRow.child_id == ContactRow.id)
    .where(ContactRow.role == Role.CHILD, ContactRow.erased_at.is_(None))
    .order_by(ContactRow.id, JourneyRow.version.desc())
    .execution_options(yield_per=AT_ONCE)
)
ONE_CHILD = CHILDREN.where(ContactRow.id == bindparam("child"))


def given(session: Session) -> Iterator[Given]:
    """Yield all answers about an indicator, child by child; each is decrypted once, when it is read."""
    for row in session.execute(ALL_GIVEN):
        yield Given._make(row)


def given_about(session: Session, child_id: UUID) -> Sequence[Given]:
    """Return the answers of a child, and of the caregivers about that child, oldest first."""
    return [Given._make(row) for row in session.execute(GIVEN_ABOUT, {"child": child_id})]


def children(session: Session, only: UUID | None = None) -> Iterator[Row[Any]]:
    """Yield id, destination, age_band, birth_year, arrived_at, created_at and facts of each child."""
    if only is None:
        yield from session.execute(CHILDREN)
    else:
        yield from session.execute(ONE_CHILD, {"child": only})


BEST_FIRST = (
    State.ANSWERED,
    State.INTERRUPTED,
    State.ASKED,
    State.INVITED,
    State.MISSED,
    State.SAID,
    State.SKIPPED,
)
"""What counts where a step came several times for a child, or to several caregivers."""


def outcomes(session: Session) -> list[Outcome]:
    """Return what became of each step: a child counts once for a step."""
    rank = case({state.value: n for n, state in enumerate(BEST_FIRST)}, value=CheckInRow.state)
    reason = case((CheckInRow.state == State.SKIPPED, CheckInRow.reason), else_="")
    seconds = func.extract("epoch", CheckInRow.settled_at - CheckInRow.said_at)
    best = (
        select(
            CheckInRow.step,
            CheckInRow.state,
            reason.label("reason"),
            seconds.label("seconds"),
        )
        .ext(distinct_on(CHILD, CheckInRow.step))
        .join(ContactRow, ContactRow.id == CheckInRow.contact_id)
        .where(CheckInRow.state.in_(BEST_FIRST), IS_ABOUT_A_CHILD)
        .order_by(CHILD, CheckInRow.step, rank, CheckInRow.due_at.desc())
        .subquery()
    )
    keys = (best.c.step, best.c.state, best.c.reason)
    counted = (func.count(), func.count(best.c.seconds), _median(best.c.seconds))
    query = select(*keys, *counted).group_by(*keys).order_by(*keys)
    return [Outcome._make(row) for row in session.execute(query)]


def escalated(session: Session) -> list[Escalated]:
    """Return how many children were escalated, by category, tier and phase."""
    keys = (EscalationRow.category, EscalationRow.tier, EscalationRow.phase)
    child = func.coalesce(EscalationRow.child_id, EscalationRow.contact_id)
    seconds = func.extract("epoch", EscalationRow.acknowledged_at - EscalationRow.opened_at)
    counted = (
        func.count(child.distinct()),
        func.count(),
        func.count(seconds),
        _median(seconds),
    )
    query = select(*keys, *counted).group_by(*keys).order_by(*keys)
    return [Escalated._make(row) for row in session.execute(query)]


def _median(of: ColumnElement[Any]) -> ColumnElement[float | None]:
    return func.percentile_cont(0.5).within_group(of)
