"""A neutral message asked whether there is a moment: the check-in itself follows the answer."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.domain.check_in import State
from bot.services.check_in_words import words_of
from bot.services.open_check_in import is_held_back, is_out_of_date, was_said
from bot.services.parts import Parts
from bot.services.plan_check_ins import plan_if_changed
from bot.services.programme import programme
from bot.services.read_message import chosen
from bot.services.say import Answering, answer_with
from bot.store import check_ins
from bot.store.tables import OutboundRow
from bot.store.time_tables import CheckInRow

LATER = timedelta(hours=3)
"""When somebody who has no moment now is asked again."""

SOONEST = timedelta(minutes=15)
"""What has less than twice as long to be said is not put off: its day is over before they look again."""

TOO_LATE = {"open_check_in": "check_in.over", "check_in_later": "check_in.later"}
"""What is said where nothing waits any more."""


def answers_invitation(
    session: Session, answering: Answering, shown: OutboundRow | None, parts: Parts
) -> bool:
    """Open the check-in that was announced, or put it off; return whether that was the whole answer."""
    choice = chosen(answering.inbound, shown, parts.words)
    if choice is None:
        return False
    row = _announced(session, answering, parts)
    if row is None:
        return _is_too_late(session, answering, choice.id, parts)
    if choice.id == "check_in_later":
        is_over = check_ins.is_still(session, row, State.INVITED) and not _put_off(row, parts)
        answer_with(
            session, answering, [TOO_LATE["open_check_in" if is_over else choice.id]], parts
        )
        return True
    return choice.id == "open_check_in" and _open(session, answering, row, parts)


def _is_too_late(session: Session, answering: Answering, choice: str, parts: Parts) -> bool:
    """Say so to who taps the button of an invitation that is over; a running check-in asks on."""
    is_asked = check_ins.running(session, answering.contact.id, State.ASKED) is not None
    if choice not in TOO_LATE or is_asked or answering.contact.onboarded_at is None:
        return False
    answer_with(session, answering, [TOO_LATE[choice]], parts)
    return True


def open_announced(session: Session, answering: Answering, parts: Parts) -> None:
    """Say what was announced after the answer to something else: they are here now."""
    row = _announced(session, answering, parts)
    if row is not None:
        _open(session, answering, row, parts, answers_it=False)


def _announced(session: Session, answering: Answering, parts: Parts) -> CheckInRow | None:
    """Return what was announced last, as the facts are now; a step that the plan has no more is over."""
    row = check_ins.running(session, answering.contact.id, State.INVITED)
    if row is not None and answering.contact.planned_at is None:
        plan_if_changed(session, answering.contact, parts)
        row = check_ins.running(session, answering.contact.id, State.INVITED)
    if row is not None and row.step not in programme().steps:
        check_ins.settle(row, State.SUPERSEDED, parts.now(), "not_in_the_plan")
        return None
    return row


def _open(
    session: Session,
    answering: Answering,
    row: CheckInRow,
    parts: Parts,
    *,
    answers_it: bool = True,
) -> bool:
    """Say it, unless its day is over or the journey is in doubt; return whether that was an answer."""
    if not check_ins.is_still(session, row, State.INVITED):
        return False
    step = programme().steps[row.step]
    if is_held_back(answering.contact, step):
        if answers_it:
            answer_with(session, answering, ["disclosure.journey_held"], parts)
        return answers_it  # it stays announced
    if is_out_of_date(row, step, parts):
        check_ins.settle(row, State.MISSED, parts.now(), "late")
        answer_with(session, answering, [TOO_LATE["open_check_in"]], parts)
        return True
    say = words_of(session, answering.contact, step, parts)
    if not say:
        check_ins.settle(row, State.SKIPPED, parts.now(), "nothing_new")
        return False
    answer_with(session, answering, say, parts)
    row.address_id = answering.inbound.address_id
    was_said(session, row, answering.contact, step, parts)
    return True


def _put_off(row: CheckInRow, parts: Parts) -> bool:
    """Let it wait, and return whether it may; what says "tomorrow" does not wait until it is wrong."""
    if not programme().steps[row.step].goes_out_of_date:
        wait = LATER
        row.not_after = max(row.not_after, parts.now() + 2 * LATER)
    else:
        wait, row.said_at = min(LATER, (row.not_after - parts.now()) / 2), None
    if wait < SOONEST:
        check_ins.settle(row, State.MISSED, parts.now(), "late")
        return False
    row.state, row.reason, row.wake_at = State.PLANNED, "later", parts.now() + wait
    return True
