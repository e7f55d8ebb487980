"""Remove what identifies a contact and what they said; a count stays."""

from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from bot.services.parts import Parts
from bot.store import contacts
from bot.store.tables import (
    AddressRow,
    ConsentRow,
    ContactRow,
    ConversationRow,
    InboundRow,
    JourneyRow,
    OutboundRow,
    TaskRow,
    ToldTopicRow,
)

_WORDS = (
    TaskRow,
    OutboundRow,
    InboundRow,
    ConversationRow,
    ToldTopicRow,
    ConsentRow,
    AddressRow,
)
"""In this order, because later tables are pointed at by earlier ones."""


def erase(session: Session, contact_id: UUID, parts: Parts) -> None:
    """Delete words, answers, numbers, journey and conversation; the empty row counts one contact."""
    row = contacts.get(session, contact_id)
    for table in _WORDS:
        session.execute(delete(table).where(table.contact_id == contact_id))
    session.execute(delete(JourneyRow).where(JourneyRow.child_id == contact_id))
    session.execute(
        update(ContactRow).where(ContactRow.child_id == contact_id).values(child_id=None)
    )
    row.name, row.birth_year, row.zone, row.writer = "", None, None, None
    row.case_manager_id, row.age_band, row.child_id = None, None, None
    row.erased_at = parts.now()
