"""What messages cost: content/prices.yml, checked, and the bill of a simulation."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.app.simulation.tally import Purchase
from bot.domain.contacts import COUNTRIES
from bot.errors import ContentError
from bot.phrasebook.source import read_yaml

PAID_FOR = {"sms": ("segment", "received"), "whatsapp": ("template", "service", "received")}
"""What is paid for on each channel."""


@dataclass(frozen=True)
class Prices:
    """The price table of a programme."""

    currency: str
    each: Mapping[Purchase, float]
    unverified: int
    """Lines that nobody has compared with a price list."""


def read_prices(path: Path) -> Prices:
    """Read the table; a country or a price that is missing is one plain sentence."""
    written = read_yaml(path)
    each: dict[Purchase, float] = {}
    unverified = 0
    for country in COUNTRIES:
        for channel, names in PAID_FOR.items():
            entry = (written.get("countries", {}).get(country) or {}).get(channel) or {}
            each |= {(country, channel, name): _price(entry, country, name) for name in names}
            unverified += entry.get("verified_on") is None
    return Prices(str(written.get("currency", "USD")), each, unverified)


def _price(entry: Mapping[str, Any], country: str, name: str) -> float:
    price = entry.get(name)
    if not isinstance(price, int | float) or price < 0 or not entry.get("source"):
        raise ContentError(f"prices.yml: {country} needs a price for {name}, and its source.")
    return float(price)


def bill(bought: Mapping[Purchase, int], prices: Prices) -> list[dict[str, Any]]:
    """Return one line for each kind of purchase, the dearest first."""
    lines = [
        {
            "country": country,
            "channel": channel,
            "paid_for": name,
            "count": count,
            "price": prices.each[country, channel, name],
            "cost": round(count * prices.each[country, channel, name], 2),
        }
        for (country, channel, name), count in bought.items()
        if count
    ]
    return sorted(lines, key=lambda line: -line["cost"])
