"""Somebody has no moment for the questions now: for a while the form waits without asking."""

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

from actions.check_in_answer import is_typed
from actions.shared import choice_of, intent_of
from bot.services.programme import programme

LEAVES_IT_AT_THAT = {"thank", "affirm", "deny"}
"""Polite answers to "write to me when you have a moment": no sign that the moment has come."""


def has_no_moment(tracker: Tracker) -> bool:
    """Return whether the questions come too early; that is no wish to pause everything.

    Only the button says pause to all messages. "Not now", written below a question, is about that question.
    """
    is_busy = intent_of(tracker) == "pause" and is_typed(tracker)
    return is_busy or choice_of(tracker) == "later"


def puts_off(tracker: Tracker) -> bool:
    """Return whether nothing is asked after this message."""
    return has_no_moment(tracker) or intent_of(tracker) in ("pause", "stop_here")


def stays_put_off(tracker: Tracker) -> bool:
    """Return whether the questions go on waiting: a yes given now answers none of them."""
    put_off_at = tracker.get_slot("check_in_put_off_at")
    if put_off_at is None or intent_of(tracker) not in LEAVES_IT_AT_THAT:
        return False
    return bool(_written_at(tracker) - put_off_at < programme().live_for.total_seconds())


def now_put_off(tracker: Tracker) -> EventType:
    """Return since when nothing is asked."""
    return SlotSet("check_in_put_off_at", _written_at(tracker))


TAKEN_UP_AGAIN = SlotSet("check_in_put_off_at", None)


def _written_at(tracker: Tracker) -> float:
    written = (event for event in reversed(tracker.events) if event["event"] == "user")
    return float(next(written)["timestamp"])
