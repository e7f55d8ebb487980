"""The words that follow a tap, rendered as ever and remembered: most of them are the same for many."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bot.domain.channels import Channel
from bot.domain.contacts import Audience
from bot.phrasebook.phrasebook import Phrasebook
from bot.phrasebook.rendering import Bubble, Speaker, render
from bot.phrasebook.segments import segments
from bot.phrasebook.source import placeholders
from bot.services.parts import Parts
from bot.services.say import pieces_of
from bot.services.speaker import speaker_for
from bot.store import contacts, told_facts
from bot.store.tables import ContactRow


@dataclass(frozen=True)
class Piece:
    """One text as it leaves."""

    text: str
    form: str
    menu: tuple[dict[str, Any], ...]
    segments: int


@dataclass(frozen=True)
class Saying:
    """One bubble in its pieces."""

    message_ids: tuple[str, ...]
    pieces: tuple[Piece, ...]


class Sayings:
    """What was rendered before, by everything that it depends on."""

    def __init__(self, words: Phrasebook) -> None:
        self._words = words
        self._needed: dict[tuple[Any, ...], frozenset[str]] = {}
        self._said: dict[tuple[Any, ...], Saying] = {}

    def needed(self, say: tuple[str, ...], audience: Audience, locale: str) -> frozenset[str]:
        """Return the values that these messages need."""
        key = (say, audience, locale)
        if key not in self._needed:
            texts = (self._words.text(message_id, audience, locale) for message_id in say)
            self._needed[key] = frozenset(name for text in texts for name in placeholders(text))
        return self._needed[key]

    def said(self, say: tuple[str, ...], speaker: Speaker) -> Saying:
        """Return the bubble for somebody of whom these values are known."""
        values = tuple(sorted(speaker.values.items()))
        key = (say, speaker.audience, speaker.locale, speaker.channel, values)
        if key not in self._said:
            self._said[key] = _saying(render(say, speaker, self._words), speaker.channel)
        return self._said[key]


def saying(
    session: Session,
    say: tuple[str, ...],
    contact: ContactRow,
    channel: Channel,
    known: Mapping[str, str],
    sayings: Sayings,
    parts: Parts,
) -> Saying:
    """Return the words; where they state facts of the journey, they are made for this contact alone."""
    plain = contacts.as_contact(contact)
    audience = plain.audience(parts.now().date())
    needed = sayings.needed(say, audience, plain.locale)
    if needed <= set(known):
        values = {name: known[name] for name in needed}
        return sayings.said(say, Speaker(audience, plain.locale, channel, values))
    bubble = render(say, speaker_for(session, contact, channel, parts), parts.words)
    told_facts.note(session, contact.id, bubble.told, parts.now())
    return _saying(bubble, channel)


def _saying(bubble: Bubble, channel: Channel) -> Saying:
    pieces = tuple(
        Piece(
            text=text,
            form=bubble.form if is_last else "none",
            menu=tuple(c.as_json() for c in bubble.menu.choices) if is_last else (),
            segments=segments(text),
        )
        for text, is_last in pieces_of(bubble, channel)
    )
    return Saying(bubble.message_ids, pieces)
