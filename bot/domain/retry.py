"""When to try again: a decision apart from the code that acts on it."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class RetryPlan:
    """Waits that double from `first` up to `longest`; after `attempts` nobody tries again."""

    first: timedelta
    longest: timedelta
    attempts: int

    def wait_after(self, attempts: int) -> timedelta | None:
        """Return how long to wait after that many failed attempts, None to give up."""
        if attempts >= self.attempts:
            return None
        doubled: timedelta = self.first * (2 ** min(attempts - 1, 16))
        return min(self.longest, doubled)


DIALOGUE_REFUSES = RetryPlan(timedelta(seconds=2), timedelta(seconds=30), attempts=5)
"""Rasa is there but cannot answer this message: after five attempts a person reads it."""

SENDING = RetryPlan(timedelta(seconds=2), timedelta(minutes=10), attempts=17)
"""The provider is busy or unreachable: about an hour and a half in all."""

NOTIFYING = RetryPlan(timedelta(seconds=2), timedelta(seconds=8), attempts=3)
"""A person has to be called now: after ten seconds the next channel is quicker than waiting."""
