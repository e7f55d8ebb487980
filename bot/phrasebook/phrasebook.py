"""The words of Acompaña in one object: texts, choices, topics."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.domain.contacts import Audience, wordings
from bot.domain.menus import Choice
from bot.errors import ContentError
from bot.phrasebook.catalogue import (
    Catalogue,
    Language,
    chain,
    read_catalogues,
    read_languages,
)
from bot.phrasebook.country_services import (
    HelpLine,
    Line,
    read_emergency_lines,
    read_help_lines,
)
from bot.phrasebook.emoji_meanings import read_meanings
from bot.phrasebook.source import (
    EVERYBODY,
    SourceChoice,
    SourceMessage,
    read_choices,
    read_messages,
    read_values,
)
from bot.phrasebook.templates import Template, read_templates
from bot.phrasebook.topics import Part, Topic, read_topics


@dataclass(frozen=True)
class Phrasebook:
    """Everything that can be said. Read once; never changes while a process runs."""

    messages: dict[str, SourceMessage]
    choices: dict[str, SourceChoice]
    values: dict[str, str]
    topics: dict[str, Topic]
    languages: dict[str, Language]
    catalogues: dict[str, Catalogue]
    emergency: dict[str, Line]
    help_lines: dict[str, tuple[HelpLine, ...]]
    emoji: dict[str, str]
    templates: dict[str, Template]

    @cached_property
    def parts(self) -> dict[str, Part]:
        """Return the parts of all topics by the message that says them."""
        return {part.say: part for topic in self.topics.values() for part in topic.parts}

    def text(self, message_id: str, audience: Audience, locale: str, short: bool = False) -> str:
        """Return the words with their placeholders, in the closest wording and language there is."""
        message = self.message(message_id)
        for wording in (*wordings(audience), EVERYBODY):
            if short and wording in message.short_texts:
                context, english = (
                    f"{message_id}/{wording}/sms",
                    message.short_texts[wording],
                )
            elif wording in message.texts:
                context, english = f"{message_id}/{wording}", message.texts[wording]
            else:
                continue
            return self.translated(context, english, locale)
        raise ContentError(f"{message_id} has no text for {audience}.")

    def message(self, message_id: str) -> SourceMessage:
        """Return the source message; an id that does not exist is a mistake in a flow."""
        if message_id not in self.messages:
            raise ContentError(f"There is no message {message_id}.")
        return self.messages[message_id]

    def translated(self, context: str, english: str, locale: str) -> str:
        """Return the translation along the language's fallback chain, English where there is none."""
        for code in chain(locale):
            if found := self.catalogues.get(code, {}).get(context):
                return found.text
        return english

    def value(self, value_id: str, locale: str) -> str:
        """Return the word for a coded fact; a code that has no word is shown as it was entered."""
        english = self.values.get(value_id)
        return (
            self.translated(value_id, english, locale)
            if english
            else value_id.rsplit(".", maxsplit=1)[-1]
        )

    def choices_of(self, message_id: str, audience: Audience, locale: str) -> tuple[Choice, ...]:
        """Return the choices that a message shows to that audience, titled in that language."""
        by_audience = self.message(message_id).choices
        for wording in (*wordings(audience), EVERYBODY):
            if wording in by_audience:
                return tuple(self.choice(c, locale) for c in by_audience[wording])
        return ()

    def choice(self, choice_id: str, locale: str) -> Choice:
        """Return one choice; words of every language select it, for people mix languages."""
        source = self.choices[choice_id]
        title = self.translated(f"choice.{choice_id}", source.title, locale)
        words = [word for said in source.words.values() for word in said]
        return Choice(choice_id, title, source.payload, (source.title, *words), source.emoji)


def read_phrasebook(content: Path) -> Phrasebook:
    """Read content/ and refuse what is broken, naming the file and the entry."""
    messages: dict[str, SourceMessage] = {}
    for path in sorted((content / "messages").glob("*.yml")):
        for message in read_messages(path):
            if message.id in messages:
                raise ContentError(f"{path.name}: {message.id} exists twice.")
            messages[message.id] = message
    return Phrasebook(
        messages=messages,
        choices=read_choices(content / "choices.yml"),
        values={k: text for k, (text, _) in read_values(content / "values.yml").items()},
        topics=read_topics(content / "orientation"),
        languages=read_languages(content / "languages.yml"),
        catalogues=read_catalogues(content / "locale"),
        emergency=read_emergency_lines(content / "services"),
        help_lines=read_help_lines(content / "services"),
        emoji=read_meanings(content / "emoji.yml"),
        templates=read_templates(content / "templates.yml"),
    )
