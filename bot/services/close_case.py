"""Close a child's case: three more months of check-ins follow, then the good-bye."""

from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.contacts import Role
from bot.errors import AcompanaError
from bot.services.parts import Parts
from bot.services.plan_check_ins import plan_family_again
from bot.store import contacts, escalations


def close_case(session: Session, child_id: UUID, parts: Parts) -> None:
    """Note that the case is closed; refused while a danger is open, and a second time."""
    child = contacts.get(session, child_id)
    if child.role != Role.CHILD:
        raise AcompanaError("A case belongs to a child; this contact is none.")
    if child.closed_at is not None:
        raise AcompanaError(f"This case was closed on {child.closed_at:%Y-%m-%d} already.")
    for contact_id in (child_id, *contacts.caregivers_of(session, child_id)):
        if unclosed := escalations.unclosed_of(session, contact_id):
            raise AcompanaError(
                f"A person has to close {unclosed.code} before this case is closed."
            )
    child.closed_at = parts.now()
    session.flush()
    plan_family_again(session, child_id)
