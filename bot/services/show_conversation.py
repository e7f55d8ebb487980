"""What a phone shows of one conversation, and whom one can play in the simulator."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.channels import Channel
from bot.domain.contacts import Role
from bot.services.demo_programme import notes
from bot.services.parts import Parts
from bot.store import contacts, database, inbox, outbox, tasks
from bot.store.tables import ContactRow, InboundRow, OutboundRow

LIST_LABEL = {"es": "Elegir", "en": "Choose"}


def show_contacts(parts: Parts) -> list[dict[str, Any]]:
    """Return everybody with their addresses, children first."""
    described = notes()
    with database.unit_of_work(parts.engine) as session:
        rows = contacts.everyone(session)
        ordered = sorted(
            rows,
            key=lambda r: [Role.CHILD, Role.CAREGIVER, Role.UNKNOWN].index(Role(r.role)),
        )
        today = parts.now().date()
        return [_person(session, row, described, today) for row in ordered]


def _person(
    session: Session, row: ContactRow, described: dict[str, str], today: date
) -> dict[str, Any]:
    addresses = contacts.addresses(session, row.id)
    number = addresses[0].number if addresses else ""
    return {
        "id": str(row.id),
        "name": row.name or number,
        "role": row.role,
        "audience": contacts.as_contact(row).audience(today),
        "language": row.language,
        "country": row.country,
        "destination": row.destination,
        "note": described.get(row.name, ""),
        "addresses": [
            {
                "channel": a.channel,
                "number": a.number,
                "opted_out": a.opted_out_at is not None,
            }
            for a in addresses
        ],
    }


def show_conversation(contact_id: UUID, channel: Channel, parts: Parts) -> dict[str, Any]:
    """Return the messages of one channel in order, whether an answer is on its way, and open tasks."""
    with database.unit_of_work(parts.engine) as session:
        contact = contacts.get(session, contact_id)
        said = inbox.of_contact(session, contact_id, channel)
        replied = outbox.of_contact(session, contact_id, channel)
        label = LIST_LABEL.get(contact.language, LIST_LABEL["en"])
        messages = [_inbound(r) for r in said] + [_outbound(r, label) for r in replied]
        return {
            "messages": sorted(messages, key=lambda m: m["at"]),
            "typing": any(r.state == "waiting" for r in said),
            "tasks": _tasks(session, contact_id),
        }


def _tasks(session: Session, contact_id: UUID) -> Sequence[dict[str, Any]]:
    return [
        {"kind": t.kind, "about": t.about, "at": t.created_at.isoformat()}
        for t in tasks.open_of(session, contact_id)
    ]


def _inbound(row: InboundRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "direction": "inbound",
        "text": row.text,
        "at": row.received_at.isoformat(),
        "answered": row.state == "answered",
        "intent": row.intent,
        "media": row.media or [],
    }


def _outbound(row: OutboundRow, label: str) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "direction": "outbound",
        "text": row.text,
        "at": row.created_at.isoformat(),
        "status": row.status,
        "choices": [{"id": c["id"], "title": c["title"]} for c in row.menu],
        "form": row.form,
        "list_label": label,
        "message_ids": row.message_ids,
        "media": [],
    }
