"""bench/RESULTS.md: one section per bench; a new run replaces its own section only."""

import os
import platform
from collections.abc import Sequence
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"

HEAD = """# Measurements

Written by `python -m bench`; each run replaces its own section. Everything ran on one machine over
loopback: the load, our five kinds of processes with their PostgreSQL, and where it is named, Rasa's
own Twilio channel. Compare within a table rather than with other machines.
"""


def record(name: str, table: str, remarks: Sequence[str]) -> None:
    """Replace the section of this bench, or add it at the end."""
    when = f"{date.today()}, {_machine()}."
    command = f"    .venv/bin/python -m bench {name}"
    text = "\n\n".join([when, command, *filter(None, remarks), table.strip()])
    sections = _sections() | {name: f"\n{text}\n"}
    body = "".join(f"\n## {title}\n{text}" for title, text in sections.items())
    RESULTS.write_text(HEAD + body, encoding="utf-8")


def _sections() -> dict[str, str]:
    if not RESULTS.exists():
        return {}
    parts = RESULTS.read_text(encoding="utf-8").split("\n## ")[1:]
    titled = (part.partition("\n") for part in parts)
    return {title: text.rstrip("\n") + "\n" for title, _, text in titled if _is_bench(title)}


def _is_bench(title: str) -> bool:
    """Return whether a section is that of a bench: a module or package of that name is here."""
    return (HERE / f"{title}.py").exists() or (HERE / title / "__init__.py").exists()


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
