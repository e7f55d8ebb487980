"""The report of a simulation as plain values: what `--json` prints and the other forms are made of."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from bot.app.simulation import figures
from bot.app.simulation.clock import BEGINS_AT
from bot.app.simulation.outcome import Outcome
from bot.app.simulation.prices import Prices, bill
from bot.app.simulation.tally import HERE
from bot.app.simulation.world import Wanted
from bot.domain.check_in import State
from bot.domain.risk import Taxonomy, Tier
from bot.settings import Settings


@dataclass(frozen=True)
class Effort:
    """What a simulation cost this machine."""

    seconds: float
    processes: int
    python_mb: float
    """Resident memory of all Python processes at its peak."""
    all_pss_mb: float
    """Python and PostgreSQL at their peak, memory that several share counted once; 0 where unknown."""


def report_of(
    outcome: Outcome,
    wanted: Wanted,
    effort: Effort,
    prices: Prices,
    settings: Settings,
    taxonomy: Taxonomy,
) -> dict[str, Any]:
    """Return everything that was asked of the report."""
    return {
        "wanted": asdict(wanted),
        "people": dict(outcome.people),
        "broken_promises": {name: n for name, n in outcome.tally.broken.items() if n},
        "check_ins": _states(outcome.states),
        "reasons": _reasons(outcome.states),
        "late": _late(outcome.late),
        "messages": _messages(outcome, wanted.days),
        "peak": [_peak(outcome, channel, settings) for channel in ("sms", "whatsapp")],
        "happened": dict(sorted((name, n) for name, n in outcome.tally.happened.items() if n)),
        "tasks": _counts(outcome.tasks, "kind", "tier"),
        "questions": _counts(outcome.questions, "about", "answer"),
        "escalations": [_escalations(outcome, tier, taxonomy) for tier in Tier],
        "cost": _cost(outcome, wanted, prices),
        "tables": _tables(outcome),
        "effort": asdict(effort),
    }


def _states(states: Mapping[tuple[str, str], int]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for (state, _), count in states.items():
        found[state] += count
    return {state: found[state] for state in State if found[state]}


def _reasons(states: Mapping[tuple[str, str], int]) -> list[dict[str, Any]]:
    """Return why check-ins were skipped, missed, interrupted or taken back, and why planned ones wait."""
    rows = [
        {"state": state, "reason": reason, "count": count}
        for (state, reason), count in states.items()
        if reason
    ]
    return sorted(rows, key=lambda row: (row["state"], -row["count"]))


def _late(late: Mapping[int, int]) -> dict[str, Any]:
    """Hours from the planned time: a reply takes its turn first, a sleeper is not woken."""
    return {
        "said": sum(late.values()),
        "after_more_than_two_hours": sum(n for hours, n in late.items() if hours >= 2),
        "median_hours": figures.percentile(late, 0.5),
        "p95_hours": figures.percentile(late, 0.95),
        "most_hours": max(late, default=None),
    }


def _messages(outcome: Outcome, days: int) -> dict[str, Any]:
    found = figures.by_day(outcome.tally.by_day)
    dates = [(BEGINS_AT + timedelta(days=n)).astimezone(HERE).date() for n in range(days)]
    per_day = Counter(found[day.isoformat()] for day in dates)
    busiest = max(found, key=lambda day: found[day], default=None)
    return {
        "total": sum(found.values()),
        "by_channel": _by_channel(outcome.tally.by_day),
        "mean_a_day": figures.mean(found.values(), days),
        "p95_a_day": figures.percentile(per_day, 0.95),
        "most_a_day": max(found.values(), default=0),
        "busiest_day": busiest,
        "by_day": [[day.isoformat(), found[day.isoformat()]] for day in dates],
        "by_hour": [outcome.tally.by_hour[hour] for hour in range(24)],
    }


def _by_channel(by_day: Mapping[tuple[str, str], int]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for (_, channel), count in by_day.items():
        found[channel] += count
    return dict(found)


def _peak(outcome: Outcome, channel: str, settings: Settings) -> dict[str, Any]:
    """What is planned for one minute becomes due in its first second; the sender's rate spreads it."""
    minutes, rate = figures.per_minute(outcome.planned, channel), settings.rate(channel)
    at, count = figures.busiest(minutes)
    return {
        "channel": channel,
        "most_in_a_minute": count,
        "at": at,
        "most_a_second_when_spread": round(count / 60, 1),
        "rate": rate,
        "longest_wait_seconds": round(figures.longest_wait(minutes, rate), 1),
        "rate_for_one_minute": round(count / 60, 2),
    }


def _counts(counts: Mapping[tuple[str, str], int], *names: str) -> list[dict[str, Any]]:
    """Return one row for each pair, the most frequent first."""
    rows = [{**dict(zip(names, pair)), "count": n} for pair, n in counts.items()]
    return sorted(rows, key=lambda row: -row["count"])


def _escalations(outcome: Outcome, tier: Tier, taxonomy: Taxonomy) -> dict[str, Any]:
    taken: Counter[int] = Counter()
    for (of, minutes), count in outcome.taken.items():
        if of == tier and minutes is not None:
            taken[minutes] += count
    limit = taxonomy.deadlines[tier].acknowledge_within
    in_time = sum(n for minutes, n in taken.items() if timedelta(minutes=minutes) <= limit)
    return {
        "tier": tier,
        "opened": sum(n for (of, _), n in outcome.taken.items() if of == tier),
        "acknowledged": sum(taken.values()),
        "median_minutes": figures.percentile(taken, 0.5),
        "p95_minutes": figures.percentile(taken, 0.95),
        "in_time": in_time,
        "limit_minutes": int(limit.total_seconds() // 60),
    }


def _cost(outcome: Outcome, wanted: Wanted, prices: Prices) -> dict[str, Any]:
    lines = bill(outcome.tally.bought, prices)
    total = round(sum(line["cost"] for line in lines), 2)
    months = wanted.days / 30.4
    return {
        "currency": prices.currency,
        "total": total,
        "a_contact_and_month": round(total / wanted.contacts / months, 3),
        "unverified_lines": prices.unverified,
        "lines": lines,
    }


def _tables(outcome: Outcome) -> list[dict[str, Any]]:
    names = sorted(outcome.bytes, key=lambda name: -outcome.bytes[name])
    return [
        {"table": name, "rows": outcome.rows[name], "bytes": outcome.bytes[name]} for name in names
    ]
