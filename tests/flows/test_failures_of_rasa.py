"""The real dialogue engine with its action server down: nothing lost, nothing said twice."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.gateways.dialogue import DialogueDown, RasaDialogue, TurnRequest
from bot.store.tables import ConversationRow
from tests.conversation import Conversation


def test_a_dialogue_engine_that_is_not_there_is_down(family):
    nowhere = RasaDialogue("http://127.0.0.1:9")
    with pytest.raises(DialogueDown):
        nowhere.take_turn(TurnRequest(family.child, family.child, "hola", {}, []))
    assert not nowhere.ready()
    nowhere.close()


def test_the_same_message_again_gets_the_first_answer(parts, family):
    metadata = {
        "audience": "child", "role": "child", "language": "es",
        "onboarded": True, "age_known": True, "agreement": "given",
    }  # fmt: skip
    first = parts.dialogue.take_turn(
        TurnRequest(family.child, family.case_manager, "que voy a comer", metadata, [])
    )
    again = parts.dialogue.take_turn(
        TurnRequest(family.child, family.case_manager, "que voy a comer", metadata, first.events)
    )
    assert again.replies == first.replies
    assert len(again.events) == len(first.events)


def test_a_long_conversation_carries_a_bounded_load(parts, family):
    with Conversation(parts, family.child) as conversation:
        conversation.is_welcomed()
        sizes = []
        for _ in range(12):
            conversation.says("y que voy a comer?")
            sizes.append(carried(conversation))
    assert sizes[-1] < 1.2 * sizes[5]


def carried(conversation):
    with Session(conversation.parts.engine) as session:
        return len(str(session.get(ConversationRow, conversation.contact_id).events))


def test_after_an_outage_the_contact_is_answered_once(parts, family):
    down = replace(parts, dialogue=RasaDialogue("http://127.0.0.1:9"))
    with Conversation(down, family.child) as conversation:
        conversation.says("hola")
        assert conversation.said == ["fallback.unavailable"]
        down.dialogue.close()

        conversation.parts = replace(parts, now=lambda: parts.now() + timedelta(minutes=1))
        conversation.work()
        said = [row.message_ids for row in conversation.outbound()]

    assert said == [["fallback.unavailable"], ["onboarding.welcome"], ["onboarding.ask_language"]]
