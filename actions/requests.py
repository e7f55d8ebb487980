"""Answers to requests whose yes, no or choice settles an open question."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import orientation as walk
from actions.shared import (
    NO_QUESTION,
    after_a_topic,
    choice_of,
    record,
    say,
    told_by_worker,
)
from bot.domain.phone_numbers_in_text import looks_like_number


class Settles:
    """Says one thing, records its effects, and leaves no question open."""

    message = ""
    effects: tuple[dict[str, Any], ...] = ()

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Answer; the same for everybody."""
        say(dispatcher, self.message, effects=self.effects)
        return [NO_QUESTION]


class ActionStopHere(Settles, Action):
    """Ends the walk for now."""

    message = "orientation.stopped_here"

    def name(self) -> str:
        return "action_stop_here"


class ActionKeepMessages(Settles, Action):
    """Goes on writing after all."""

    message = "requests.still_here"

    def name(self) -> str:
        return "action_keep_messages"


class ActionRequestErasure(Settles, Action):
    """Passes the wish to be forgotten to a person."""

    message = "requests.delete_requested"
    effects = ({"do": "queue_task", "kind": "delete"},)

    def name(self) -> str:
        return "action_request_erasure"


class ActionKeepData(Settles, Action):
    """Erases nothing after all."""

    message = "requests.delete_kept"

    def name(self) -> str:
        return "action_keep_data"


class ActionDeny(Settles, Action):
    """Answers a no where nothing was asked."""

    message = "requests.deny"

    def name(self) -> str:
        return "action_deny"


class ActionOptOut(Settles, Action):
    """Ends all messages, also an onboarding that is under way."""

    message = "subscription.opted_out"
    effects = ({"do": "opt_out"},)

    def name(self) -> str:
        return "action_opt_out"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Opt out and leave the form: it would ask its question again."""
        settled = await super().run(dispatcher, tracker, domain)
        return [*settled, ActiveLoop(None), SlotSet("requested_slot", None)]


class ActionAffirm(Action):
    """Answers a yes where nothing was asked; after a refusal it is the change of mind."""

    def name(self) -> str:
        return "action_affirm"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Start the orientation for somebody who had refused; offer what there is to others."""
        waiting = tracker.get_slot("pending") != "none"
        if waiting or told_by_worker(tracker, "agreement") != "refused":
            say(dispatcher, "requests.affirm")
            return [NO_QUESTION]
        agreed = {"do": "record_agreement", "given": True}
        say(dispatcher, "onboarding.assent_given", effects=(agreed,))
        return walk.start(dispatcher, tracker)


class ActionSetLanguage(Action):
    """Goes on in the language that was chosen from the menu."""

    def name(self) -> str:
        return "action_set_language"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Set it first, so that the answer is already in it."""
        language = choice_of(tracker)
        if language in ("es", "en"):
            record(dispatcher, {"do": "set_language", "language": language})
            say(dispatcher, "requests.language_set")
        elif language == "other":
            task = {"do": "queue_task", "kind": "language"}
            say(dispatcher, "requests.language_other", effects=(task,))
        else:
            say(dispatcher, "fallback.not_understood")
        return [NO_QUESTION]


class ActionNewNumber(Action):
    """Asks for the new number, unless the message holds one: then the worker answers."""

    def name(self) -> str:
        return "action_new_number"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """A person hears of it in any case."""
        task = {"do": "queue_task", "kind": "contact_change"}
        is_there = looks_like_number(str(tracker.latest_message.get("text") or ""))
        ask = () if is_there else ("contact_change.number_ask",)
        say(dispatcher, *ask, effects=(task,))
        return []


class ActionResume(Action):
    """Begins again after a pause, with the next step where the walk was interrupted."""

    def name(self) -> str:
        return "action_resume"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Resume; below it the question with which a topic ends, if the walk goes on."""
        menu, pending = after_a_topic(tracker)
        offer = (menu,) if menu == "orientation.step_menu" else ()
        say(dispatcher, "requests.resumed", *offer, effects=({"do": "resume"},))
        return [pending]
