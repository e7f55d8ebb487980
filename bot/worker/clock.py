"""The clock: APScheduler decides when to look; rows remember what is due."""

import logging
from collections.abc import Callable

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from bot.services.follow_programme import follow_programme
from bot.services.keep_watch import keep_watch
from bot.services.parts import Parts

logger = logging.getLogger(__name__)

PROGRAMME_SECONDS = 5
"""How late a check-in may be noticed; a look without anything due takes two short queries."""

WATCH_SECONDS = 2
"""How late a deadline may be noticed; a look without anything due takes three short queries."""


def start_clock(parts: Parts) -> BackgroundScheduler:
    """Start a clock in this process. Any number may run: every tick claims its rows."""
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("apscheduler.executors").setLevel(logging.CRITICAL)  # it would log messages
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_listener(_tell_failure, EVENT_JOB_ERROR)
    for work, seconds in ((keep_watch, WATCH_SECONDS), (follow_programme, PROGRAMME_SECONDS)):
        scheduler.add_job(
            watch,
            "interval",
            args=[parts, work],
            seconds=seconds,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
    scheduler.start()
    return scheduler


def watch(parts: Parts, work: Callable[[Parts], bool] = keep_watch) -> None:
    """Do everything that is due; a failure is logged by its type, and the next tick tries again."""
    try:
        while work(parts):
            pass
    except SQLAlchemyError as failure:
        logger.error("the clock could not look: %s", type(failure).__name__)


def _tell_failure(event: JobExecutionEvent) -> None:
    """Name an unforeseen failure by its type: its message may hold words of a contact."""
    logger.error("the clock failed: %s", type(event.exception).__name__)
