"""Answers questions about the topics of the curriculum, at any time."""

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.shared import NO_QUESTION, after_a_topic, audience_of, intent_of
from bot.domain.dialogue import Reply
from bot.services import orientation


class ActionAnswerQuestion(Action):
    """Tells the topic that was asked about, then offers to go on."""

    def name(self) -> str:
        return "action_answer_question"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Answer; a question that has no answer for this person goes to the case manager."""
        menu, pending = after_a_topic(tracker)
        asked = asked_topic(tracker)
        reply = orientation.answer(asked, audience_of(tracker), after=(menu,) if menu else ())
        dispatcher.utter_message(json_message=reply.as_payload())
        return events_of(reply, pending)


def asked_topic(tracker: Tracker) -> str:
    """Return the topic of a message whose intent is `ask_<topic>`."""
    return intent_of(tracker).removeprefix("ask_")


def events_of(reply: Reply, pending: EventType) -> list[EventType]:
    """Return what the conversation remembers of an answer: its topic and its question."""
    told = [effect["topic"] for effect in reply.effects if effect["do"] == "note_topic"]
    return [SlotSet("last_topic", told[0]), pending] if told else [NO_QUESTION]
