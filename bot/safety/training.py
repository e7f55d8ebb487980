"""Train what screening learns: the classifier and the sense of language."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import ContentError
from bot.safety import classifier, language
from bot.safety.language import LANGUAGES
from bot.safety.reading import read_yaml

SENT_APART = " ⏎ "
"""Stands in an example between what was sent as several messages, which are screened joined."""


REQUESTS = "requests"
REQUEST_COUNTS = 0.3
"""How much a line of data/nlu counts beside one that was written for screening: there are as many of
them, and they are all harmless. Chosen on the validation split."""


@dataclass(frozen=True)
class Example:
    """One line of data/risk/examples, written by a person's hand."""

    text: str = field(repr=False)
    label: str
    language: str
    author: str


def read_examples(folder: Path) -> list[Example]:
    """Return every example; a broken line is a `ContentError` that names the file and the line."""
    return [example for path in sorted(folder.glob("*/*.jsonl")) for example in _read(path)]


def _read(path: Path) -> Iterator[Example]:
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(filter(None, lines), start=1):
        try:
            entry = json.loads(line)
            yield Example(
                entry["text"].replace(SENT_APART, " "), path.stem, entry["lang"], path.parent.name
            )
        except (ValueError, KeyError, TypeError):
            raise ContentError(
                f"{path.parent.name}/{path.name}, line {number} is broken."
            ) from None


def read_requests(folder: Path) -> list[Example]:
    """Return what the dialogue learns (data/nlu): questions and requests, in which nobody is in danger."""
    return [example for path in sorted(folder.glob("*/*.yml")) for example in _requests(path)]


def _requests(path: Path) -> Iterator[Example]:
    for entry in read_yaml(path)["nlu"]:
        label = "information" if str(entry.get("intent", "")).startswith("ask_") else "small_talk"
        lines = (line.removeprefix("- ").strip() for line in entry["examples"].splitlines())
        yield from (Example(line, label, path.parent.name, REQUESTS) for line in lines if line)


def train(data: Path, requests: Path, model: Path) -> None:
    """Learn from `data` (data/risk) and from harmless `requests` (data/nlu); write into `model`."""
    examples = [*read_examples(data / "examples"), *read_requests(requests)]
    if not examples:
        raise ContentError(f"There are no examples under {data / 'examples'}.")
    model.mkdir(parents=True, exist_ok=True)
    counts = [REQUEST_COUNTS if e.author == REQUESTS else 1.0 for e in examples]
    texts, labels = [e.text for e in examples], [e.label for e in examples]
    classifier.learn(texts, labels, counts).save(model)
    language.learn(_language_texts(data / "language", examples)).save(model / LANGUAGES)


def _language_texts(folder: Path, examples: list[Example]) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.glob("*.txt")):
        texts[path.stem] += language.pieces(path.read_text(encoding="utf-8"))
    for example in examples:
        texts[example.language].append(example.text)
    return texts
