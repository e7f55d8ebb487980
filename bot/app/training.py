"""Train the dialogue model, only when something that it learns from has changed."""

import os
import subprocess
from pathlib import Path

from bot.app.freshness import Learned
from bot.errors import AcompanaError
from bot.settings import ROOT, Settings

LEARNED_FROM = ("config.yml", "flows", "data/nlu", "bot/dialogue_engine")
MODEL_NAME = "dialogue"

RASA_ENVIRONMENT = {
    "PYTHONPATH": str(ROOT),
    "PYTHONWARNINGS": "ignore",
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "LOG_LEVEL": "WARNING",
    "LOG_LEVEL_LIBRARIES": "ERROR",
}


def rasa_python() -> Path:
    """Return the interpreter of Rasa's own environment."""
    python = ROOT / ".venv-rasa" / "bin" / "python"
    if not python.exists():
        raise AcompanaError("The dialogue engine is not installed; run: make setup")
    return python


def rasa_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of Rasa's processes: no credentials, no database, no keys."""
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG", "TMPDIR", "TZ"}}
    actions = f"http://127.0.0.1:{settings.actions_port}/webhook"
    return {**kept, **RASA_ENVIRONMENT, "ACOMPANA_ACTIONS_URL": actions}


def model_path(settings: Settings) -> Path:
    """Return where the trained model lies."""
    return settings.home / "model" / f"{MODEL_NAME}.tar.gz"


def learned(settings: Settings) -> Learned:
    """Return what the dialogue model was learned from."""
    mark = settings.home / "model" / "learned-from"
    return Learned([model_path(settings)], LEARNED_FROM, mark)


def is_stale(settings: Settings) -> bool:
    """Return whether the model is missing or something that it learns from has changed."""
    return learned(settings).is_stale()


def train(settings: Settings) -> None:
    """Train and keep the model with the fingerprint of what it learned from."""
    model = learned(settings)
    fingerprint = model.fingerprint()
    folder = model_path(settings).parent
    folder.mkdir(parents=True, exist_ok=True)
    flows = [str(p.relative_to(ROOT)) for kind in ("rules", "stories") for p in _flows(kind)]
    command = [
        str(rasa_python()), "-m", "rasa", "train", "--domain", "flows", "--data", *flows, "data/nlu",
        "--config", "config.yml", "--out", str(folder), "--fixed-model-name", MODEL_NAME,
    ]  # fmt: skip
    log = settings.home / "logs" / "train.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        ended = subprocess.run(
            command,
            check=False,
            cwd=ROOT,
            env=rasa_environment(settings),
            stdout=output,
            stderr=output,
        )
    if ended.returncode != 0:
        raise AcompanaError(f"Training failed; the reason is in {log}.")
    model.remember(fingerprint)


def _flows(kind: str) -> list[Path]:
    """Return one kind of file of every flow; test stories judge, they do not teach."""
    return sorted((ROOT / "flows").glob(f"*/{kind}.yml"))
