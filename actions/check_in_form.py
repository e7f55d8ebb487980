"""The form of a check-in: hears the answers, has each recorded, asks what is open."""

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.check_in_answer import (
    SMALL_TALK,
    answer_to,
    open_question,
    questionnaire_of,
    record_of,
    thanks_for_words,
    was_just_given,
    with_answer,
    yes_means_something_else,
)
from actions.check_in_later import (
    TAKEN_UP_AGAIN,
    has_no_moment,
    now_put_off,
    puts_off,
    stays_put_off,
)
from actions.shared import (
    NO_QUESTION,
    audience_of,
    choice_of,
    intent_of,
    is_unread_by,
    record,
    say,
)
from bot.domain.questionnaire import Question
from bot.services import orientation

FORM, SLOT = "check_in_form", "check_in_answer"

DONE = SlotSet(SLOT, "done")
STILL_OPEN = SlotSet(SLOT, None)

ASKED_AGAIN = SMALL_TALK | {"choose", "deny", "repeat", "simpler", "open_check_in"}
"""Messages that lead to nothing but the question again."""

WAITS_BELOW = {
    "stop", "delete_my_data", "change_language", "new_phone_number", "menu", "menu_more", "ask_away",
}  # fmt: skip
"""Their answer asks for something or shows a list: the question of the form comes after that."""


def heard(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """Return what a message changes; nothing, where a rule answers it and the form asks again."""
    question = open_question(tracker)
    if question is None:
        return [DONE]
    if stays_put_off(tracker):
        return []
    if choice := answer_to(question, tracker):
        return _answered(dispatcher, tracker, question, choice)
    if has_no_moment(tracker):
        say(dispatcher, "check_in.later")
        return [NO_QUESTION, STILL_OPEN]
    return [NO_QUESTION, STILL_OPEN] if _leads_to_nothing(tracker) else []


def _answered(
    dispatcher: CollectingDispatcher, tracker: Tracker, question: Question, choice: str
) -> list[EventType]:
    record(dispatcher, record_of(tracker, question, choice))
    check_in = with_answer(tracker, question, choice)
    answers = check_in["value"]["answers"]
    following = questionnaire_of(tracker).next_question(answers, audience_of(tracker))
    return [NO_QUESTION, check_in, STILL_OPEN if following else DONE]


def _leads_to_nothing(tracker: Tracker) -> bool:
    names_a_language = tracker.get_slot("pending") == "language" and choice_of(tracker)
    if names_a_language or yes_means_something_else(tracker):
        return False
    return intent_of(tracker) in ASKED_AGAIN


class ValidateCheckInForm(FormValidationAction):
    """Hears the answers, and has each recorded as soon as it is given."""

    def name(self) -> str:
        return f"validate_{FORM}"

    async def get_extraction_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Extract nothing here: reading and checking are one step."""
        return []

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Take the message as an answer, or leave it to a rule."""
        return heard(dispatcher, tracker) if is_unread_by(FORM, tracker) else []


class ActionAskCheckIn(Action):
    """Asks the question that is open, in simpler words for somebody who wishes it."""

    def name(self) -> str:
        return f"action_ask_{FORM}_{SLOT}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Ask, unless this is no moment or something else was just asked."""
        question = open_question(tracker)
        if question is None:
            return []
        if not was_just_given(tracker):
            if puts_off(tracker):
                return [now_put_off(tracker)]
            if stays_put_off(tracker) or intent_of(tracker) in WAITS_BELOW:
                return []
        _ask(dispatcher, tracker, question)
        return [TAKEN_UP_AGAIN]


def _ask(dispatcher: CollectingDispatcher, tracker: Tracker, question: Question) -> None:
    if intent_of(tracker) != "simpler" or was_just_given(tracker):
        say(dispatcher, *thanks_for_words(tracker), question.say)
        return
    younger = orientation.next_younger(audience_of(tracker))
    if younger and (question.audiences is None or younger in question.audiences):
        say(dispatcher, "requests.simpler_intro", question.say, simpler=True)
    else:
        say(dispatcher, "requests.no_simpler", question.say)
