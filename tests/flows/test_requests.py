"""What a person can ask for at any time."""

import pytest

from bot.domain.channels import Channel
from bot.phrasebook.topics import TOPIC_IDS
from tests.builders import make_family
from tests.conversation import Conversation


@pytest.fixture
def talk(conversation) -> Conversation:
    return conversation.is_welcomed()


@pytest.mark.parametrize(
    ("text", "said", "task"),
    [
        ("quiero hablar con una persona", "requests.person", "person"),
        ("cambie de numero de celular", "contact_change.number_ask", "contact_change"),
        ("no se leer me lo puede mandar en audio", "requests.read_aloud", "read_aloud"),
    ],
)
def test_what_needs_a_person_becomes_a_task(talk, text, said, task):
    talk.says(text)

    assert said in talk.said
    assert task in talk.tasks


def test_a_request_to_erase_is_asked_twice_and_goes_to_a_person(talk):
    talk.says("quiero que borren todos mis datos")
    assert talk.said == ["requests.confirm_delete"]

    talk.says("si")
    assert "requests.delete_requested" in talk.said
    assert "delete" in talk.tasks


def test_a_no_keeps_the_data(talk):
    talk.says("quiero que borren todos mis datos")
    talk.says("no")

    assert "requests.delete_kept" in talk.said
    assert "delete" not in talk.tasks


def test_stop_in_a_sentence_is_asked_once_and_then_done(talk):
    talk.says("ya no quiero que me manden mensajes")
    assert talk.said == ["requests.confirm_stop"]

    talk.says("1")
    assert talk.said == ["subscription.opted_out"]
    talk.says("hola")
    assert talk.said == ["subscription.already_out"]


def test_an_old_question_is_not_answered_by_a_later_yes(talk):
    talk.says("ya no quiero que me manden mensajes")
    talk.says("que voy a comer en el viaje")
    talk.says("si")

    assert "subscription.opted_out" not in talk.said


def test_a_pause_ends_when_the_person_asks_for_it(talk):
    talk.says("ahorita no puedo, mas tarde")
    assert talk.said == ["requests.paused"]
    assert talk.contact.paused_at is not None

    talk.says("ya regrese, sigamos")
    assert talk.contact.paused_at is None


def test_another_language_is_chosen_and_used_at_once(talk):
    talk.says("english please")
    assert talk.said == ["requests.choose_language"]

    talk.taps("language_en")
    assert talk.said[0] == "requests.language_set"
    assert "From now on" in talk.text


def test_a_language_without_words_brings_a_person_who_speaks_it(talk):
    talk.says("puede ser en mam")
    talk.taps("language_other")

    assert "requests.language_other" in talk.said
    assert "language" in talk.tasks


def test_not_understood_twice_goes_to_a_person(talk):
    talk.says("xkcdqwe asdfgh zzzxxq")
    assert talk.said[0] in {"fallback.not_understood", "requests.out_of_scope"}
    talk.says("qwrtplk jhgfdsz mnbvcx")
    offered = {choice["id"] for choice in talk.answers[-1].menu}
    assert "talk_to_person" in offered or talk.said == ["fallback.unreadable"]


@pytest.mark.parametrize("age", [7, 10, 15])
def test_a_child_of_every_age_can_ask_every_topic(parts, words, age):
    child = make_family(parts, birth_year=parts.now().year - age).child
    with Conversation(parts, child, Channel.WHATSAPP) as talk:
        talk.is_welcomed()
        for topic in TOPIC_IDS:
            talk.taps(f"topic_{topic}")
            assert talk.answers, topic
            assert "{" not in talk.text
            assert not {"fallback.unavailable", "fallback.not_understood"} & set(talk.said), topic


def test_a_caregiver_can_ask_every_topic(parts, family):
    with Conversation(parts, family.caregiver) as talk:
        talk.is_welcomed()
        for topic in TOPIC_IDS:
            talk.taps(f"topic_{topic}")
            assert any(m.startswith(f"orientation.{topic}.") for m in talk.said), topic


def test_a_choice_that_is_tapped_late_still_means_what_it_said(talk):
    with talk.on(Channel.WHATSAPP) as whatsapp:
        whatsapp.taps("topic_rights")
        assert any(m.startswith("orientation.rights.") for m in whatsapp.said)


def test_the_caregiver_never_reads_what_the_child_wrote(parts, family):
    with Conversation(parts, family.child) as child:
        child.is_welcomed().says("mi secreto es la palabra murcielago")
    with Conversation(parts, family.caregiver) as caregiver:
        caregiver.is_welcomed().says("que escribio mi hija")

    everything = "\n".join(row.text for row in caregiver.outbound())
    assert "murcielago" not in everything
