"""A clock that stands still until a test, or a pause of the code under test, moves it on."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass
class PretendedTime:
    """`now` and `pause` stand in for the same of the parts; `pauses` are the waits that were asked."""

    moment: datetime = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
    pauses: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.moment

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.passes(seconds=seconds)

    def passes(self, **delta: float) -> None:
        """Let so much time go by, as `timedelta` names it."""
        self.moment += timedelta(**delta)
