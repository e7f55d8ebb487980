"""Perhaps a sign: the closed question stands alone, and after a no the talk goes on."""

from dataclasses import replace

import pytest

from bot.domain.risk import Decision
from tests.flows.signs import HIT


@pytest.fixture
def parts(parts, time):
    """The real dialogue engine, on a clock that the test moves."""
    return replace(parts, now=time.now, pause=time.pause)


def all_arrives(conversation, time):
    """Let everything that waits for the message before it reach the phone."""
    while any(row.status == "queued" for row in conversation.outbound()):
        time.passes(seconds=3)
        conversation.work()


@pytest.fixture
def perhaps_a_sign(conversation, parts, time):
    """Let the contact write something of which screening is not sure, and read the question."""

    def says(text):
        doubtful = replace(parts.safety.screen(HIT, ()), decision=Decision.ASK, category="distress")

        def screen(written, earlier):
            return doubtful if written == text else parts.safety.screen(written, earlier)

        conversation.parts = replace(parts, safety=replace(parts.safety, screen=screen))
        all_arrives(conversation, time)
        conversation.says(text)
        all_arrives(conversation, time)

    return says


def test_after_a_no_to_the_closed_question_what_was_asked_is_answered(conversation, perhaps_a_sign):
    conversation.is_welcomed()
    perhaps_a_sign("que voy a comer en el viaje")
    assert conversation.said == ["disclosure.ask"]

    conversation.says("2")
    assert conversation.said[0] == "disclosure.asked_no"
    assert "orientation.meals.what" in conversation.said
    assert conversation.said.count("disclosure.asked_no") == 1


def test_after_stop_a_no_to_the_closed_question_answers_nothing_else(conversation, perhaps_a_sign):
    conversation.is_welcomed().says("ALTO")
    perhaps_a_sign("que voy a comer en el viaje")
    assert conversation.said == ["disclosure.ask"]

    conversation.says("2")
    assert conversation.said == ["disclosure.asked_no"]


def test_the_closed_question_stands_alone_inside_the_first_questions(conversation, perhaps_a_sign):
    conversation.says("hola")
    perhaps_a_sign("que voy a comer en el viaje")
    assert conversation.said == ["disclosure.ask"]

    conversation.says("2")
    assert conversation.said[0] == "disclosure.asked_no"
    assert conversation.said[-1] == "onboarding.ask_language"
    assert conversation.said.count("onboarding.ask_language") == 1
