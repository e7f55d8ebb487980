"""A message at which answering fails, whatever the failure is, holds up nobody else's."""

import pytest
from sqlalchemy.exc import OperationalError

from bot.domain.dialogue import Reply
from bot.services.answer_inbound import answer_next
from bot.services.screen_inbound import screen_next
from tests.builders import make_family
from tests.conversation import Conversation

BAD = "esto rompe algo"
UNAVAILABLE = ["fallback.unavailable"]


@pytest.fixture
def dialogue(dialogue):
    """Answers everything but one text."""
    answer = dialogue.take_turn

    def take_turn(request):
        if request.text == BAD:
            raise dialogue.failure_of_bad
        return answer(request)

    dialogue.failure_of_bad = ZeroDivisionError("the words of a contact")
    dialogue.take_turn = take_turn
    return dialogue


@pytest.fixture
def other(quiet_parts):
    with Conversation(quiet_parts, make_family(quiet_parts).child) as talk:
        yield talk


def test_other_contacts_are_answered(quiet_conversation, other):
    quiet_conversation.says(BAD)
    other.says("hola")
    assert other.said == ["requests.greet"]
    assert quiet_conversation.said_ever == [UNAVAILABLE]


def test_it_is_tried_a_few_times_and_then_read_by_a_person(quiet_conversation):
    quiet_conversation.says(BAD)
    assert quiet_conversation.tasks == []
    for _ in range(6):
        quiet_conversation.later(minutes=2)
    assert quiet_conversation.tasks == ["unanswered"]
    assert quiet_conversation.said_ever == [UNAVAILABLE]

    quiet_conversation.says("hola")
    assert quiet_conversation.said == ["requests.greet"]


def test_what_failed_once_is_answered_the_next_time(quiet_conversation, dialogue):
    quiet_conversation.says(BAD)
    dialogue.take_turn = type(dialogue).take_turn.__get__(dialogue)
    quiet_conversation.later(minutes=1)
    assert quiet_conversation.said_ever == [UNAVAILABLE, ["requests.greet"]]


def test_a_failure_of_the_words_themselves_holds_up_nobody(quiet_conversation, other, dialogue):
    good, dialogue.replies = dialogue.replies, (Reply(("there.is_no_such_message",)),)
    quiet_conversation.says("hola")
    dialogue.replies = good
    other.says("hola")
    assert other.said == ["requests.greet"]


def test_where_even_the_apology_fails_others_are_answered(quiet_conversation, other, monkeypatch):
    def fails(*_):
        raise KeyError("this contact cannot be spoken to")

    quiet_conversation.phone.write(BAD)
    with monkeypatch.context() as broken:
        broken.setattr("bot.services.answer_inbound._own_up", fails)
        while screen_next(quiet_conversation.parts):
            pass
        with pytest.raises(KeyError):
            answer_next(quiet_conversation.parts)
        assert not answer_next(quiet_conversation.parts)  # it waits for its next attempt
    other.says("hola")
    assert other.said == ["requests.greet"]


def test_a_database_that_is_away_is_no_messages_fault(quiet_conversation, dialogue):
    dialogue.failure_of_bad = OperationalError("select", {}, Exception())
    quiet_conversation.phone.write(BAD)
    while screen_next(quiet_conversation.parts):
        pass
    with pytest.raises(OperationalError):
        answer_next(quiet_conversation.parts)
    assert quiet_conversation.inbound(quiet_conversation.phone.references[-1]).attempts == 0


def test_the_log_has_no_words(quiet_conversation, caplog):
    quiet_conversation.says(BAD)
    assert "ZeroDivisionError at" in caplog.text
    assert "the words of a contact" not in caplog.text
    assert BAD not in caplog.text
