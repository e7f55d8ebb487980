"""Examine screening on the kept-apart set, and its false alarms on texts of other people.

python -m bench risk

Nobody reads the kept-apart lines while choosing anything. The misses are written into RESULTS.md for
those who judge; whoever tunes must not read that section.
"""

from collections.abc import Callable, Sequence
from datetime import date

from bench.figures import percentile, table
from bench.nlu.scores import wilson
from bench.risk.cases import HERE, TAXONOMY, Case, public_texts, read, ready_screener, split_by
from bot.app.risk_training import DATA
from bot.domain.risk import Decision
from bot.safety.reading import read_yaml
from bot.safety.screener import Screener

RESULTS = HERE / "RESULTS.md"
PREVALENCES = (0.01, 0.05)
"""Of a hundred messages so many tell of danger; stated because precision depends on it."""

ALERT = frozenset({Decision.ALERT})
FLAGGED = frozenset({Decision.ALERT, Decision.ASK})

Judge = Callable[[Case], Decision]


def measure() -> str:
    """Return the report and write it with the misses to bench/risk/RESULTS.md."""
    screening = ready_screener()
    cases = read(HERE / "held_out.jsonl", screening)
    report = "\n\n".join(
        [
            _sets(cases, screening),
            _layers(cases, screening),
            _groups(cases),
            _precision(cases),
            _harmless(cases),
            _public(screening),
            _speed(cases),
        ]
    )
    RESULTS.write_text(f"{_head()}\n\n{report}\n\n{_misses(cases)}\n", encoding="utf-8")
    return report.replace("\n## ", "\n### ")  # in bench/RESULTS.md it is one section of many


def _head() -> str:
    return f"""# Screening for signs of danger: measurements

{date.today()}, by `make bench` (`python -m bench risk`). The kept-apart set (`held_out.jsonl`) was
written by two authors who saw no training line. Thresholds were chosen on `validation.jsonl` (a third
author). All authors are language models in the voices of children, teens and caregivers: real messages
will be harder. Second look: the totals of the first one (alerts 95 per 1,000 harmless, urgent recall 0.901 by
alert) led to weaker decisions for phrases that are imprecise in the training examples, and to "two weak
opinions are a strong one"; no line of the set was read. Third look: two
further authors (hints, treacherous harmless lines) and thresholds chosen anew on the validation split;
again no line was read. Fourth look: eleven further authors, a model that is the mean of two fits (chosen
on authors who were left out of the training), thresholds chosen anew: alert from where at most 30 of
1,000 lines of small talk of the validation split are alarms, ask from 0.12. On that day the totals were seen
four times (0.6 and 0.25 with the old model, 0.35 and 0.1, 0.7 and 0.1 before the last three authors, 0.55 and
0.12), and whoever put the authors' lines in had read some of the misses below; the authors had not, and no
line or phrase follows from them. Fifth look: ask from 0.11, where at least 0.99 of what is urgent in the
validation split is found (decision 20). Sixth look: a model that learned without long
numbers, which was not kept. "urgent" is the
critical and the high tier. Intervals are 95 % (Wilson)."""


def _sets(cases: Sequence[Case], screening: Screener) -> str:
    risks = sum(case.is_risk for case in cases)
    used = read_yaml(DATA / "thresholds.yml")
    return (
        f"Kept apart: {risks} signs of danger, {len(cases) - risks} harmless messages. Thresholds: "
        f"alert from {used['alert']}, ask from {used['ask']}."
    )


def _layers(cases: Sequence[Case], screening: Screener) -> str:
    """Compare the lexicon alone, the classifier alone, and both."""
    limits = screening.thresholds

    def by_score(case: Case) -> Decision:
        if case.score >= limits.alert:
            return Decision.ALERT
        return Decision.ASK if case.score >= limits.ask else Decision.NONE

    judges: dict[str, Judge] = {
        "lexicon alone": lambda case: case.by_lexicon,
        "classifier alone": by_score,
        "both": lambda case: case.decision,
    }
    head = ["layer", "urgent: alert", "urgent: alert or ask", "all: alert", "all: alert or ask"]
    harmless = ["alerts per 1,000 harmless", "questions per 1,000 harmless"]
    rows = [[name, *_row(cases, judge)] for name, judge in judges.items()]
    return "## Recall and false alarms by layer\n\n" + table([*head, *harmless], rows)


def _row(cases: Sequence[Case], judge: Judge) -> list[str]:
    urgent = [c for c in cases if c.is_urgent]
    risks = [c for c in cases if c.is_risk]
    harmless = [c for c in cases if not c.is_risk]
    return [
        _share(urgent, judge, ALERT),
        _share(urgent, judge, FLAGGED),
        _share(risks, judge, ALERT),
        _share(risks, judge, FLAGGED),
        _per_thousand(harmless, judge, ALERT),
        _per_thousand(harmless, judge, frozenset({Decision.ASK})),
    ]


def _share(cases: Sequence[Case], judge: Judge, wanted: frozenset[Decision]) -> str:
    right = sum(judge(case) in wanted for case in cases)
    low, high = wilson(right, len(cases))
    return f"{right / len(cases):.3f} ({low:.3f}-{high:.3f})"


