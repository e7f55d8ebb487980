"""Translations: gettext catalogues per language with their fallback chain es_GT -> es -> en."""

from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import read_po

from bot.phrasebook.source import read_yaml


@dataclass(frozen=True)
class Translation:
    """One translated string; a fuzzy one still waits for a translator's review."""

    text: str
    reviewed: bool


Catalogue = dict[str, Translation]


@dataclass(frozen=True)
class Language:
    """One language of content/languages.yml."""

    code: str
    name: str
    reviewed_by: str | None
    formats: str
    """The CLDR locale that dates and lists follow, for languages that CLDR lacks."""


def read_languages(path: Path) -> dict[str, Language]:
    """Return the declared languages by code."""
    return {
        code: Language(code, entry["name"], entry.get("reviewed_by"), entry.get("formats", code))
        for code, entry in read_yaml(path).items()
    }


def read_catalogues(folder: Path) -> dict[str, Catalogue]:
    """Return the catalogues under `folder`, by language or locale code."""
    return {path.parts[-3]: _read(path) for path in folder.glob("*/LC_MESSAGES/messages.po")}


def _read(path: Path) -> Catalogue:
    with path.open("rb") as file:
        messages = read_po(file, abort_invalid=True)
    return {
        str(m.context): Translation(str(m.string), reviewed=not m.fuzzy)
        for m in messages
        if m.id and m.string and m.context
    }


def chain(locale: str) -> list[str]:
    """Return the catalogues to try, best first: `es_GT` -> [`es_GT`, `es`]; English is the source."""
    language = locale.split("_", maxsplit=1)[0]
    return [code for code in dict.fromkeys([locale, language]) if code != "en"]
