"""Wait for something to become true, never by a fixed sleep."""

from collections.abc import Callable
from time import monotonic, sleep


def wait_until(happens: Callable[[], object], seconds: float = 10, every: float = 0.02) -> None:
    """Return once `happens()` is true; fail after `seconds`."""
    deadline = monotonic() + seconds
    while monotonic() < deadline:
        if happens():
            return
        sleep(every)
    raise AssertionError(f"did not happen within {seconds} s: {happens}")
