"""Numbers that work in each country: content/services/<country>.yml."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from bot.domain.opening_hours import OpeningHours, read_hours
from bot.errors import ContentError
from bot.phrasebook.source import read_yaml


@dataclass(frozen=True)
class Line:
    """A telephone line; unverified until a person has called it."""

    number: str
    hours: str
    source: str
    verified_on: date | None


@dataclass(frozen=True)
class HelpLine:
    """A line beside the emergency number: for what, and when it is answered."""

    names: Mapping[str, str]
    """Its name by language."""
    number: str
    hours: OpeningHours
    categories: frozenset[str]
    source: str
    verified_on: date | None

    def helps_with(self, category: str) -> bool:
        """Return whether it is for this category of danger, or for all."""
        return bool(self.categories & {category, "all"})

    def is_open(self, local: datetime) -> bool:
        """Return whether somebody answers at that moment of the line's own country."""
        return self.hours.covers(local)

    def name(self, language: str) -> str:
        """Return its name; a language without one hears the Spanish name, which is on the posters."""
        return self.names.get(language) or self.names["es"]


def read_help_lines(folder: Path) -> dict[str, tuple[HelpLine, ...]]:
    """Return the help lines of each country by its code."""
    return {path.stem: tuple(_help_lines(path)) for path in sorted(folder.glob("*.yml"))}


def _help_lines(path: Path) -> Iterator[HelpLine]:
    for entry in read_yaml(path).get("lines") or []:
        if missing := {"name", "number", "hours", "for", "verified_on", "source"} - set(entry):
            raise ContentError(f"{path.name}: a line lacks {', '.join(sorted(missing))}.")
        yield HelpLine(
            names=entry["name"],
            number=str(entry["number"]),
            hours=read_hours(entry["hours"]),
            categories=frozenset(entry["for"]),
            source=entry["source"],
            verified_on=entry["verified_on"],
        )


def read_emergency_lines(folder: Path) -> dict[str, Line]:
    """Return the emergency line of each country by its code."""
    return {path.stem: _emergency(path) for path in sorted(folder.glob("*.yml"))}


def _emergency(path: Path) -> Line:
    entry = read_yaml(path).get("emergency") or {}
    if missing := {"number", "hours", "verified_on", "source"} - set(entry):
        raise ContentError(f"{path.name}: the emergency line lacks {', '.join(sorted(missing))}.")
    return Line(str(entry["number"]), entry["hours"], entry["source"], entry["verified_on"])
