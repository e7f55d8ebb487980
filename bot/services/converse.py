"""One turn with the dialogue engine: its replies become outbound rows, its effects are recorded."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid5

from sqlalchemy.orm import Session

from bot.domain.consent import Agreement
from bot.domain.contacts import Role
from bot.domain.dialogue import Reply
from bot.domain.disclosure import Disclosed
from bot.gateways.dialogue import Turn, TurnRequest
from bot.services.answer_check_in import check_in_for_dialogue
from bot.services.apply_effects import apply
from bot.services.parts import Parts
from bot.services.say import Answering, Lane, answer_with
from bot.store import contacts, database, escalations
from bot.store.tables import ContactRow, ConversationRow

TRUE_ONLY_NOW = {"disclosure.who_when", "disclosure.line"}
"""What is not said again: by then the hour may have passed and the line be closed."""


def converse(
    session: Session,
    answering: Answering,
    text: str,
    parts: Parts,
    disclosed: Disclosed | None = None,
) -> str | None:
    """Let the dialogue engine answer and return the intent that it understood.

    Raises `DialogueDown` or `DialogueRefused`; then nothing of this turn has happened.
    """
    conversation = _conversation(session, answering.contact, parts.now())
    request = _request(session, answering, text, conversation, parts)
    if disclosed is not None:
        metadata = {**request.metadata, "disclosed": disclosed.as_metadata()}
        request = replace(request, metadata=metadata)
    try:
        turn = parts.dialogue.take_turn(request)
    finally:
        database.let_go(session)
    asked = (turn.intent or "").startswith("ask_")
    for reply in turn.replies:
        _carry_out(session, answering, reply, conversation, asked, parts)
    _remember(conversation, turn, parts.now())
    return turn.intent


def _carry_out(
    session: Session,
    answering: Answering,
    reply: Reply,
    conversation: ConversationRow,
    asked: bool,
    parts: Parts,
) -> None:
    """Effects come first: a language that was just chosen already applies to this reply."""
    held = _held_topics(session, answering.contact, parts)
    for effect in reply.effects:
        if effect.get("topic") not in held:
            apply(session, answering, effect, parts)
    say = list(reply.say)
    if any(effect["do"] == "repeat_last" for effect in reply.effects):
        say = conversation.last_said or ["requests.nothing_to_repeat"]
    say = _without(held, say)
    if say:
        lane = Lane.RISK if answering.inbound.safety else Lane.INTERACTIVE
        answer_with(session, answering, say, parts, simpler=reply.simpler, asked=asked, lane=lane)
        conversation.last_said = _worth_repeating(say)


def _held_topics(session: Session, contact: ContactRow, parts: Parts) -> frozenset[str]:
    """While the fear of a return is looked at, nothing presents that return as settled to the child."""
    is_held = contact.role == Role.CHILD and contact.journey_held_at is not None
    return parts.safety.policy.held_topics if is_held else frozenset()


def _without(held: frozenset[str], say: list[str]) -> list[str]:
    """Return what may be said; in place of a held topic, who will talk about it first."""
    kept = [message_id for message_id in say if topic_of(message_id) not in held]
    if len(kept) == len(say):
        return say
    return ["disclosure.journey_held", *(m for m in kept if m != "requests.simpler_intro")]


def _worth_repeating(say: Sequence[str]) -> list[str]:
    """Return what stays true: a promised hour and an open line are of that moment."""
    return [message_id for message_id in say if message_id not in TRUE_ONLY_NOW]


def topic_of(message_id: str) -> str:
    """Return the topic that a message of the orientation belongs to, such as `meals`."""
    family, _, rest = message_id.partition(".")
    return rest.partition(".")[0] if family == "orientation" else ""


def forget_the_conversation(
    session: Session, contact: ContactRow, said: Sequence[str], now: datetime
) -> None:
    """Let the next turn begin anew after this: a form or a walk that was going on is over."""
    conversation = _conversation(session, contact, now)
    conversation.events, conversation.last_said = [], _worth_repeating(said)


def _conversation(session: Session, contact: ContactRow, now: datetime) -> ConversationRow:
    row = session.get(ConversationRow, contact.id)
    if row is None:
        row = ConversationRow(contact_id=contact.id, events=[], last_said=[], updated_at=now)
        session.add(row)
    return row


def _remember(conversation: ConversationRow, turn: Turn, now: datetime) -> None:
    conversation.events = list(turn.events)
    conversation.updated_at = now


def _request(
    session: Session,
    answering: Answering,
    text: str,
    conversation: ConversationRow,
    parts: Parts,
) -> TurnRequest:
    return TurnRequest(
        contact_id=answering.contact.id,
        message_id=uuid5(answering.inbound.id, text),  # one message may lead to two turns
        text=text,
        metadata=_metadata(session, answering, parts),
        events=conversation.events,
    )


def _metadata(session: Session, answering: Answering, parts: Parts) -> dict[str, Any]:
    """Return what the dialogue may know: which wording, stage and questions, never who."""
    row = answering.contact
    contact = contacts.as_contact(row)
    check_in = check_in_for_dialogue(session, row, answering.inbound, parts)
    return {
        **({"check_in": check_in} if check_in else {}),
        "audience": str(contact.audience(parts.now().date())),
        "role": row.role,
        "language": row.language,
        "onboarded": row.onboarded_at is not None or _is_at_risk(session, row),
        "age_known": bool(row.birth_year or row.age_band),
        "agreement": _agreement(session, row),
    }


def _is_at_risk(session: Session, row: ContactRow) -> bool:
    """Nobody who has just told of danger is welcomed with questions about language and age."""
    return escalations.latest_of(session, row.id) is not None


def _agreement(session: Session, row: ContactRow) -> str:
    kind = Agreement.ASSENT if row.role == Role.CHILD else Agreement.OWN_CONSENT
    latest = contacts.latest_consent(session, row.id, kind)
    if latest is None:
        return "none"
    return "given" if latest.given and latest.withdrawn_at is None else "refused"
