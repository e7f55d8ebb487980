"""A lane: a thread that works until nothing is left, then sleeps until its bell rings."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import sleep

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from bot.services.parts import Parts
from bot.store import database
from bot.store.tables import WorkerBeatRow

logger = logging.getLogger(__name__)

IDLE_SECONDS = 0.5
"""How often a lane looks without being called: retries and paced senders become due by time."""

AFTER_FAILURE_SECONDS = 1


@dataclass(frozen=True)
class Lane:
    """`work` does one thing and returns whether there was one to do."""

    name: str
    work: Callable[[Parts], bool]
    bell: threading.Event
    idle_seconds: float = IDLE_SECONDS

    def run(self, parts: Parts, stop: threading.Event) -> None:
        """Work until told to stop. A failure of one round is logged by its type and tried again."""
        while not stop.is_set():
            self.bell.clear()
            try:
                worked = self.work(parts)
                while worked and not stop.is_set():
                    worked = self.work(parts)
            except SQLAlchemyError as failure:
                logger.error(
                    "lane %s: the database failed: %s",
                    self.name,
                    type(failure).__name__,
                )
                sleep(AFTER_FAILURE_SECONDS)
            except Exception as failure:
                logger.error("lane %s failed: %s", self.name, _where(failure))
                sleep(AFTER_FAILURE_SECONDS)
            self.bell.wait(self.idle_seconds)


def _where(failure: Exception) -> str:
    """Return type and place of a failure; its message may hold words of a contact."""
    trace = failure.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    return f"{type(failure).__name__} at {place}"


def beat(lane: str) -> Callable[[Parts], bool]:
    """Return work that notes that this process is alive, for the readiness probe."""

    def note(parts: Parts) -> bool:
        values = {"lane": lane, "beat_at": parts.now()}
        statement = insert(WorkerBeatRow).values(**values)
        with database.unit_of_work(parts.engine) as session:
            session.execute(statement.on_conflict_do_update(index_elements=["lane"], set_=values))
        return False

    return note
