"""Train what screening learns, only when its examples or its code have changed."""

from functools import cache
from pathlib import Path

from bot.app.freshness import Learned
from bot.safety import training
from bot.safety.classifier import PIECES, WEIGHTS
from bot.safety.language import LANGUAGES
from bot.safety.screener import Screener, read_screener
from bot.settings import ROOT, Settings

DATA = ROOT / "data" / "risk"
LEARNED_FROM = (
    "data/risk/examples",
    "data/risk/language",
    "data/nlu",
    *(f"bot/safety/{name}.py" for name in ("classifier", "encoder", "features", "language")),
    "bot/safety/spelling.py",
    "bot/safety/training.py",
)


def learned(settings: Settings) -> Learned:
    """Return what screening was learned from."""
    folder = settings.home / "model"
    trained = [folder / name for name in (WEIGHTS, PIECES, LANGUAGES)]
    return Learned(trained, LEARNED_FROM, folder / "risk-learned-from")


def train(settings: Settings) -> None:
    """Train and keep the fingerprint of what was learned from."""
    model = learned(settings)
    fingerprint = model.fingerprint()
    training.train(DATA, ROOT / "data" / "nlu", settings.home / "model")
    model.remember(fingerprint)


@cache
def screener(home: Path) -> Screener:
    """Return the screener of what was trained in that home, read once per process."""
    return read_screener(DATA, home / "model")
