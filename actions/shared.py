"""What the actions of all flows share, and the answer to what was not understood."""

from collections.abc import Iterator
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from bot.domain.contacts import Audience
from bot.domain.dialogue import Reply
from bot.services import orientation

NO_QUESTION = SlotSet("pending", "none")
"""No yes or no is waited for."""


def say(dispatcher: CollectingDispatcher, *message_ids: str, **rest: Any) -> None:
    """Answer with one bubble; `effects` and `simpler` may come with it."""
    dispatcher.utter_message(json_message=Reply(message_ids, **rest).as_payload())


def record(dispatcher: CollectingDispatcher, *effects: dict[str, Any]) -> None:
    """Ask the worker to record something without saying anything."""
    say(dispatcher, effects=effects)


def told_by_worker(tracker: Tracker, name: str) -> Any:
    """Return one value of what the worker says about the person who writes."""
    return (tracker.latest_message.get("metadata") or {}).get(name)


def audience_of(tracker: Tracker) -> Audience:
    """Return for whom is answered; a child of 9 to 12 where the worker does not say."""
    return Audience(told_by_worker(tracker, "audience") or Audience.CHILD)


def intent_of(tracker: Tracker) -> str:
    """Return the intent of the message that is being answered."""
    return str(tracker.latest_message.get("intent", {}).get("name"))


def choice_of(tracker: Tracker) -> str | None:
    """Return which button was chosen, where the message is one."""
    return next(tracker.get_latest_entity_values("choice"), None)


def after_a_topic(tracker: Tracker) -> tuple[str, EventType]:
    """Return what is asked below a topic, and what a yes or no then means."""
    if tracker.active_loop_name:
        return "", NO_QUESTION
    if orientation.is_going_on(tracker.get_slot("orientation_topic")):
        return "orientation.step_menu", SlotSet("pending", "step")
    return "questions.more", NO_QUESTION


def earlier_turns(tracker: Tracker) -> Iterator[list[EventType]]:
    """Yield the events of each earlier turn, the last one first."""
    turn: list[EventType] = []
    begun = False
    for event in reversed(tracker.events):
        if event["event"] == "user":
            if begun:
                yield turn[::-1]
            begun, turn = True, []
        else:
            turn.append(event)


class ActionNotUnderstood(Action):
    """Says that the message was not understood; the second time in a row a person reads it."""

    def name(self) -> str:
        return "action_not_understood"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Answer the first or a further time."""
        if self._was_the_last_answer(tracker):
            task = {"do": "queue_task", "kind": "not_understood"}
            say(dispatcher, "fallback.still_not_understood", effects=(task,))
        else:
            say(dispatcher, "fallback.not_understood")
        return [NO_QUESTION]

    def _was_the_last_answer(self, tracker: Tracker) -> bool:
        last = next(earlier_turns(tracker), [])
        names = {event.get("name") for event in last if event["event"] == "action"}
        return bool(names & {"action_not_understood", "action_default_fallback"})


class ActionDefaultFallback(ActionNotUnderstood):
    """Answers a state that no rule describes.

    Rasa's own action of this name takes the message back as if it had never been written.
    """

    def name(self) -> str:
        return "action_default_fallback"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Answer, then wait for the next message."""
        events = await super().run(dispatcher, tracker, domain)
        return [*events, FollowupAction("action_listen")]


def is_unread_by(form: str, tracker: Tracker) -> bool:
    """Return whether a form sees the message for the first time: it also runs after an answer."""
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return True
        if event["event"] == "action" and event["name"] != form:
            return False
    return False
