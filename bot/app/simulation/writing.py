"""The long way of a message: accepted, screened and answered by the services, as in a deployment."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from uuid import uuid4

from sqlalchemy import bindparam, select

from bot.app.simulation import answers
from bot.app.simulation.dialogue import GREETING, PAUSE, RESUME
from bot.app.simulation.habits import Doing, Reaction, TheLongWay
from bot.app.simulation.people import Person
from bot.app.simulation.world import World
from bot.domain.channels import Address, Channel
from bot.domain.check_in import RUNNING, State
from bot.domain.contacts import country_of_number
from bot.domain.questionnaire import Question
from bot.services.accept_inbound import Delivered, accept
from bot.services.answer_inbound import answer_next
from bot.services.check_in_words import open_question
from bot.services.screen_inbound import screen_next
from bot.store import database
from bot.store.tables import AddressRow, ContactRow
from bot.store.time_tables import CheckInRow

WAITS = (
    select(CheckInRow, ContactRow, AddressRow)
    .join(ContactRow, ContactRow.id == CheckInRow.contact_id)
    .join(AddressRow, AddressRow.id == CheckInRow.address_id)
    .where(CheckInRow.state.in_(RUNNING))
)
WAITING = WAITS.where(
    CheckInRow.id == bindparam("check_in_id"),
    AddressRow.opted_out_at.is_(None),
    AddressRow.retired_at.is_(None),
)

REFUSES_AT_FIRST = 0.04
"""Share of those who say no at the end of the first conversation."""

COMES_BACK = 0.4
"""Share of those who said STOP or paused, and come back later."""


@dataclass(frozen=True)
class ComesBack:
    """Somebody who left or paused writes the word that undoes it."""

    person: Person
    text: str


def write(world: World, person: Person, text: str = "", **more: str | None) -> None:
    """Let somebody write, and let the worker do what follows; a tap names its choice instead."""
    channel = Channel(more.get("channel") or person.channels[-1])
    delivered = Delivered(
        provider_reference=f"SM{uuid4().hex}",
        channel=channel,
        sender=Address(channel, person.number),
        text=text,
        choice_id=more.get("choice_id"),
    )
    accept(delivered, world.parts)
    screen_next(world.parts)
    answer_next(world.parts)
    world.is_watched = True
    world.tally.arrived(channel, country_of_number(person.number))
    world.tally.happened["messages that went the long way"] += 1


def react(world: World, long_way: TheLongWay) -> None:
    """Do what somebody decided when the check-in reached them."""
    reaction = long_way.reaction
    if reaction.person.has_left or reaction.person.is_lost:
        return
    match reaction.doing:
        case Doing.STOPS:
            _stop(world, reaction.person)
        case Doing.PAUSES:
            _pause(world, reaction.person)
        case Doing.DISCLOSES:
            _disclose(world, reaction.person)
        case _:
            _answer(world, reaction, long_way.tap)


def _stop(world: World, person: Person) -> None:
    """Say STOP on every channel; some come back after days or weeks."""
    dice = world.dice(person, "stop", world.now)
    for channel in person.channels:
        write(world, person, dice.choice(answers.STOP_WORDS), channel=channel)
    person.has_left = True
    world.tally.happened["people who said STOP"] += 1
    if dice.random() < COMES_BACK:
        world.with_others(
            ComesBack(person, dice.choice(answers.START_WORDS)), timedelta(days=dice.uniform(3, 60))
        )


def _pause(world: World, person: Person) -> None:
    dice = world.dice(person, "pause", world.now)
    write(world, person, PAUSE)
    world.tally.happened["people who paused"] += 1
    if dice.random() < COMES_BACK:
        world.with_others(ComesBack(person, RESUME), timedelta(days=dice.uniform(2, 30)))


def come_back(world: World, back: ComesBack) -> None:
    """Write the word that lets messages come again, on every channel."""
    back.person.has_left = False
    for channel in back.person.channels:
        write(world, back.person, back.text, channel=channel)
    world.tally.happened["people who came back"] += 1


def _disclose(world: World, person: Person) -> None:
    dice = world.dice(person, "disclosure", world.now)
    write(world, person, dice.choice(answers.DISCLOSURES))
    world.tally.happened["disclosures in own words"] += 1


def _answer(world: World, reaction: Reaction, tap: Mapping[str, str] | None) -> None:
    """Write or tap once as in a deployment, then go on with short taps where questions are left."""
    seen = _seen(world, reaction)
    if seen is None:
        return
    if not seen.is_welcomed:
        tap = _welcome(world.dice(reaction.person, "welcome"))
    elif seen.state == State.INVITED:
        later = reaction.doing is Doing.LATER
        tap = {"choice_id": "check_in_later" if later else "open_check_in"}
    elif tap is None or seen.question is None:
        return
    write(world, reaction.person, **tap, channel=seen.channel)
    if not _ends(seen, tap):
        again = replace(reaction, doing=Doing.ANSWERS)
        world.with_others(again, timedelta(seconds=30), reaction.span)


@dataclass(frozen=True)
class Seen:
    """What somebody has on their screen."""

    state: str
    is_welcomed: bool
    question: Question | None
    channel: str


def _seen(world: World, reaction: Reaction) -> Seen | None:
    """Return what waits for this person; None where nothing does."""
    with database.unit_of_work(world.parts.engine) as session:
        found = session.execute(WAITING, {"check_in_id": reaction.check_in_id}).one_or_none()
        if found is None:
            return None
        row, contact, address = found
        question = None
        if row.state == State.ASKED:
            question = open_question(session, row, contact, world.parts)
        return Seen(row.state, contact.onboarded_at is not None, question, address.channel)


def _welcome(dice: Random) -> dict[str, str]:
    return {"text": "no" if dice.random() < REFUSES_AT_FIRST else GREETING}


def _ends(seen: Seen, tap: Mapping[str, str]) -> bool:
    """Return whether nothing more is tapped now: it was put off, or a sign leads elsewhere."""
    choice = tap.get("choice_id")
    is_sign = seen.question is not None and choice and answers.is_a_sign(seen.question, choice)
    return bool(is_sign) or choice == "check_in_later" or not seen.is_welcomed
