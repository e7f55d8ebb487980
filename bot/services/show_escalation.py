"""An escalation as a case manager sees it: who, how urgent, by when, and the whole chain."""

from typing import Any

from sqlalchemy.orm import Session

from bot.domain.escalation import State
from bot.services.parts import Parts
from bot.store import escalations
from bot.store.risk_tables import EscalationRow, EscalationStepRow, StaffRow
from bot.store.tables import ContactRow, InboundRow


def summary(session: Session, row: EscalationRow, parts: Parts) -> dict[str, Any]:
    """Return one line of the queue."""
    contact = session.get_one(ContactRow, row.contact_id)
    assigned = session.get(StaffRow, row.assigned_id) if row.assigned_id else None
    return {
        "code": row.code,
        "id": str(row.id),
        "state": row.state,
        "tier": row.tier,
        "category": row.category,
        "contact": str(contact.id),
        "name": contact.name,
        "role": contact.role,
        "country": row.country,
        "phase": row.phase,
        "opened_at": row.opened_at.isoformat(),
        "acknowledge_by": row.acknowledge_by.isoformat(),
        "contact_by": row.contact_by.isoformat(),
        "overdue": is_overdue(row, parts),
        "assigned_to": assigned.name if assigned else None,
    }


def is_overdue(row: EscalationRow, parts: Parts) -> bool:
    """Return whether nobody took it, or nobody acted, in the time that the taxonomy gives."""
    now = parts.now()
    if row.state == State.OPEN:
        return now > row.acknowledge_by
    return row.state == State.ACKNOWLEDGED and now > row.contact_by


def whole(session: Session, row: EscalationRow, parts: Parts) -> dict[str, Any]:
    """Return the summary, the constraints, and every step with its time."""
    steps = escalations.chain(session, row.id)
    return {
        **summary(session, row, parts),
        "cannot_talk": row.cannot_talk,
        "chain": [_step(session, step) for step in steps],
    }


def _step(session: Session, step: EscalationStepRow) -> dict[str, Any]:
    person = session.get(StaffRow, step.staff_id) if step.staff_id else None
    inbound = session.get(InboundRow, step.inbound_id) if step.inbound_id else None
    shown = {
        "at": step.at.isoformat(timespec="seconds"),
        "step": step.step,
        "who": person.name if person else None,
        "detail": step.detail or None,
        "said": inbound.text if inbound else None,
        "note": step.note,
    }
    return {name: value for name, value in shown.items() if value is not None}
