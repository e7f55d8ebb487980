"""How long `acompana run` takes until everything is ready, and each part of it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import httpx

from bench.figures import table
from bench.processes import stop
from bench.system import environment, home_folder, settings_for
from bot.settings import ROOT, Settings

RUNS = 3
LIMIT_SECONDS = 120
LOOK_SECONDS = 0.05

NOTES = """Seconds from the start of the command (model trained, packages compiled) until each part answered.
The first run finds an empty folder: it makes the database and loads the fictional programme.
"Ready" is `/readyz` with status 200. "Stopped" is SIGTERM until the command has ended with all that
it had started."""


def measure() -> str:
    """Return the table."""
    with home_folder() as home, environment(settings_for(home)):
        settings = Settings(_env_file=None)
        runs = [_run(settings) for _ in range(RUNS)]
    names = list(runs[0])
    rows = [(n, *(f"{seconds[name]:.1f}" for name in names)) for n, seconds in enumerate(runs, 1)]
    return f"{NOTES}\n\n{table(('run', *names), rows)}"


def _run(settings: Settings) -> dict[str, float]:
    began = monotonic()
    log = (settings.home / "run.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli.main", "run"],
        cwd=ROOT, env=os.environ.copy(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
    )  # fmt: skip
    try:
        seconds = _watch(_parts(settings), process, began)
        stopping = monotonic()
        process.terminate()
        process.wait(60)
        return seconds | {"stopped": monotonic() - stopping}
    finally:
        stop(process, 60)
        log.close()


def _watch(
    waiting: dict[str, Callable[[], bool]], process: "subprocess.Popen[bytes]", began: float
) -> dict[str, float]:
    """Return when each part answered first."""
    found: dict[str, float] = {}
    while len(found) < len(waiting):
        if process.poll() is not None or monotonic() - began > LIMIT_SECONDS:
            raise RuntimeError(f"not ready: {', '.join(set(waiting) - set(found))}")
        for name, is_ready in waiting.items():
            if name not in found and is_ready():
                found[name] = monotonic() - began
        sleep(LOOK_SECONDS)
    return {name: found[name] for name in waiting}


def _parts(settings: Settings) -> dict[str, Callable[[], bool]]:
    readyz = f"{settings.own_url}/readyz"
    return {
        "database": lambda: _database_ready(settings.socket_folder),
        "actions": lambda: _answers(f"http://127.0.0.1:{settings.actions_port}/health"),
        "web": lambda: _answers(f"{settings.own_url}/healthz"),
        "worker": lambda: _part_ready(readyz, "inbound"),
        "dialogue": lambda: _answers(f"{settings.dialogue_url}/webhooks/acompana/"),
        "ready": lambda: _answers(readyz),
    }


def _database_ready(folder: Path) -> bool:
    try:
        return "ready" in (folder / "postmaster.pid").read_text()
    except OSError:
        return False


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _part_ready(url: str, part: str) -> bool:
    try:
        parts = httpx.get(url, timeout=2, trust_env=False).json()["parts"]
    except (httpx.TransportError, ValueError):
        return False
    return bool(parts.get(part, {}).get("ready"))
