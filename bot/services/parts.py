"""The parts that services work with, put together once at the edge."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import sleep

from sqlalchemy import Engine

from bot.domain.risk import Screening, Taxonomy
from bot.domain.risk_policy import RiskPolicy
from bot.gateways.dialogue import Dialogue
from bot.gateways.notifying import Notifier
from bot.gateways.sending import Provider
from bot.phrasebook.phrasebook import Phrasebook
from bot.settings import Settings


@dataclass(frozen=True)
class Safety:
    """What decides about signs of danger, and what calls people."""

    screen: Callable[[str, Sequence[str]], Screening]
    """Screens one message after the messages before it."""
    taxonomy: Taxonomy
    policy: RiskPolicy
    notifier: Notifier


@dataclass(frozen=True)
class Parts:
    """Settings, database, words, dialogue engine, provider and clock of one process."""

    settings: Settings
    engine: Engine
    words: Phrasebook
    dialogue: Dialogue
    provider: Provider
    safety: Safety
    now: Callable[[], datetime]
    pause: Callable[[float], None] = sleep
    """Waits that many seconds; with `now` the whole of time, so that a test can pretend both."""
