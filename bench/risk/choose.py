"""Show what each threshold would do on the validation split, to choose data/risk/thresholds.yml.

python -m bench.risk.choose
"""

from collections.abc import Sequence

from bench.figures import table
from bench.risk.cases import HERE, Case, read, ready_screener
from bot.app.risk_training import DATA
from bot.domain.risk import Decision
from bot.safety.reading import read_yaml

SECONDED = float(read_yaml(DATA / "thresholds.yml")["seconded"])
STEPS = [x / 100 for x in (*range(10, 15), *range(15, 100, 5))]


def main() -> None:
    """Print one line per threshold; never run this on the kept-apart set."""
    cases = read(HERE / "validation.jsonl", ready_screener())
    print(table(["threshold", *_head("alert"), *_head("ask")], [_row(s, cases) for s in STEPS]))


def _head(name: str) -> list[str]:
    return [f"{name}: urgent recall", f"{name}: all recall", f"{name}: of 1,000 harmless"]


def _row(step: float, cases: Sequence[Case]) -> list[str]:
    return [
        f"{step:.2f}",
        *_rates(step, {Decision.ALERT}, cases),
        *_rates(step, set(Decision), cases),
    ]


def _rates(step: float, strong: set[Decision], cases: Sequence[Case]) -> list[str]:
    """Both layers together: the lexicon as it is, the classifier at this threshold."""
    enough = strong - {Decision.NONE}
    flagged = {case.id for case in cases if case.score >= step or case.by_lexicon in enough}
    if Decision.ASK not in strong:
        flagged |= {c.id for c in cases if c.by_lexicon is Decision.ASK and c.score >= SECONDED}
    groups = (
        [c for c in cases if c.is_urgent],
        [c for c in cases if c.is_risk],
        [c for c in cases if not c.is_risk],
    )
    shares = [sum(c.id in flagged for c in group) / len(group) for group in groups]
    return [f"{shares[0]:.3f}", f"{shares[1]:.3f}", f"{1000 * shares[2]:.0f}"]


if __name__ == "__main__":
    main()
