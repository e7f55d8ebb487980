"""Compare five ways to understand a message on the validation examples.

.venv-rasa/bin/python -m bench.nlu.compare_pipelines [a b c d e]

The letters choose which to measure again; the rows of the others are kept in comparison.json.
"""

import json
import sys
import tempfile
from pathlib import Path

from bench.nlu import measure, results, scores
from bench.nlu.measure import ROOT

HERE = Path(__file__).parent
KEPT = HERE / "comparison.json"
PIPELINES = {
    "a. DIET, 10 of its 100 epochs": HERE / "pipelines" / "diet.yml",
    "b. word and letter counts + Rasa's LogisticRegression": HERE / "pipelines" / "counts.yml",
    "c. letters only": HERE / "pipelines" / "letters.yml",
    "d. sentence encoder only": HERE / "pipelines" / "meaning.yml",
    "e. ours: spelling and meaning": ROOT / "config.yml",
}
RIGHT = ["pipeline", "accuracy", "Spanish", "English", "macro F1"]
COST = ["pipeline", "p50 ms", "p95 ms", "p50 processor ms", "train s", "train processor s"]
COST += ["load s", "start s", "peak MB", "train peak MB"]


def main() -> None:
    """Train, question and report each pipeline, one after the other."""
    rows = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    for name, config in PIPELINES.items():
        if not sys.argv[1:] or name[0] in sys.argv[1:]:
            rows[name] = compare(name, config)
            KEPT.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    known = [rows[name] for name in PIPELINES if name in rows]
    tables = (
        results.table(RIGHT, [r for r, _ in known]),
        results.table(COST, [c for _, c in known]),
    )
    results.write("comparison", "\n\n".join(tables))


def compare(name: str, config: Path) -> tuple[list[str], list[str]]:
    """Return what one pipeline gets right, and what it costs."""
    with tempfile.TemporaryDirectory(prefix="nlu-") as folder:
        trained = measure.train(config, Path(folder))
        answered = measure.answer(trained.model, HERE / "validation.jsonl")
    right, cost = [name, *_right(answered["cases"])], [name, *_cost(trained, answered)]
    print(*right, *cost[1:], sep=" | ", flush=True)
    return right, cost


def _right(cases: list[dict]) -> list[str]:
    languages = scores.by("lang", cases)
    groups = (cases, languages["es"], languages["en"])
    return [*map(scores.accuracy, groups), f"{scores.macro_f1(cases):.3f}"]


def _cost(trained: measure.Trained, answered: dict) -> list[str]:
    """Wall time says what a child waits; processor time holds on a busy machine too."""
    milliseconds = answered["milliseconds"]
    quick = [scores.percentile(milliseconds, part) for part in (0.5, 0.95)]
    quick.append(scores.percentile(answered["processor"], 0.5))
    seconds = (trained.seconds, trained.cpu_seconds)
    starts = (answered["load_seconds"], answered["start_seconds"])
    memory = (answered["peak_mb"], trained.peak_mb)
    exact = [f"{number:.1f}" for number in (*quick, *seconds, *starts)]
    return [*exact, *(f"{mb:.0f}" for mb in memory)]


if __name__ == "__main__":
    main()
