"""Turn message ids into outbound rows. Whoever calls commits them with the reason for saying them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from sqlalchemy.orm import Session

from bot.domain.channels import Channel
from bot.phrasebook.rendering import Bubble, render
from bot.phrasebook.splitting import split
from bot.services.parts import Parts
from bot.services.speaker import speaker_for
from bot.services.tasks import open_task
from bot.store import database, outbox, phones, told_facts
from bot.store.tables import AddressRow, ContactRow, InboundRow, OutboundRow

LATER_PART = 500
"""The part number of what is said later about a disclosure, such as the question for proof."""


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
    for text, is_last in pieces_of(bubble, channel):
        row = outbound_row(answering.contact, channel, bubble, text, is_last, lane, parts)
        row.address_id, row.inbound_id = address_id, answering.inbound.id
        row.part = answering.parts_said
        session.add(row)
        session.flush()
        answering.parts_said += 1
    told_facts.note(session, answering.contact.id, bubble.told, parts.now())
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
        open_task(session, contact_id, kind, parts, about=value, inbound_id=inbound_id)


def say_about_safety(
    session: Session,
    contact: ContactRow,
    inbound: InboundRow,
    say: Sequence[str],
    parts: Parts,
) -> bool:
    """Say something later about a disclosure, where it was written; return whether that is allowed.

    It needs no consent of its own, because the contact began; a STOP since then is respected, and
    that somebody else holds a shared phone by now.
    """
    address = session.get_one(AddressRow, inbound.address_id)
    if address.opted_out_at is not None and address.opted_out_at > inbound.received_at:
        return False
    if phones.is_with_another(session, address, parts.now()):
        return False
    used = [row.part for row in outbox.answers_to(session, inbound.id)]
    first = max([LATER_PART, *(part + 1 for part in used if part < LATER_PART + 100)])
    answering = Answering(contact, inbound, parts_said=first)
    answer_with(session, answering, say, parts, lane=Lane.RISK)
    database.notify(session, database.OUTBOUND)
    return True


def pieces_of(bubble: Bubble, channel: Channel) -> list[tuple[str, bool]]:
    """Return the texts of one bubble in order; the choices belong to the last one."""
    texts = split(bubble.text) if channel is Channel.SMS else [bubble.text]
    return [(text, number == len(texts)) for number, text in enumerate(texts, start=1)]


def outbound_row(
    contact: ContactRow,
    channel: Channel,
    bubble: Bubble,
    text: str,
    is_last: bool,
    lane: Lane,
    parts: Parts,
) -> OutboundRow:
    """Return one piece of a bubble as it waits to be sent; whoever calls says where it goes."""
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
