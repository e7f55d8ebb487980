"""What `acompana content check` finds: errors keep CI red, warnings are for an editor to look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.domain.contacts import Audience
from bot.phrasebook.catalogue import Catalogue
from bot.phrasebook.extraction import strings_of
from bot.phrasebook.phrasebook import Phrasebook, read_phrasebook
from bot.phrasebook.readability import hard_to_read
from bot.phrasebook.rendering import BUTTON_TITLE
from bot.phrasebook.segments import fitting, segments
from bot.phrasebook.source import EVERYBODY, placeholders
from bot.phrasebook.topics import Part
from bot.phrasebook.values import (
    ALARM,
    ALWAYS_KNOWN,
    JOURNEY_VALUES,
    SAFETY_VALUES,
    STAFF_VALUES,
)

MOST_SEGMENTS = 4
"""A paragraph that needs more SMS segments needs a short form; source: four joined by the phone."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong (`error`) or worth a look (`warning`)."""

    severity: str
    where: str
    what: str

    def as_row(self) -> dict[str, str]:
        return {"severity": self.severity, "where": self.where, "what": self.what}


def check_content(content: Path) -> list[Finding]:
    """Return every finding; broken files raise a `ContentError` that names them."""
    words = read_phrasebook(content)
    return [
        *_choices(words),
        *_values(words),
        *_topics(words),
        *_translations(words, content),
        *_texts(words),
    ]


def _choices(words: Phrasebook) -> Iterator[Finding]:
    yield from _named_choices(words)
    for choice in words.choices.values():
        for language in words.languages:
            title = words.translated(f"choice.{choice.id}", choice.title, language)
            if len(title) > BUTTON_TITLE:
                yield Finding("error", f"choice.{choice.id}", f"{title!r} is over {BUTTON_TITLE}")


def _named_choices(words: Phrasebook) -> Iterator[Finding]:
    for message in words.messages.values():
        for choice_id in {c for ids in message.choices.values() for c in ids}:
            if choice_id not in words.choices:
                yield Finding("error", message.id, f"there is no choice {choice_id}")


def _values(words: Phrasebook) -> Iterator[Finding]:
    for message in words.messages.values():
        is_for_staff = message.id.startswith("staff.")
        known = STAFF_VALUES if is_for_staff else ALWAYS_KNOWN | JOURNEY_VALUES | SAFETY_VALUES
        for value in sorted(message.placeholders() - known):
            yield Finding("error", message.id, f"nothing gives the value {{{value}}}")


def _topics(words: Phrasebook) -> Iterator[Finding]:
    for topic in words.topics.values():
        for part in topic.parts:
            for message_id in filter(None, (part.say, *part.unknown, part.none)):
                if message_id not in words.messages:
                    yield Finding("error", topic.id, f"there is no message {message_id}")
            yield from _unknown_wording(words, topic.id, part)


def _unknown_wording(words: Phrasebook, topic_id: str, part: Part) -> Iterator[Finding]:
    """A part that states facts ends in a wording that states none."""
    if not _facts(words, part.say):
        return
    if not part.unknown:
        yield Finding("error", topic_id, f"{part.say} states facts and has no `unknown` wording")
    elif _facts(words, part.unknown[-1]):
        yield Finding("error", topic_id, f"{part.unknown[-1]} must not state a fact")


def _facts(words: Phrasebook, message_id: str) -> set[str]:
    message = words.messages.get(message_id)
    return message.placeholders() & JOURNEY_VALUES if message else set()


def _translations(words: Phrasebook, content: Path) -> Iterator[Finding]:
    strings = [
        entry
        for path in [
            *(content / "messages").glob("*.yml"),
            content / "choices.yml",
            content / "values.yml",
        ]
        for entry in strings_of(path)
    ]
    for language in words.languages:
        if language != "en":
            catalogue = words.catalogues.get(language, {})
            for context, english, _ in strings:
                yield from _translation(words, language, catalogue, context, english)


def _translation(
    words: Phrasebook, language: str, catalogue: Catalogue, context: str, english: str
) -> Iterator[Finding]:
    message = words.messages.get(context.split("/", maxsplit=1)[0])
    found = catalogue.get(context)
    if found is None:
        required = message is None or message.required
        yield Finding(
            "error" if required else "warning",
            f"{language} {context}",
            "not translated",
        )
    elif placeholders(found.text) != placeholders(english):
        yield Finding("error", f"{language} {context}", "the values in braces differ from English")
    elif not found.reviewed:
        yield Finding("warning", f"{language} {context}", "fuzzy: the English text has changed")


def _texts(words: Phrasebook) -> Iterator[Finding]:
    for message in words.messages.values():
        for audience, english in message.texts.items():
            context = f"{message.id}/{audience}"
            for language in words.languages:
                text = words.translated(context, english, language)
                yield from _text(f"{language} {context}", text, language, audience)


def _text(where: str, text: str, language: str, audience: str) -> Iterator[Finding]:
    if ALARM.search(text):
        yield Finding("error", where, "an exclamation of alarm")
    if segments(fitting(text)) > MOST_SEGMENTS:
        yield Finding("warning", where, f"{segments(fitting(text))} SMS segments")
    reader = Audience.CHILD if audience == EVERYBODY else Audience(audience)
    if reason := hard_to_read(text, language, reader):
        yield Finding("warning", where, reason)
