"""Read the risk taxonomy: data/risk/taxonomy.yml."""

from pathlib import Path

from bot.domain.durations import read_duration
from bot.domain.risk import Deadlines, Taxonomy, Tier
from bot.safety.reading import read_yaml


def read_taxonomy(path: Path) -> Taxonomy:
    """Return the labels with their tiers and deadlines."""
    entry = read_yaml(path)
    deadlines = {
        Tier(tier): Deadlines(
            read_duration(times["acknowledge_within"]), read_duration(times["contact_child_within"])
        )
        for tier, times in entry["tiers"].items()
    }
    return Taxonomy(
        deadlines=deadlines,
        tiers={c["code"]: Tier(c["tier"]) for c in entry["categories"]},
        meanings={c["code"]: c["means"] for c in entry["categories"]},
        harmless=tuple(c["code"] for c in entry["not_risk"]),
    )
