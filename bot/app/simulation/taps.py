"""Ordinary taps, the short way: many people answer their check-ins in one transaction.

What a tap records is what the dialogue would have recorded; what the dialogue says next is stored as if
it had left. A choice that calls a person goes the long way instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot.app.simulation import answers
from bot.app.simulation.bulk import copy_in
from bot.app.simulation.habits import Doing, Reaction, TheLongWay
from bot.app.simulation.provider import count_left
from bot.app.simulation.sayings import saying
from bot.app.simulation.world import World
from bot.app.simulation.writing import WAITS
from bot.domain.channels import Channel
from bot.domain.check_in import State
from bot.domain.contacts import country_of_number
from bot.domain.questionnaire import Question
from bot.services.answer_check_in import Answer, answer_values, keep_and_follow
from bot.services.check_in_words import audience_of, questionnaire_of, words_of
from bot.services.open_check_in import patience, was_said
from bot.services.programme import programme
from bot.services.say import Lane
from bot.store import check_ins, circumstances, database
from bot.store.base import any_of
from bot.store.tables import AddressRow, ContactRow, InboundRow, OutboundRow
from bot.store.time_tables import AnswerRow, CheckInRow

MOST_TAPS = 99

WAITING = (
    WAITS.where(CheckInRow.id == any_of("ids"))
    .with_for_update(of=[CheckInRow, ContactRow], key_share=True)
    .order_by(CheckInRow.id)
)


@dataclass
class Share:
    """What one transaction stores at its end."""

    inbound: list[dict[str, Any]] = field(default_factory=list)
    outbound: list[dict[str, Any]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Tapping:
    """One person who answers one check-in."""

    reaction: Reaction
    row: CheckInRow
    contact: ContactRow
    address: AddressRow
    given: dict[str, str]


def answer_all(reactions: Sequence[Reaction], world: World) -> None:
    """Let these people answer, all in one transaction."""
    with database.unit_of_work(world.parts.engine) as session:
        share = Share()
        with session.no_autoflush:  # what is written of one is not read for another
            for tapping in _taken(session, reactions, world):
                _answer(session, tapping, share, world)
        session.flush()
        for table, rows in (
            (InboundRow, share.inbound),
            (AnswerRow, share.answers),
            (OutboundRow, share.outbound),
        ):
            copy_in(session, table, rows)


def _taken(session: Session, reactions: Sequence[Reaction], world: World) -> list[Tapping]:
    """Lock the check-ins that still wait for these people; an answer that comes too late is let go."""
    by_id = {reaction.check_in_id: reaction for reaction in reactions}
    found = session.execute(WAITING, {"ids": list(by_id)}).all()
    world.tally.happened["answers that came too late"] += len(by_id) - len(found)
    given = circumstances.answers(session, [row.id for row, _, _ in found])
    return [
        Tapping(by_id[row.id], row, contact, address, given.get(row.id, {}))
        for row, contact, address in found
    ]


def _answer(session: Session, tapping: Tapping, share: Share, world: World) -> None:
    if tapping.address.opted_out_at is not None or tapping.address.retired_at is not None:
        return
    if tapping.contact.onboarded_at is None:
        world.at_once(TheLongWay(tapping.reaction))
        return
    tapping.address.last_inbound_at = world.now
    if tapping.row.state == State.INVITED:
        _open(session, tapping, share, world)
    if tapping.row.state == State.ASKED:
        _questions(session, tapping, share, world)


def _open(session: Session, tapping: Tapping, share: Share, world: World) -> None:
    """The tap on "now": the check-in itself follows."""
    row, contact, step = tapping.row, tapping.contact, programme().steps[tapping.row.step]
    words = words_of(session, contact, step, world.parts)
    inbound = _tap(tapping, "open_check_in", share, world)
    if words:
        _reply(session, tapping, tuple(words), inbound, share, world)
        was_said(session, row, contact, step, world.parts)


def _questions(session: Session, tapping: Tapping, share: Share, world: World) -> None:
    """Answer one question after the other, until all are, or one needs the long way, or none is wanted."""
    row, person = tapping.row, tapping.reaction.person
    questionnaire = questionnaire_of(row)
    assert questionnaire is not None, "only a step that asks something is asked"
    audience = audience_of(tapping.contact, world.parts)
    dice = world.dice(person, row.step, row.occurrence, len(tapping.given))
    taps = dice.randint(1, 2) if tapping.reaction.doing is Doing.PARTLY else MOST_TAPS
    is_real = not tapping.given and dice.random() < world.wanted.real_share
    while taps and (question := questionnaire.next_question(tapping.given, audience)):
        choice = answers.choose(person, question, dice, world)
        if tap := _long_tap(tapping.reaction, question, choice, is_real, dice):
            world.at_once(TheLongWay(tapping.reaction, tap))
            return
        taps -= 1
        inbound = _tap(tapping, choice, share, world)
        _record(session, tapping, question, choice, inbound, share, world)
        following = questionnaire.next_question(tapping.given, audience)
        said = following.say if following else questionnaire.thanks
        _reply(session, tapping, (said,), inbound, share, world)
    if questionnaire.next_question(tapping.given, audience) is None:
        check_ins.settle(row, State.ANSWERED, world.now)
        world.tally.happened["check-ins answered by taps"] += 1


def _long_tap(
    reaction: Reaction, question: Question, choice: str, is_real: bool, dice: Random
) -> dict[str, str] | None:
    """Return what is tapped or written as in a deployment: signs, own words, and a share of the rest."""
    if reaction.doing is Doing.OWN_WORDS:
        return {"text": dice.choice(answers.OWN_WORDS)}
    is_sign = answers.is_a_sign(question, choice)
    return {"choice_id": choice} if is_real or is_sign else None


def _tap(tapping: Tapping, choice: str, share: Share, world: World) -> dict[str, Any]:
    """Store the message that a tap is, as it looks when it was accepted, screened and answered."""
    address, now = tapping.address, world.now
    number = uuid4()
    share.inbound.append(
        {
            "id": number,
            "provider_reference": f"SM{number.hex}",
            "contact_id": tapping.contact.id,
            "address_id": address.id,
            "channel": address.channel,
            "text": "",
            "choice_id": choice,
            "media": [],
            "received_at": now,
            "state": "answered",
            "attempts": 0,
            "next_attempt_at": now,
            "answered_at": now,
            "intent": "choose",
            "screened_at": now,
        }
    )
    person = tapping.reaction.person
    world.tally.arrived(address.channel, country_of_number(person.number))
    return share.inbound[-1]


def _record(
    session: Session,
    tapping: Tapping,
    question: Question,
    choice: str,
    inbound: dict[str, Any],
    share: Share,
    world: World,
) -> None:
    """Keep the answer; what it leads to beside the next question is the service's own affair."""
    row = tapping.row
    tapping.given[question.id] = choice
    world.tally.happened["answers"] += 1
    leads_on = choice in question.question or choice in question.again or choice in question.here
    if leads_on or question.until_chosen:
        share.inbound.remove(inbound)  # stored at once, because what follows points at it
        session.execute(insert(InboundRow), inbound)
        answer = Answer(tapping.contact, InboundRow(**inbound), row, question, choice)
        keep_and_follow(session, answer, world.parts)
        return
    share.answers.append(answer_values(row, question, choice, inbound["id"], world.now))
    row.wake_at = world.now + patience(row, programme().steps[row.step])


