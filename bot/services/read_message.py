"""What one inbound message is, before any dialogue: a choice, words, or something we cannot read."""

from dataclasses import dataclass, field

from bot.domain.menus import Choice, Menu
from bot.domain.typed_text import (
    LONGEST_READ,
    has_letters,
    is_latin,
    without_leading_slash,
)
from bot.phrasebook.emoji_meanings import meaning, only_emoji
from bot.phrasebook.phrasebook import Phrasebook
from bot.store.tables import InboundRow, OutboundRow

LONG_FOR_A_PERSON = 600
"""Characters from which a person reads a message too: a whole story holds more than one question."""


@dataclass(frozen=True)
class Reading:
    """What to do with a message: tell the dialogue `text`, or answer with `say` directly."""

    text: str | None = field(default=None, repr=False)
    say: tuple[str, ...] = ()
    task: str | None = None


def read_message(inbound: InboundRow, shown: OutboundRow | None, words: Phrasebook) -> Reading:
    """Return what a message means; only our own choices become commands to the dialogue."""
    task = "media" if inbound.media else None
    if choice := chosen(inbound, shown, words):
        return Reading(choice.payload, task=task)
    typed = without_leading_slash(inbound.text)[:LONGEST_READ].strip()
    if not has_letters(typed):
        return _without_letters(typed, task, words)
    if not is_latin(typed):
        return Reading(say=("fallback.unreadable",), task="language")
    if len(inbound.text) > LONG_FOR_A_PERSON:
        task = task or "long_message"
    return Reading(typed, task=task)


def chosen(inbound: InboundRow, shown: OutboundRow | None, words: Phrasebook) -> Choice | None:
    """Return the choice that a message selects: a tapped button, also an old one, or of the last menu."""
    if inbound.choice_id and inbound.choice_id in words.choices:
        return words.choice(inbound.choice_id, "en")
    if shown is None:
        return None
    menu = Menu(tuple(Choice.from_json(c) for c in shown.menu))
    return menu.chosen(inbound.text)


def _without_letters(typed: str, task: str | None, words: Phrasebook) -> Reading:
    if typed and only_emoji(typed) and (payload := meaning(typed, words.emoji)):
        return Reading(payload, task=task)
    if any(c.isdigit() for c in typed):
        return Reading(typed, task=task)
    if task:
        return Reading(say=("fallback.media",), task=task)
    return Reading(say=("fallback.no_words",))
