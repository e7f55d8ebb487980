"""A disclosure however it is written: in parts, in capitals, in the middle of a page, as a voice note."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.domain.channels import Channel
from bot.store import database
from bot.store.tables import TaskRow
from tests.conversation import Conversation
from tests.flows.signs import HIT, SIGNS, is_believed, stranger_says

ORDINARY = "hoy vimos la tele un rato y despues jugamos futbol con los demas. "
VOICE = {"NumMedia": "1", "MediaUrl0": "https://media.example/1", "MediaContentType0": "audio/ogg"}


@pytest.fixture
def parts(parts, time):
    """The real dialogue engine, on a clock that the test moves."""
    return replace(parts, now=time.now, pause=time.pause)


def task_of(conversation, kind):
    with database.unit_of_work(conversation.parts.engine) as session:
        query = select(TaskRow).where(
            TaskRow.contact_id == conversation.contact_id, TaskRow.kind == kind
        )
        return session.scalars(query).one()


@pytest.mark.parametrize(
    "text",
    [
        "MI TIO ME PEGA CON EL CINTURON 😭😭",
        "2 mi tio me pega con el cinturon",
        "1. mi tio me pega con el cinturon",
        "alto, mi tio me pega con el cinturon",
        "cancelar. mi tio me pega con el cinturon",
        "/mi tio me pega con el cinturon",
        "stop, my uncle beats me every night",
        "hola buenas tardes disculpe la molestia es que mi tio me pega con el cinturon gracias",
    ],
)
def test_the_form_of_a_sentence_hides_nothing(conversation, text):
    conversation.says(text)

    assert conversation.escalation.category == "abuse_neglect"
    assert is_believed(conversation)


def test_a_sign_after_a_digit_answers_no_menu(conversation):
    conversation.is_welcomed().says("ya no quiero mensajes")
    conversation.says("1 mi tio me pega con el cinturon")

    assert is_believed(conversation)
    assert "subscription.opted_out" not in conversation.said


def test_a_sign_in_the_middle_of_a_long_text_is_found(conversation):
    text = ORDINARY * 15 + HIT + ". " + ORDINARY * 15
    assert len(text) >= 2000
    conversation.says(text)

    assert conversation.escalation.category == "abuse_neglect"
    assert is_believed(conversation)
    assert "long_message" in conversation.tasks


def test_three_short_messages_are_one_disclosure(conversation):
    for part in ("my uncle", "he beats", "me every night"):
        conversation.says(part)

    assert len(conversation.escalations) == 1
    assert is_believed(conversation)


def test_three_short_messages_that_arrive_together_are_one_disclosure(conversation):
    for part in ("my uncle", "he beats"):
        conversation.phone.write(part)
    conversation.says("me every night")

    assert len(conversation.escalations) == 1
    assert is_believed(conversation)


def test_a_sign_that_is_complete_only_with_stop_is_answered_and_the_stop_is_done(
    conversation, parts
):
    """The word ends a sentence that began before it: both count, and the safety reply still goes."""
    found = parts.safety.screen(HIT, ())
    nothing = parts.safety.screen("hola", ())

    def only_together(text, earlier):
        return found if text == "ALTO" and earlier else nothing

    conversation.parts = replace(parts, safety=replace(parts.safety, screen=only_together))
    conversation.says("mi tio me pega y no puedo decirle")
    conversation.says("ALTO")

    assert conversation.escalation.category == "abuse_neglect"
    assert set(conversation.said) >= {"subscription.opted_out", "disclosure.number"}
    assert all(row.status != "cancelled" for row in conversation.answers)
    assert conversation.says("que voy a comer").said == ["subscription.already_out"]


def test_stop_that_the_provider_took_is_done_beside_the_answer(conversation):
    conversation.says(HIT, OptOutType="STOP")
    assert is_believed(conversation)
    assert "subscription.opted_out" not in conversation.said

    assert conversation.says("que voy a comer").said == ["subscription.already_out"]


def test_a_voice_note_goes_to_a_person_to_hear_in_time(conversation, time):
    conversation.is_welcomed().says("", **VOICE)

    assert conversation.said == ["fallback.media"]
    task = task_of(conversation, "media")
    assert task.tier == "high"
    assert (task.due_at - time.now()).total_seconds() == 4 * 3600


def test_a_voice_note_with_a_sign_in_its_caption_is_answered_and_heard(conversation, time):
    conversation.says(HIT, **VOICE)

    assert is_believed(conversation)
    task = task_of(conversation, "media")
    assert task.tier == conversation.escalation.tier == "critical"  # Wendy is seven
    assert (task.due_at - time.now()).total_seconds() == 15 * 60


def test_a_voice_note_after_a_small_disclosure_is_heard_as_soon_as_any_other(conversation, time):
    conversation.says(SIGNS["stigma_bullying"][0])
    conversation.says("", **VOICE)

    assert conversation.escalation.tier == "low"
    assert task_of(conversation, "media").tier == "high"


@pytest.mark.parametrize("text", ["", "escucha esto"])
def test_a_voice_note_after_stop_is_heard_by_a_person(conversation, text):
    conversation.says("ALTO")
    conversation.says("hola")
    conversation.says(text, **VOICE)

    assert conversation.said == []
    assert task_of(conversation, "media").due_at is not None


def test_a_voice_note_from_an_unknown_number_is_heard_by_a_person(parts):
    with stranger_says(parts, "", **VOICE) as talk:
        assert talk.said == ["fallback.unknown_number"]
        assert set(talk.tasks) == {"unknown_number", "media"}
        assert task_of(talk, "media").due_at is not None


def test_english_in_a_spanish_conversation_is_found_and_answered_as_they_talk(conversation):
    conversation.is_welcomed().says("my uncle beats me every night")

    assert conversation.escalation.category == "abuse_neglect"
    assert is_believed(conversation)
    assert conversation.contact.language == "es"
    assert "Gracias" in conversation.text


def test_a_disclosure_on_whatsapp_is_answered_on_whatsapp(parts, family):
    with Conversation(parts, family.child, Channel.WHATSAPP) as talk:
        talk.says(HIT)

    assert is_believed(talk)
    assert {row.channel for row in talk.answers} == {"whatsapp"}
