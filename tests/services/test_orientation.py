import pytest

from bot.domain.contacts import Audience
from bot.phrasebook.topics import TOPIC_IDS
from bot.services import orientation

CHILDREN = [Audience.YOUNGER_CHILD, Audience.CHILD, Audience.TEEN]


def walk(audience: Audience) -> list[str]:
    told: list[str] = []
    topic = orientation.next_topic(audience, None)
    while topic is not None:
        told.append(topic)
        topic = orientation.next_topic(audience, topic)
    return told


@pytest.mark.parametrize("audience", Audience)
def test_the_walk_tells_every_step_once_in_the_order_of_the_curriculum(audience: Audience) -> None:
    told = walk(audience)

    assert told[0] == "steps"
    assert told == sorted(set(told), key=TOPIC_IDS.index)


@pytest.mark.parametrize("audience", CHILDREN)
def test_children_are_not_walked_through_what_adults_prepare(audience: Audience) -> None:
    assert not {"pick_up", "prepare_home"} & set(walk(audience))


def test_caregivers_hear_where_to_collect_the_child() -> None:
    assert {"pick_up", "prepare_home"} <= set(walk(Audience.CAREGIVER))


@pytest.mark.parametrize("current", [orientation.FINISHED, "a topic that was renamed"])
def test_nothing_follows_the_end(current: str) -> None:
    assert orientation.next_topic(Audience.CHILD, current) is None


def test_a_walk_goes_on_after_a_topic_that_is_no_longer_walked_for_this_person() -> None:
    assert orientation.next_topic(Audience.CHILD, "pick_up") == "rights"


@pytest.mark.parametrize(
    ("current", "going_on"), [(None, False), ("meals", True), (orientation.FINISHED, False)]
)
def test_the_orientation_goes_on_between_its_first_and_its_last_topic(
    current: str | None, going_on: bool
) -> None:
    assert orientation.is_going_on(current) is going_on


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("asked", TOPIC_IDS)
def test_every_question_is_answered_or_given_to_a_person(asked: str, audience: Audience) -> None:
    reply = orientation.answer(asked, audience)

    assert reply.say
    if reply.say == ("questions.queued",):
        assert [e["about"] for e in reply.effects if e["do"] == "queue_task"] == [asked]
    else:
        assert [e["do"] for e in reply.effects] == ["note_topic"]


@pytest.mark.parametrize("asked", TOPIC_IDS)
def test_caregivers_get_an_answer_about_every_topic(asked: str) -> None:
    assert orientation.topic_for(asked, Audience.CAREGIVER) == asked


@pytest.mark.parametrize("audience", CHILDREN)
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("pick_up", "caregivers"),
        ("prepare_home", "caregivers"),
        ("signs_of_distress", "feelings"),
        ("family_support", "support_after"),
    ],
)
def test_a_child_who_asks_like_an_adult_hears_the_childs_side(
    asked: str, told: str, audience: Audience
) -> None:
    reply = orientation.answer(asked, audience)

    assert reply.say == orientation.topic_to_say(told, audience)
    assert reply.effects == ({"do": "note_topic", "topic": told},)


def test_a_child_who_asks_about_papers_is_not_told_an_adults_answer() -> None:
    assert orientation.topic_to_say("documents", Audience.CHILD) == ()
    assert orientation.answer("documents", Audience.CHILD).say == ("questions.queued",)


def test_a_topic_that_does_not_exist_goes_to_a_person() -> None:
    assert orientation.answer("football", Audience.CHILD).say == ("questions.queued",)


def test_what_is_asked_below_a_topic_comes_last_in_the_same_bubble() -> None:
    reply = orientation.answer("meals", Audience.CHILD, after=("questions.more",))

    assert reply.say == (*orientation.topic_to_say("meals", Audience.CHILD), "questions.more")


def test_a_topic_is_said_again_for_younger_readers() -> None:
    reply = orientation.simpler("meals", Audience.TEEN)

    assert reply.simpler
    assert reply.say == (
        "requests.simpler_intro",
        *orientation.topic_to_say("meals", Audience.TEEN),
    )


@pytest.mark.parametrize(
    ("told", "audience"),
    [
        (None, Audience.CHILD),
        ("meals", Audience.YOUNGER_CHILD),
        ("meals", Audience.CAREGIVER),
        ("documents", Audience.TEEN),
    ],
)
def test_it_is_said_honestly_that_there_are_no_simpler_words(
    told: str | None, audience: Audience
) -> None:
    reply = orientation.simpler(told, audience)

    assert reply.say == ("requests.no_simpler",)
    assert not reply.simpler
