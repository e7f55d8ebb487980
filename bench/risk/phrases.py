"""Show which lines of the lexicon stand in harmless examples, to mend or weaken them.

python -m bench.risk.phrases

It reads the training examples and the validation split, never the kept-apart set.
"""

import json
from collections import defaultdict

from bench.figures import table
from bench.risk.cases import HERE, TAXONOMY
from bot.app.risk_training import DATA
from bot.safety.lexicon import read_lexicon
from bot.safety.training import SENT_APART, read_examples, read_requests
from bot.settings import ROOT


def main() -> None:
    """Print every line that was found in something harmless, the worst first."""
    lexicon = read_lexicon(DATA / "lexicon")
    found: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    shown: dict[tuple[str, str, str], str] = {}
    for text, label in _labelled():
        is_risk = label in TAXONOMY.tiers
        for hit in {
            (h.phrase.category, h.phrase.decision, h.phrase.line) for h in lexicon.find(text)
        }:
            found[hit][is_risk] += 1
            if not is_risk:
                shown[hit] = text
    wrong = sorted((k for k in found if found[k][0]), key=lambda k: found[k][1] / found[k][0])
    rows = [[found[k][0], found[k][1], k[0], k[1], k[2], shown[k]] for k in wrong]
    print(table(["harmless", "risk", "category", "says", "line", "such as"], rows))


def _labelled() -> list[tuple[str, str]]:
    examples = [*read_examples(DATA / "examples"), *read_requests(ROOT / "data" / "nlu")]
    validation = [json.loads(line) for line in (HERE / "validation.jsonl").read_text().splitlines()]
    return [
        *((e.text, e.label) for e in examples),
        *((e["text"].replace(SENT_APART, " "), e["label"]) for e in validation),
    ]


if __name__ == "__main__":
    main()
