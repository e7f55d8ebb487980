"""The end of a check-in, and a button that comes too late."""

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.check_in_answer import questionnaire_of, thanks_for_words
from actions.check_in_later import TAKEN_UP_AGAIN
from actions.shared import NO_QUESTION, say


class ActionEndCheckIn(Action):
    """Says thanks when all is answered."""

    def name(self) -> str:
        return "action_end_check_in"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Have the check-in recorded as answered."""
        finished = {"do": "finish_check_in", "check_in": tracker.get_slot("check_in")["id"]}
        thanks = (*thanks_for_words(tracker), questionnaire_of(tracker).thanks)
        say(dispatcher, *thanks, effects=(finished,))
        return [NO_QUESTION, TAKEN_UP_AGAIN]


class ActionCheckInClosed(Action):
    """Answers a button that opens questions when none wait."""

    def name(self) -> str:
        return "action_check_in_closed"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Offer what there is instead."""
        say(dispatcher, "requests.greet")
        return [NO_QUESTION]
