"""Message ids become one bubble: the right wording, the confirmed facts, the form of the channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from emoji import replace_emoji

from bot.domain.channels import Channel
from bot.domain.contacts import Audience
from bot.domain.menus import Choice, Menu
from bot.phrasebook.facts import facts_of
from bot.phrasebook.phrasebook import Phrasebook
from bot.phrasebook.segments import fitting
from bot.phrasebook.source import placeholders
from bot.phrasebook.topics import Part

FACT_NOT_KNOWN = "questions.queued"
"""What is said where a message needs a value that nobody confirmed and has no wording for that."""

MOST_BUTTONS = 3
"""More than three quick replies need WhatsApp's approval; source: Twilio, twilio/quick-reply."""

BUTTON_TITLE = 20
"""Characters of a quick reply's title; source: Twilio, content types."""


@dataclass(frozen=True)
class Speaker:
    """For whom words are rendered, and the values that are known about them."""

    audience: Audience
    locale: str
    channel: Channel
    values: Mapping[str, str]
    no_nights: bool = False
    """A person confirmed that the journey has no night; otherwise nights are unknown or known."""
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The confirmed facts behind the values."""

    @property
    def has_no_nights(self) -> bool:
        """Whether a person confirmed that the journey has no night; else nights are unknown or known."""
        return self.no_nights or self.facts.get("night_places") == []


@dataclass(frozen=True)
class Bubble:
    """One message as it leaves: text, choices, and which message ids it says."""

    text: str
    message_ids: tuple[str, ...]
    menu: Menu = field(default_factory=Menu)
    form: str = "none"
    not_known: tuple[str, ...] = ()
    """Values that were asked for and that nobody confirmed: questions for a person."""
    told: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The facts that these words state."""


def render(say: Sequence[str], speaker: Speaker, words: Phrasebook) -> Bubble:
    """Return the bubble that says these messages one after another, a paragraph each.

    The choices are those of the last message that has any.
    """
    said, missing = _choose(say, speaker, words)
    paragraphs = [_text(message_id, speaker, words) for message_id in said]
    menu = _menu(said, speaker, words)
    told = _told(said, speaker, words)
    bubble = Bubble("\n\n".join(paragraphs), tuple(said), menu, "none", tuple(missing), told)
    if speaker.channel is Channel.WHATSAPP:
        return _for_whatsapp(bubble)
    return _for_sms(bubble, speaker.audience is Audience.YOUNGER_CHILD)


def _choose(say: Sequence[str], speaker: Speaker, words: Phrasebook) -> tuple[list[str], list[str]]:
    """Replace every message whose facts are not confirmed by its honest counterpart."""
    said: list[str] = []
    missing: list[str] = []
    for message_id in say:
        part = words.parts.get(message_id, Part(message_id))
        lacking = _lacking(message_id, speaker, words)
        if part.none and speaker.has_no_nights:
            said.append(part.none)
        elif lacking:
            missing += lacking
            said.append(_instead(part, speaker, words))
        else:
            said.append(message_id)
    return list(dict.fromkeys(said)), list(dict.fromkeys(missing))


def _instead(part: Part, speaker: Speaker, words: Phrasebook) -> str:
    """Return the first honest wording whose own values are known: the topic's, or X_unknown for X."""
    of_its_own = f"{part.say}_unknown"
    several = [*part.unknown, *([of_its_own] if of_its_own in words.messages else [])]
    fitting_ones = (m for m in several if not _lacking(m, speaker, words))
    return next(fitting_ones, FACT_NOT_KNOWN)


def _lacking(message_id: str, speaker: Speaker, words: Phrasebook) -> list[str]:
    text = words.text(message_id, speaker.audience, speaker.locale)
    return sorted(name for name in placeholders(text) if name not in speaker.values)


def _told(said: Sequence[str], speaker: Speaker, words: Phrasebook) -> dict[str, Any]:
    """Return the facts whose values stand in the words, and that there is no night where that is said."""
    texts = (words.text(message_id, speaker.audience, speaker.locale) for message_id in said)
    used = {value for text in texts for value in placeholders(text)}
    if "orientation.nights.none" in said:
        used.add("night_places")
    return {fact: speaker.facts[fact] for fact in facts_of(used) if fact in speaker.facts}


def _text(message_id: str, speaker: Speaker, words: Phrasebook) -> str:
    short = speaker.channel is Channel.SMS
    text = words.text(message_id, speaker.audience, speaker.locale, short=short)
    return text.format_map(speaker.values)


def _menu(said: Sequence[str], speaker: Speaker, words: Phrasebook) -> Menu:
    for message_id in reversed(said):
        if choices := words.choices_of(message_id, speaker.audience, speaker.locale):
            return Menu(choices)
    return Menu()


def _for_sms(bubble: Bubble, with_pictures: bool) -> Bubble:
    """Number the choices; a picture doubles the price of an SMS, so only who cannot read yet gets it."""
    titles = [c.title if with_pictures else _without_emoji(c.title) for c in bubble.menu.choices]
    lines = [f"{number} {title}" for number, title in enumerate(titles, start=1)]
    text = fitting("\n".join([bubble.text, *lines]))
    form = "numbers" if lines else "none"
    return replace(bubble, text=text, form=form)


def _without_emoji(title: str) -> str:
    return replace_emoji(title, "").strip() or title


def _for_whatsapp(bubble: Bubble) -> Bubble:
    form = whatsapp_form(bubble.menu.choices)
    return replace(bubble, form=form)


def whatsapp_form(choices: Sequence[Choice]) -> str:
    """Return `buttons` for up to three choices, `list` for more, `none` without any."""
    if not choices:
        return "none"
    return "buttons" if len(choices) <= MOST_BUTTONS else "list"
