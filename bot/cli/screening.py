"""`acompana screen`: what screening makes of texts."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from bot.app.risk_training import DATA, screener
from bot.app.run import prepare_risk_model
from bot.domain.contacts import Audience, Role
from bot.domain.risk import Phase, Screening
from bot.domain.risk_policy import RiskPolicy, Situation
from bot.errors import AcompanaError
from bot.safety.policy import read_risk_policy
from bot.settings import CONTENT, Settings

SPEAKERS = {
    "younger_child": (Role.CHILD, Audience.YOUNGER_CHILD),
    "child": (Role.CHILD, Audience.CHILD),
    "teen": (Role.CHILD, Audience.TEEN),
    "caregiver": (Role.CAREGIVER, Audience.CAREGIVER),
}


def screen(
    file: Annotated[
        Path | None, typer.Argument(help="JSON lines; standard input if left out")
    ] = None,
) -> None:
    """Read {"id","text",["speaker","phase"]} lines, write decision, category, tier, layer, score."""
    if file is not None and (not file.exists() or file.is_dir()):
        raise AcompanaError(f"There is no file {file}.")
    settings = Settings()
    prepare_risk_model(settings)
    screening, policy = screener(settings.home), read_risk_policy(CONTENT, DATA)
    with file.open(encoding="utf-8-sig") if file else sys.stdin as lines:
        for entry in _entries(lines):
            found = screening.screen(entry["text"])
            print(json.dumps(_row(entry, found, policy), ensure_ascii=False), flush=file is None)


def _entries(lines: TextIO) -> Iterator[dict[str, Any]]:
    try:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _entry(number, line)
    except UnicodeDecodeError:
        raise AcompanaError("The lines are not written in UTF-8.") from None


def _entry(number: int, line: str) -> dict[str, Any]:
    try:
        entry: dict[str, Any] = json.loads(line)
        if not isinstance(entry["text"], str):
            raise TypeError
    except (ValueError, KeyError, TypeError):
        raise AcompanaError(f'Line {number} is not JSON with an "id" and a "text".') from None
    return entry


def _row(entry: dict[str, Any], found: Screening, policy: RiskPolicy) -> dict[str, Any]:
    tier = found.tier
    if found.category and tier:
        tier = policy.tier_of(found.category, tier, _situation(entry))
    return {
        "id": entry.get("id"),
        "decision": found.decision,
        "category": found.category,
        "tier": tier,
        "layer": found.layer,
        "score": round(found.score, 4),
    }


def _situation(entry: dict[str, Any]) -> Situation:
    """Return who speaks and when, as far as the line says; an unknown word is left out, not refused."""
    role, audience = SPEAKERS.get(str(entry.get("speaker")), SPEAKERS["teen"])
    phases = {phase.value: phase for phase in Phase}
    return Situation(role, audience, phases.get(str(entry.get("phase")), Phase.AFTER))
