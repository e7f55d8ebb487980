"""Start the processes of a system, bring back those that die, stop all of them."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from bot.app.training import model_path, rasa_environment, rasa_python
from bot.settings import ROOT, Settings

STOP_SECONDS = 15
RESTART_SECONDS = 1
"""The shortest time between two starts of one process."""


@dataclass
class Child:
    """One process: how it is started, and the one that runs now."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only the supervisor."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.started_at = monotonic()

    def restart_if_dead(self) -> bool:
        """Start it again if it has ended; return whether that was needed."""
        if self.process is None or self.process.poll() is None:
            return False
        if monotonic() - self.started_at < RESTART_SECONDS:
            return False
        self.start()
        return True

    def stop(self) -> None:
        """Ask it to end; end it if it does not."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def children(settings: Settings, database_url: str) -> list[Child]:
    """Return dialogue engine, actions, web and worker of one machine."""
    ours = own_environment(settings, database_url)
    logs = settings.home / "logs"
    acompana = [sys.executable, "-m", "bot.cli.main"]
    return [
        rasa_child(settings),
        Child("actions", [*acompana, "actions"], ours, logs / "actions.log"),
        Child("worker", [*acompana, "worker"], ours, logs / "worker.log"),
        Child("web", [*acompana, "web"], ours, logs / "web.log"),
    ]


def own_environment(settings: Settings, database_url: str) -> dict[str, str]:
    """Return our processes' environment: the settings of this one, and the database it found."""
    return {
        **os.environ,
        "ACOMPANA_HOME": str(settings.home),
        "ACOMPANA_PORT": str(settings.port),
        "DATABASE_URL": database_url,
        "PYTHONPATH": str(ROOT),
    }


def rasa_child(settings: Settings) -> Child:
    """Return the dialogue engine on loopback with nothing but its model."""
    port = settings.dialogue_url.rsplit(":", 1)[1]
    command = [
        str(rasa_python()), "-m", "rasa", "run", "--interface", "127.0.0.1", "--port", port,
        "--model", str(model_path(settings)), "--credentials", "credentials.yml",
        "--endpoints", "endpoints.yml",
    ]  # fmt: skip
    log = settings.home / "logs" / "dialogue.log"
    return Child("dialogue", command, rasa_environment(settings), log)
