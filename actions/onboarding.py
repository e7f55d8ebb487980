"""The first conversation: a welcome, and what follows from the answers of the form."""

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import orientation as walk
from actions.questions import events_of
from actions.shared import NO_QUESTION, audience_of, intent_of, say
from bot.services import orientation


class ActionWelcome(Action):
    """Greets, and keeps the question that somebody came with."""

    def name(self) -> str:
        return "action_welcome"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Begin anew: whoever answered before may have been another person."""
        say(dispatcher, "onboarding.welcome")
        asked = intent_of(tracker).removeprefix("ask_")
        is_question = asked in orientation.curriculum()
        forgotten = (
            "language_choice",
            "writer",
            "age_band",
            "agreement",
            "requested_slot",
        )
        return [
            *(SlotSet(name, None) for name in forgotten),
            SlotSet("limits_told", False),
            SlotSet("first_question", asked if is_question else tracker.get_slot("first_question")),
        ]


class ActionFinishOnboarding(Action):
    """Ends the first conversation as it was answered."""

    def name(self) -> str:
        return "action_finish_onboarding"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Start the orientation, respect a no, or wait for the person whose chat it is."""
        if tracker.get_slot("writer") == "other_person":
            say(dispatcher, "onboarding.other_person")
            return [SlotSet("first_question", None), NO_QUESTION]
        given = tracker.get_slot("agreement") == "given"
        message = "onboarding.assent_given" if given else "onboarding.assent_refused"
        agreement = {"do": "record_agreement", "given": given}
        say(dispatcher, message, effects=(agreement, {"do": "finish_onboarding"}))
        events = _answer_first_question(dispatcher, tracker, given)
        events += walk.start(dispatcher, tracker) if given else [NO_QUESTION]
        return [SlotSet("onboarded", True), SlotSet("first_question", None), *events]


def _answer_first_question(
    dispatcher: CollectingDispatcher, tracker: Tracker, walks: bool
) -> list[EventType]:
    """Answer the question that somebody came with, unless the walk opens with it anyway."""
    asked, audience = tracker.get_slot("first_question"), audience_of(tracker)
    if not asked or (walks and asked == orientation.next_topic(audience, None)):
        return []
    reply = orientation.answer(asked, audience, after=() if walks else ("questions.more",))
    dispatcher.utter_message(json_message=reply.as_payload())
    return events_of(reply, NO_QUESTION)
