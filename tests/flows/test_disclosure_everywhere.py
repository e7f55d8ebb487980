"""A disclosure wherever the conversation stands: running questions stop, and do not come back."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from bot.domain.channels import Channel
from bot.store import database
from bot.store.tables import ContactRow
from tests.builders import make_family
from tests.conversation import Conversation
from tests.flows.signs import GANG, HIT, SIGNS, is_believed, stranger_says


@pytest.fixture
def parts(parts, time):
    """The real dialogue engine, on a clock that the test moves."""
    return replace(parts, now=time.now, pause=time.pause)


def asks_nothing(conversation):
    """No question of the first conversation, of the walk or of a request is said."""
    asked = ("onboarding.", "orientation.step_menu", "requests.confirm")
    return not any(message_id.startswith(asked) for message_id in conversation.said)


def is_held_by(conversation, staff_id):
    with database.unit_of_work(conversation.parts.engine) as session:
        held = update(ContactRow).where(ContactRow.id == conversation.contact_id)
        session.execute(held.values(held_by_id=staff_id))


def test_the_very_first_message(conversation):
    conversation.says(HIT)
    assert is_believed(conversation)
    assert asks_nothing(conversation)

    conversation.says("que voy a comer en el viaje")
    assert asks_nothing(conversation)
    assert conversation.said[0].startswith("orientation.meals")


def test_right_after_the_first_hello(conversation):
    conversation.says("hola")
    assert conversation.said[-1] == "onboarding.ask_language"

    conversation.says(HIT)
    assert is_believed(conversation)
    assert asks_nothing(conversation)


@pytest.mark.parametrize(
    "taps",
    [[], ["language_es"], ["language_es", "who_me"], ["language_es", "who_me", "age_9_12"]],
    ids=["language", "writer", "age", "assent"],
)
@pytest.mark.parametrize("then", ["hola", "si", "1", "que voy a comer en el viaje", "gracias"])
def test_inside_the_first_questions(parts, taps, then):
    with Conversation(parts, make_family(parts, birth_year=None).child) as talk:
        talk.says("hola")
        for choice in taps:
            talk.taps(choice)
        talk.says(HIT)
        assert is_believed(talk)
        assert asks_nothing(talk)

        talk.says(then)
        assert talk.said
        assert asks_nothing(talk)
        assert talk.contact.onboarded_at is None


@pytest.mark.parametrize("then", ["si", "sip dale", "gracias"])
def test_inside_the_walk(conversation, then):
    conversation.is_welcomed().says("siguiente")
    assert conversation.said[-1] == "orientation.step_menu"

    conversation.says(HIT)
    assert is_believed(conversation)
    assert asks_nothing(conversation)
    conversation.says(then)
    assert asks_nothing(conversation)
    assert not any(message_id.startswith("orientation.") for message_id in conversation.said)


def test_after_it_the_walk_begins_again_only_when_the_child_asks_for_it(conversation):
    conversation.is_welcomed().says(HIT)
    conversation.says("que voy a comer en el viaje")
    assert "questions.more" in conversation.said

    conversation.says("siguiente")
    assert conversation.said[-1] == "orientation.step_menu"


@pytest.mark.parametrize("then", ["1", "si", "sí quiero", "ya no", "no"])
@pytest.mark.parametrize("question", ["ya no quiero mensajes", "quiero que borren todos mis datos"])
def test_in_answer_to_a_yes_or_no_that_is_open(conversation, question, then):
    conversation.is_welcomed().says(question)
    assert conversation.said[0].startswith("requests.confirm")

    conversation.says(HIT)
    assert is_believed(conversation)
    conversation.says(then)
    settled = {"subscription.opted_out", "requests.delete_requested", "requests.delete_kept"}
    assert not settled & set(conversation.said)
    assert asks_nothing(conversation)
    assert "delete" not in conversation.tasks


def test_a_button_that_is_tapped_later_still_means_what_it_says(conversation):
    conversation.is_welcomed().says("ya no quiero mensajes").says(HIT)
    conversation.taps("stop_yes")

    assert conversation.said == ["subscription.opted_out"]


def test_after_stop_the_answer_goes_out_and_nothing_else(conversation, provider, time):
    conversation.is_welcomed().says("ALTO")
    time.passes(seconds=10)
    left = len(provider.parcels)
    conversation.says(HIT)

    assert is_believed(conversation)
    assert [parcel.text for parcel in provider.parcels[left:]] == [conversation.text]
    time.passes(seconds=10)
    assert conversation.says("que voy a comer").said == ["subscription.already_out"]
    assert conversation.says("hola?").said == []


def test_during_a_handover_only_a_disclosure_is_answered(conversation, family):
    conversation.is_welcomed()
    is_held_by(conversation, family.case_manager)

    assert conversation.says("que voy a comer en el viaje").said == []
    conversation.says(HIT)
    assert conversation.escalation.state == "open"
    assert is_believed(conversation)
    assert conversation.says("gracias").said == []


def test_from_a_caregiver_about_the_child(parts, family, words):
    with Conversation(parts, family.caregiver) as talk:
        talk.says("mi hija desaparecio, no la encontramos")

        assert talk.said[0] == "disclosure.thank_you_missing"
        assert talk.escalation.child_id == family.child
        assert talk.escalation.speaker == "caregiver"
        assert "1546" in talk.text
        assert words.emergency["GT"].number in talk.text


@pytest.mark.parametrize(("prefix", "country"), [("+5027772", "GT"), ("+1500778", "US")])
def test_from_an_unknown_number(parts, words, prefix, country):
    sentence = SIGNS["abuse_neglect"][country == "US"]
    with stranger_says(parts, sentence, prefix) as talk:
        assert is_believed(talk)
        assert talk.escalation.child_id is None
        assert words.emergency[country].number in talk.text
        assert "unknown_number" in talk.tasks

        talk.says("hola")
        assert talk.said == ["fallback.unknown_number"]


def test_two_in_a_row_are_one_escalation(conversation):
    conversation.says(HIT)
    first = conversation.escalation.code
    conversation.says(GANG)

    assert len(conversation.escalations) == 1
    assert conversation.escalation.code == first
    assert conversation.said[0] == "disclosure.more"
    assert "joined" in conversation.chain


def test_two_at_once_are_one_escalation_and_two_answers(conversation):
    conversation.phone.write(HIT)
    conversation.says(GANG)

    said = [row.message_ids[0] for row in conversation.outbound()]
    assert said == ["disclosure.thank_you", "disclosure.more"]
    assert len(conversation.escalations) == 1


def test_on_the_other_channel_it_is_the_same_escalation(conversation):
    conversation.says(HIT)
    with conversation.on(Channel.WHATSAPP) as whatsapp:
        whatsapp.says(GANG)

        assert whatsapp.said[0] == "disclosure.more"
        assert len(whatsapp.escalations) == 1
