"""What people write: the validation questions of bench/nlu, in Spanish and English."""

import json
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

VALIDATION = Path(__file__).parent / "nlu" / "validation.jsonl"


def questions() -> Iterator[str]:
    """Yield questions for ever. Wishes such as "stop" are left out: they would silence a contact."""
    lines = VALIDATION.read_text(encoding="utf-8").splitlines()
    examples = [json.loads(line) for line in lines if line.strip()]
    by_intent: dict[str, list[str]] = {}
    for example in examples:
        if example["intent"].startswith("ask_") or example["intent"] in ("greet", "thank"):
            by_intent.setdefault(example["intent"], []).append(example["text"])
    mixed = [text for group in zip(*by_intent.values(), strict=False) for text in group]
    return cycle(mixed)
