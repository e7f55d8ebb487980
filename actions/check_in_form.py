"""The form of a check-in: hears the answers, has each recorded, asks what is open, says thanks."""

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.check_in import (
    answer_to,
    is_just_noted,
    is_typed,
    open_question,
    questionnaire_of,
    record_of,
    with_answer,
    yes_means_something_else,
)
from actions.shared import NO_QUESTION, audience_of, choice_of, intent_of, record, say
from bot.domain.questionnaire import Question
from bot.services import orientation

FORM, SLOT = "check_in_form", "check_in_answer"

