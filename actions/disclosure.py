"""Answers a message about the contact's safety; whatever was being asked before is over."""

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.shared import NO_QUESTION, say, told_by_worker
from bot.domain.disclosure import OPENING, Disclosed, SafetyStep, answer_to


class ActionAnswerDisclosure(Action):
    """Says what the worker found out and did; the words are the same without the dialogue engine."""

    def name(self) -> str:
        return "action_answer_disclosure"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Answer, and stop a form or a walk once somebody was called.

        While the closed question waits, a form does not ask its own question below it.
        """
        disclosed = Disclosed.from_metadata(told_by_worker(tracker, "disclosed"))
        say(dispatcher, *answer_to(disclosed))
        if disclosed.step in (SafetyStep.ASK, SafetyStep.SAID_NO):
            return [NO_QUESTION, FollowupAction("action_listen")]
        if disclosed.step not in OPENING:
            return [NO_QUESTION]
        walk_is_over = SlotSet("orientation_topic", None)
        return [ActiveLoop(None), SlotSet("requested_slot", None), walk_is_over, NO_QUESTION]
