"""A simulation whose first process is killed: its other processes do not go on for nobody."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.app.simulation.memory import family_of
from tests.waiting import wait_until

SIMULATE = "from bot.cli.main import main; main()"


@pytest.fixture
def simulation() -> Iterator[subprocess.Popen]:
    """Two processes live through two years; PostgreSQL is stopped at the end, whatever became of them."""
    with TemporaryDirectory(prefix="acompana-") as home:
        wanted = ["simulate", "--contacts", "2000", "--days", "730", "--processes", "2"]
        command = [sys.executable, "-c", SIMULATE, *wanted]
        child = subprocess.Popen(command, env={**os.environ, "ACOMPANA_HOME": home})
        yield child
        child.kill()
        child.wait()
        postmaster = int(Path(home, "database", "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGINT)
        wait_until(lambda: not words_of(postmaster))


def test_who_is_killed_takes_the_others_along(simulation):
    wait_until(lambda: len(shares_of(simulation.pid)) == 2, seconds=60)
    shares = shares_of(simulation.pid)
    simulation.kill()
    wait_until(lambda: not any(words_of(pid) for pid in shares), seconds=30)


def shares_of(pid: int) -> list[int]:
    """Return the processes that live through the shares."""
    return [p for p in family_of(pid) if p != pid and "spawn_main" in words_of(p)]


def words_of(pid: int) -> str:
    """Return with which words a process was started; nothing where there is none."""
    try:
        with open(f"/proc/{pid}/cmdline") as words:
            return words.read()
    except OSError:
        return ""
