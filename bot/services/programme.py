"""The plan of check-ins as this programme wrote it."""

from functools import cache

from bot.domain.check_in_plan import CheckInPlan
from bot.phrasebook.check_in_plan import read_check_in_plan
from bot.settings import CONTENT


@cache
def programme() -> CheckInPlan:
    """Return content/checkins.yml, read once."""
    return read_check_in_plan(CONTENT / "checkins.yml")
