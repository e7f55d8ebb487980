"""Percentiles of what was counted, and what a sender's rate makes of the busiest minutes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from math import ceil


def percentile(counted: Mapping[int, int], share: float) -> int | None:
    """Return the nearest-rank percentile of values that were counted; None of nothing."""
    rank = max(1, ceil(share * sum(counted.values())))
    for value in sorted(counted):
        rank -= counted[value]
        if rank <= 0:
            return value
    return None


def mean(values: Iterable[int], count: int) -> float:
    """Return the mean over so many days, also those on which nothing happened."""
    return round(sum(values) / count, 1) if count else 0.0


def per_minute(planned: Mapping[tuple[datetime, str], int], channel: str) -> dict[datetime, int]:
    """Return how many first messages are planned for each minute on one channel."""
    return {minute: count for (minute, of), count in sorted(planned.items()) if of == channel}


def longest_wait(minutes: Mapping[datetime, int], rate: float) -> float:
    """Return the seconds that the last of a queue waits at worst, at so many messages a second."""
    backlog, worst, last = 0.0, 0.0, None
    for minute in sorted(minutes):
        if last is not None:
            backlog = max(0.0, backlog - rate * (minute - last).total_seconds())
        backlog += minutes[minute]
        worst, last = max(worst, backlog / rate), minute
    return worst


def busiest(minutes: Mapping[datetime, int]) -> tuple[datetime | None, int]:
    """Return the minute with the most messages."""
    return max(minutes.items(), key=lambda pair: pair[1], default=(None, 0))


def by_day(counted: Mapping[tuple[str, str], int]) -> Counter[str]:
    """Return the messages of every day, all channels together."""
    days: Counter[str] = Counter()
    for (day, _), count in counted.items():
        days[day] += count
    return days
