"""Numbers about answers: how many are right, how sure that number is, what is mixed up."""

from collections import Counter
from collections.abc import Callable
from itertools import groupby
from math import sqrt


def wilson(right: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927): honest for small samples too."""
    share = right / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * sqrt(share * (1 - share) / total + (z / (2 * total)) ** 2)
    return middle - half, middle + half


def is_right(case: dict) -> bool:
    """Say whether the likeliest intent is the wanted one."""
    return case["found"] == case["intent"]


def accuracy(cases: list[dict]) -> str:
    """Return accuracy, interval and number of cases as one table cell."""
    right = sum(map(is_right, cases))
    low, high = wilson(right, len(cases))
    return f"{right / len(cases):.3f} ({low:.3f}-{high:.3f}, n={len(cases)})"


def macro_f1(cases: list[dict]) -> float:
    """Return the mean F1 of all wanted intents, each counting the same."""
    wanted = Counter(case["intent"] for case in cases)
    found = Counter(case["found"] for case in cases)
    right = Counter(case["intent"] for case in cases if is_right(case))
    return sum(2 * right[name] / (wanted[name] + found[name]) for name in wanted) / len(wanted)


def by(key: str, cases: list[dict]) -> dict[str, list[dict]]:
    """Group the cases by one of their facts."""
    ordered = sorted(cases, key=lambda case: case[key])
    return {name: list(group) for name, group in groupby(ordered, lambda case: case[key])}


def share(cases: list[dict], test: Callable[[dict], bool]) -> str:
    """Return how many cases pass the test, as a number and a percentage."""
    count = sum(map(test, cases))
    return f"{count} ({100 * count / len(cases):.1f} %)"


def confusions(cases: list[dict]) -> list[tuple[tuple[str, str], int]]:
    """Return (wanted, found) pairs that differ, the most frequent first. No texts."""
    pairs = Counter((c["intent"], c["found"]) for c in cases if not is_right(c))
    return sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))


def percentile(values: list[float], part: float) -> float:
    """Return the value below which this part of the values lies."""
    return sorted(values)[round(part * (len(values) - 1))]
