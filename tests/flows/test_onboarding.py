"""The first conversation: welcome, language, who writes, limits of secrecy, assent."""

import pytest

from bot.domain.channels import Channel
from tests.builders import make_family
from tests.conversation import Conversation


def test_whoever_writes_first_is_welcomed_and_asked_for_the_language(conversation):
    conversation.says("ola")

    assert conversation.said == ["onboarding.welcome", "onboarding.ask_language"]
    assert "Wendy" in conversation.text


def test_a_child_hears_the_limits_of_secrecy_before_assent_is_asked(conversation):
    conversation.says("hola")
    conversation.says("1")
    conversation.says("soy yo")

    assert conversation.said == ["onboarding.limits", "onboarding.ask_assent"]


def test_assent_starts_the_orientation(conversation):
    conversation.is_welcomed()

    assert conversation.said[0] == "onboarding.assent_given"
    assert "orientation.start" in conversation.said
    assert conversation.said[-1] == "orientation.step_menu"
    assert conversation.contact.onboarded_at is not None


def test_a_refusal_is_respected_and_questions_are_still_answered(conversation):
    conversation.is_welcomed(assent="no")
    assert conversation.said == ["onboarding.assent_refused"]

    conversation.says("me van a dar comida en el viaje?")
    assert "orientation.meals.what" in conversation.said


def test_a_question_about_assent_is_answered_and_assent_is_asked_again(conversation):
    conversation.is_welcomed(assent="assent_question")

    assert conversation.said == ["onboarding.assent_explained", "onboarding.ask_assent"]


def test_english_is_spoken_from_the_moment_it_is_chosen(conversation):
    conversation.says("hi")
    conversation.taps("language_en")

    assert conversation.contact.language == "en"
    assert "who is writing" in conversation.text.lower()


def test_another_person_with_the_phone_learns_nothing(conversation):
    conversation.says("hola")
    conversation.taps("language_es")
    conversation.taps("who_other")

    assert conversation.said == ["onboarding.other_person"]
    assert "Wendy" not in conversation.text
    assert conversation.contact.onboarded_at is None


def test_a_first_question_is_answered_after_assent(conversation):
    conversation.says("quien va a viajar conmigo?")
    conversation.taps("language_es")
    conversation.taps("who_me")
    conversation.taps("yes")

    assert "orientation.companions.who" in conversation.said


def test_a_question_inside_the_first_questions_is_answered_and_the_question_comes_again(
    conversation,
):
    conversation.says("hola")
    conversation.says("y me van a dar de comer?")

    assert "orientation.meals.what" in conversation.said
    assert conversation.said[-1] == "onboarding.ask_language"


@pytest.mark.parametrize("answer", ["tengo 10", "10", "diez años", "2", "tengo diez"])
def test_an_age_that_nobody_recorded_is_asked_and_understood(parts, answer):
    child = make_family(parts, birth_year=None).child
    with Conversation(parts, child) as conversation:
        conversation.says("hola").taps("language_es").taps("who_me")
        assert conversation.said == ["onboarding.ask_age"]

        conversation.says(answer)

    assert conversation.contact.age_band == "child"
    assert "onboarding.ask_assent" in conversation.said


def test_a_caregiver_is_asked_for_their_own_consent(parts, family):
    with Conversation(parts, family.caregiver, Channel.WHATSAPP) as conversation:
        conversation.is_welcomed()

    assert conversation.said[0] == "onboarding.assent_given"
    assert "usted" in conversation.text or "le " in conversation.text
