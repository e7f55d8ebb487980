"""Numbers that work in each country: content/services/<country>.yml."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.errors import ContentError
from bot.phrasebook.source import read_yaml


@dataclass(frozen=True)
class Line:
    """A telephone line; unverified until a person has called it."""

    number: str
    hours: str
    source: str
    verified_on: date | None


def read_emergency_lines(folder: Path) -> dict[str, Line]:
    """Return the emergency line of each country by its code."""
    return {path.stem: _emergency(path) for path in sorted(folder.glob("*.yml"))}


def _emergency(path: Path) -> Line:
    entry = read_yaml(path).get("emergency") or {}
    if missing := {"number", "hours", "verified_on", "source"} - set(entry):
        raise ContentError(f"{path.name}: the emergency line lacks {', '.join(sorted(missing))}.")
    return Line(str(entry["number"]), entry["hours"], entry["source"], entry["verified_on"])
