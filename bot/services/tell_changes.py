"""Say plainly what is different from what somebody was told of the journey."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bot.domain.behind import Part, behind_of
from bot.domain.contacts import Role
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
    zone = contacts.as_contact(child).time_zone
    behind = behind_of(journey, told, child.arrived_at, parts.now(), zone)
    changed = _changed(told, journey.as_facts())
    told_facts.forget(session, contact.id, sorted(changed & _facts_of(behind.parts)))
    if changed & _facts_of(behind.in_doubt):
        open_task(session, contact.id, "unknown_facts", parts, about="journey_changed")


def _facts_of(parts: Set[Part]) -> set[str]:
    return {fact for group in GROUPS.values() if group.part in parts for fact in group.facts}


def has_changes(session: Session, contact: ContactRow, facts: Mapping[str, Any]) -> bool:
    """Return whether these facts differ from what this contact was told."""
    return bool(_changed(told_facts.of_contact(session, contact.id), facts))


def plan_changes(session: Session, child: ContactRow, occurrence: int, parts: Parts) -> None:
    """Plan that everybody of the family who was told something else hears what is different."""
    facts = journeys.current(session, child.id).as_facts()
    for contact in _family(session, child):
        forget_what_lies_behind(session, contact, parts)
        if has_changes(session, contact, facts):
            ending = "" if contact.role == Role.CHILD else "_home"
            plan_event(session, contact, f"journey_change{ending}", occurrence, parts)


def was_told_without_words(session: Session, child: ContactRow) -> list[str]:
    """Return which facts of `WITHOUT_WORDS` somebody of the family has heard something of."""
    known = (told_facts.of_contact(session, contact.id) for contact in _family(session, child))
    told = {fact for facts in known for fact in facts}
    return [fact for fact, times in WITHOUT_WORDS.items() if told & set(times or told)]


def _family(session: Session, child: ContactRow) -> list[ContactRow]:
    caregivers = contacts.caregivers_of(session, child.id)
    return [contacts.get(session, contact_id) for contact_id in (child.id, *caregivers)]


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
