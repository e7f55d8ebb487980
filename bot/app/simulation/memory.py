"""How much memory a simulation takes while it runs: its Python processes and PostgreSQL."""

import os
import threading
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

EVERY_SECONDS = 5
KILOBYTES = 1024


class MemoryWatch:
    """Looks every five seconds, and keeps the largest figures. Where there is no /proc they are zero."""

    def __init__(self, database_folder: Path) -> None:
        self._folder = database_folder
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.python_rss = 0.0
        self.all_pss = 0.0

    def __enter__(self) -> "MemoryWatch":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            self._look()
            if self._stop.wait(EVERY_SECONDS):
                return

    def _look(self) -> None:
        python = family_of(os.getpid())
        rss, pss = memory_of(python)
        _, database_pss = memory_of(family_of(self._postmaster()))
        self.python_rss = max(self.python_rss, rss)
        self.all_pss = max(self.all_pss, pss + database_pss)

    def _postmaster(self) -> int:
        """Return the process id that PostgreSQL writes into its data folder."""
        try:
            return int((self._folder / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return 0


def family_of(pid: int) -> list[int]:
    """Return the process and all that it started, and those that they started."""
    children = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended since
        children[int(after_name[1])].append(int(entry.parent.name))
    found, waiting = [], [pid] if pid else []
    while waiting:
        found.append(waiting.pop())
        waiting += children[found[-1]]
    return found


def memory_of(pids: Sequence[int]) -> tuple[float, float]:
    """Return RSS and PSS in MB; PSS counts memory that several processes share only once."""
    rss = pss = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        sizes = {line.split()[0]: int(line.split()[1]) for line in lines[1:]}
        rss, pss = rss + sizes.get("Rss:", 0), pss + sizes.get("Pss:", 0)
    return rss / KILOBYTES, pss / KILOBYTES
