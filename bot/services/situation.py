"""Who speaks and where the return stands, for the policy and for those who are called."""

from sqlalchemy.orm import Session

from bot.domain.contacts import Role
from bot.domain.journey import phase_of
from bot.domain.risk import Phase
from bot.domain.risk_policy import Situation
from bot.services.parts import Parts
from bot.store import contacts, journeys
from bot.store.tables import ContactRow


def situation_of(session: Session, row: ContactRow, parts: Parts) -> Situation:
    """Return the situation of the contact who writes."""
    audience = contacts.as_contact(row).audience(parts.now().date())
    return Situation(Role(row.role), audience, phase_for(session, row, parts))


def phase_for(session: Session, row: ContactRow, parts: Parts) -> Phase:
    """Return where the return of the contact's child stands."""
    child = contacts.child_of(session, row)
    if child is None:
        return Phase.BEFORE if row.country == "US" else Phase.AFTER
    journey = journeys.current(session, child.id)
    return phase_of(journey, child.country == child.destination, parts.now())