def _reply(
    session: Session,
    tapping: Tapping,
    say: tuple[str, ...],
    inbound: dict[str, Any],
    share: Share,
    world: World,
) -> None:
    """Store what the dialogue says next, as it looks when it has arrived."""
    address, now = tapping.address, world.now
    person, channel = tapping.reaction.person, Channel(address.channel)
    known = world.values_of(person, tapping.contact.country)
    sayings, parts = world.sayings, world.parts
    said = saying(session, say, tapping.contact, channel, known, sayings, parts)
    country = country_of_number(person.number)
    for part, piece in enumerate(said.pieces):
        share.outbound.append(
            {
                "id": uuid4(),
                "contact_id": tapping.contact.id,
                "address_id": address.id,
                "inbound_id": inbound["id"],
                "part": part,
                "channel": address.channel,
                "lane": Lane.INTERACTIVE,
                "message_ids": list(said.message_ids),
                "text": piece.text,
                "form": piece.form,
                "menu": list(piece.menu),
                "status": "delivered",
                "provider_reference": f"SM{inbound['id'].hex}{part}",
                "attempts": 1,
                "next_attempt_at": now,
                "created_at": now,
                "sending_at": now,
                "accepted_at": now,
                "status_at": now,
            }
        )
        count_left(world, now, address.channel, country, piece.segments)
