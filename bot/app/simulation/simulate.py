"""Run a whole simulation: databases of its own, one process for each share of the families, one report."""

import gc
import logging
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from ctypes import c_double
from multiprocessing.sharedctypes import SynchronizedArray
from threading import Thread
from time import monotonic
from typing import Any

from bot.app.compose import install_keys
from bot.app.risk_training import DATA
from bot.app.simulation.memory import MemoryWatch
from bot.app.simulation.outcome import Outcome, outcome_of
from bot.app.simulation.place import own_databases
from bot.app.simulation.prices import read_prices
from bot.app.simulation.promises import keep_at_the_end
from bot.app.simulation.report import Effort, report_of
from bot.app.simulation.run import Told, run
from bot.app.simulation.shard import made_world
from bot.app.simulation.world import Wanted
from bot.errors import AcompanaError
from bot.safety.taxonomy import read_taxonomy
from bot.settings import CONTENT, Settings
from bot.store import database

FEWEST_FOR_TWO = 600
"""From so many contacts on two processes share the families."""

LOOK_SECONDS = 0.5
MOST_OBJECTS = 100_000
"""New objects until Python looks for circles among them: most of what is read lives for one transaction."""


def simulate(wanted: Wanted, settings: Settings, told: Told, processes: int = 0) -> dict[str, Any]:
    """Return the report; nothing of the simulation is left afterwards."""
    _refuse_nonsense(wanted)
    prices = read_prices(CONTENT / "prices.yml")
    shares = processes or (1 if wanted.contacts < FEWEST_FOR_TWO else 2)
    began = monotonic()
    install_keys(settings)
    with MemoryWatch(settings.socket_folder) as memory, own_databases(settings, shares) as urls:
        outcome = _live_all(wanted, settings, urls, told)
    seconds = round(monotonic() - began, 1)
    effort = Effort(seconds, shares, round(memory.python_rss), round(memory.all_pss))
    taxonomy = read_taxonomy(DATA / "taxonomy.yml")
    return report_of(outcome, wanted, effort, prices, settings, taxonomy)


def _refuse_nonsense(wanted: Wanted) -> None:
    if wanted.contacts < 2 or wanted.days < 1:
        raise AcompanaError("A simulation needs two contacts and one day at least.")
    if not 0 <= wanted.real_share <= 1:
        raise AcompanaError("The share that goes the long way is a number from 0 to 1.")


def _live_all(wanted: Wanted, settings: Settings, urls: Sequence[str], told: Told) -> Outcome:
    if len(urls) == 1:
        return live(wanted, settings, urls[0], 0, 1, told)
    context = multiprocessing.get_context("spawn")
    over: SynchronizedArray[float] = context.Array(c_double, len(urls))
    with ProcessPoolExecutor(len(urls), context, _begin_apart, (over,)) as pool:
        work = [
            pool.submit(_live_apart, wanted, settings, url, number, len(urls))
            for number, url in enumerate(urls)
        ]
        _wait(work, over, told)
        return _sum([done.result() for done in work])


def _wait(work: Sequence[Future[Outcome]], over: "SynchronizedArray[float]", told: Told) -> None:
    while wait(work, timeout=LOOK_SECONDS, return_when="FIRST_EXCEPTION").not_done:
        if any(done.done() and done.exception() for done in work):
            return
        told(min(over[:]))


class _Progress:
    """Where a process writes down how far it is; the one that waits reads it."""

    over: "SynchronizedArray[float]"


def _begin_apart(over: "SynchronizedArray[float]") -> None:
    _Progress.over = over
    Thread(target=_end_with_the_first, daemon=True).start()


def _end_with_the_first() -> None:
    """Nobody waits for a share without the process that started it; the pool would wait for another one."""
    first = multiprocessing.parent_process()
    assert first is not None
    first.join()
    os._exit(1)


def _live_apart(wanted: Wanted, settings: Settings, url: str, share: int, shares: int) -> Outcome:
    """Live through one share in a process of its own."""
    logging.getLogger("bot").setLevel(logging.ERROR)
    install_keys(settings)

    def told(part: float) -> None:
        _Progress.over[share] = part

    return live(wanted, settings, url, share, shares, told)


def live(
    wanted: Wanted,
    settings: Settings,
    url: str,
    share: int,
    shares: int,
    told: Callable[[float], None],
) -> Outcome:
    """Live through all days with one share of the families, and count what is left."""
    world = made_world(wanted, settings, url, share, shares)
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(MOST_OBJECTS, *before[1:])
    try:
        run(world, told)
        with database.unit_of_work(world.parts.engine) as session:
            keep_at_the_end(session, world)
        return outcome_of(world)
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
        world.eye.close()
        world.parts.engine.dispose()


def _sum(outcomes: Sequence[Outcome]) -> Outcome:
    total = Outcome()
    for outcome in outcomes:
        total.add(outcome)
    return total
