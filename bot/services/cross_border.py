"""The contact is in another country now: hours, numbers to call, helpline and sender follow."""

from sqlalchemy.orm import Session

from bot.domain.anchors import CaseFacts, anchors_of
from bot.domain.contacts import COUNTRIES
from bot.domain.journey import Journey
from bot.services.parts import Parts
from bot.services.plan_check_ins import plan_family_again
from bot.store import database, journeys
from bot.store.tables import ContactRow


def cross_border(session: Session, child: ContactRow, parts: Parts) -> None:
    """Take a child to be where they return to; a second time changes nothing.

    Where they were is remembered until somebody says that they arrived: the journey may be put off.
    """
    if child.country == child.destination:
        return
    if child.left_country is None:
        child.left_country, child.left_zone = child.country, child.zone
    _is_in(session, child, child.destination, journeys.current(session, child.id).arrival_zone)


def arrive(session: Session, child: ContactRow, parts: Parts) -> None:
    """Somebody says that the child is there: from this day the time at home counts."""
    cross_border(session, child, parts)
    child.arrived_at = child.arrived_at or parts.now()
    child.left_country, child.left_zone = None, None
    _tell(session, child)


def is_on_the_way_after_all(session: Session, child: ContactRow) -> None:
    """The child says that they are not there, whoever said so before: the time at home has not begun."""
    child.arrived_at = None
    _tell(session, child)


def follow_journey(session: Session, child: ContactRow, journey: Journey, parts: Parts) -> None:
    """Put off, and the child has not left yet; to another country, and who is there is there."""
    arrival = anchors_of(journey, CaseFacts()).get("arrival")
    if arrival is not None and arrival.moment > parts.now():
        _has_not_left(session, child)
    elif child.left_country is not None:
        cross_border(session, child, parts)


def _has_not_left(session: Session, child: ContactRow) -> None:
    """Take the child back to where they were. Who was never taken across stays where they are."""
    if child.left_country is not None:
        _is_in(session, child, child.left_country, child.left_zone)
        child.left_country, child.left_zone = None, None


def _is_in(session: Session, child: ContactRow, country: str, zone: str | None) -> None:
    """Note the country, and the zone where it is not the usual one of that country."""
    child.country = country
    child.zone = zone if zone != COUNTRIES.get(country) else None
    _tell(session, child)


def _tell(session: Session, child: ContactRow) -> None:
    child.planned_at = None
    plan_family_again(session, child.id)
    database.notify(session, database.CHANGED, str(child.id))
