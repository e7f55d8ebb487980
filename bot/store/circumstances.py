"""Queries about many contacts at once: what decides whether something may be said to them now."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from uuid import UUID

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from bot.domain.check_in import RUNNING
from bot.domain.consent import Agreement, Consent
from bot.domain.escalation import State
from bot.store.risk_tables import EscalationRow, SafetyQuestionRow, StaffRow
from bot.store.tables import AddressRow, ConsentRow, ContactRow, InboundRow
from bot.store.time_tables import CheckInRow


def addresses(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[AddressRow]]:
    """Return where each contact is reached."""
    found: dict[UUID, list[AddressRow]] = defaultdict(list)
    query = select(AddressRow).where(AddressRow.contact_id.in_(ids)).order_by(AddressRow.channel)
    for row in session.scalars(query.execution_options(populate_existing=True)):
        found[row.contact_id].append(row)
    return found


def consents(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Consent]]:
    """Return everything that each contact agreed to or refused."""
    found: dict[UUID, list[Consent]] = defaultdict(list)
    query = select(ConsentRow).where(ConsentRow.contact_id.in_(ids)).order_by(ConsentRow.id)
    for r in session.scalars(query):
        consent = Consent(Agreement(r.kind), r.given, r.recorded_at, r.withdrawn_at)
        found[r.contact_id].append(consent)
    return found


@dataclass(frozen=True)
class Standing:
    """Who is in danger, was so ever, or wrote and has no answer yet."""

    at_risk: frozenset[UUID]
    """A person is being called or acts for them, or they were asked about danger just now."""
    ever_at_risk: frozenset[UUID]
    waiting: frozenset[UUID]


def standing(session: Session, ids: Sequence[UUID]) -> Standing:
    """Return how these contacts stand, in one query."""
    dangers, asked = EscalationRow.contact_id, SafetyQuestionRow.contact_id
    wrote = InboundRow.contact_id
    query = union_all(
        select(literal("ever_at_risk"), dangers).where(dangers.in_(ids)).distinct(),
        select(literal("at_risk"), dangers).where(
            dangers.in_(ids), EscalationRow.state != State.CLOSED
        ),
        select(literal("at_risk"), asked).where(
            asked.in_(ids), SafetyQuestionRow.settled_at.is_(None)
        ),
        select(literal("waiting"), wrote).where(wrote.in_(ids), InboundRow.state == "waiting"),
    )
    found: dict[str, set[UUID]] = defaultdict(set)
    for kind, contact_id in session.execute(query):
        found[kind].add(contact_id)
    return Standing(**{f.name: frozenset(found[f.name]) for f in fields(Standing)})


def running(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[CheckInRow]]:
    """Return the check-ins whose questions wait for an answer."""
    found: dict[UUID, list[CheckInRow]] = defaultdict(list)
    query = select(CheckInRow).where(CheckInRow.contact_id.in_(ids), CheckInRow.state.in_(RUNNING))
    for row in session.scalars(query):
        found[row.contact_id].append(row)
    return found


def people(session: Session, ids: Sequence[UUID]) -> list[ContactRow | StaffRow]:
    """Return the children and case managers of these contacts, so that looking them up costs nothing."""
    theirs = ContactRow.id.in_(ids)
    children = select(ContactRow).where(
        ContactRow.id.in_(select(ContactRow.child_id).where(theirs))
    )
    staff = select(StaffRow).where(
        StaffRow.id.in_(select(ContactRow.case_manager_id).where(theirs))
    )
    return [*session.scalars(children), *session.scalars(staff)]
