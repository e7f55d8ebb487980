"""Durations as people write them in files: 30s, 15min, 4h, 7d."""

import re
from datetime import timedelta

from bot.errors import ContentError

_UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}
_WRITTEN = re.compile(r"(\d+)\s*(s|min|h|d)")


def read_duration(written: str) -> timedelta:
    """Return the duration; anything else is a sentence that says what is expected."""
    match = _WRITTEN.fullmatch(str(written).strip())
    if match is None:
        raise ContentError(f"{written!r} is not a duration such as 30s, 15min, 4h or 7d.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def read_offset(written: str) -> timedelta:
    """Return how long after something, or with a minus before it: -3h."""
    plain = str(written).strip()
    duration = read_duration(plain.removeprefix("-"))
    return -duration if plain.startswith("-") else duration
