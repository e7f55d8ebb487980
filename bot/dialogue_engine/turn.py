"""One turn of a conversation that is carried in and out: Rasa keeps nothing between two calls."""

from dataclasses import dataclass
from typing import Any, Dict, List, Optional

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
    deserialise_events,
)
from rasa.shared.core.trackers import DialogueStateTracker

TURNS_KEPT = 4
"""Verbatim turns that travel with a conversation; what came before is kept as slots and open form.

Rasa's rules look at the state, not at the past, and its cost grows by about 1 ms for each earlier
message.
"""

CHECK_IN_FORM, CHECK_IN_ANSWER = "check_in_form", "check_in_answer"


@dataclass
class Request:
    """What the worker sends: an opaque contact, one text, and the conversation so far."""

    sender: str
    message_id: str
    text: str
    metadata: Dict[str, Any]
    events: List[Dict[str, Any]]


async def answer(agent: Agent, request: Request) -> Dict[str, Any]:
    """Return the replies, the understood intent and the conversation after this turn.

    A message id that the conversation already holds gets its first answer again.
    """
    tracker = _restore(agent.processor, request)
    if _turn_of(tracker, request.message_id) is None:
        await _take_turn(agent.processor, tracker, request)
    turn = _turn_of(tracker, request.message_id)
    assert turn is not None, "the turn that was just taken"
    return {
        "replies": [e.data["custom"] for e in turn if _is_reply(e)],
        "intent": _intent(turn[0]),
        "events": [e.as_dict() for e in _compact(agent.processor, tracker)],
    }


async def _take_turn(
    processor: MessageProcessor, tracker: DialogueStateTracker, request: Request
) -> None:
    channel = CollectingOutputChannel()
    message = UserMessage(
        text=request.text,
        output_channel=channel,
        sender_id=request.sender,
        input_channel="acompana",
        message_id=request.message_id,
        metadata=request.metadata,
    )
    _begin(processor, tracker)
    await processor._update_tracker_session(tracker, channel, request.metadata)
    _believe_the_worker(tracker, request.metadata)
    await processor._handle_message_with_tracker(message, tracker)
    tracker = await processor.run_action_extract_slots(channel, tracker)
    await processor._run_prediction_loop(channel, tracker)


def _begin(processor: MessageProcessor, tracker: DialogueStateTracker) -> None:
    """Close the question of a session that has ended: a yes of today does not answer it."""
    if processor._has_session_expired(tracker):
        tracker.update(SlotSet("pending", "none"), processor.domain)


def _believe_the_worker(tracker: DialogueStateTracker, metadata: Dict[str, Any]) -> None:
    """Take over what may change between messages: one fact, and which questions wait.

    Before the message is read: a slot that is set after it counts as its answer to a form.
    """
    onboarded = bool(metadata.get("onboarded"))
    if tracker.get_slot("onboarded") is not onboarded:
        tracker.update(SlotSet("onboarded", onboarded))
    check_in = metadata.get("check_in") if onboarded else None  # who reads this is told first
    for event in _check_in_events(tracker, check_in):
        tracker.update(event)


def _check_in_events(
    tracker: DialogueStateTracker, check_in: Optional[Dict[str, Any]]
) -> List[Event]:
    """Let the form wait for the question that the worker asked, or end it where the worker did."""
    known = tracker.get_slot("check_in") or {}
    if check_in is None:
        over = [ActiveLoop(None), SlotSet("requested_slot", None)]
        is_waiting = tracker.active_loop_name == CHECK_IN_FORM
        return [*([SlotSet("check_in", None)] if known else []), *(over if is_waiting else [])]
    return [
        *(_before_the_next_check_in() if known.get("id") != check_in["id"] else []),
        SlotSet("check_in", check_in),
        SlotSet(CHECK_IN_ANSWER, None),
        ActiveLoop(CHECK_IN_FORM),
        SlotSet("requested_slot", CHECK_IN_ANSWER),
    ]


def _before_the_next_check_in() -> List[Event]:
    """Close what was open: a yes of today answers the questions of today."""
    return [SlotSet("check_in_put_off_at", None), SlotSet("pending", "none")]


def _restore(processor: MessageProcessor, request: Request) -> DialogueStateTracker:
    return DialogueStateTracker.from_events(
        request.sender,
        deserialise_events(request.events),
        processor.domain.slots,
        domain=processor.domain,
    )


def _turn_of(tracker: DialogueStateTracker, message_id: str) -> Optional[List[Event]]:
    """Return the events from this user message up to the next one; None if it is not there."""
    events = list(tracker.events)
    starts = [i for i, e in enumerate(events) if isinstance(e, UserUttered)]
    for start, end in zip(starts, [*starts[1:], len(events)], strict=False):
        if events[start].message_id == message_id:
            return events[start:end]
    return None


def _is_reply(event: Event) -> bool:
    return isinstance(event, BotUttered) and bool(event.data.get("custom"))


def _intent(event: Event) -> Dict[str, Any]:
    return {
        "name": event.intent.get("name"),
        "confidence": event.intent.get("confidence", 0.0),
    }


def _compact(processor: MessageProcessor, tracker: DialogueStateTracker) -> List[Event]:
    """Return the last turns verbatim after a summary of what came before them."""
    events = list(tracker.applied_events())
    starts = [i for i, e in enumerate(events) if isinstance(e, UserUttered)]
    if len(starts) <= TURNS_KEPT:
        return events
    cut = starts[-TURNS_KEPT]
    before = DialogueStateTracker.from_events(
        tracker.sender_id, events[:cut], processor.domain.slots, domain=processor.domain
    )
    return _summary(before) + events[cut:]


def _summary(tracker: DialogueStateTracker) -> List[Event]:
    slots = [
        SlotSet(name, slot.value)
        for name, slot in tracker.slots.items()
        if slot.value is not None and slot.value != slot.initial_value
    ]
    loop = [ActiveLoop(tracker.active_loop_name)] if tracker.active_loop_name else []
    return [SessionStarted(), *slots, *loop, ActionExecuted(ACTION_LISTEN_NAME)]
