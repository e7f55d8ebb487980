"""Virtual time: it stands still until the next thing happens, and jumps there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any

BEGINS_AT = datetime(2027, 1, 4, 12, 0, tzinfo=UTC)
"""The first moment of every simulation: the same seed gives the same run, whatever day it is today."""

TOGETHER = timedelta(hours=2)
"""Ordinary taps, and looks at ordinary check-ins, within one such span happen together at its end.

What is planned for the afternoon at half past four, or for six, is then still said before bedtime.
"""

SOON = timedelta(minutes=15)
"""The same for what belongs to a day of travel, where a quarter of an hour decides."""

MINUTES = timedelta(minutes=15)
"""The same for single things, such as a word to leave or a sign of danger."""


@dataclass
class VirtualClock:
    """The time of one simulation. It never goes back, and nobody waits."""

    moment: datetime = BEGINS_AT

    def now(self) -> datetime:
        return self.moment

    def pause(self, seconds: float) -> None:
        """Nobody has to wait for a sender that is busy: the report says what its rate means."""

    def move_to(self, moment: datetime) -> None:
        self.moment = max(self.moment, moment)


def end_of_span(moment: datetime, span: timedelta = TOGETHER) -> datetime:
    """Return the end of the span of time in which this moment lies."""
    spans = -((BEGINS_AT - moment) // span)
    return BEGINS_AT + spans * span


@dataclass(order=True)
class Planned:
    """Something that somebody of the population or of the staff will do."""

    at: datetime
    number: int
    what: Any = field(compare=False)


class Agenda:
    """What people will do, by time; of two things at the same moment the one planned first."""

    def __init__(self) -> None:
        self._heap: list[Planned] = []
        self._numbers = count()

    def __len__(self) -> int:
        return len(self._heap)

    @property
    def next_at(self) -> datetime | None:
        return self._heap[0].at if self._heap else None

    def plan(self, at: datetime, what: Any) -> None:
        heappush(self._heap, Planned(at, next(self._numbers), what))

    def due(self, now: datetime) -> Iterator[Any]:
        """Yield what is due, in order, also what is planned for now meanwhile."""
        while self._heap and self._heap[0].at <= now:
            yield heappop(self._heap).what
