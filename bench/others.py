"""How busy the machine was with other work while a bench ran."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.app.simulation.memory import family_of

LOOK_SECONDS = 2
OURS = b"acompana-bench-"
"""Part of the temporary folder's name, which our PostgreSQL has in its command line."""


@dataclass
class OtherWork:
    """Cores that others kept busy, one figure for each look."""

    cores: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        if not self.cores:
            return "Other work on the machine: not measured."
        mean = sum(self.cores) / len(self.cores)
        return (
            f"Other work on the machine meanwhile: {mean:.1f} cores on average, "
            f"{max(self.cores):.1f} at most, of {os.cpu_count()}."
        )


@contextmanager
def watched() -> Iterator[OtherWork]:
    """Watch the machine while something runs."""
    seen, done = OtherWork(), threading.Event()
    thread = threading.Thread(target=_watch, args=(seen, done), daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def _watch(seen: OtherWork, done: threading.Event) -> None:
    busy, total, ours = *_machine(), _ours()
    while not done.wait(LOOK_SECONDS):
        busy_now, total_now, ours_now = *_machine(), _ours()
        spent = sum(ticks - ours.get(pid, 0) for pid, ticks in ours_now.items())
        cores = os.cpu_count() or 1
        others = max(0, busy_now - busy - spent) / max(1, total_now - total) * cores
        seen.cores.append(others)
        busy, total, ours = busy_now, total_now, ours_now


def _machine() -> tuple[int, int]:
    ticks = [int(n) for n in Path("/proc/stat").read_text().partition("\n")[0].split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


def _ours() -> dict[int, int]:
    """Return the processor time of each of our processes, in ticks."""
    roots = [os.getpid(), *_servers()]
    return {pid: ticks for root in roots for pid in family_of(root) if (ticks := _ticks(pid))}


def _servers() -> list[int]:
    """Return what has left our family, such as PostgreSQL."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if OURS in entry.read_bytes():
                found.append(int(entry.parent.name))
        except OSError:
            continue  # it has ended since
    return found


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])
