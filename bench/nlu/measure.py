"""Train and question a pipeline, each in a process of its own, with Rasa's own commands."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
QUIET = {
    "PYTHONPATH": str(ROOT),
    "PYTHONWARNINGS": "ignore",
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "LOG_LEVEL": "ERROR",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}


@dataclass(frozen=True)
class Trained:
    """A model file, and what it took to make it."""

    model: Path
    seconds: float
    cpu_seconds: float
    peak_mb: float


def train(config: Path, folder: Path) -> Trained:
    """Train with `rasa train nlu` and an empty cache."""
    command = ["-m", "rasa", "train", "nlu", "--nlu", "data/nlu", "--config", str(config)]
    command += ["--out", str(folder), "--fixed-model-name", "nlu"]
    with tempfile.TemporaryDirectory() as cache:
        used = _run(command, {"RASA_CACHE_DIRECTORY": cache})
    return Trained(folder / "nlu.tar.gz", *used)


def answer(model: Path, examples: Path) -> dict:
    """Return what the model found for each example; see `bench.nlu.answer`."""
    started_at = time.time()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        _run(["-m", "bench.nlu.answer", str(model), str(examples), str(report)], {})
        answered = json.loads(report.read_text("utf-8"))
    return {**answered, "start_seconds": answered["ready_at"] - started_at}


def _run(arguments: list[str], more: dict[str, str]) -> tuple[float, float, float]:
    """Run Python to its end; return seconds, processor seconds and the peak memory in MB."""
    before = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **QUIET, **more},
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, arguments)
    seconds = time.perf_counter() - before
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
