"""When somebody may be written to: the hours in which people of their age are awake, where they are."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class WakingHours:
    """From `begins` until just before `ends`, on the person's own clock."""

    begins: time
    ends: time

    def covers(self, moment: datetime, zone: str) -> bool:
        """Return whether that moment lies within these hours in that zone."""
        return self.begins <= moment.astimezone(ZoneInfo(zone)).time() < self.ends

    def next(self, moment: datetime, zone: str) -> datetime:
        """Return that moment, or the one at which these hours begin next."""
        if self.covers(moment, zone):
            return moment
        here = moment.astimezone(ZoneInfo(zone))
        day = here.date() if here.time() < self.begins else here.date() + timedelta(days=1)
        return at_local(day, self.begins, zone).astimezone(moment.tzinfo)


def at_local(day: date, at: time, zone: str) -> datetime:
    """Return a moment on a person's own clock.

    An hour that a change of clocks leaves out comes an hour later; of one that comes twice, the first.
    """
    return datetime.combine(day, at, ZoneInfo(zone))
