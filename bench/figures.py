"""Percentiles and Markdown tables."""

from collections.abc import Sequence
from math import ceil


def percentile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile; NaN of nothing."""
    ranked = sorted(values)
    return ranked[max(0, ceil(share * len(ranked)) - 1)] if ranked else float("nan")


def spread(seconds: Sequence[float]) -> str:
    """Return p50 / p95 / p99 in milliseconds."""
    return " / ".join(f"{1000 * percentile(seconds, share):.0f}" for share in (0.5, 0.95, 0.99))


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
