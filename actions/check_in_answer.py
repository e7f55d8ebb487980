"""A check-in as the dialogue sees it: which question is open, and what a message answers."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

from actions.question_words import asks_something
from actions.shared import audience_of, choice_of, intent_of
from bot.domain.questionnaire import OWN_WORDS, Question, Questionnaire
from bot.services.programme import programme

OPTION_OF_INTENT = {"affirm": "yes", "deny": "no"}

SETTLED_BY_A_YES = ("stop", "delete")
"""While one of these is pending, a yes or no is about that."""

TELLING = {"out_of_scope", "nlu_fallback", "deny"}
"""Written words that no rule has a better answer to; a refusal to tell is an answer too."""

SMALL_TALK = {"greet", "thank", "affirm"}

LONGEST_SMALL_TALK = 3
"""Words of a greeting, of thanks or of a yes; what is longer tells something."""

HELP_IN_DANGER = "ask_safety_contacts"
"""Answered however it is written."""

SURE = 0.85
"""From here on a request counts as one where an answer is expected.

The classifier has learned what people ask before the trip: it takes "tengo sueño" for a pause. Of 144
requests in bench/nlu/validation.jsonl this keeps 135; of 239 invented answers it loses 5.
"""


def questionnaire_of(tracker: Tracker) -> Questionnaire:
    """Return the questions of the check-in that is being asked."""
    return programme().questionnaires[tracker.get_slot("check_in")["questionnaire"]]


def open_question(tracker: Tracker) -> Question | None:
    """Return the question that waits for an answer; None when all are answered."""
    answers = tracker.get_slot("check_in")["answers"]
    return questionnaire_of(tracker).next_question(answers, audience_of(tracker))


def with_answer(tracker: Tracker, question: Question, choice: str) -> EventType:
    """Return the check-in with one more answer; with the next message the worker says what it has."""
    check_in: dict[str, Any] = tracker.get_slot("check_in")
    answers = {**check_in["answers"], question.id: choice}
    return SlotSet("check_in", {**check_in, "answers": answers, "just_given": choice})


def record_of(tracker: Tracker, question: Question, choice: str) -> dict[str, Any]:
    """Return what the worker records."""
    check_in_id = tracker.get_slot("check_in")["id"]
    answer = {"question": question.id, "choice": choice}
    return {"do": "record_answer", "check_in": check_in_id, **answer}


def was_just_given(tracker: Tracker) -> bool:
    """Return whether this message was an answer."""
    return "just_given" in tracker.get_slot("check_in")


def thanks_for_words(tracker: Tracker) -> tuple[str, ...]:
    """Return what is said before anything else to somebody who answered in own words."""
    told = tracker.get_slot("check_in").get("just_given") == OWN_WORDS
    return ("check_in.noted",) if told else ()


def answer_to(question: Question, tracker: Tracker) -> str | None:
    """Return the choice that a message makes, own words, or None where it answers nothing."""
    if yes_means_something_else(tracker):
        return None
    chosen = _chosen(question, tracker)
    if chosen and came_before(tracker) and _is_short(tracker):
        return None
    if chosen and (not is_typed(tracker) or _is_plain(chosen, question, tracker)):
        return chosen
    return OWN_WORDS if is_typed(tracker) and _tells_something(tracker) else None


def _is_plain(chosen: str, question: Question, tracker: Tracker) -> bool:
    """Return whether a written yes or no may be taken as the choice: one word that has no consequence.

    "No, pero tenemos miedo" is more than no, and "no sé" is less. Choices that call somebody are heard
    when the message is screened; what gets here all the same is read by a person.
    """
    calls_somebody = chosen in question.call or chosen in question.ask_danger
    return _is_short(tracker) and _is_sure(tracker) and not calls_somebody


def came_before(tracker: Tracker) -> bool:
    """Return whether this was written before the open question left: a choice answers an earlier one."""
    return bool(tracker.get_slot("check_in").get("came_before"))


def _is_short(tracker: Tracker) -> bool:
    """Return whether a message is one word or a choice of ours."""
    return len(text_of(tracker).split()) == 1


def yes_means_something_else(tracker: Tracker) -> bool:
    """Return whether a yes or no settles another question, such as whether to write no more."""
    is_yes_or_no = intent_of(tracker) in OPTION_OF_INTENT
    return is_yes_or_no and tracker.get_slot("pending") in SETTLED_BY_A_YES


def is_typed(tracker: Tracker) -> bool:
    """Return whether somebody wrote this; a choice of ours arrives as a command."""
    return not text_of(tracker).startswith("/")


def text_of(tracker: Tracker) -> str:
    return str(tracker.latest_message.get("text") or "")


def _chosen(question: Question, tracker: Tracker) -> str | None:
    intent = intent_of(tracker)
    chosen = choice_of(tracker) if intent == "choose" else OPTION_OF_INTENT.get(intent)
    return chosen if chosen in question.options else None


def _is_sure(tracker: Tracker) -> bool:
    return float(tracker.latest_message.get("intent", {}).get("confidence", 0.0)) >= SURE


def _tells_something(tracker: Tracker) -> bool:
    """Return whether these words are an answer rather than a question, a request or small talk."""
    intent, text = intent_of(tracker), text_of(tracker)
    if intent in SMALL_TALK:
        return len(text.split()) > LONGEST_SMALL_TALK
    if intent.startswith("ask_"):
        return intent != HELP_IN_DANGER and not asks_something(text)
    return intent in TELLING or not _is_sure(tracker)
