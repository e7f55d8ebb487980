"""One look of the clock at the programme: plan what changed, say what is due."""

from bot.services.parts import Parts
from bot.services.plan_check_ins import plan_next
from bot.services.prove_number import settle_expired
from bot.services.run_check_ins import run_due


def follow_programme(parts: Parts) -> bool:
    """Do a share of what is due; return whether there was anything. Any number of clocks may run."""
    planned = plan_next(parts)
    expired = settle_expired(parts)
    return run_due(parts) > 0 or planned or expired
