"""Turn message ids into outbound rows. Whoever calls commits them with the reason for saying them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum

from sqlalchemy.orm import Session

from bot.domain.channels import Channel
from bot.domain.consent import may_be_written_to_unasked
from bot.domain.contacts import Role
from bot.errors import AcompanaError
from bot.phrasebook.rendering import Bubble, render
from bot.phrasebook.splitting import split
from bot.services.parts import Parts
from bot.services.speaker import speaker_for
from bot.store import contacts, database, outbox, tasks
from bot.store.tables import AddressRow, ContactRow, InboundRow, OutboundRow

LATER_PART = 500
"""The part number of what is said later about a disclosure, such as the question for proof."""

NEVER = datetime.min.replace(tzinfo=UTC)


class Lane(IntEnum):
    """Who goes first when the sender is busy."""

    RISK = 0
    INTERACTIVE = 1
    CHECK_IN = 2
    BULK = 3


@dataclass
class Answering:
    """One inbound message being answered: where the answer goes and how many parts it has so far."""

    contact: ContactRow
    inbound: InboundRow
    parts_said: int = 0


def answer_with(
    session: Session,
    answering: Answering,
    say: Sequence[str],
    parts: Parts,
    *,
    simpler: bool = False,
    asked: bool = True,
    lane: Lane = Lane.INTERACTIVE,
) -> Bubble:
    """Store one bubble as the answer to an inbound message; unknown facts become a task.

    Each fact that somebody `asked` for is a question of its own; facts that were merely passed on
    the walk are one task in all.
    """
    channel = Channel(answering.inbound.channel)
    speaker = speaker_for(session, answering.contact, channel, parts, simpler)
    bubble = render(say, speaker, parts.words)
    address_id = answering.inbound.address_id
    for text, is_last in _pieces(bubble, channel):
        row = _row(answering.contact, channel, bubble, text, is_last, lane, parts)
        row.address_id, row.inbound_id = address_id, answering.inbound.id
        row.part = answering.parts_said
        session.add(row)
        session.flush()
        answering.parts_said += 1
    _queue_unknown(session, answering, bubble, asked, parts)
    return bubble


def _queue_unknown(
    session: Session, answering: Answering, bubble: Bubble, asked: bool, parts: Parts
) -> None:
    if not bubble.not_known:
        return
    open_questions = bubble.not_known if asked else [""]
    kind = "question" if asked else "unknown_facts"
    for value in open_questions:
        contact_id, inbound_id = answering.contact.id, answering.inbound.id
        tasks.queue(session, contact_id, kind, parts.now(), value, inbound_id)


def say_about_safety(
    session: Session,
    contact: ContactRow,
    inbound: InboundRow,
    say: Sequence[str],
    parts: Parts,
) -> bool:
    """Say something later about a disclosure, where it was written; return whether that is allowed.

    It needs no consent of its own, because the contact began; a STOP since then is respected.
    """
    address = session.get_one(AddressRow, inbound.address_id)
    if address.opted_out_at is not None and address.opted_out_at > inbound.received_at:
        return False
    used = [row.part for row in outbox.answers_to(session, inbound.id)]
    first = max([LATER_PART, *(part + 1 for part in used if part < LATER_PART + 100)])
    answering = Answering(contact, inbound, parts_said=first)
    answer_with(session, answering, say, parts, lane=Lane.RISK)
    database.notify(session, database.OUTBOUND)
    return True


def say_unasked(
    session: Session, contact: ContactRow, say: Sequence[str], parts: Parts, lane: Lane
) -> OutboundRow:
    """Store a message that nobody asked for and return its last piece, which has the choices.

    Without a standing consent this is refused.
    """
    address = _open_address(session, contact)
    if address is None or not accepts_unasked(session, contact):
        raise AcompanaError("This contact may not be written to unasked: no consent stands.")
    channel = Channel(address.channel)
    bubble = render(say, speaker_for(session, contact, channel, parts), parts.words)
    for text, is_last in _pieces(bubble, channel):
        row = _row(contact, channel, bubble, text, is_last, lane, parts)
        row.address_id = address.id
        session.add(row)
        session.flush()
    database.notify(session, database.OUTBOUND)
    return row


def accepts_unasked(session: Session, contact: ContactRow) -> bool:
    """Return whether a message that nobody asked for may go to this contact now."""
    agreed = contacts.consents(session, contact.id)
    return contact.paused_at is None and may_be_written_to_unasked(Role(contact.role), agreed)


def _open_address(session: Session, contact: ContactRow) -> AddressRow | None:
    """Return where the contact wrote last, or any address that did not opt out; best a reachable one."""
    usable = [a for a in contacts.addresses(session, contact.id) if a.opted_out_at is None]
    return max(usable, key=_reach, default=None)


def _reach(address: AddressRow) -> tuple[bool, datetime]:
    """An address that was unreachable counts again once somebody has written from it since."""
    heard_at = address.last_inbound_at or NEVER
    lost_at = address.unreachable_at
    return lost_at is None or heard_at > lost_at, heard_at


def _pieces(bubble: Bubble, channel: Channel) -> list[tuple[str, bool]]:
    """Return the texts of one bubble in order; the choices belong to the last one."""
    texts = split(bubble.text) if channel is Channel.SMS else [bubble.text]
    return [(text, number == len(texts)) for number, text in enumerate(texts, start=1)]


def _row(
    contact: ContactRow,
    channel: Channel,
    bubble: Bubble,
    text: str,
    is_last: bool,
    lane: Lane,
    parts: Parts,
) -> OutboundRow:
    now = parts.now()
    return OutboundRow(
        contact_id=contact.id,
        channel=channel,
        lane=lane,
        message_ids=list(bubble.message_ids),
        text=text,
        form=bubble.form if is_last else "none",
        menu=[c.as_json() for c in bubble.menu.choices] if is_last else [],
        created_at=now,
        next_attempt_at=now,
        status_at=now,
    )
