"""The English source texts under content/, read and checked once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from bot.domain.contacts import Audience
from bot.errors import ContentError

EVERYBODY = "all"
_MESSAGE_KEYS = {"note", "required", "for", "sms", "choices", "media"}


@dataclass(frozen=True)
class SourceMessage:
    """One message: its English texts by audience (`all` serves everybody) and its choices."""

    id: str
    texts: Mapping[str, str]
    short_texts: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    required: bool = True
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def placeholders(self) -> set[str]:
        """Return every value that any audience's text needs."""
        return {name for text in self.texts.values() for name in placeholders(text)}

    def contexts(self) -> Iterator[tuple[str, str]]:
        """Yield (context, English text) of every string, as translators see them."""
        for audience, text in self.texts.items():
            yield f"{self.id}/{audience}", text
        for audience, text in self.short_texts.items():
            yield f"{self.id}/{audience}/sms", text


@dataclass(frozen=True)
class SourceChoice:
    """One choice that a menu may show; `words` by language are other ways to say it."""

    id: str
    title: str
    payload: str
    words: Mapping[str, tuple[str, ...]]
    emoji: tuple[str, ...]


def placeholders(text: str) -> set[str]:
    """Return the names in braces; a broken brace is a `ValueError`."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML mapping; anything else is a sentence that names the file."""
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as broken:
        where = getattr(broken, "problem_mark", None)
        line = f", line {where.line + 1}" if where else ""
        raise ContentError(f"{path.name}{line}: this is not valid YAML.") from broken
    if not isinstance(loaded, dict):
        raise ContentError(f"{path.name}: a mapping is expected at the top.")
    return loaded


def read_messages(path: Path) -> Iterator[SourceMessage]:
    """Yield the messages of one file of content/messages/."""
    for message_id, entry in read_yaml(path).items():
        yield _message(path.name, str(message_id), entry)


def _message(file: str, message_id: str, entry: Any) -> SourceMessage:
    if not isinstance(entry, dict) or not isinstance(entry.get("for"), dict):
        raise ContentError(f"{file}: {message_id} needs texts under `for:`.")
    if unknown := set(entry) - _MESSAGE_KEYS:
        raise ContentError(f"{file}: {message_id} has unknown keys: {', '.join(sorted(unknown))}.")
    texts = _by_audience(file, message_id, entry["for"])
    return SourceMessage(
        id=message_id,
        texts=texts,
        short_texts=_by_audience(file, message_id, entry.get("sms", {})),
        note=str(entry.get("note", "")),
        required=bool(entry.get("required", True)),
        choices=_choices_by_audience(entry.get("choices", [])),
    )


def _by_audience(file: str, message_id: str, texts: Any) -> dict[str, str]:
    for audience, text in texts.items():
        if audience != EVERYBODY and audience not in set(Audience):
            raise ContentError(f"{file}: {message_id} names the unknown audience {audience!r}.")
        if not isinstance(text, str) or not text.strip():
            raise ContentError(f"{file}: {message_id} has no text for {audience}.")
        try:
            placeholders(text)
        except ValueError:
            raise ContentError(f"{file}: {message_id}/{audience} has a broken brace.") from None
    return dict(texts)


def _choices_by_audience(choices: Any) -> dict[str, tuple[str, ...]]:
    if isinstance(choices, dict):
        return {audience: tuple(ids) for audience, ids in choices.items()}
    return {EVERYBODY: tuple(choices)} if choices else {}


def read_choices(path: Path) -> dict[str, SourceChoice]:
    """Return the choices of content/choices.yml by id."""
    found = {}
    for choice_id, entry in read_yaml(path).items():
        if not {"title", "payload"} <= set(entry):
            raise ContentError(f"{path.name}: {choice_id} needs a title and a payload.")
        words = {lang: tuple(map(str, said)) for lang, said in entry.get("also", {}).items()}
        emoji = tuple(entry.get("emoji", ()))
        found[choice_id] = SourceChoice(choice_id, entry["title"], entry["payload"], words, emoji)
    return found


def read_values(path: Path) -> dict[str, tuple[str, str]]:
    """Return the words for coded facts: `value.vehicle.plane` -> (English text, note)."""
    return {
        value_id: (str(entry["text"]), str(entry.get("note", "")))
        for value_id, entry in read_yaml(path).items()
    }
