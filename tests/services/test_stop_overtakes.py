"""STOP is heeded while older messages still wait for the dialogue engine, and is confirmed once."""

import pytest

from bot.domain.delivery import Status
from bot.gateways.dialogue import DialogueDown
from bot.services.answer_inbound import answer_next
from bot.services.say import Lane
from bot.services.say_unasked import say_unasked
from bot.services.screen_inbound import screen_next
from bot.services.send_outbound import send_next
from bot.store import contacts, database

CONFIRMED = ["subscription.opted_out"]


@pytest.fixture
def down(quiet_conversation, dialogue):
    """She wrote, and Rasa has been down since."""
    dialogue.failure = DialogueDown("ConnectError")
    quiet_conversation.says("hola")
    assert quiet_conversation.said == ["fallback.unavailable"]
    return quiet_conversation


def has_left(conversation):
    with database.unit_of_work(conversation.parts.engine) as session:
        addresses = contacts.addresses(session, conversation.contact_id)
        return {row.channel for row in addresses if row.opted_out_at is not None}


@pytest.mark.parametrize("word", ["ALTO", "Stop", "darme de baja"])
def test_stop_is_heeded_and_confirmed_while_rasa_is_down(down, word):
    down.says(word)
    assert down.said == CONFIRMED
    assert has_left(down) == {"sms"}


def test_nothing_unasked_leaves_after_it(down):
    with database.unit_of_work(down.parts.engine) as session:
        contact = contacts.get(session, down.contact_id)
        say_unasked(session, contact, ["check_in.remind"], down.parts, Lane.CHECK_IN)
    down.phone.write("ALTO")
    assert screen_next(down.parts)
    assert down.outbound()[-2].status == Status.CANCELLED
    while send_next(down.parts):
        pass
    assert [r.message_ids for r in down.outbound() if r.status != Status.CANCELLED] == [
        ["fallback.unavailable"],
        CONFIRMED,
    ]


def test_when_the_line_reaches_it_nothing_more_is_said(down, dialogue):
    down.says("ALTO")
    dialogue.failure = None
    down.later(minutes=2)
    assert down.said_ever == [["fallback.unavailable"], CONFIRMED]
    assert [r.text for r in dialogue.requests] == ["hola"]  # only the attempt before it
    assert down.tasks == ["unanswered"]  # a person reads what she wrote before she left


def test_the_confirmation_is_not_withdrawn_by_the_line(down):
    """The line reaches the word before the sender has looked."""
    down.phone.write("ALTO")
    while screen_next(down.parts) or answer_next(down.parts):
        pass
    down.later(minutes=2)
    (row,) = [r for r in down.outbound() if r.message_ids == CONFIRMED]
    assert row.status != Status.CANCELLED


def test_two_stops_are_confirmed_once(down):
    down.phone.write("ALTO")
    down.says("ALTO")
    down.later(minutes=2)
    assert down.said_ever.count(CONFIRMED) == 1


def test_who_comes_back_after_it_is_back(down, dialogue):
    down.says("ALTO").says("ALTA")
    dialogue.failure = None
    down.later(minutes=2)
    assert has_left(down) == set()
    assert down.said_ever[-1] == ["subscription.opted_in"]


def test_where_the_provider_has_answered_it_we_stay_silent(down):
    down.says("parar todo", OptOutType="STOP")
    assert down.answers == []
    assert has_left(down) == {"sms"}


def test_later_words_are_answered_once_with_the_way_back(down):
    down.says("ALTO")
    down.later(minutes=2)
    down.says("hola?")
    assert down.said == ["subscription.already_out"]
