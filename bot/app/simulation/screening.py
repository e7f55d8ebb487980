"""Screening by the lexicon alone: the real screener with a classifier that has no opinion."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from bot.app.risk_training import DATA
from bot.safety.classifier import Classifier
from bot.safety.language import LanguageSense
from bot.safety.lexicon import read_lexicon
from bot.safety.screener import Screener, Thresholds
from bot.safety.taxonomy import read_taxonomy

NEVER = 2.0
"""A score that no opinion reaches."""


class NoOpinion:
    """Stands where the classifier stands, and finds everything unlikely."""

    def likely(self, texts: Sequence[str]) -> list[Mapping[str, float]]:
        return [{} for _ in texts]


class NoLanguages:
    """Stands where the sense for languages stands; the people of a simulation write Spanish or English."""

    def mayan(self, text: str) -> bool:
        return False


@cache
def lexicon_screener() -> Screener:
    """Return the screener, read once per process."""
    return Screener(
        taxonomy=read_taxonomy(DATA / "taxonomy.yml"),
        lexicon=read_lexicon(DATA / "lexicon"),
        classifier=cast(Classifier, cast(Any, NoOpinion())),
        languages=cast(LanguageSense, cast(Any, NoLanguages())),
        thresholds=Thresholds(NEVER, NEVER, NEVER, NEVER),
    )
