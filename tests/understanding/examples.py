"""Reading the examples that the dialogue engine learns from, and those that examine it."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bot.settings import ROOT

LEARNED = ROOT / "data" / "nlu"
EXAMINED = ROOT / "bench" / "nlu"
LANGUAGES = ("es", "en")


@dataclass(frozen=True)
class Example:
    """One line that somebody might write, and what they mean by it."""

    language: str
    intent: str
    author: str
    text: str = field(repr=False)


def learned() -> list[Example]:
    """Return all examples of data/nlu."""
    return [example for path in sorted(LEARNED.glob("*/*.yml")) for example in _read(path)]


def examined(name: str) -> list[dict]:
    """Return the cases of bench/nlu/<name>.jsonl."""
    lines = (EXAMINED / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _read(path: Path) -> list[Example]:
    found = []
    for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
        author = block["metadata"]["author"]
        for line in block["examples"].strip().split("\n"):
            text = line.removeprefix("- ")
            found.append(Example(path.parent.name, block["intent"], author, text))
    return found
