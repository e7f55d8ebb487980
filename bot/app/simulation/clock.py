"""Virtual time: it stands still until the next thing happens, and jumps there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any

BEGINS_AT = datetime(2027, 1, 4, 12, 0, tzinfo=UTC)
"""The first moment of every simulation: the same seed gives the same run, whatever day it is today."""

PART_OF_DAY = timedelta(hours=3)
"""Stands for the part of the day, which is no longer than this by day: ordinary taps, and looks at
ordinary check-ins, happen together at its end (see PARTS_END)."""

PARTS_END = (1, 4, 8, 14, 17, 20, 23)
"""The hours of UTC at which a part of the day ends: 19, 22, 2, 8, 11, 14 and 17 o'clock in Guatemala.

Most is planned for half past four and for six in the afternoon: it is said soon after."""

PARTS_OF_NIGHT = (4, 8)
"""The ends of parts at which nobody is written to any more: 22 and 2 o'clock in Guatemala."""

NIGHT = timedelta(hours=6)
"""The longest part of the day, from two to eight in Guatemala: hardly anybody is written to."""

SOON = timedelta(minutes=30)
"""How long what belongs to a day of travel waits for company."""

MINUTES = timedelta(minutes=15)
"""The same for a word to leave or a sign of danger. Answers to a question about danger wait for nobody."""


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


def end_of_span(moment: datetime, span: timedelta = PART_OF_DAY) -> datetime:
    """Return the end of the span of time, or of the part of the day, in which this moment lies."""
    if span == PART_OF_DAY:
        return _end_of_part(moment)
    spans = -((BEGINS_AT - moment) // span)
    return BEGINS_AT + spans * span


def is_by_day(end_of_part: datetime) -> bool:
    """Return whether most people may be written to at this end of a part of the day."""
    return end_of_part.astimezone(UTC).hour not in PARTS_OF_NIGHT


def _end_of_part(moment: datetime) -> datetime:
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    hours = (*PARTS_END, 24 + PARTS_END[0])
    return next(end for hour in hours if (end := midnight + timedelta(hours=hour)) >= moment)


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