def _per_thousand(cases: Sequence[Case], judge: Judge, wanted: frozenset[Decision]) -> str:
    count = sum(judge(case) in wanted for case in cases)
    low, high = wilson(count, len(cases))
    return f"{1000 * count / len(cases):.0f} ({1000 * low:.0f}-{1000 * high:.0f})"


def _decided(case: Case) -> Decision:
    return case.decision


def _groups(cases: Sequence[Case]) -> str:
    """Recall by tier, category, language and directness."""
    risks = [case for case in cases if case.is_risk]
    rows = []
    for tier in dict.fromkeys(TAXONOMY.tiers.values()):
        rows.append(_group(f"**{tier}**", [c for c in risks if TAXONOMY.tiers[c.label] is tier]))
    for key in ("label", "language", "directness"):
        rows += [_group(name, group) for name, group in split_by(key, risks).items()]
    return "## Recall by group\n\n" + table(
        ["group", "n", "alert", "alert or ask", "category named right"], rows
    )


def _group(name: str, cases: Sequence[Case]) -> list[object]:
    right = sum(case.found == case.label for case in cases)
    return [
        name,
        len(cases),
        _share(cases, _decided, ALERT),
        _share(cases, _decided, FLAGGED),
        f"{right / len(cases):.2f}",
    ]


def _precision(cases: Sequence[Case]) -> str:
    """Of a hundred alerts, how many are right, if so many of a hundred messages tell of danger."""
    recall = _rate([c for c in cases if c.is_risk])
    ordinary = [c for c in cases if c.label in ("small_talk", "information")]
    rows = []
    for name, harmless in (
        ("harmless messages of the kept-apart set", [c for c in cases if not c.is_risk]),
        ("of them small talk and questions only", ordinary),
    ):
        false = _rate(harmless)
        precise = [p * recall / (p * recall + (1 - p) * false) for p in PREVALENCES]
        rows.append([name, f"{false * 1000:.0f}", *(f"{p:.2f}" for p in precise)])
    head = [
        "false alarms from",
        "per 1,000",
        *(f"precision at {p:.0%} danger" for p in PREVALENCES),
    ]
    return "## Precision of an alert\n\n" + table(head, rows)


def _rate(cases: Sequence[Case]) -> float:
    return sum(case.decision is Decision.ALERT for case in cases) / len(cases)


def _harmless(cases: Sequence[Case]) -> str:
    """False alarms by what is harmless: a quarter of these lines were written to be treacherous."""
    groups = split_by("label", [case for case in cases if not case.is_risk])
    ask = frozenset({Decision.ASK})
    rows = [
        [name, len(g), _per_thousand(g, _decided, ALERT), _per_thousand(g, _decided, ask)]
        for name, g in groups.items()
    ]
    head = ["kept-apart harmless", "n", "alerts per 1,000", "questions per 1,000"]
    return "## False alarms by kind\n\n" + table(head, rows)


def _public(screening: Screener) -> str:
    """Conversations that ship with chatterbot-corpus, written by strangers; none was learned from."""
    counts: dict[str, list[int]] = {}
    for language, text in public_texts():
        found = screening.screen(text).decision
        seen = counts.setdefault(language, [0, 0, 0])
        seen[0] += 1
        seen[1] += found is Decision.ALERT
        seen[2] += found is Decision.ASK
    rows = [
        [language, n, f"{1000 * alerts / n:.1f}", f"{1000 * asked / n:.1f}"]
        for language, (n, alerts, asked) in counts.items()
    ]
    head = ["chatterbot-corpus", "texts", "alerts per 1,000", "questions per 1,000"]
    note = "Its English part speaks of suicide, health and emotions now and then."
    return f"## False alarms on public conversations\n\n{note}\n\n{table(head, rows)}"


def _speed(cases: Sequence[Case]) -> str:
    rows = [
        [name, *(f"{1000 * percentile(values, share):.2f}" for share in (0.5, 0.95, 0.99))]
        for name, values in (
            ("lexicon alone, all languages", [case.lexicon_seconds for case in cases]),
            ("the whole screening of one message", [case.seconds for case in cases]),
        )
    ]
    return "## Milliseconds\n\n" + table(["", "p50", "p95", "p99"], rows)


def _misses(cases: Sequence[Case]) -> str:
    """List what was missed: by tier, with the score."""
    missed = [c for c in cases if c.is_risk and c.decision is Decision.NONE]
    asked = [c for c in cases if c.is_urgent and c.decision is Decision.ASK]
    alarmed = [c for c in cases if not c.is_risk and c.decision is Decision.ALERT]
    return "\n\n".join(
        f"## {title}\n\n" + table(["id", "label", "score", "text"], [_line(c) for c in group])
        for title, group in (
            ("Missed (do not read while tuning)", missed),
            ("Urgent, only asked about (do not read while tuning)", asked),
            ("False alarms (do not read while tuning)", alarmed),
        )
        if group
    )


def _line(case: Case) -> list[object]:
    return [
        case.id,
        case.label,
        f"{case.score:.2f}",
        case.text.replace("|", "/").replace("\n", " "),
    ]
