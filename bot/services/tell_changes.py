"""Say plainly what is different from what somebody was told of the journey."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bot.domain.behind import Part, behind_of
from bot.domain.contacts import Role
from bot.domain.journey import Journey
from bot.services.parts import Parts
from bot.services.plan_check_ins import plan_event
from bot.services.tasks import open_task
from bot.store import contacts, journeys, told_facts
from bot.store.tables import ContactRow

START, WAY, CALL, HOME = Part


@dataclass(frozen=True)
class Group:
    """Facts that are said together, and the orientation's own sentences that state them.

    Without the first one the others say nothing: an hour without its day.
    """

    facts: tuple[str, ...]
    say: tuple[str, ...]
    part: Part
    """Once that part of the journey lies behind, nobody is told that it is different."""


GROUPS: Mapping[str, Group] = {
    "departure": Group(("departure_on", "departure_time"), ("orientation.travel_day.when",), START),
    "travel": Group(("vehicle", "travel_hours"), ("orientation.travel_day.how",), WAY),
    "companions": Group(
        ("companions", "companion_languages"),
        ("orientation.companions.who", "orientation.companions.languages"),
        WAY,
    ),
    "meals": Group(("meals",), ("orientation.meals.what",), WAY),
    "nights": Group(("night_places", "night_companions"), ("orientation.nights.where",), WAY),
    "arrival": Group(("arrival_on", "arrival_time"), ("orientation.reception.arrival",), WAY),
    "reception": Group(
        ("reception_centre", "reception_city"), ("orientation.reception.where",), WAY
    ),
    "receiving_adults": Group(("receiving_adults",), ("orientation.caregivers.meet",), HOME),
    "first_call": Group(
        ("first_call_on", "first_call_time"), ("orientation.caregivers.call",), CALL
    ),
    "home": Group(
        ("home_place", "home_vehicle", "home_hours", "home_companions"),
        ("orientation.journey_home.how", "orientation.journey_home.who"),
        HOME,
    ),
    "pick_up": Group(
        ("pick_up_place", "pick_up_on", "pick_up_time", "pick_up_papers"),
        ("orientation.pick_up.where", "orientation.pick_up.papers"),
        HOME,
    ),
}

WITHOUT_WORDS: Mapping[str, tuple[str, ...]] = {
    "destination": (),
    "departure_zone": ("departure_time",),
    "arrival_zone": ("arrival_time", "first_call_time", "pick_up_time"),
}
"""Facts that no sentence states, and the told ones that were true only with them: of a country, any."""

FOR_CHILDREN = {"pick_up": ("orientation.caregivers.meet",)}
"""A child is told when they meet, not which papers to bring."""


def changes_for(session: Session, contact: ContactRow) -> list[str]:
    """Return what to say about facts that are no longer as this contact was told; empty if none."""
    child = contacts.child_of(session, contact)
    if child is None:
        return []
    told = told_facts.of_contact(session, contact.id)
    facts = journeys.current(session, child.id).as_facts()
    return _words(_changed(told, facts), facts, Role(contact.role))


def changes_were_told(session: Session, contact: ContactRow) -> None:
    """Forget what was said to be different and is not told anew: from now on it was not told."""
    child = contacts.child_of(session, contact)
    told = told_facts.of_contact(session, contact.id)
    facts = journeys.current(session, child.id if child else None).as_facts()
    told_facts.forget(session, contact.id, sorted(_changed(told, facts)))


def forget_what_lies_behind(session: Session, contact: ContactRow, parts: Parts) -> None:
    """What differs and is over is not announced; where nobody knows how it was, a person looks.

    Run again it finds nothing: what was forgotten was not told any more.
    """
    child = contacts.child_of(session, contact)
    if child is None:
        return
    told, journey = told_facts.of_contact(session, contact.id), journeys.current(session, child.id)
    _forget(session, contact, child, told, journey, parts)


def _forget(
    session: Session,
    contact: ContactRow,
    child: ContactRow,
    told: Mapping[str, Any],
    journey: Journey,
    parts: Parts,
) -> set[str]:
    """Forget what differs and is over; return what differs and has to be told."""
    changed = _changed(told, journey.as_facts())
    if not changed:
        return changed
    zone = contacts.as_contact(child).time_zone
    behind = behind_of(journey, told, child.arrived_at, parts.now(), zone)
    forgotten = changed & _facts_of(behind.parts)
    told_facts.forget(session, contact.id, sorted(forgotten))
    if changed & _facts_of(behind.in_doubt):
        open_task(session, contact.id, "unknown_facts", parts, about="journey_changed")
    return changed - forgotten


def _facts_of(parts: Set[Part]) -> set[str]:
    return {fact for group in GROUPS.values() if group.part in parts for fact in group.facts}


def plan_changes(session: Session, child: ContactRow, occurrence: int, parts: Parts) -> None:
    """Plan that everybody of the family who was told something else hears what is different."""
    family, journey = contacts.family_of(session, child.id), journeys.current(session, child.id)
    plan_changes_for(session, family, journey, occurrence, parts)


def plan_changes_for(
    session: Session,
    family: Sequence[ContactRow],
    journey: Journey,
    occurrence: int,
    parts: Parts,
) -> None:
    """Plan it for a family that was read, the child first, and the facts that hold now."""
    child = family[0]
    told = told_facts.of_contacts(session, [contact.id for contact in family])
    for contact in family:
        if _forget(session, contact, child, told[contact.id], journey, parts):
            ending = "" if contact.role == Role.CHILD else "_home"
            plan_event(session, contact, f"journey_change{ending}", occurrence, parts)


def was_told_without_words(
    session: Session, family: Sequence[ContactRow], facts: Set[str]
) -> set[str]:
    """Return which of these facts somebody of the family has heard something of, without words for it."""
    silent = WITHOUT_WORDS.keys() & facts
    if not silent:
        return set()
    known = told_facts.of_contacts(session, [contact.id for contact in family])
    told = {fact for of_one in known.values() for fact in of_one}
    return {fact for fact in silent if told & set(WITHOUT_WORDS[fact] or told)}


def _changed(told: Mapping[str, Any], facts: Mapping[str, Any]) -> set[str]:
    return {fact for fact, value in told.items() if facts.get(fact) != value}


def _words(changed: Set[str], facts: Mapping[str, Any], role: Role) -> list[str]:
    said: list[str] = []
    for name, group in GROUPS.items():
        different = changed & set(group.facts)
        if different:
            is_gone = not {*different, group.facts[0]} & set(facts)
            ending = "_withdrawn" if is_gone else ""
            states = group.say if role is Role.CAREGIVER else FOR_CHILDREN.get(name, group.say)
            said += [f"journey_change.{name}{ending}", *(() if is_gone else states)]
    return ["journey_change.intro", *said] if said else []
