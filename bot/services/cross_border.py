"""The contact is in another country now: hours, numbers to call, helpline and sender follow."""

from sqlalchemy.orm import Session

from bot.domain.contacts import COUNTRIES
from bot.services.parts import Parts
from bot.services.plan_check_ins import plan_family_again
from bot.store import database, journeys
from bot.store.tables import ContactRow

DEPARTS_FROM = "US"


def cross_border(session: Session, child: ContactRow, parts: Parts) -> None:
    """Take a child to be where they return to; a second time changes nothing."""
    if child.country == child.destination:
        return
    zone = journeys.current(session, child.id).arrival_zone
    child.country = child.destination
    child.zone = zone if zone != COUNTRIES.get(child.destination) else None
    _tell(session, child)


def arrive(session: Session, child: ContactRow, parts: Parts) -> None:
    """Somebody says that the child is there: from this day the time at home counts."""
    cross_border(session, child, parts)
    child.arrived_at = child.arrived_at or parts.now()
    _tell(session, child)


def not_left_yet(session: Session, child: ContactRow) -> None:
    """The journey was put off after its hour had come: the child is still where it begins."""
    if child.arrived_at is None and child.country != DEPARTS_FROM:
        child.country, child.zone = DEPARTS_FROM, None
        _tell(session, child)


def _tell(session: Session, child: ContactRow) -> None:
    child.planned_at = None
    plan_family_again(session, child.id)
    database.notify(session, database.CHANGED, str(child.id))
