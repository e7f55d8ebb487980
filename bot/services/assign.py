"""Let a person of the staff be responsible for contacts."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.contacts import Role
from bot.errors import AcompanaError
from bot.services.staff_replies import MAY_TAKE
from bot.store import contacts
from bot.store.risk_tables import StaffRow


def assign(session: Session, contact_ids: Sequence[UUID], person: StaffRow) -> None:
    """Name the person to these contacts from now on, and call them first; twice changes nothing."""
    if person.role not in MAY_TAKE:
        raise AcompanaError(f"{person.name} is neither a case manager nor a supervisor.")
    for contact_id in contact_ids:
        row = contacts.get(session, contact_id)
        if row.role == Role.UNKNOWN:
            raise AcompanaError(f"Nobody is enrolled under {contact_id}.")
        row.case_manager_id = person.id
