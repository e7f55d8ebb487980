"""Decide what one inbound message leads to: the gates, readable in order."""

import logging
from datetime import datetime, timedelta
from traceback import extract_tb
from uuid import UUID

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.domain.contacts import Role
from bot.domain.disclosure import SafetyStep
from bot.domain.opting import opt_word
from bot.domain.retry import DIALOGUE_REFUSES
from bot.gateways.dialogue import DialogueDown, DialogueRefused
from bot.services.answer_about_safety import answer_about_safety, ask_again
from bot.services.change_number import NEW_NUMBER, changes_number, takes_number
from bot.services.converse import converse
from bot.services.follow_invitation import answers_invitation, open_announced
from bot.services.parts import Parts
from bot.services.question_asked import came_too_early
from bot.services.read_message import Reading, chosen, read_message
from bot.services.say import Answering, Lane, answer_with
from bot.services.subscription import (
    address_of,
    change_subscription,
    stay_silent_after_stop,
)
from bot.services.tasks import open_task
from bot.services.who_holds_the_phone import WHO, asks_who, goes_on, is_for_another
from bot.store import database, inbox, outbox
from bot.store.tables import ContactRow, InboundRow

logger = logging.getLogger(__name__)

FALLBACK_PART = 900
"""The part number of "I cannot answer just now": the real answer's parts come later, from zero."""

LONGEST_DIALOGUE_WAIT = timedelta(seconds=30)


def answer_next(parts: Parts) -> bool:
    """Answer the oldest waiting message of one contact; return whether there was one.

    The contact's row stays locked until the answer is committed with the message's new state, so a
    crash leaves the message waiting and nothing said. A message that fails holds up nobody else's.
    """
    taken: list[UUID] = []
    try:
        return _answer_next(parts, taken)
    except OperationalError:
        raise  # the database is away: that is no message's fault
    except Exception as failure:
        if not taken:
            raise
        logger.error("inbound %s failed: %s", taken[0], _where(failure))
    _try_later(taken[0], parts)
    return True


def _answer_next(parts: Parts, taken: list[UUID]) -> bool:
    with database.unit_of_work(parts.engine) as session:
        found = inbox.lock_next(session, parts.now())
        if found is None:
            return False
        contact, inbound = found
        taken.append(inbound.id)
        if not is_for_another(session, inbound, parts):
            _answer(session, contact, inbound, parts)
        _wake_others(session, contact)
        return True


def _wake_others(session: Session, contact: ContactRow) -> None:
    database.notify(session, database.OUTBOUND)
    database.notify(session, database.CHANGED, str(contact.id))


def _where(failure: Exception) -> str:
    """Return type and place of a failure; its message may hold words of a contact."""
    place = extract_tb(failure.__traceback__)[-1]
    return f"{type(failure).__name__} at {place.filename}:{place.lineno}"


def _try_later(inbound_id: UUID, parts: Parts) -> None:
    """Put off a message that failed, and only then say so: where that fails too, others are answered."""
    with database.unit_of_work(parts.engine) as session:
        if found := inbox.lock_waiting(session, inbound_id):
            _count_attempt(found[1], parts.now())
    with database.unit_of_work(parts.engine) as session:
        if found := inbox.lock_waiting(session, inbound_id):
            _own_up(session, *found, parts)
            _wake_others(session, found[0])


def _answer(session: Session, contact: ContactRow, inbound: InboundRow, parts: Parts) -> None:
    """Answer in a savepoint: a turn that fails half-way leaves only the fallback."""
    answering = Answering(contact, inbound)
    try:
        with session.begin_nested():
            intent = _pass_gates(session, answering, parts)
            _finish(contact, inbound, intent, parts.now())
    except DialogueDown:
        inbound.next_attempt_at = parts.now() + _patience(inbound, parts.now())
        _say_unavailable(session, contact, inbound, parts)
    except DialogueRefused:
        _refused(session, contact, inbound, parts)


def _pass_gates(session: Session, answering: Answering, parts: Parts) -> str | None:
    """Return the intent where the dialogue answered, None where a gate before it did."""
    contact, inbound = answering.contact, answering.inbound
    is_opt_word = _heed_opt_word(session, answering, parts)
    if inbound.safety is not None and answer_about_safety(session, answering, parts):
        _keep_for_a_person(session, answering, parts)
        return None
    if is_opt_word or _has_left(session, answering, parts) or asks_who(session, answering, parts):
        return None
    if contact.held_by_id is not None:
        return None  # a case manager holds the conversation, sees the message and answers it
    return _talk(session, answering, parts)


def _has_left(session: Session, answering: Answering, parts: Parts) -> bool:
    """After STOP nothing but words about safety is said; a person hears of it."""
    if address_of(session, answering.inbound).opted_out_at is None:
        return False
    stay_silent_after_stop(session, answering, parts)
    _keep_for_a_person(session, answering, parts)
    return True


