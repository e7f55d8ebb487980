"""With the dialogue engine down: the same words, at once, and what waits for it is answered later."""

from dataclasses import replace

import pytest

from bot.domain.dialogue import Reply
from bot.gateways.dialogue import DialogueDown, DialogueRefused
from bot.store import database
from bot.store.tables import ConversationRow
from tests.builders import make_family
from tests.conversation import Conversation
from tests.flows.signs import GANG, HIT, SIGNS, is_believed


@pytest.fixture
def quiet_parts(quiet_parts, time):
    """Parts whose dialogue engine does as the test says, on a clock that the test moves."""
    return replace(quiet_parts, now=time.now, pause=time.pause)


def said_ever(conversation):
    return [row.message_ids for row in conversation.outbound()]


@pytest.mark.parametrize("category", ["self_harm", "abuse_neglect", "fear_of_return", "medical"])
def test_the_message_ids_and_words_are_those_that_rasa_says(
    parts, quiet_parts, dialogue, time, category
):
    dialogue.failure = DialogueDown("ConnectError")
    heard = []
    for some_parts in (replace(parts, now=time.now, pause=time.pause), quiet_parts):
        with Conversation(some_parts, make_family(some_parts).child) as talk:
            talk.says(SIGNS[category][0])
            heard.append((talk.said, talk.text))
            talk.says(GANG)
            heard.append((talk.said, talk.text))

    assert heard[0] == heard[2]
    assert heard[1] == heard[3]


@pytest.mark.parametrize("failure", [DialogueDown("ConnectError"), DialogueRefused("no reply")])
def test_a_disclosure_is_answered_at_once(quiet_conversation, dialogue, failure):
    dialogue.failure = failure
    quiet_conversation.says(HIT)

    assert is_believed(quiet_conversation)
    assert quiet_conversation.chain == ["opened", "notified"]
    assert "unanswered" not in quiet_conversation.tasks


def test_an_earlier_message_does_not_hold_the_answer_up_and_is_answered_later(
    quiet_conversation, dialogue, time
):
    dialogue.failure = DialogueDown("ConnectError")
    quiet_conversation.says("que voy a comer")
    quiet_conversation.says(HIT)
    assert is_believed(quiet_conversation)

    dialogue.failure = None
    time.passes(minutes=1)
    quiet_conversation.work()
    assert said_ever(quiet_conversation)[2:] == [["requests.greet"]]
    assert dialogue.requests[-1].text == "que voy a comer"


def test_while_rasa_stays_down_the_earlier_message_only_waits(quiet_conversation, dialogue, time):
    dialogue.failure = DialogueDown("ConnectError")
    quiet_conversation.says("que voy a comer")
    quiet_conversation.says(HIT)
    for _ in range(3):
        time.passes(minutes=1)
        quiet_conversation.work()

    assert [said[0] for said in said_ever(quiet_conversation)] == [
        "fallback.unavailable", "disclosure.thank_you",
    ]  # fmt: skip


def test_a_later_message_is_told_once_more_that_an_answer_follows(
    quiet_conversation, dialogue, time
):
    dialogue.failure = DialogueDown("ConnectError")
    quiet_conversation.says(HIT)
    time.passes(seconds=5)
    quiet_conversation.says("hola?")

    assert quiet_conversation.said == ["fallback.unavailable"]


def test_the_walk_that_was_going_on_is_forgotten(quiet_conversation, dialogue, quiet_parts):
    dialogue.replies = (Reply(("orientation.step_menu",)),)
    quiet_conversation.says("siguiente")
    dialogue.failure = DialogueDown("ConnectError")
    quiet_conversation.says(HIT)

    with database.unit_of_work(quiet_parts.engine) as session:
        assert session.get(ConversationRow, quiet_conversation.contact_id).events == []


@pytest.mark.parametrize("question", ["ya no quiero mensajes", "quiero que borren mis datos"])
def test_when_rasa_is_back_no_question_comes_back(parts, family, question, time):
    """The real engine before and after, none in between."""
    timed = replace(parts, now=time.now, pause=time.pause)
    with Conversation(timed, family.child) as talk:
        talk.is_welcomed().says(question)
        assert talk.said[0].startswith("requests.confirm")
        talk.parts = replace(timed, dialogue=Nobody())
        talk.says(HIT)
        assert is_believed(talk)

        talk.parts = timed
        talk.says("1")
        assert not {"subscription.opted_out", "requests.delete_requested"} & set(talk.said)
        talk.says("si")
        assert talk.said == ["requests.affirm"]


def test_inside_the_first_questions_they_do_not_come_back(parts, family, time):
    timed = replace(parts, now=time.now, pause=time.pause)
    with Conversation(timed, family.child) as talk:
        talk.says("hola")
        talk.parts = replace(timed, dialogue=Nobody())
        talk.says(HIT)

        talk.parts = timed
        talk.says("que voy a comer en el viaje")
        assert talk.said[0].startswith("orientation.meals")
        assert not any(message_id.startswith("onboarding.") for message_id in talk.said)


def test_a_hello_that_waited_is_greeted_and_begins_no_questions(parts, family, time):
    timed = replace(parts, now=time.now, pause=time.pause)
    with Conversation(replace(timed, dialogue=Nobody()), family.child) as talk:
        talk.says("hola")
        assert talk.said == ["fallback.unavailable"]
        talk.says(HIT)
        assert is_believed(talk)

        talk.parts = timed
        time.passes(minutes=1)
        talk.work()
        assert said_ever(talk)[2:] == [["requests.greet"]]


class Nobody:
    """A dialogue engine that is not there."""

    def take_turn(self, request):
        raise DialogueDown("ConnectError")

    def ready(self):
        return False
