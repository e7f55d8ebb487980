"""One turn with the dialogue engine: its replies become outbound rows, its effects are recorded."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.domain.consent import Agreement
from bot.domain.contacts import Role
from bot.domain.dialogue import Reply
from bot.gateways.dialogue import Turn, TurnRequest
from bot.services.apply_effects import apply
from bot.services.parts import Parts
from bot.services.say import Answering, answer_with
from bot.store import contacts
from bot.store.tables import ContactRow, ConversationRow


def converse(session: Session, answering: Answering, text: str, parts: Parts) -> str | None:
    """Let the dialogue engine answer and return the intent that it understood.

    Raises `DialogueDown` or `DialogueRefused`; then nothing of this turn has happened.
    """
    conversation = _conversation(session, answering.contact, parts.now())
    turn = parts.dialogue.take_turn(_request(session, answering, text, conversation, parts))
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
    for effect in reply.effects:
        apply(session, answering, effect, parts)
    say = list(reply.say)
    if any(effect["do"] == "repeat_last" for effect in reply.effects):
        say = conversation.last_said or ["requests.nothing_to_repeat"]
    if say:
        answer_with(session, answering, say, parts, simpler=reply.simpler, asked=asked)
        conversation.last_said = say


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
        message_id=answering.inbound.id,
        text=text,
        metadata=_metadata(session, answering.contact, parts),
        events=conversation.events,
    )


def _metadata(session: Session, row: ContactRow, parts: Parts) -> dict[str, Any]:
    """Return what the dialogue may know: which wording and stage, never who."""
    contact = contacts.as_contact(row)
    return {
        "audience": str(contact.audience(parts.now().date())),
        "role": row.role,
        "language": row.language,
        "onboarded": row.onboarded_at is not None,
        "age_known": bool(row.birth_year or row.age_band),
        "agreement": _agreement(session, row),
    }


def _agreement(session: Session, row: ContactRow) -> str:
    kind = Agreement.ASSENT if row.role == Role.CHILD else Agreement.OWN_CONSENT
    latest = contacts.latest_consent(session, row.id, kind)
    if latest is None:
        return "none"
    return "given" if latest.given and latest.withdrawn_at is None else "refused"
