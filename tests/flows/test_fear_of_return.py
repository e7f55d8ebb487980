"""Fear of the return: case manager and advocate know, and the trip is not spoken of as settled."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.domain.contacts import Audience
from bot.phrasebook.topics import TOPIC_IDS
from bot.services import handle_escalation
from bot.store import database, escalations
from bot.store.time_tables import ToldTopicRow
from tests.builders import FACTS, make_family, make_staff, number_of
from tests.conversation import Conversation
from tests.flows.signs import FEARS_THE_RETURN, GANG, is_believed

FACTS_OF_THE_TRIP = ("Casa Luz", "Lucía Paz", "8:30", "Nebaj", "diciembre")


@pytest.fixture
def parts(parts, time):
    """The real dialogue engine, on a clock that the test moves."""
    return replace(parts, now=time.now, pause=time.pause)


@pytest.fixture
def family(parts):
    """Wendy and her mother; they leave in December."""
    return make_family(parts, FACTS)


@pytest.fixture
def advocate(parts):
    return make_staff(parts, "Ana Ruiz", role="child_advocate", duty=[])


@pytest.fixture
def afraid(conversation, advocate):
    """Wendy knows Acompaña, and says that she is afraid to go back."""
    conversation.is_welcomed().says(FEARS_THE_RETURN)
    return conversation


def is_closed(talk, family, *, release):
    parts = talk.parts
    with database.unit_of_work(parts.engine) as session:
        row = escalations.lock(session, talk.escalation.id)
        handle_escalation.close(
            session, row, family.case_manager, "La abogada habló con ella.", parts, release=release
        )


def held(parts):
    return sorted(parts.safety.policy.held_topics)


def test_the_child_is_heard_and_two_people_know(afraid, parts, family, advocate, notifier):
    assert is_believed(afraid)
    assert afraid.said[0] == "disclosure.thank_you_fear"
    assert afraid.escalation.tier == "critical"
    elena, ana = number_of(parts, family.case_manager), number_of(parts, advocate)
    assert (elena, "sms", "staff.alert") in notifier.called
    assert (ana, "sms", "staff.advocate") in notifier.called
    assert (ana, "email", "staff.advocate") in notifier.called


def test_the_advocate_is_told_once(afraid, notifier):
    afraid.says("no quiero volver, alla me quieren matar")

    assert [template for _, _, template in notifier.called].count("staff.advocate") == 2


def test_where_there_is_no_advocate_a_person_has_to_find_one(conversation):
    conversation.says(FEARS_THE_RETURN)

    assert "advocate" in conversation.tasks


def test_no_topic_of_the_trip_is_answered_until_a_person_releases_it(afraid, parts):
    assert held(parts)
    for topic in held(parts):
        afraid.taps(f"topic_{topic}")
        assert afraid.said[0] in ("disclosure.journey_held", "questions.queued"), topic
        assert not any(m.startswith(f"orientation.{topic}") for m in afraid.said)
        assert not any(fact in afraid.text for fact in FACTS_OF_THE_TRIP), topic
        assert "Elena Paz" in afraid.text


@pytest.mark.parametrize(
    "text", ["que voy a comer en el viaje", "siguiente", "quien va conmigo en el viaje?"]
)
def test_words_and_the_walk_are_held_as_well(afraid, text):
    afraid.says(text)

    assert afraid.said[0] == "disclosure.journey_held"
    assert not any(fact in afraid.text for fact in FACTS_OF_THE_TRIP)


@pytest.mark.parametrize("again", ["otra vez", "mas facil por favor"])
def test_saying_it_again_or_more_simply_brings_nothing_out(afraid, again):
    afraid.says("que voy a comer en el viaje").says(again)

    assert not any(m.startswith("orientation.meals") for m in afraid.said)
    assert not any(fact in afraid.text for fact in FACTS_OF_THE_TRIP)
    assert "requests.simpler_intro" not in afraid.said


def test_a_topic_that_was_held_does_not_count_as_told(afraid, parts):
    before = told(parts, afraid)
    afraid.taps("topic_nights")

    assert told(parts, afraid) == before


def told(parts, talk):
    with database.unit_of_work(parts.engine) as session:
        query = select(ToldTopicRow.topic).where(ToldTopicRow.contact_id == talk.contact_id)
        return set(session.scalars(query))


def test_rights_and_help_are_still_answered(afraid, parts):
    of_caregivers = {"pick_up", "prepare_home"}  # a child hears who receives them instead
    free = set(TOPIC_IDS) - parts.safety.policy.held_topics - of_caregivers
    assert {"rights", "feelings", "safety_contacts"} <= free
    for topic in free:
        afraid.taps(f"topic_{topic}")
        assert "disclosure.journey_held" not in afraid.said, topic


def test_closing_alone_releases_nothing(afraid, family):
    is_closed(afraid, family, release=False)
    afraid.taps("topic_meals")

    assert afraid.said[0] == "disclosure.journey_held"


def test_a_person_releases_it_with_the_end(afraid, family):
    is_closed(afraid, family, release=True)
    afraid.taps("topic_meals")

    assert afraid.said[0] == "orientation.meals.what"
    assert "released" in afraid.chain


def test_the_caregivers_answers_are_the_same_as_before(parts, family, conversation, words):
    with Conversation(parts, family.caregiver) as caregiver:
        caregiver.is_welcomed()
        before = answers(caregiver, words)
        conversation.says(FEARS_THE_RETURN)
        assert answers(caregiver, words) == before

    assert "disclosure.journey_held" not in str(before)
    assert Audience.CAREGIVER in words.messages["disclosure.journey_held"].texts


def answers(talk, words):
    return [(t, talk.taps(f"topic_{t}").said, talk.text) for t in TOPIC_IDS]


def test_other_danger_holds_nothing(conversation):
    conversation.is_welcomed().says(GANG)
    conversation.taps("topic_meals")

    assert conversation.said[0] == "orientation.meals.what"


def test_it_is_held_also_where_it_came_second(conversation, advocate):
    conversation.is_welcomed().says(GANG)
    conversation.says(FEARS_THE_RETURN)
    conversation.taps("topic_meals")

    assert conversation.said[0] == "disclosure.journey_held"
