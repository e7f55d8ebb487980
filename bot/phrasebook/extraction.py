"""The Babel extraction plug-in: `pybabel extract` reads content/*.yml as it reads code."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from bot.phrasebook.source import read_choices, read_messages, read_values

Extracted = tuple[int, str, tuple[str, str], list[str]]


def extract(file: BinaryIO, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Extracted]:
    """Yield (line, `pgettext`, (context, English), notes) of every string of one YAML file."""
    path = Path(file.name)
    lines = _lines_of_keys(path)
    for context, text, note in strings_of(path):
        key = context.split("/")[0].removeprefix("choice.")
        yield lines.get(key, 1), "pgettext", (context, text), [note] if note else []


def strings_of(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (context, English text, note for translators) of every string of one content file."""
    if path.name == "choices.yml":
        note = "A button or menu line; 20 characters."
        yield from ((f"choice.{c.id}", c.title, note) for c in read_choices(path).values())
    elif path.name == "values.yml":
        yield from ((value, text, note) for value, (text, note) in read_values(path).items())
    else:
        for message in read_messages(path):
            yield from ((context, text, message.note) for context, text in message.contexts())


def _lines_of_keys(path: Path) -> dict[str, int]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return {
        line.split(":")[0].strip("\"'"): number
        for number, line in enumerate(lines, start=1)
        if line and not line[0].isspace() and ":" in line and line[0] != "#"
    }