def _talk(session: Session, answering: Answering, parts: Parts) -> str | None:
    """Go on with the conversation, or with what was announced to this contact."""
    inbound = answering.inbound
    if changes_number(session, answering, parts):
        return None
    if answering.contact.role == Role.UNKNOWN:
        _greet_stranger(session, answering, parts)
        return None
    if inbound.choice_id in WHO:
        return goes_on(session, answering, parts)
    shown = outbox.last_menu(session, inbound)
    if answers_invitation(session, answering, shown, parts):
        return None
    choice = chosen(inbound, shown, parts.words)
    if choice and came_too_early(session, answering.contact, inbound, choice, parts):
        return None  # tapped twice: the question that is open now stands below it
    intent = _follow(session, answering, read_message(inbound, shown, parts.words), parts)
    open_announced(session, answering, parts)
    return intent


def _heed_opt_word(session: Session, answering: Answering, parts: Parts) -> bool:
    """Leave or come back, also where the same message tells of danger; the answer to that follows."""
    word = opt_word(answering.inbound.text, answering.inbound.opt_out_type)
    if word:
        change_subscription(session, answering, word, parts)
    return word is not None


def _follow(session: Session, answering: Answering, reading: Reading, parts: Parts) -> str | None:
    if reading.task:
        _queue(session, answering, reading.task, parts)
    if reading.say or reading.text is None:
        answer_with(session, answering, reading.say, parts)
        return None
    intent = converse(session, answering, reading.text, parts)
    if intent == NEW_NUMBER:
        takes_number(session, answering, parts)
    if reading.task == "media":
        answer_with(session, answering, ["fallback.media"], parts)
    if answering.inbound.safety == SafetyStep.NOT_ANSWERED:
        ask_again(session, answering, parts)
    return intent


def _keep_for_a_person(session: Session, answering: Answering, parts: Parts) -> None:
    """What the dialogue does not get is heard, seen or read; a person looks who a stranger is."""
    if answering.contact.role == Role.UNKNOWN:
        _queue(session, answering, "unknown_number", parts)
    task = read_message(answering.inbound, None, parts.words).task
    was_queued = task == "language" and answering.inbound.safety == SafetyStep.UNREADABLE
    if task and not was_queued:
        _queue(session, answering, task, parts)


def _queue(session: Session, answering: Answering, task: str, parts: Parts) -> None:
    contact_id, inbound_id = answering.contact.id, answering.inbound.id
    open_task(session, contact_id, task, parts, inbound_id=inbound_id)


def _greet_stranger(session: Session, answering: Answering, parts: Parts) -> None:
    """Tell a number that nobody enrolled whom to turn to."""
    _keep_for_a_person(session, answering, parts)
    answer_with(session, answering, ["fallback.unknown_number"], parts)


def _finish(contact: ContactRow, inbound: InboundRow, intent: str | None, now: datetime) -> None:
    """Only an answer of the dialogue engine ends an outage: others need none.

    What is kept until we know who holds the phone is not finished.
    """
    if inbound.state != "waiting":
        return
    inbound.state, inbound.answered_at, inbound.intent = "answered", now, intent
    if intent is not None:
        contact.fallback_said_at = None


def _patience(inbound: InboundRow, now: datetime) -> timedelta:
    """Wait longer the longer the outage lasts: two seconds at first, half a minute at most."""
    waited = now - inbound.received_at
    return min(LONGEST_DIALOGUE_WAIT, max(timedelta(seconds=2), waited / 4))


def _refused(session: Session, contact: ContactRow, inbound: InboundRow, parts: Parts) -> None:
    """Try a few times; a message that cannot be answered is read by a person."""
    _count_attempt(inbound, parts.now())
    _own_up(session, contact, inbound, parts)


def _count_attempt(inbound: InboundRow, now: datetime) -> None:
    inbound.attempts += 1
    wait = DIALOGUE_REFUSES.wait_after(inbound.attempts) or DIALOGUE_REFUSES.longest
    inbound.next_attempt_at = now + wait


def _own_up(session: Session, contact: ContactRow, inbound: InboundRow, parts: Parts) -> None:
    """Say that the answer takes time; after the last attempt a person has to give it."""
    if DIALOGUE_REFUSES.wait_after(inbound.attempts) is None:
        inbound.state = "unanswered"
        open_task(session, contact.id, "unanswered", parts, inbound_id=inbound.id)
        logger.error("inbound %s could not be answered; a person has to read it", inbound.id)
    _say_unavailable(session, contact, inbound, parts)


def _say_unavailable(
    session: Session, contact: ContactRow, inbound: InboundRow, parts: Parts
) -> None:
    """Say once per outage that the message has arrived, with a person's number."""
    if contact.fallback_said_at is not None:
        return
    contact.fallback_said_at = parts.now()
    answering = Answering(contact, inbound, parts_said=FALLBACK_PART)
    answer_with(session, answering, ["fallback.unavailable"], parts, lane=Lane.RISK)
