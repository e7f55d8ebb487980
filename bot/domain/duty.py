"""The duty rota: who answers for which country, when, in which order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain.risk import Phase

IsHoliday = Callable[[str, date], bool]
"""Whether a day is a public holiday in a country."""

LOOK_STEP = timedelta(minutes=15)
"""Shifts begin and end on quarters of an hour as far as gaps are concerned."""


@dataclass(frozen=True)
class Shift:
    """One person's hours for one country, in that country's own time."""

    staff_id: UUID
    country: str
    zone: str
    weekdays: frozenset[int]
    """Monday is 0."""
    starts: time
    ends: time
    """Not after `starts`: it ends on the next day; equal means the whole day and night."""
    rank: int = 1
    """Who is called first: 1 before 2."""
    on_holidays: bool = False
    phases: frozenset[str] = frozenset()
    """Only these phases of a return; empty means all."""

    def covers(self, moment: datetime, is_holiday: IsHoliday) -> bool:
        """Return whether the person is on duty at that moment; the day is the one it began on."""
        local = moment.astimezone(ZoneInfo(self.zone))
        return any(
            self._begins_on(day, is_holiday) and self._from(day) <= local < self._until(day)
            for day in (local.date(), local.date() - timedelta(days=1))
        )

    def _begins_on(self, day: date, is_holiday: IsHoliday) -> bool:
        if day.weekday() not in self.weekdays:
            return False
        return self.on_holidays or not is_holiday(self.country, day)

    def _from(self, day: date) -> datetime:
        return datetime.combine(day, self.starts, ZoneInfo(self.zone))

    def _until(self, day: date) -> datetime:
        last = day if self.ends > self.starts else day + timedelta(days=1)
        return datetime.combine(last, self.ends, ZoneInfo(self.zone))


def on_duty(
    shifts: Iterable[Shift], moment: datetime, phase: str, is_holiday: IsHoliday
) -> list[Shift]:
    """Return who is on duty, first in rank first."""
    fitting = (s for s in shifts if not s.phases or phase in s.phases)
    return sorted((s for s in fitting if s.covers(moment, is_holiday)), key=lambda s: s.rank)


@dataclass(frozen=True)
class Gap:
    """Hours in which nobody is on duty for a country."""

    country: str
    begins_at: datetime
    ends_at: datetime


def gaps(
    country: str, shifts: Sequence[Shift], begin: datetime, until: datetime, is_holiday: IsHoliday
) -> list[Gap]:
    """Return the hours without anybody between two moments, for a planner to see in advance.

    Hours in which nobody answers for one phase of a return are a gap too: that child is called by nobody.
    """
    found: list[Gap] = []
    moment = begin
    while moment < until:
        if not all(on_duty(shifts, moment, phase, is_holiday) for phase in Phase):
            found = _extended(found, country, moment)
        moment += LOOK_STEP
    return found


def _extended(found: list[Gap], country: str, moment: datetime) -> list[Gap]:
    """Add a step without anybody: to the last gap if it ends here, else as a new one."""
    if found and found[-1].ends_at == moment:
        return [*found[:-1], Gap(country, found[-1].begins_at, moment + LOOK_STEP)]
    return [*found, Gap(country, moment, moment + LOOK_STEP)]
