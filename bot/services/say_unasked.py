"""Say something that nobody asked for: only with a standing consent, where it will arrive."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.channels import Channel
from bot.domain.consent import may_be_written_to_unasked
from bot.domain.contacts import Role
from bot.domain.reach import Route, Way, route
from bot.errors import AcompanaError
from bot.phrasebook.rendering import Bubble, render
from bot.services.circumstances import reaches_of
from bot.services.parts import Parts
from bot.services.say import Lane, outbound_row, pieces_of
from bot.services.speaker import speaker_for
from bot.store import contacts, database, told_facts
from bot.store.tables import ContactRow, OutboundRow

INVITES = {Way.TEMPLATE: "check_in.invite", Way.ASK_WHO: "contact_change.shared_ask_who"}
"""What is said first where the words themselves may not be."""


@dataclass(frozen=True)
class Unasked:
    """What is said, in which lane, and for which check-in."""

    say: Sequence[str]
    lane: Lane
    check_in_id: UUID | None = None
    template: str | None = None


def say_unasked(
    session: Session, contact: ContactRow, say: Sequence[str], parts: Parts, lane: Lane
) -> OutboundRow:
    """Store a message that nobody asked for and return its last piece, which has the choices.

    Without a standing consent, or where nothing would arrive, this is refused.
    """
    found = _way_to(session, contact, parts)
    if found is None or not accepts_unasked(session, contact):
        raise AcompanaError("This contact may not be written to unasked: no consent stands.")
    row = say_first(session, contact, found, Unasked(say, lane), parts)
    session.flush()
    database.notify(session, database.OUTBOUND)
    return row


def _way_to(session: Session, contact: ContactRow, parts: Parts) -> Route | None:
    """Return the best way; where none is sure to arrive, free words, which fall back to SMS."""
    addresses = reaches_of(contacts.addresses(session, contact.id))
    has_template = template_of("check_in.invite", contact, parts) is not None
    found = route(addresses, parts.now(), has_template=has_template)
    usable = [a for a in addresses if a.is_usable]
    if found is not None or not usable:
        return found
    return Route(usable[0], Way.ASK_WHO if usable[0].shared else Way.DIRECT)


def accepts_unasked(session: Session, contact: ContactRow) -> bool:
    """Return whether a message that nobody asked for may go to this contact now."""
    agreed = contacts.consents(session, contact.id)
    return contact.paused_at is None and may_be_written_to_unasked(Role(contact.role), agreed)


def say_first(
    session: Session, contact: ContactRow, way: Route, unasked: Unasked, parts: Parts
) -> OutboundRow:
    """Say it, or the neutral message that has to come before it."""
    if way.way is Way.DIRECT:
        return say_at(session, contact, way.address.id, unasked, parts)
    invite = INVITES[way.way]
    template = None
    if way.way is Way.TEMPLATE:
        template = template_of(invite, contact, parts)
    neutral = Unasked([invite], unasked.lane, unasked.check_in_id, template)
    return say_at(session, contact, way.address.id, neutral, parts)


def template_of(message_id: str, contact: ContactRow, parts: Parts) -> str | None:
    """Return the provider's reference of an approved message in the contact's language."""
    template = parts.words.templates.get(message_id)
    return template.references.get(contact.language) if template else None


def say_at(
    session: Session, contact: ContactRow, address_id: UUID, unasked: Unasked, parts: Parts
) -> OutboundRow:
    """Store the message for one address, in pieces where SMS needs them; whoever calls wakes the sender."""
    channel = Channel(contacts.address(session, address_id).channel)
    bubble = render(unasked.say, speaker_for(session, contact, channel, parts), parts.words)
    row = _store(session, contact, address_id, channel, bubble, unasked, parts)
    told_facts.note(session, contact.id, bubble.told, parts.now())
    return row


def _store(
    session: Session,
    contact: ContactRow,
    address_id: UUID,
    channel: Channel,
    bubble: Bubble,
    unasked: Unasked,
    parts: Parts,
) -> OutboundRow:
    for text, is_last in pieces_of(bubble, channel):
        row = outbound_row(contact, channel, bubble, text, is_last, unasked.lane, parts)
        row.address_id, row.check_in_id = address_id, unasked.check_in_id
        row.template = unasked.template
        session.add(row)
    return row
