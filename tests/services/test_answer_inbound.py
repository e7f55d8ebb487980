"""The gates before the dialogue, and what happens when it is down."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.channels import Channel
from bot.domain.dialogue import Reply
from bot.gateways.dialogue import DialogueDown, DialogueRefused
from bot.services.answer_inbound import answer_next
from bot.services.screen_inbound import screen_next
from tests.builders import make_family
from tests.conversation import Conversation


def later(conversation, **delta):
    """Let time pass for the worker."""
    before = conversation.parts.now
    conversation.parts = replace(conversation.parts, now=lambda: before() + timedelta(**delta))


def said_ever(conversation):
    return [row.message_ids for row in conversation.outbound()]


def test_while_rasa_is_down_a_persons_number_goes_out_and_the_answer_follows_once(
    quiet_conversation, dialogue
):
    dialogue.failure = DialogueDown("ConnectError")
    quiet_conversation.says("hola")
    assert quiet_conversation.said == ["fallback.unavailable"]
    assert "+5025550" in quiet_conversation.text

    later(quiet_conversation, seconds=5)
    quiet_conversation.work()
    assert said_ever(quiet_conversation) == [["fallback.unavailable"]]

    dialogue.failure = None
    later(quiet_conversation, seconds=60)
    quiet_conversation.work()
    assert said_ever(quiet_conversation) == [["fallback.unavailable"], ["requests.greet"]]


def test_later_messages_wait_behind_the_one_that_is_retried(quiet_conversation, dialogue):
    dialogue.failure = DialogueDown("ConnectError")
    quiet_conversation.says("me oyes")
    dialogue.failure = None
    quiet_conversation.says("ahi vamos otra vez")
    assert quiet_conversation.answers == []

    later(quiet_conversation, seconds=60)
    quiet_conversation.work()

    assert [r.text for r in dialogue.requests] == ["me oyes", "me oyes", "ahi vamos otra vez"]
    assert said_ever(quiet_conversation).count(["requests.greet"]) == 2
    assert said_ever(quiet_conversation).count(["fallback.unavailable"]) == 1


def test_a_message_that_cannot_be_answered_is_read_by_a_person(quiet_conversation, dialogue):
    dialogue.failure = DialogueRefused("no reply")
    quiet_conversation.says("hola")
    for _ in range(6):
        later(quiet_conversation, minutes=2)
        quiet_conversation.work()

    assert said_ever(quiet_conversation) == [["fallback.unavailable"]]
    assert quiet_conversation.tasks == ["unanswered"]


def test_a_half_finished_turn_leaves_nothing(quiet_conversation, dialogue):
    dialogue.replies = (
        Reply(("requests.greet",), effects=({"do": "queue_task", "kind": "person"},)),
        Reply(("there.is_no_such_message",)),
    )
    quiet_conversation.phone.write("hola")
    screen_next(quiet_conversation.parts)
    answer_next(quiet_conversation.parts)

    assert said_ever(quiet_conversation) == [["fallback.unavailable"]]
    assert quiet_conversation.tasks == []


@pytest.mark.parametrize(
    "word", ["ALTO", "alto", "Stop", "BAJA", "cancelar", "STOP.", "darme de baja"]
)
def test_one_word_stops_before_the_dialogue_and_is_confirmed_once(
    quiet_conversation, dialogue, word
):
    quiet_conversation.says(word)
    assert quiet_conversation.said == ["subscription.opted_out"]
    assert dialogue.requests == []

    quiet_conversation.says(word)
    assert quiet_conversation.answers == []


@pytest.mark.parametrize(
    "text", ["no quiero parar", "el bus hizo alto", "stop it lol", "que es alta?"]
)
def test_the_word_inside_a_sentence_is_talk(quiet_conversation, text):
    quiet_conversation.says(text)

    assert quiet_conversation.said == ["requests.greet"]


def test_later_text_does_not_subscribe_again(quiet_conversation, dialogue, provider):
    quiet_conversation.says("ALTO")
    quiet_conversation.says("hola?")
    assert quiet_conversation.said == ["subscription.already_out"]
    quiet_conversation.says("a que hora me voy")

    assert quiet_conversation.answers == []
    assert dialogue.requests == []
    assert quiet_conversation.tasks == ["after_stop"]


@pytest.mark.parametrize("word", ["ALTA", "start", "Unstop"])
def test_an_explicit_start_comes_back(quiet_conversation, word):
    quiet_conversation.says("ALTO")
    quiet_conversation.says(word)
    assert quiet_conversation.said == ["subscription.opted_in"]

    quiet_conversation.says("hola")
    assert quiet_conversation.said == ["requests.greet"]


def test_where_the_provider_has_answered_the_stop_we_stay_silent(quiet_conversation):
    quiet_conversation.says("parar todo", OptOutType="STOP")

    assert quiet_conversation.answers == []
    quiet_conversation.says("hola")
    assert quiet_conversation.said == ["subscription.already_out"]


def test_stop_on_one_channel_leaves_the_other_open(quiet_conversation):
    quiet_conversation.says("ALTO")
    with quiet_conversation.on(Channel.WHATSAPP) as whatsapp:
        whatsapp.says("hola")
        assert whatsapp.said == ["requests.greet"]


def test_help_says_what_this_number_is(quiet_conversation):
    quiet_conversation.says("?", OptOutType="HELP")
    assert quiet_conversation.answers == []


@pytest.mark.parametrize("typed", ["2", "2)", "dos", "la segunda", "opción 2", "2️⃣", "hablar con alguien!"])  # fmt: skip
def test_digits_titles_emoji_and_words_select_from_the_last_menu(
    quiet_conversation, dialogue, typed
):
    dialogue.replies = (Reply(("fallback.not_understood",)),)
    quiet_conversation.says("xyz")
    quiet_conversation.says(typed)

    assert dialogue.requests[-1].text == "/talk_to_person"


def test_an_old_button_still_means_what_it_said(quiet_conversation, dialogue):
    with quiet_conversation.on(Channel.WHATSAPP) as whatsapp:
        whatsapp.taps("topic_meals")
    assert dialogue.requests[-1].text == "/ask_meals"


def test_a_thumb_up_alone_is_a_yes(quiet_conversation, dialogue):
    quiet_conversation.says("👍🏽")

    assert dialogue.requests[-1].text == "/affirm"


def test_the_dialogue_engine_learns_neither_name_nor_number(quiet_conversation, dialogue):
    quiet_conversation.says("hola")

    request = dialogue.requests[0]
    sent = f"{request.contact_id} {request.metadata} {request.events}"
    assert "Wendy" not in sent
    assert "+1500" not in sent
    assert set(request.metadata) == {
        "audience", "role", "language", "onboarded", "age_known", "agreement",
    }  # fmt: skip


def test_a_child_takes_assent_back_by_stop_and_gives_it_again_by_start(
    quiet_conversation, dialogue
):
    dialogue.replies = (
        Reply(("requests.greet",), effects=({"do": "record_agreement", "given": True},)),
    )
    quiet_conversation.says("si")
    quiet_conversation.says("ALTO")
    quiet_conversation.says("ALTA")
    quiet_conversation.says("hola")

    assert [r.metadata["agreement"] for r in dialogue.requests] == ["none", "given"]


@pytest.mark.parametrize("typed", ["👍😢", "😢", "🙏😭"])
def test_a_sad_emoji_outweighs_the_others(quiet_conversation, dialogue, typed):
    quiet_conversation.says(typed)

    assert dialogue.requests[-1].text == "/ask_feelings"


def test_a_long_story_is_also_read_by_a_person(quiet_conversation):
    quiet_conversation.says(
        "hoy vimos la tele un rato y despues jugamos futbol con los demas. " * 12
    )

    assert quiet_conversation.said == ["requests.greet"]
    assert quiet_conversation.tasks == ["long_message"]


def test_facts_that_are_passed_on_the_walk_are_one_task_and_asked_ones_are_questions(
    quiet_parts, dialogue
):
    dialogue.replies = (
        Reply(("orientation.travel_day.when", "orientation.companions.who")),
        Reply(("orientation.meals.what",)),
    )
    child = make_family(quiet_parts, facts={}).child
    with Conversation(quiet_parts, child) as conversation:
        conversation.says("que sigue")
        assert conversation.tasks == ["unknown_facts"]

        dialogue.intent = "ask_meals"
        conversation.says("que voy a comer")
        assert set(conversation.tasks) == {"unknown_facts", "question"}
