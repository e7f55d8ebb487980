"""What somebody does about a message that reached them, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from bot.app.simulation.clock import PART_OF_DAY
from bot.app.simulation.looking import is_hurried, span_of
from bot.app.simulation.people import Person
from bot.app.simulation.world import World


class Doing(Enum):
    """What follows from a message, with the share of the answers that are so."""

    STOPS = 0.0012
    PAUSES = 0.001
    DISCLOSES = 0.003
    OWN_WORDS = 0.015
    PARTLY = 0.07
    LATER = 0.02
    ANSWERS = 1.0
    """All questions, one tap each."""


@dataclass(frozen=True)
class Reaction:
    """Somebody takes up their phone because of a check-in, and answers by short taps."""

    person: Person
    check_in_id: UUID
    doing: Doing
    span: timedelta = PART_OF_DAY


@dataclass(frozen=True)
class TheLongWay:
    """A reaction whose next message is accepted, screened and answered as it is in a deployment."""

    reaction: Reaction
    tap: Mapping[str, str] | None = None
    """What is tapped or written, where that was decided already."""


@dataclass(frozen=True)
class Writes:
    """Somebody writes words, whatever is being asked."""

    person: Person
    text: str
    channel: str | None = None


AWAKE = (7, 22)
"""Hours between which people take up their phones, on their own clock."""

SILENT_ABOUT_REMINDERS = 0.45
"""How much less likely an answer becomes with each further message about the same check-in."""

ON_THE_WAY = 25
"""Median minutes until an answer on a day of travel."""

SHORT = frozenset({Doing.ANSWERS, Doing.PARTLY, Doing.OWN_WORDS})
SINGLE = frozenset({Doing.STOPS, Doing.DISCLOSES})
"""What waits for nobody's company."""

AFTER_DANGER = ("disclosure.ask", "disclosure.ask_again")
AFTER_PROOF = ("disclosure.proof",)
ABOUT_DANGER = (("no", 0.72), ("sí", 0.14), (None, 0.14))
ABOUT_PROOF = (("sí", 0.75), ("no", 0.1), (None, 0.15))
"""What is written to the two closed questions, and how often; None is silence."""


def hears(row: Row[Any], world: World) -> None:
    """Plan what a person does about what has just arrived."""
    person = world.people[row.contact_id]
    if row.check_in_id is not None:
        _about_check_in(row, person, world)
    elif set(AFTER_DANGER) & set(row.message_ids):
        _about_safety(row, person, ABOUT_DANGER, timedelta(minutes=3), world)
    elif set(AFTER_PROOF) & set(row.message_ids):
        _about_safety(row, person, ABOUT_PROOF, timedelta(minutes=4), world)


def _about_check_in(row: Row[Any], person: Person, world: World) -> None:
    world.heard[row.check_in_id] += 1
    dice = world.dice(person, row.created_at)
    travels, span = is_hurried(row.step), span_of(row.step)
    if dice.random() >= _share(person, travels, world.heard[row.check_in_id] - 1):
        return
    at = awake_at(world.now + _delay(person, travels, dice), person)
    doing = _doing(dice)
    if doing is Doing.LATER and row.template is None:
        doing = Doing.ANSWERS
    reaction = Reaction(person, row.check_in_id, doing, span)
    if doing in SINGLE:
        world.soon(TheLongWay(reaction), at - world.now)
    else:
        what = reaction if doing in SHORT else TheLongWay(reaction)
        world.with_others(what, at - world.now, span)


def _share(person: Person, travels: bool, reminders: int) -> float:
    """Return how likely an answer is; on a day of travel half of the silent ones answer after all."""
    silent = 1 - person.habit.answers
    return (1 - (silent / 2 if travels else silent)) * SILENT_ABOUT_REMINDERS**reminders


def _delay(person: Person, travels: bool, dice: Random) -> timedelta:
    """Return how long they take; on a day of travel everybody looks at their phone more often."""
    median = min(person.habit.minutes, ON_THE_WAY) if travels else person.habit.minutes
    return timedelta(minutes=max(1, dice.lognormvariate(0, 0.8) * median))


def _doing(dice: Random) -> Doing:
    thrown = dice.random()
    for doing in Doing:
        if thrown < doing.value:
            return doing
        thrown -= doing.value
    return Doing.ANSWERS


def awake_at(moment: datetime, person: Person) -> datetime:
    """Return that moment, or the next morning of somebody who sleeps then."""
    here = moment.astimezone(ZoneInfo(person.zone_at(moment)))
    if AWAKE[0] <= here.hour < AWAKE[1]:
        return moment
    hours = (AWAKE[0] - here.hour) % 24
    return moment + timedelta(hours=hours)


def _about_safety(
    row: Row[Any],
    person: Person,
    answers: tuple[tuple[str | None, float], ...],
    after: timedelta,
    world: World,
) -> None:
    dice = world.dice(person, row.created_at, "safety")
    words, shares = zip(*answers)
    if (text := dice.choices(words, shares)[0]) is not None:
        world.at_once(Writes(person, text, row.channel), dice.uniform(0.3, 2) * after)
