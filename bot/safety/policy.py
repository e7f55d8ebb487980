"""Read what the programme decided about risks: content/risk-policy.yml."""

from pathlib import Path

from bot.domain.risk_policy import RiskPolicy, read_policy
from bot.safety.reading import read_yaml
from bot.safety.taxonomy import read_taxonomy


def read_risk_policy(content: Path, data: Path) -> RiskPolicy:
    """Return the policy, checked against the taxonomy."""
    categories = list(read_taxonomy(data / "taxonomy.yml").tiers)
    return read_policy(read_yaml(content / "risk-policy.yml"), categories)
