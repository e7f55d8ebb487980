"""Write to an enrolled contact first: only with a standing consent, neutral on a locked screen."""

from uuid import UUID

from sqlalchemy.orm import Session

from bot.services.parts import Parts
from bot.services.say import Lane
from bot.services.say_unasked import say_unasked
from bot.store import contacts


def invite(session: Session, contact_id: UUID, parts: Parts) -> UUID:
    """Queue the first hello and return its id; without a consent this is refused."""
    contact = contacts.get(session, contact_id)
    return say_unasked(session, contact, ["onboarding.welcome"], parts, Lane.BULK).id
