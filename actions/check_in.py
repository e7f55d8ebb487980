"""A check-in as the dialogue sees it: which question is open, and what a message answers."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

from actions.shared import audience_of, choice_of, intent_of
from bot.domain.questionnaire import OWN_WORDS, Question, Questionnaire
from bot.services.programme import programme

OPTION_OF_INTENT = {"affirm": "yes", "deny": "no"}

QUESTION_OF_A_YES = ("stop", "delete")
"""While one of these is pending, a yes or no is about that."""

WORDS_OF_SMALL_TALK = 3
"""A greeting, thanks or a yes that is longer tells something."""

SMALL_TALK = {"greet", "thank", "affirm", "deny"}

NOT_ASKED_FOR = {"out_of_scope", "nlu_fallback"}


def questionnaire_of(tracker: Tracker) -> Questionnaire:
    """Return the questions of the check-in that is being asked."""
    return programme().questionnaires[tracker.get_slot("check_in")["questionnaire"]]


def open_question(tracker: Tracker) -> Question | None:
    """Return the question that waits for an answer; None when all are answered."""
    answers = tracker.get_slot("check_in")["answers"]
    return questionnaire_of(tracker).next_question(answers, audience_of(tracker))


def with_answer(tracker: Tracker, question: Question, choice: str) -> EventType:
    """Return the check-in with one more answer, until the worker says what it has recorded."""
    check_in: dict[str, Any] = tracker.get_slot("check_in")
    answers = {**check_in["answers"], question.id: choice}
    return SlotSet("check_in", {**check_in, "answers": answers, "just_given": choice})


def is_just_noted(tracker: Tracker) -> bool:
    """Return whether this message was an answer in own words."""
    return bool(tracker.get_slot("check_in").get("just_given") == OWN_WORDS)


def record_of(tracker: Tracker, question: Question, choice: str) -> dict[str, Any]:
    """Return what the worker records."""
    check_in_id = tracker.get_slot("check_in")["id"]
    effect = {"do": "record_answer", "check_in": check_in_id}
    return {**effect, "question": question.id, "choice": choice}


def answer_to(question: Question, tracker: Tracker) -> str | None:
    """Return the choice that a message makes, own words, or None where it answers nothing."""
    if yes_means_something_else(tracker):
        return None
    chosen = _chosen(tracker)
    if chosen in question.options:
        return chosen
    return OWN_WORDS if _tells_something(tracker) else None


def yes_means_something_else(tracker: Tracker) -> bool:
    """Return whether a yes or no settles another question, such as whether to write no more."""
    is_yes_or_no = intent_of(tracker) in OPTION_OF_INTENT
    return is_yes_or_no and tracker.get_slot("pending") in QUESTION_OF_A_YES


def is_typed(tracker: Tracker) -> bool:
    """Return whether somebody wrote this; what we offered to choose arrives as a command."""
    return not (tracker.latest_message.get("text") or "").startswith("/")


def _chosen(tracker: Tracker) -> str | None:
    intent = intent_of(tracker)
    return choice_of(tracker) if intent == "choose" else OPTION_OF_INTENT.get(intent)


def _tells_something(tracker: Tracker) -> bool:
    """Return whether these are words that a person should read."""
    intent = intent_of(tracker)
    if not is_typed(tracker):
        return False
    words = len((tracker.latest_message.get("text") or "").split())
    is_talk = intent in SMALL_TALK and words > WORDS_OF_SMALL_TALK
    return is_talk or intent in NOT_ASKED_FOR
