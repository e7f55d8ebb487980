"""Examine the kept pipeline (config.yml), by default on the held-out examples.

.venv-rasa/bin/python -m bench.nlu.evaluate [EXAMPLES]

Nobody reads the held-out lines while choosing anything, and this prints none of them.
"""

import json
import sys
import tempfile
from pathlib import Path

import yaml

from bench.nlu import measure, results, scores
from bench.nlu.measure import ROOT

HELD_OUT = Path(__file__).with_name("held_out.jsonl")


def main() -> None:
    """Train, question and report."""
    examples = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HELD_OUT
    with tempfile.TemporaryDirectory(prefix="nlu-") as folder:
        trained = measure.train(ROOT / "config.yml", Path(folder))
        cases = measure.answer(trained.model, examples)["cases"]
    report = f"{_right(cases, _copies(examples))}\n\n{_sure(cases)}\n\n{_mixed_up(cases)}"
    results.write(f"examination on {examples.name}", report)
    print(report)


def _right(cases: list[dict], copies: set[str]) -> str:
    rows = [["all", scores.accuracy(cases)]]
    for key in ("lang", "speaker"):
        rows += [[name, scores.accuracy(group)] for name, group in scores.by(key, cases).items()]
    new = [case for case in cases if case["id"] not in copies]
    rows.append(["without texts that also stand in data/nlu", scores.accuracy(new)])
    return (
        results.table(["group", "accuracy"], rows) + f"\n\nMacro F1 {scores.macro_f1(cases):.3f}."
    )


def _sure(cases: list[dict]) -> str:
    """Report what the threshold does: a wrong answer, a needless question, a needed one."""
    rows = [
        ["fell back", scores.share(cases, lambda c: c["fell_back"])],
        [
            "needlessly (the intent was right)",
            scores.share(cases, lambda c: c["fell_back"] and scores.is_right(c)),
        ],
        [
            "wrong but confident",
            scores.share(cases, lambda c: not c["fell_back"] and not scores.is_right(c)),
        ],
    ]
    return results.table(["decision", "messages"], rows)


def _mixed_up(cases: list[dict]) -> str:
    rows = [[*pair, str(count)] for pair, count in scores.confusions(cases)]
    return results.table(["wanted", "found", "times"], rows)


def _copies(examples: Path) -> set[str]:
    """Return the ids of examples whose text was also learned: "sí" is nobody's property."""
    learned = set()
    for path in (ROOT / "data" / "nlu").glob("*/*.yml"):
        for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            learned |= {
                line.removeprefix("- ").casefold() for line in block["examples"].split("\n")
            }
    cases = map(json.loads, examples.read_text("utf-8").splitlines())
    return {case["id"] for case in cases if case["text"].strip().casefold() in learned}


if __name__ == "__main__":
    main()
