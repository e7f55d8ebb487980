"""The form of the first conversation: reads the answers, records them, asks what is open."""

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.shared import (
    NO_QUESTION,
    audience_of,
    choice_of,
    intent_of,
    is_unread_by,
    record,
    say,
    told_by_worker,
)
from bot.domain.ages import age_in
from bot.domain.contacts import Role, audience_of_age
from bot.services import orientation

FORM = "onboarding_form"

SLOT_OF_CHOICE = {
    **dict.fromkeys(("es", "en", "other"), "language_choice"),
    **dict.fromkeys(("me", "helped", "other_person"), "writer"),
    **dict.fromkeys(("younger_child", "child", "teen"), "age_band"),
}
"""Which question a button answers, also one that is tapped later than it was asked."""

AGREEMENT_OF_INTENT = {"affirm": "given", "deny": "refused"}

NOTHING_TO_ANSWER = {
    "affirm", "deny", "choose", "repeat", "simpler", "next_step", "stop_here",
}  # fmt: skip
"""Messages that lead to nothing inside the form but the question again."""

OPENS_A_QUESTION = {"stop", "delete_my_data"}
"""After these a yes or no means something else than agreement, so the form waits its turn."""


def is_child(tracker: Tracker) -> bool:
    return bool(told_by_worker(tracker, "role") != Role.CAREGIVER)


def questions_for(tracker: Tracker) -> list[str]:
    """Return the slots to ask this person for; another person is asked nothing more."""
    if tracker.get_slot("writer") == "other_person":
        return ["language_choice", "writer"]
    age = ["age_band"] if is_child(tracker) and not told_by_worker(tracker, "age_known") else []
    return ["language_choice", "writer", *age, "agreement"]


def understood(tracker: Tracker) -> dict[str, str | None]:
    """Return the slots that the message fills; a slot without a value is asked for again.

    Nothing, where the message is something else than an answer: then a rule answers it first.
    """
    requested = tracker.get_slot("requested_slot")
    if requested is None or not is_unread_by(FORM, tracker):
        return {}
    intent = intent_of(tracker)
    if answer := _answer(requested, intent, tracker):
        return answer if set(answer) <= set(questions_for(tracker)) else {requested: None}
    if intent == "change_language":
        return {"language_choice": None}
    nothing = intent in NOTHING_TO_ANSWER and not _yes_means_something_else(intent, tracker)
    return {requested: None} if nothing else {}


def _answer(requested: str, intent: str, tracker: Tracker) -> dict[str, str | None]:
    choice = choice_of(tracker)
    if choice in SLOT_OF_CHOICE:
        return {SLOT_OF_CHOICE[choice]: choice}
    if requested == "age_band" and (age := age_in(tracker.latest_message.get("text") or "")):
        return {"age_band": audience_of_age(age).value}
    if requested == "agreement" and not _yes_means_something_else(intent, tracker):
        given = AGREEMENT_OF_INTENT.get(intent)
        return {"agreement": given} if given else {}
    return {}


def _yes_means_something_else(intent: str, tracker: Tracker) -> bool:
    return intent in AGREEMENT_OF_INTENT and tracker.get_slot("pending") in (
        "stop",
        "delete",
    )


class ValidateOnboardingForm(FormValidationAction):
    """Reads the answers, and records each as soon as it is given."""

    def name(self) -> str:
        return f"validate_{FORM}"

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> list[str]:
        """Ask only what is not known about this person."""
        return questions_for(tracker)

    async def get_extraction_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Extract nothing here: reading and checking are one step."""
        return []

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Fill the slots that the message answers."""
        return _take(understood(tracker), dispatcher, tracker)


def _take(
    answers: dict[str, str | None], dispatcher: CollectingDispatcher, tracker: Tracker
) -> list[EventType]:
    """Record the answers; any other question that waited for a yes or no is closed by them."""
    if choice_of(tracker) == "question" and "agreement" in answers:
        say(dispatcher, "onboarding.assent_explained")
    for slot, value in answers.items():
        _record(dispatcher, slot, value)
    closed = [NO_QUESTION] if answers else []
    return [*closed, *(SlotSet(slot, value) for slot, value in answers.items())]


def _record(dispatcher: CollectingDispatcher, slot: str, value: str | None) -> None:
    if slot == "language_choice" and value == "other":
        task = {"do": "queue_task", "kind": "language"}
        say(dispatcher, "requests.language_other", effects=(task,))
    elif slot == "language_choice" and value:
        record(dispatcher, {"do": "set_language", "language": value})
    elif slot == "writer" and value:
        record(dispatcher, {"do": "set_writer", "writer": value})
    elif slot == "age_band" and value:
        record(dispatcher, {"do": "set_age_band", "age_band": value})


class Asks:
    """Asks one question of the form, unless another one waits for a yes or no."""

    message = ""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Ask."""
        if intent_of(tracker) not in OPENS_A_QUESTION:
            say(dispatcher, self.message)
        return []


class ActionAskLanguage(Asks, Action):
    """Asks in which language to go on."""

    message = "onboarding.ask_language"

    def name(self) -> str:
        return f"action_ask_{FORM}_language_choice"


class ActionAskWriter(Asks, Action):
    """Asks who holds the phone."""

    message = "onboarding.ask_who"

    def name(self) -> str:
        return f"action_ask_{FORM}_writer"


class ActionAskAge(Asks, Action):
    """Asks a child's age."""

    message = "onboarding.ask_age"

    def name(self) -> str:
        return f"action_ask_{FORM}_age_band"


class ActionAskAgreement(Action):
    """Says once who reads the chat, then asks whether the person agrees."""

    def name(self) -> str:
        return f"action_ask_{FORM}_agreement"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Ask; in simpler words, with the limits again, for somebody who wishes it."""
        if intent_of(tracker) in OPENS_A_QUESTION:
            return []
        asked = "onboarding.ask_assent" if is_child(tracker) else "onboarding.ask_consent"
        if intent_of(tracker) == "simpler" and orientation.next_younger(audience_of(tracker)):
            say(
                dispatcher,
                "requests.simpler_intro",
                "onboarding.limits",
                asked,
                simpler=True,
            )
            return [SlotSet("limits_told", True)]
        if not tracker.get_slot("limits_told"):
            say(dispatcher, "onboarding.limits")
        say(dispatcher, asked)
        return [SlotSet("limits_told", True)]
