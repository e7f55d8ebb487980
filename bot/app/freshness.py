"""Whether what was trained still fits what it was learned from."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.settings import ROOT

KINDS = {".yml", ".py", ".lock", ".jsonl", ".txt"}


@dataclass(frozen=True)
class Learned:
    """Trained files, the places they were learned from, and the mark that remembers their state."""

    trained: Sequence[Path]
    places: Sequence[str]
    mark: Path

    def is_stale(self) -> bool:
        """Return whether something is missing or has changed since."""
        exist = all(path.exists() for path in (*self.trained, self.mark))
        return not (exist and self.mark.read_text() == self.fingerprint())

    def fingerprint(self) -> str:
        """Return a hash over every file that is learned from."""
        total = hashlib.sha256()
        for path in self._files():
            total.update(str(path.relative_to(ROOT)).encode())
            total.update(path.read_bytes())
        return total.hexdigest()

    def remember(self, fingerprint: str) -> None:
        """Note from what was learned."""
        self.mark.write_text(fingerprint)

    def _files(self) -> Iterator[Path]:
        for place in self.places:
            path = ROOT / place
            found = [path] if path.is_file() else path.rglob("*")
            yield from sorted(
                p for p in found if p.suffix in KINDS and "test_stories" not in p.name
            )
