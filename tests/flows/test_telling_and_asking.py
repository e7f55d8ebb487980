"""Below an open question most of what people write is an answer: it is told apart from what they ask."""

from pathlib import Path

import pytest
from rasa_sdk import Tracker

from actions.check_in_answer import answer_to
from actions.question_words import asks_something
from bot.domain.questionnaire import OWN_WORDS
from bot.services.programme import programme
from tests.understanding.examples import examined

TOLD = Path(__file__).with_name("told_in_check_ins.txt")
"""Invented answers of children and caregivers; many sound like a topic of the orientation."""

REQUESTS = {
    "talk_to_person", "change_language", "read_aloud", "new_phone_number", "pause", "stop", "delete_my_data",
}  # fmt: skip


def share_of_answers(rasa, texts):
    """Return how many of these texts count as an answer in own words to "how do you feel today?"."""
    question = programme().questionnaires["home"].questions["mood"]
    understood = rasa.understand(texts)
    heard = [answer_to(question, tracker(t, u)) for t, u in zip(texts, understood, strict=True)]
    return heard.count(OWN_WORDS) / len(texts)


def tracker(text, understood):
    name = understood["intent"] if understood["confidence"] >= 0.5 else "nlu_fallback"
    intent = {"name": name, "confidence": understood["confidence"]}
    message = {"text": text, "intent": intent, "entities": []}
    return Tracker("", {"pending": "none"}, message, [], False, None, {}, "")


def test_what_people_tell_is_heard_as_an_answer(rasa):
    texts = TOLD.read_text("utf-8").splitlines()

    assert len(texts) > 200
    assert share_of_answers(rasa, texts) >= 0.94


def test_what_people_want_is_not_taken_for_an_answer(rasa):
    cases = [c["text"] for c in examined("validation") if c["intent"] in REQUESTS]

    assert len(cases) > 80
    assert share_of_answers(rasa, cases) <= 0.1


def test_most_questions_are_answered_at_once(rasa):
    cases = [c["text"] for c in examined("validation") if c["intent"].startswith("ask_")]

    assert len(cases) > 200
    assert share_of_answers(rasa, cases) <= 0.15


@pytest.mark.parametrize(
    "text",
    [
        "y que me dan de comer",
        "Cuándo llego",
        "me van a quitar el cel",
        "can i call my mom",
        "agua?",
    ],
)
def test_a_question_needs_no_question_mark(text):
    assert asks_something(text)


@pytest.mark.parametrize(
    "text",
    ["extraño a mi mamá", "no hay comida en la casa", "es que mi papa toma", "i miss my friends"],
)
def test_telling_is_no_question(text):
    assert not asks_something(text)
