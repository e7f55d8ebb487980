"""Texts with the labels that their author gave them, and what screening makes of them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import yaml

from bot.app.risk_training import DATA, screener
from bot.app.run import prepare_risk_model
from bot.domain.risk import Decision, Tier
from bot.safety.screener import Screener
from bot.safety.taxonomy import read_taxonomy
from bot.safety.training import SENT_APART
from bot.settings import Settings

HERE = Path(__file__).parent
TAXONOMY = read_taxonomy(DATA / "taxonomy.yml")


@dataclass(frozen=True)
class Case:
    """One text: what its author meant, what each layer says, how long that took."""

    id: str
    text: str
    label: str
    language: str
    directness: str
    score: float
    category: str
    by_lexicon: Decision
    decision: Decision
    found: str | None
    seconds: float
    lexicon_seconds: float

    @property
    def is_risk(self) -> bool:
        return self.label in TAXONOMY.tiers

    @property
    def is_urgent(self) -> bool:
        """Whether a person has to know within hours: the critical and the high tier."""
        return TAXONOMY.tiers.get(self.label) in (Tier.CRITICAL, Tier.HIGH)


def ready_screener() -> Screener:
    """Return the screener of `make train`, trained if that is needed."""
    settings = Settings()
    prepare_risk_model(settings)
    return screener(settings.home)


def read(path: Path, screening: Screener) -> list[Case]:
    """Screen every line of a file; texts sent as several messages are screened joined."""
    lines = path.read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines if line.strip()]
    return [_case(entry, screening) for entry in entries]


def _case(entry: dict[str, str], screening: Screener) -> Case:
    text = entry["text"].replace(SENT_APART, " ")
    began = perf_counter()
    hits = screening.lexicon.find(text)
    between = perf_counter()
    found = screening.screen(text)
    ended = perf_counter()
    decisions = {hit.phrase.decision for hit in hits}
    strongest = next((d for d in Decision if d in decisions), Decision.NONE)
    return Case(
        id=entry["id"],
        text=text,
        label=entry["label"],
        language=entry["lang"],
        directness=entry.get("directness", ""),
        score=found.score if any(c.isalnum() for c in text) else 0.0,
        category=found.category or "",
        by_lexicon=strongest,
        decision=found.decision,
        found=found.category,
        seconds=ended - between,
        lexicon_seconds=between - began,
    )


def public_texts() -> Iterator[tuple[str, str]]:
    """Yield (language, text) of the conversations that ship with chatterbot-corpus: nobody is in danger."""
    import chatterbot_corpus  # noqa: PLC0415 - only this measurement needs it

    folder = Path(chatterbot_corpus.__file__).parent / "data"
    for name, language in (("spanish", "es"), ("english", "en"), ("portuguese", "pt")):
        for path in sorted((folder / name).glob("*.yml")):
            yield from ((language, text) for text in _said(path))


def _said(path: Path) -> Iterator[str]:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    for turns in content["conversations"]:
        yield from (str(turn) for turn in turns if turn)


def split_by(key: str, cases: Sequence[Case]) -> dict[str, list[Case]]:
    """Group the cases by one of their facts, in the order in which it appears."""
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(str(getattr(case, key)), []).append(case)
    return groups
