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
    _is_in(session, child, child.destination, journeys.current(session, child.id).arrival_zone)


def arrive(session: Session, child: ContactRow, parts: Parts) -> None:
    """Somebody says that the child is there: from this day the time at home counts."""
    cross_border(session, child, parts)
    child.arrived_at = child.arrived_at or parts.now()
    _tell(session, child)


def not_left_yet(session: Session, child: ContactRow) -> None:
    """The journey was put off after its hour had come: the child is still where it begins.

    Who waits in a third country was never taken to be at home, and stays there.
    """
    if child.arrived_at is None and child.country == child.destination:
        zone = journeys.current(session, child.id).departure_zone
        _is_in(session, child, DEPARTS_FROM, zone)


def _is_in(session: Session, child: ContactRow, country: str, zone: str | None) -> None:
    """Note the country, and the zone where it is not the usual one of that country."""
    child.country = country
    child.zone = zone if zone != COUNTRIES.get(country) else None
    _tell(session, child)


def _tell(session: Session, child: ContactRow) -> None:
    child.planned_at = None
    plan_family_again(session, child.id)
    database.notify(session, database.CHANGED, str(child.id))
