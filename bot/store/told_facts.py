"""Queries about what a contact was told of the journey."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.store.base import any_of
from bot.store.time_tables import ToldFactRow

TOLD = select(ToldFactRow.contact_id, ToldFactRow.fact, ToldFactRow.value).where(
    ToldFactRow.contact_id == any_of("contact_ids")
)
TELL = insert(ToldFactRow)
TELL_AGAIN = TELL.on_conflict_do_update(
    index_elements=["contact_id", "fact"],
    set_={"value": TELL.excluded.value, "told_at": TELL.excluded.told_at},
)


def note(session: Session, contact_id: UUID, facts: Mapping[str, Any], now: datetime) -> None:
    """Remember the facts as they were told now."""
    if not facts:
        return
    rows = [
        {"contact_id": contact_id, "fact": fact, "value": value, "told_at": now}
        for fact, value in facts.items()
    ]
    session.execute(TELL_AGAIN, rows)


def of_contact(session: Session, contact_id: UUID) -> dict[str, Any]:
    """Return what a contact was told last, by fact."""
    return of_contacts(session, [contact_id])[contact_id]


def of_contacts(session: Session, contact_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return what each of these contacts was told last, by fact."""
    found: dict[UUID, dict[str, Any]] = {contact_id: {} for contact_id in contact_ids}
    for contact_id, fact, value in session.execute(TOLD, {"contact_ids": contact_ids}):
        found[contact_id][fact] = value
    return found


def forget(session: Session, contact_id: UUID, facts: list[str]) -> None:
    """A fact that was taken back was not told any more."""
    if not facts:
        return
    session.execute(
        delete(ToldFactRow).where(ToldFactRow.contact_id == contact_id, ToldFactRow.fact.in_(facts))
    )
