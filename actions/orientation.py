"""Walks through the curriculum topic by topic, says things again, and says them more simply."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.questions import events_of
from actions.shared import (
    NO_QUESTION,
    after_a_topic,
    audience_of,
    earlier_turns,
    record,
    say,
)
from bot.services import orientation

QUESTION_OF = {
    "orientation.step_menu": "step",
    "requests.confirm_stop": "stop",
    "requests.confirm_delete": "delete",
    "requests.choose_language": "language",
}
"""What a yes or no means after a message that is said again."""


def walk_on(
    dispatcher: CollectingDispatcher, tracker: Tracker, current: str | None
) -> list[EventType]:
    """Tell the topic after `current`, or that this was all."""
    topic = orientation.next_topic(audience_of(tracker), current)
    if topic is None:
        say(dispatcher, "orientation.finished")
        return [SlotSet("orientation_topic", orientation.FINISHED), NO_QUESTION]
    reply = orientation.answer(topic, audience_of(tracker), after=("orientation.step_menu",))
    dispatcher.utter_message(json_message=reply.as_payload())
    walked = SlotSet("orientation_topic", topic)
    return [walked, *events_of(reply, SlotSet("pending", "step"))]


def start(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """Open the orientation and tell its first topic."""
    say(dispatcher, "orientation.start")
    return walk_on(dispatcher, tracker, None)


class ActionNextTopic(Action):
    """Tells the next topic of the walk."""

    def name(self) -> str:
        return "action_next_topic"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Go on from the last topic that was walked."""
        return walk_on(dispatcher, tracker, tracker.get_slot("orientation_topic"))


class ActionRepeat(Action):
    """Says the last thing again: a topic from the curriculum, anything else from the worker."""

    def name(self) -> str:
        return "action_repeat"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Repeat; a question that is said again waits for its answer again."""
        last = self._last_reply(tracker)
        told = [e["topic"] for e in last.get("effects", []) if e["do"] == "note_topic"]
        if not told:
            record(dispatcher, {"do": "repeat_last"})
            asked = [QUESTION_OF[i] for i in last.get("say", []) if i in QUESTION_OF]
            return [SlotSet("pending", asked[-1]) if asked else NO_QUESTION]
        menu, pending = after_a_topic(tracker)
        reply = orientation.answer(told[0], audience_of(tracker), after=(menu,))
        dispatcher.utter_message(json_message=reply.as_payload())
        return events_of(reply, pending)

    def _last_reply(self, tracker: Tracker) -> dict[str, Any]:
        last = next(earlier_turns(tracker), [])
        said = [e["data"].get("custom") for e in last if e["event"] == "bot"]
        return (said or [None])[-1] or {}


class ActionSimpler(Action):
    """Tells the last topic again in the words for younger readers."""

    def name(self) -> str:
        return "action_simpler"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Say it more simply, or that there are no simpler words."""
        menu, pending = after_a_topic(tracker)
        last_topic = tracker.get_slot("last_topic")
        reply = orientation.simpler(last_topic, audience_of(tracker), after=(menu,))
        dispatcher.utter_message(json_message=reply.as_payload())
        return [pending if reply.simpler else NO_QUESTION]
