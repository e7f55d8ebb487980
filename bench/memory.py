"""How much memory each process takes, after the start and after load."""

from pathlib import Path

from bench.answers import wait_until_answered
from bench.figures import table
from bench.load import constant, our_webhooks, post
from bench.people import welcome
from bench.system import System, whole_system
from bench.texts import questions
from bot.app.simulation.memory import family_of, memory_of

RATE, SECONDS, PEOPLE = 10, 60, 200

NOTES = f"""RSS / PSS in MB, each with the processes that it started. PSS counts shared memory once. The
load: {RATE} messages a second for {SECONDS} s from {PEOPLE} contacts, all answered."""


def measure() -> str:
    """Return the table."""
    with whole_system() as system:
        people = welcome(PEOPLE, system.parts)
        before = _by_part(system)
        target = our_webhooks(system.parts.settings)
        posted = post(constant(target, people, questions(), RATE, SECONDS))
        wait_until_answered([p.reference for p in posted], system.parts, 120)
        after = _by_part(system)
    rows = [(name, _cell(before[name]), _cell(after[name])) for name in before]
    total = ("total", _cell(_sum(before)), _cell(_sum(after)))
    return f"{NOTES}\n\n{table(('process', 'after start', 'after load'), [*rows, total])}"


def _by_part(system: System) -> dict[str, tuple[float, float]]:
    parts = {c.name: memory_of(family_of(c.process.pid)) for c in system.processes if c.process}
    return parts | {"postgres": memory_of(family_of(_postmaster(system)))}


def _postmaster(system: System) -> int:
    """Return the process id that PostgreSQL writes into its data folder."""
    folder: Path = system.parts.settings.socket_folder
    return int((folder / "postmaster.pid").read_text().split()[0])


def _sum(parts: dict[str, tuple[float, float]]) -> tuple[float, float]:
    return sum(rss for rss, _ in parts.values()), sum(pss for _, pss in parts.values())


def _cell(megabytes: tuple[float, float]) -> str:
    return f"{megabytes[0]:.0f} / {megabytes[1]:.0f}"
