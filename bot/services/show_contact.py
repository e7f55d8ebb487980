"""What a case manager may know of a contact at a glance: stages and open tasks, not words."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from bot.services.parts import Parts
from bot.store import contacts, database, tasks
from bot.store.time_tables import ToldTopicRow


def list_contacts(parts: Parts) -> list[dict[str, Any]]:
    """Return everybody with what is open for them."""
    with database.unit_of_work(parts.engine) as session:
        return [
            {
                "id": str(row.id),
                "role": row.role,
                "name": row.name,
                "language": row.language,
                "country": row.country,
                "destination": row.destination,
                "onboarded": row.onboarded_at is not None,
                "open_tasks": len(tasks.open_of(session, row.id)),
            }
            for row in contacts.everyone(session)
        ]


def show_contact(contact_id: UUID, parts: Parts) -> dict[str, Any]:
    """Return one contact."""
    with database.unit_of_work(parts.engine) as session:
        row = contacts.get(session, contact_id)
        case_manager = contacts.case_manager_of(session, row)
        told = select(ToldTopicRow).where(ToldTopicRow.contact_id == contact_id)
        return {
            "id": str(row.id),
            "role": row.role,
            "name": row.name,
            "audience": contacts.as_contact(row).audience(parts.now().date()),
            "language": row.language,
            "country": row.country,
            "destination": row.destination,
            "child": str(row.child_id) if row.child_id else None,
            "case_manager": case_manager.name if case_manager else None,
            "onboarded_at": row.onboarded_at,
            "paused_at": row.paused_at,
            "agreements": [
                {
                    "kind": c.kind,
                    "given": c.given,
                    "at": c.recorded_at,
                    "withdrawn": c.withdrawn_at,
                }
                for c in contacts.consents(session, contact_id)
            ],
            "addresses": [
                {
                    "channel": a.channel,
                    "number": a.number,
                    "opted_out_at": a.opted_out_at,
                }
                for a in contacts.addresses(session, contact_id)
            ],
            "topics_told": [t.topic for t in session.scalars(told.order_by(ToldTopicRow.told_at))],
            "open_tasks": [
                {"kind": t.kind, "about": t.about, "since": t.created_at}
                for t in tasks.open_of(session, contact_id)
            ],
        }
