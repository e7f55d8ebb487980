"""The whole system on ports and in a folder of its own, as `acompana run` starts it."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bench.ports import free_base
from bot.app.compose import composed
from bot.app.processes import Child
from bot.app.run import prepare_model, running_system
from bot.services.parts import Parts
from bot.settings import ROOT, Settings

RATE = "1000"
"""Messages a second and sender: the provider's limit is not what is measured here."""

OTHER_SETTINGS = ("DATABASE_URL", "ACOMPANA_", "TWILIO_")


@dataclass(frozen=True)
class System:
    """A running system: its parts as one of its processes has them, and the processes."""

    parts: Parts
    processes: list[Child]


@contextmanager
def whole_system(provider: Mapping[str, str] | None = None) -> Iterator[System]:
    """Start everything, yield it, and stop everything; `provider` holds settings of Twilio.

    Without them the console stand-in takes the messages. The settings go through the environment,
    because that is how the processes read them.
    """
    with home_folder() as home, environment(settings_for(home) | dict(provider or {})):
        settings = Settings(_env_file=None)
        with running_system(settings) as processes:
            url = next(c.environment["DATABASE_URL"] for c in processes if c.name == "worker")
            with composed(settings.model_copy(update={"database_url": url})) as parts:
                yield System(parts, processes)


def settings_for(home: Path) -> dict[str, str]:
    """Return the environment of a demo in that folder on ports that are free."""
    return {
        "ACOMPANA_HOME": str(home),
        "ACOMPANA_PORT": str(free_base()),
        "ACOMPANA_SMS_RATE": RATE,
        "ACOMPANA_WHATSAPP_RATE": RATE,
        "NO_PROXY": "127.0.0.1",
    }


@contextmanager
def home_folder() -> Iterator[Path]:
    """Yield a temporary ACOMPANA_HOME that holds the trained model."""
    with tempfile.TemporaryDirectory(prefix="acompana-bench-") as folder:
        home = Path(folder)
        shutil.copytree(_trained() / "model", home / "model")
        yield home


@cache
def _trained() -> Path:
    """Return a folder with a model that fits the code: the one of `make train`, else a fresh one."""
    folder = Path(tempfile.mkdtemp(prefix="acompana-bench-model-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "model").mkdir()
    if (ROOT / "var" / "model").exists():
        shutil.copytree(ROOT / "var" / "model", folder / "model", dirs_exist_ok=True)
    prepare_model(Settings(_env_file=None).model_copy(update={"home": folder}))
    return folder


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set these variables and none of our other settings, then restore what was there."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(OTHER_SETTINGS):
            del os.environ[name]
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
