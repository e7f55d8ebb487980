"""When a telephone line is answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from bot.errors import ContentError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class OpeningHours:
    """Hours of the week in the line's own time; no spans mean day and night.

    A span that does not end after it begins goes on into the next day: 20:00 to 02:00, 08:00 to 00:00.
    """

    spans: tuple[tuple[int, time, time], ...] = ()

    def covers(self, local: datetime) -> bool:
        """Return whether the line is answered at that local moment."""
        if not self.spans:
            return True
        today, clock = local.weekday(), local.time()
        return any(_is_within(today, clock, *span) for span in self.spans)


def _is_within(today: int, clock: time, day: int, begins: time, ends: time) -> bool:
    if begins < ends:
        return day == today and begins <= clock < ends
    began_yesterday = (day + 1) % len(DAYS) == today
    return (day == today and clock >= begins) or (began_yesterday and clock < ends)


def read_hours(written: str | Sequence[Mapping[str, Any]]) -> OpeningHours:
    """Read `always`, or a list of {days, from, to}."""
    if written == "always":
        return OpeningHours()
    try:
        spans = [
            (DAYS.index(day), time.fromisoformat(span["from"]), time.fromisoformat(span["to"]))
            for span in ([] if isinstance(written, str) else written)
            for day in span["days"]
        ]
    except (KeyError, ValueError, TypeError):
        raise ContentError(f"{written!r} are no opening hours.") from None
    if not spans:
        raise ContentError(f"{written!r} are no opening hours.")
    return OpeningHours(tuple(spans))
