"""The orientation: which topic comes next, and what is said about a topic to whom."""

from collections.abc import Mapping, Sequence
from functools import cache

from bot.domain.contacts import Audience
from bot.domain.dialogue import Reply
from bot.phrasebook.topics import TOPIC_IDS, Topic, read_topics, walked
from bot.settings import CONTENT

FINISHED = "finished"
"""Stands where the last topic told would stand, once all have been told."""

INSTEAD = {
    "pick_up": "caregivers",
    "prepare_home": "caregivers",
    "signs_of_distress": "feelings",
    "family_support": "support_after",
}
"""What a child hears who asks about a topic that is written for adults."""


@cache
def curriculum() -> Mapping[str, Topic]:
    """Return the topics by id, in the order in which they are walked."""
    return read_topics(CONTENT / "orientation")


def topic_for(asked: str, audience: Audience) -> str | None:
    """Return the topic that answers a question: the one asked about, its substitute, or none."""
    for topic_id in (asked, INSTEAD.get(asked, asked)):
        topic = curriculum().get(topic_id)
        if topic and audience in topic.audiences:
            return topic_id
    return None


def topic_to_say(asked: str, audience: Audience) -> tuple[str, ...]:
    """Return the message ids that answer a question; none where this audience has no answer."""
    topic_id = topic_for(asked, audience)
    return tuple(part.say for part in curriculum()[topic_id].parts) if topic_id else ()


def answer(asked: str, audience: Audience, after: Sequence[str] = ()) -> Reply:
    """Return what is said about a topic, then `after`; a person gets what has no answer."""
    topic_id = topic_for(asked, audience)
    if topic_id is None:
        queued = {"do": "queue_task", "kind": "question", "about": asked}
        return Reply(("questions.queued",), effects=(queued,))
    note = {"do": "note_topic", "topic": topic_id}
    return Reply((*topic_to_say(topic_id, audience), *after), effects=(note,))


def simpler(told: str | None, audience: Audience, after: Sequence[str] = ()) -> Reply:
    """Return the last topic in the words of the next younger audience, or that there are none."""
    younger = next_younger(audience)
    topic = curriculum().get(told or "")
    if topic is None or younger is None or younger not in topic.audiences:
        return Reply(("requests.no_simpler",))
    parts = tuple(part.say for part in topic.parts)
    return Reply(("requests.simpler_intro", *parts, *after), simpler=True)


def next_younger(audience: Audience) -> Audience | None:
    """Return for whom simpler words are written.

    None for the youngest, and for caregivers: the words for teenagers speak to the one who travels.
    """
    return {Audience.TEEN: Audience.CHILD, Audience.CHILD: Audience.YOUNGER_CHILD}.get(audience)


def next_topic(audience: Audience, current: str | None) -> str | None:
    """Return the topic that follows `current`: the first without one, none after the last."""
    walk = walked(curriculum(), audience)
    if current is None:
        return walk[0]
    if current not in TOPIC_IDS:
        return None
    told = TOPIC_IDS.index(current)
    return next((topic_id for topic_id in walk if TOPIC_IDS.index(topic_id) > told), None)


def is_going_on(current: str | None) -> bool:
    """Return whether the orientation has begun and not ended."""
    return current in TOPIC_IDS
