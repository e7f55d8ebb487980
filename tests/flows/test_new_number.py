"""A person says that they have another number; the dialogue engine understands it."""

import pytest

from tests.builders import fresh_number
from tests.conversation import Conversation


@pytest.fixture
def talk(conversation) -> Conversation:
    return conversation.is_welcomed()


def test_the_number_is_asked_for_and_then_taken(talk):
    talk.says("cambie de numero de celular")
    assert talk.said == ["contact_change.number_ask"]
    assert "contact_change" in talk.tasks

    talk.says(f"es el {fresh_number('+5027779')}")
    assert talk.said == ["contact_change.number_sent"]


def test_a_number_that_comes_with_the_news_is_taken_at_once(talk):
    talk.says(f"cambie de numero de celular, ahora es {fresh_number('+5027779')}")

    assert talk.said == ["contact_change.number_sent"]


def test_something_else_is_answered_and_the_number_may_still_come(talk):
    talk.says("cambie de numero de celular")
    talk.says("que voy a comer en el viaje")
    assert any(m.startswith("orientation.meals") for m in talk.said)

    talk.says(fresh_number("+5027779"))
    assert talk.said == ["contact_change.number_sent"]
