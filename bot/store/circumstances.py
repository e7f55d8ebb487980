"""Queries about many contacts at once: what decides whether something may be said to them now."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
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


def at_risk(session: Session, ids: Sequence[UUID]) -> frozenset[UUID]:
    """Return for whom a person is being called or acts, or who was asked about danger just now."""
    unclosed = select(EscalationRow.contact_id).where(EscalationRow.state != State.CLOSED)
    asked = select(SafetyQuestionRow.contact_id).where(SafetyQuestionRow.settled_at.is_(None))
    return _ids(session, unclosed.where(EscalationRow.contact_id.in_(ids))) | _ids(
        session, asked.where(SafetyQuestionRow.contact_id.in_(ids))
    )


def ever_at_risk(session: Session, ids: Sequence[UUID]) -> frozenset[UUID]:
    """Return who ever disclosed a danger."""
    return _ids(
        session,
        select(EscalationRow.contact_id).where(EscalationRow.contact_id.in_(ids)).distinct(),
    )


def waiting(session: Session, ids: Sequence[UUID]) -> frozenset[UUID]:
    """Return who wrote and has no answer yet."""
    query = select(InboundRow.contact_id).where(
        InboundRow.state == "waiting", InboundRow.contact_id.in_(ids)
    )
    return _ids(session, query)


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


def _ids(session: Session, query: Select[UUID]) -> frozenset[UUID]:
    return frozenset(session.scalars(query))
