"""The walk through the topics and questions at any moment."""

import pytest

from bot.domain.contacts import Audience
from bot.phrasebook.topics import walked
from tests.builders import FACTS, facts_on, make_family
from tests.conversation import Conversation


def test_next_walks_through_every_topic_of_the_orientation(conversation, words):
    conversation.is_welcomed()
    told = set(conversation.said)
    for _ in range(30):
        conversation.says("1")
        told |= set(conversation.said)
        if "orientation.finished" in conversation.said:
            break

    for topic in walked(words.topics, Audience.YOUNGER_CHILD):
        parts = {p.say for p in words.topics[topic].parts}
        parts |= {p.none for p in words.topics[topic].parts if p.none}
        assert parts & told, topic
    assert "orientation.finished" in conversation.said


@pytest.mark.parametrize("again", ["otra vez", "2", "repetir"])
def test_again_says_the_same_topic_again(conversation, again):
    conversation.is_welcomed().says("siguiente")
    before = conversation.said

    conversation.says(again)

    assert conversation.said == before


def test_a_question_in_the_middle_is_answered_and_the_walk_goes_on_where_it_was(conversation):
    conversation.is_welcomed().says("siguiente")
    conversation.says("y quien va conmigo en el viaje?")
    assert "orientation.companions.who" in conversation.said
    assert conversation.said[-1] == "orientation.step_menu"

    conversation.says("siguiente")
    assert "orientation.companions.who" in conversation.said


def test_facts_of_the_journey_are_stated_in_the_readers_language_and_zone(parts):
    child = make_family(parts, facts_on("2031-12-04"), language="en").child
    with Conversation(parts, child) as conversation:
        conversation.is_welcomed()
        conversation.taps("topic_travel_day")
    assert "Thursday" not in conversation.text
    assert "jueves 4 de diciembre" in conversation.text
    assert "8:30" in conversation.text


def test_a_fact_that_nobody_confirmed_is_never_stated_and_the_question_is_queued(parts):
    unknown = dict.fromkeys(fact for fact in FACTS if fact.startswith("departure"))
    child = make_family(parts, facts_on("2031-12-04", **unknown)).child
    with Conversation(parts, child) as conversation:
        conversation.is_welcomed()
        conversation.says("cuando me voy?")

    assert "orientation.travel_day.when_unknown" in conversation.said
    assert "orientation.travel_day.when" not in conversation.said
    assert "question" in conversation.tasks
    assert "{" not in conversation.text


def test_simpler_words_are_the_next_younger_wording(parts):
    child = make_family(parts, birth_year=parts.now().year - 15).child
    with Conversation(parts, child) as conversation:
        conversation.is_welcomed().taps("topic_meals")
        teen_words = conversation.text
        conversation.taps("simpler")

    assert "orientation.meals.what" in conversation.said
    assert conversation.text != teen_words


def test_stop_here_ends_the_walk_and_next_goes_on(conversation):
    conversation.is_welcomed()
    conversation.taps("stop_here")
    assert conversation.said == ["orientation.stopped_here"]

    conversation.says("siguiente")
    assert conversation.said[-1] == "orientation.step_menu"


def test_a_yes_to_shall_we_go_on_goes_on(conversation):
    conversation.is_welcomed()
    first = conversation.said

    conversation.says("sip dale")

    assert conversation.said != first
    assert conversation.said[-1] == "orientation.step_menu"
