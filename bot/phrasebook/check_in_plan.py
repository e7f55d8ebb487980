"""The programme's check-ins: content/checkins.yml."""

from pathlib import Path

from bot.domain.check_in_plan import CheckInPlan, read_plan
from bot.phrasebook.source import read_yaml


def read_check_in_plan(path: Path) -> CheckInPlan:
    """Return the checked plan."""
    return read_plan(read_yaml(path))
