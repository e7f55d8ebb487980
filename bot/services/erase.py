"""Remove what identifies a contact and what they said; a count stays."""

from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.domain.check_in import State as CheckIn
from bot.domain.escalation import State
from bot.errors import AcompanaError
from bot.services.parts import Parts
from bot.store import check_ins, contacts, database, escalations
from bot.store.risk_tables import EscalationRow, EscalationStepRow, NoticeRow, SafetyQuestionRow
from bot.store.tables import (
    AddressRow,
    ConsentRow,
    ContactRow,
    ConversationRow,
    InboundRow,
    OutboundRow,
    TaskRow,
)
from bot.store.time_tables import (
    AnswerRow,
    CheckInRow,
    JourneyRow,
    NumberChangeRow,
    ToldFactRow,
    ToldTopicRow,
)

_WORDS = (
    TaskRow,
    OutboundRow,
    SafetyQuestionRow,
    AnswerRow,
    InboundRow,
    ConversationRow,
    ToldTopicRow,
    ToldFactRow,
    NumberChangeRow,
    CheckInRow,
    ConsentRow,
    AddressRow,
)
"""In this order, because later tables are pointed at by earlier ones."""


def erase(session: Session, contact_id: UUID, parts: Parts, *, although_open: bool = False) -> None:
    """Delete words, answers, numbers, journey and conversation; empty rows count what there was.

    While an escalation is not closed this is refused, unless it is wanted `although_open`: whoever is
    called could no longer find out for whom.
    """
    row = contacts.get(session, contact_id)
    _end_escalations(session, contact_id, parts, although_open)
    theirs = select(AddressRow.id).where(AddressRow.contact_id == contact_id)
    session.execute(delete(OutboundRow).where(OutboundRow.address_id.in_(theirs)))
    for table in _WORDS:
        session.execute(delete(table).where(table.contact_id == contact_id))
    session.execute(delete(JourneyRow).where(JourneyRow.child_id == contact_id))
    _ask_no_more_about(session, contact_id, parts)
    row.name, row.birth_year, row.zone, row.writer = "", None, None, None
    row.born_on, row.left_country, row.left_zone = None, None, None
    row.case_manager_id, row.age_band, row.child_id = None, None, None
    row.advocate_id, row.held_by_id, row.journey_held_at = None, None, None
    row.erased_at = row.planned_at = parts.now()
    database.notify(session, database.CHANGED, str(contact_id))


def _ask_no_more_about(session: Session, child_id: UUID, parts: Parts) -> None:
    """Who received this child is asked nothing more about them; the clock takes back what is planned."""
    for caregiver_id in contacts.caregivers_of(session, child_id):
        check_ins.settle_running(
            session, caregiver_id, CheckIn.SUPERSEDED, parts.now(), "facts_changed"
        )
    unlink = update(ContactRow).where(ContactRow.child_id == child_id)
    session.execute(unlink.values(child_id=None, planned_at=None))


def _end_escalations(session: Session, contact_id: UUID, parts: Parts, although_open: bool) -> None:
    """Keep category, tier and times of each escalation; what staff wrote about the contact goes."""
    unclosed = escalations.unclosed_of(session, contact_id)
    if unclosed is not None and not although_open:
        raise AcompanaError(f"A person has to close {unclosed.code} before this contact is erased.")
    theirs = EscalationRow.contact_id == contact_id
    ids = select(EscalationRow.id).where(theirs)
    ended = {"state": State.CLOSED, "closed_at": parts.now(), "next_call_at": None}
    session.execute(
        update(EscalationRow)
        .where(theirs, EscalationRow.state != State.CLOSED)
        .values(**ended, proof_at=None)
    )
    session.execute(delete(NoticeRow).where(NoticeRow.escalation_id.in_(ids)))
    session.execute(
        update(EscalationStepRow).where(EscalationStepRow.escalation_id.in_(ids)).values(note=None)
    )
