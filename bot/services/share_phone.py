"""Let a child and one caregiver be reached at the same number."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.domain.contacts import Role
from bot.store import phones, staff
from bot.store.tables import AddressRow, ContactRow


def share(session: Session, rows: Sequence[AddressRow]) -> None:
    """Let several people be reached at one address: from now on they are asked who holds it."""
    stopped = max((row.opted_out_at for row in rows if row.opted_out_at), default=None)
    for row in rows:
        row.shared, row.opted_out_at = True, row.opted_out_at or stopped
    session.flush()


def may_share(session: Session, contact: ContactRow, rows: Sequence[AddressRow]) -> bool:
    """Return whether a contact may be reached at an address of others: one child with one caregiver."""
    others = {row.contact_id for row in rows} - {contact.id}
    if len(others) != 1:
        return False
    other = session.get_one(ContactRow, others.pop())
    pair = {other.role: other, contact.role: contact}
    if set(pair) != {Role.CHILD, Role.CAREGIVER}:
        return False
    return pair[Role.CAREGIVER].child_id == pair[Role.CHILD].id


def in_the_way(session: Session, contact: ContactRow, number: str) -> str | None:
    """Return why a contact may not be reached at a number: whose it is already; None if they may."""
    if staff.by_number(session, number) is not None:
        return "staff_number"
    others = [r for r in phones.in_use(session, number) if r.contact_id != contact.id]
    known = [r for r in others if session.get_one(ContactRow, r.contact_id).role != Role.UNKNOWN]
    return "in_use" if known and not may_share(session, contact, known) else None
