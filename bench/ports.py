"""Free ports on loopback."""

import random
import socket
from collections.abc import Iterable

OURS = (0, 5, 55)
"""Web, dialogue engine and actions, counted from `ACOMPANA_PORT`."""


def free_base(offsets: Iterable[int] = OURS) -> int:
    """Return a port that is free together with those that lie above it at the offsets."""
    several = list(offsets)
    for _ in range(200):
        base = random.randrange(20000, 29000, 100)
        if all(_is_free(base + offset) for offset in several):
            return base
    raise RuntimeError("no free ports between 20000 and 29000")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
