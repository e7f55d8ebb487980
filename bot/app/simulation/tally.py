"""What is counted while a simulation runs; the counts of several processes add up."""

from collections import Counter
from dataclasses import dataclass, field, fields
from datetime import datetime
from zoneinfo import ZoneInfo

HERE = ZoneInfo("America/Guatemala")
"""The clock by which days and hours are counted: most contacts live by it after the return."""

Purchase = tuple[str, str, str]
"""Country of the number, channel, and what is paid for: segment, received, template, service."""


@dataclass
class Tally:
    """Counters only, so that two of them can be added."""

    by_day: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Messages out, by (day, channel)."""
    by_hour: Counter[int] = field(default_factory=Counter)
    bought: Counter[Purchase] = field(default_factory=Counter)
    happened: Counter[str] = field(default_factory=Counter)
    """Whatever else is worth a line: answers, disclosures, numbers changed ..."""
    broken: Counter[str] = field(default_factory=Counter)
    """Promises that were broken, by the sentence that names them."""

    def left(self, at: datetime, channel: str, country: str, paid_for: str, units: int) -> None:
        """Count one message that left."""
        here = at.astimezone(HERE)
        self.by_day[here.date().isoformat(), channel] += 1
        self.by_hour[here.hour] += 1
        self.bought[country, channel, paid_for] += units

    def arrived(self, channel: str, country: str) -> None:
        """Count one message of a contact."""
        self.bought[country, channel, "received"] += 1
        self.happened["messages from contacts"] += 1

    def add(self, other: "Tally") -> None:
        """Add what another process counted."""
        for one in fields(self):
            getattr(self, one.name).update(getattr(other, one.name))
