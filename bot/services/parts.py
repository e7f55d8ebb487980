"""The parts that services work with, put together once at the edge."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import sleep

from sqlalchemy import Engine

from bot.gateways.dialogue import Dialogue
from bot.gateways.sending import Provider
from bot.phrasebook.phrasebook import Phrasebook
from bot.settings import Settings


@dataclass(frozen=True)
class Parts:
    """Settings, database, words, dialogue engine, provider and clock of one process."""

    settings: Settings
    engine: Engine
    words: Phrasebook
    dialogue: Dialogue
    provider: Provider
    now: Callable[[], datetime]
    pause: Callable[[float], None] = sleep
    """Waits that many seconds; with `now` the whole of time, so that a test can pretend both."""
