"""What is looked at again just before a message leaves: consent, STOP, the night, what happened since."""

import logging
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.domain.check_in import OVER, State
from bot.domain.check_in_plan import Doing, Step
from bot.domain.delivery import Status
from bot.services.check_in_words import audience_of
from bot.services.parts import Parts
from bot.services.programme import programme
from bot.services.say import Lane
from bot.services.say_unasked import accepts_unasked
from bot.services.tasks import open_task
from bot.store import check_ins, circumstances, contacts, database, outbox, phones
from bot.store.tables import ContactRow, OutboundRow
from bot.store.time_tables import CheckInRow

logger = logging.getLogger(__name__)

FOR_ANYBODY = frozenset(
    {
        "check_in.invite",
        "contact_change.shared_ask_who",
        "contact_change.shared_later",
        "subscription.opted_out",
    }
)
"""Neutral words: they may be read by whoever of a family holds the phone."""

BY_DAY = (Lane.CHECK_IN, Lane.BULK)
"""Lanes of what nobody asked for: nobody is woken by it."""

SOON = timedelta(seconds=5)
"""When to look again at a check-in that somebody works on at this moment."""


def leaves_now(session: Session, row: OutboundRow, parts: Parts) -> bool:
    """Return whether a claimed message leaves now; if not, it was withdrawn or waits."""
    contact = session.get_one(ContactRow, row.contact_id)
    if contact.erased_at is not None or not _may_leave(session, row, contact, parts):
        _withdraw(session, row)
        return False
    morning = _asleep_until(row, contact, parts)
    if morning is not None:
        _wait(session, row, morning, parts)
    return morning is None


def _may_leave(session: Session, row: OutboundRow, contact: ContactRow, parts: Parts) -> bool:
    """Answers may leave unless the address opted out; unasked messages also need a consent.

    An answer about safety leaves even after STOP: the contact has written since. While somebody else
    holds a shared phone nothing leaves but what whoever holds it may read.
    """
    address, is_answer = outbox.address_of(session, row), row.inbound_id is not None
    if phones.is_with_another(session, address, parts.now()) and not _is_for_anybody(row):
        return False
    if is_answer and row.lane == Lane.RISK:
        return True
    if address.opted_out_at is not None or address.retired_at is not None:
        return False
    return is_answer or (
        accepts_unasked(session, contact) and not _is_out_of_date(session, row, contact, parts)
    )


def _is_for_anybody(row: OutboundRow) -> bool:
    return set(row.message_ids) <= FOR_ANYBODY


def _is_out_of_date(session: Session, row: OutboundRow, contact: ContactRow, parts: Parts) -> bool:
    """Return whether a check-in has moved on since this was said: it ended, or is said anew later.

    A danger may have been disclosed while the clock was storing the questions: then they end here.
    """
    check_in = session.get(CheckInRow, row.check_in_id) if row.check_in_id else None
    step = programme().steps.get(check_in.step) if check_in else None
    if check_in is None or step is None:
        return False
    if contact.ended_at is not None and step.do is not Doing.END:
        return True
    if step.ask is None:
        return check_in.state == State.PLANNED
    at_risk = circumstances.standing(session, [row.contact_id]).at_risk
    if at_risk and not step.even_at_risk:
        _interrupt(session, check_in, parts)
        return True
    return check_in.state in (*OVER, State.PLANNED)


def _interrupt(session: Session, check_in: CheckInRow, parts: Parts) -> None:
    """Whoever works on it at this moment sees the danger too."""
    locked = check_ins.lock(session, check_in.id)
    if locked is not None:
        check_ins.settle(locked, State.INTERRUPTED, parts.now(), "at_risk")


def _asleep_until(row: OutboundRow, contact: ContactRow, parts: Parts) -> datetime | None:
    """Return when the contact wakes, for what nobody asked for; None while they are awake.

    The clock looks at their hours before it says anything. A second attempt, the copy by SMS and what
    stood behind an outage leave later than it thought.
    """
    if row.inbound_id is not None or row.lane not in BY_DAY:
        return None
    waking = programme().waking[audience_of(contact, parts)]
    now = parts.now()
    awake = waking.next(now, contacts.as_contact(contact).time_zone)
    return awake if awake > now else None


def _wait(session: Session, row: OutboundRow, morning: datetime, parts: Parts) -> None:
    """Say it anew in the morning, as things are then; what can only be said once waits as it is."""
    if row.check_in_id is None:
        outbox.put_off(row, morning)
        return
    check_in = check_ins.lock(session, row.check_in_id)
    if check_in is None:
        outbox.put_off(row, parts.now() + SOON)
        return
    step = programme().steps.get(check_in.step)
    if _can_be_said_anew(session, row, check_in, step):
        _withdraw(session, row)
        check_ins.take_back(check_in, morning)
    elif outbox.address_of(session, row).shared:
        _leave_to_a_person(session, row, step, parts)
    else:
        outbox.put_off(row, morning)


def _can_be_said_anew(
    session: Session, row: OutboundRow, check_in: CheckInRow, step: Step | None
) -> bool:
    """Not a reminder, not what has begun to leave, and not what has changed what it was about."""
    is_first = check_in.rung == 0 and not outbox.has_begun_to_leave(session, row)
    return is_first and step is not None and step.do not in (Doing.TELL_CHANGES, Doing.END)


def _leave_to_a_person(session: Session, row: OutboundRow, step: Step | None, parts: Parts) -> None:
    """Nobody knows who holds a shared phone in the morning. The silence after a reminder goes on."""
    _withdraw(session, row)
    if step is not None and step.do is Doing.TELL_CHANGES:
        open_task(session, row.contact_id, "silence", parts, about=step.id)


def _withdraw(session: Session, row: OutboundRow) -> None:
    row.status = Status.CANCELLED
    database.notify(session, database.CHANGED, str(row.contact_id))
    logger.info("outbound %s was withdrawn: nobody may or wants to read it now", row.id)
