"""Queries about many contacts at once: what decides whether something may be said to them now.

The clock asks them all the time, so the statements are made once.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from uuid import UUID

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from bot.domain.check_in import RUNNING
from bot.domain.consent import Agreement, Consent
from bot.domain.escalation import State
from bot.store.base import any_of
from bot.store.contacts import WITH_IDS
from bot.store.risk_tables import EscalationRow, SafetyQuestionRow, StaffRow
from bot.store.tables import AddressRow, ConsentRow, ContactRow, InboundRow
from bot.store.time_tables import AnswerRow, CheckInRow

IDS = any_of("ids")

ADDRESSES = select(AddressRow).where(AddressRow.contact_id == IDS).order_by(AddressRow.channel)
CONSENTS = (
    select(
        ConsentRow.contact_id,
        ConsentRow.kind,
        ConsentRow.given,
        ConsentRow.recorded_at,
        ConsentRow.withdrawn_at,
    )
    .where(ConsentRow.contact_id == IDS)
    .order_by(ConsentRow.id)
)
STANDING = union_all(
    select(literal("ever_at_risk"), EscalationRow.contact_id)
    .where(EscalationRow.contact_id == IDS)
    .distinct(),
    select(literal("at_risk"), EscalationRow.contact_id).where(
        EscalationRow.contact_id == IDS, EscalationRow.state != State.CLOSED
    ),
    select(literal("at_risk"), SafetyQuestionRow.contact_id).where(
        SafetyQuestionRow.contact_id == IDS, SafetyQuestionRow.settled_at.is_(None)
    ),
    select(literal("waiting"), InboundRow.contact_id).where(
        InboundRow.contact_id == IDS, InboundRow.state == "waiting"
    ),
)
ARE_RUNNING = select(CheckInRow).where(CheckInRow.contact_id == IDS, CheckInRow.state.in_(RUNNING))
ANSWERS = select(AnswerRow.check_in_id, AnswerRow.question, AnswerRow.value).where(
    AnswerRow.check_in_id == IDS
)
CASE_MANAGERS = select(StaffRow).where(StaffRow.id == IDS)


def addresses(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[AddressRow]]:
    """Return where each contact is reached."""
    found: dict[UUID, list[AddressRow]] = defaultdict(list)
    fresh = {"populate_existing": True}
    for row in session.scalars(ADDRESSES, {"ids": ids}, execution_options=fresh):
        found[row.contact_id].append(row)
    return found


def consents(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Consent]]:
    """Return everything that each contact agreed to or refused."""
    found: dict[UUID, list[Consent]] = defaultdict(list)
    for contact_id, kind, given, recorded_at, withdrawn_at in session.execute(
        CONSENTS, {"ids": ids}
    ):
        found[contact_id].append(Consent(Agreement(kind), given, recorded_at, withdrawn_at))
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
    found: dict[str, set[UUID]] = defaultdict(set)
    for kind, contact_id in session.execute(STANDING, {"ids": ids}):
        found[kind].add(contact_id)
    return Standing(**{f.name: frozenset(found[f.name]) for f in fields(Standing)})


def running(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[CheckInRow]]:
    """Return the check-ins whose questions wait for an answer."""
    found: dict[UUID, list[CheckInRow]] = defaultdict(list)
    for row in session.scalars(ARE_RUNNING, {"ids": ids}):
        found[row.contact_id].append(row)
    return found


def answers(session: Session, check_in_ids: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    """Return the choices given so far, by check-in and question."""
    found: dict[UUID, dict[str, str]] = defaultdict(dict)
    for check_in_id, question, value in session.execute(ANSWERS, {"ids": check_in_ids}):
        found[check_in_id][question] = value["choice"]
    return found


def read_people(session: Session, contacts: Sequence[ContactRow]) -> None:
    """Read the children and case managers of these contacts, so that looking them up costs nothing."""
    there = {contact.id for contact in contacts}
    children = {contact.child_id for contact in contacts if contact.child_id} - there
    staff = {contact.case_manager_id for contact in contacts if contact.case_manager_id}
    for query, ids in ((WITH_IDS, children), (CASE_MANAGERS, staff)):
        if ids:
            session.scalars(query, {"ids": sorted(ids)}).all()
