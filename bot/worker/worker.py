"""Start the lanes of one worker process and stop them in good order."""

import threading

from apscheduler.schedulers.background import BackgroundScheduler

from bot.services.answer_inbound import answer_next
from bot.services.parts import Parts
from bot.services.screen_inbound import screen_next
from bot.services.send_notice import send_next_notice
from bot.services.send_outbound import find_out_interrupted, send_next
from bot.store.database import INBOUND, NOTICE, OUTBOUND
from bot.worker.clock import start_clock
from bot.worker.lanes import Lane, beat
from bot.worker.wake import Bells, listen

ANSWERING_THREADS = 3
"""Rasa is one event loop: more turns at once only queue (2-4 in flight were the measured optimum)."""

SENDING_THREADS = 4


class Worker:
    """The lanes of one process; any number of processes may work on one database."""

    def __init__(self, parts: Parts, database_address: str) -> None:
        self._parts = parts
        self._address = database_address
        self._stop = threading.Event()
        self._bells: list[threading.Event] = []
        self._threads: list[threading.Thread] = []
        self._clock: BackgroundScheduler | None = None

    def start(self) -> None:
        """Read the models of screening, then start listening and working."""
        self._parts.safety.screen("hola", ())  # now, not while the first child waits
        names = (INBOUND, OUTBOUND, NOTICE)
        bells = {name: Bells() for name in names}
        lanes = self._lanes(bells)
        self._start("wake", listen, self._address, bells, self._stop)
        self._clock = start_clock(self._parts)
        for lane in lanes:
            self._bells.append(lane.bell)
            self._start(lane.name, lane.run, self._parts, self._stop)

    def stop(self) -> None:
        """Let every lane finish what it does and end."""
        self._stop.set()
        if self._clock is not None:
            self._clock.shutdown(wait=True)
        for bell in self._bells:
            bell.set()
        for thread in self._threads:
            thread.join(timeout=30)

    def wait(self) -> None:
        """Wait until somebody stops the worker."""
        self._stop.wait()

    def ask_to_stop(self, *_: object) -> None:
        """Signal handler."""
        self._stop.set()

    def _lanes(self, bells: dict[str, Bells]) -> list[Lane]:
        """Screening and calling staff have lanes of their own: nothing else can hold them up."""

        def unknown_outcomes(parts: Parts) -> bool:
            find_out_interrupted(parts)
            return False

        return [
            Lane("screening", screen_next, bells[INBOUND].new()),
            Lane("notices-0", send_next_notice, bells[NOTICE].new()),
            Lane("notices-1", send_next_notice, bells[NOTICE].new()),
            *(
                Lane(f"inbound-{n}", answer_next, bells[INBOUND].new())
                for n in range(ANSWERING_THREADS)
            ),
            *(
                Lane(f"outbound-{n}", send_next, bells[OUTBOUND].new())
                for n in range(SENDING_THREADS)
            ),
            Lane("interrupted", unknown_outcomes, threading.Event(), idle_seconds=5),
            Lane("beat", beat("worker"), threading.Event(), idle_seconds=2),
        ]

    def _start(self, name: str, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, name=name, daemon=True)  # type: ignore[arg-type]
        thread.start()
        self._threads.append(thread)
