"""How well authors are understood of whom no line was learned, to choose `VIEWS` of the classifier.

python -m bench.risk.authors
"""

from collections.abc import Sequence

import numpy as np

from bench.figures import table
from bench.risk.cases import TAXONOMY
from bot.app.risk_training import DATA
from bot.domain.risk import Tier
from bot.safety import classifier
from bot.safety.training import REQUEST_COUNTS, REQUESTS, Example, read_examples, read_requests
from bot.settings import ROOT

LEFT_OUT = (
    {"half_told", "harmless_four"},
    {"english_three"},
    {"answers", "second_language"},
    {"hinted_five", "harmless_two"},
)
"""Each of these learned from all others; with lines of danger and harmless ones in each."""

FALSE_ALARMS = (0.03, 0.05, 0.1, 0.2)
"""Shares of the harmless lines above the threshold. These are treacherous: everyday ones are fewer."""

CHOICES = (
    ((1.0, 4.0),),
    ((0.6, 16.0),),
    ((0.4, 64.0),),
    ((1.0, 4.0), (0.4, 64.0)),
)
"""What is compared: `VIEWS`."""


def main() -> None:
    """Print the share of urgent lines above each threshold, the classifier alone. Takes half an hour."""
    learned = [*read_examples(DATA / "examples"), *read_requests(ROOT / "data" / "nlu")]
    rows = []
    for views in CHOICES:
        classifier.VIEWS = views
        shares = np.mean([_shares(learned, authors) for authors in LEFT_OUT], axis=0)
        rows.append([str(views), *(f"{share:.3f}" for share in shares)])
    head = ["views", *(f"urgent found at {share:.0%} false alarms" for share in FALSE_ALARMS)]
    print(table(head, rows))


def _shares(examples: Sequence[Example], authors: set[str]) -> list[float]:
    known = [e for e in examples if e.author not in authors]
    counts = [REQUEST_COUNTS if e.author == REQUESTS else 1.0 for e in known]
    model = classifier.learn([e.text for e in known], [e.label for e in known], counts)
    strange = [e for e in examples if e.author in authors]
    likely = model.likely([e.text for e in strange])
    scores = np.array([sum(row[code] for code in TAXONOMY.tiers) for row in likely])
    harmless = np.array([e.label not in TAXONOMY.tiers for e in strange])
    tiers = [TAXONOMY.tiers.get(e.label) for e in strange]
    urgent = np.array([tier in (Tier.CRITICAL, Tier.HIGH) for tier in tiers])
    thresholds = np.quantile(scores[harmless], [1 - share for share in FALSE_ALARMS])
    return [float((scores[urgent] > threshold).mean()) for threshold in thresholds]


if __name__ == "__main__":
    main()
