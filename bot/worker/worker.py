"""Start the lanes of one worker process and stop them in good order."""

import threading

from bot.services.answer_inbound import answer_next
from bot.services.parts import Parts
from bot.services.send_outbound import find_out_interrupted, send_next
from bot.store.database import INBOUND, OUTBOUND
from bot.worker.lanes import Lane, beat
from bot.worker.wake import listen

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

    def start(self) -> None:
        """Start listening and working."""
        arrived, sendable = threading.Event(), threading.Event()
        bells = {INBOUND: arrived, OUTBOUND: sendable}
        self._start("wake", listen, self._address, bells, self._stop)
        for lane in self._lanes(arrived, sendable):
            self._bells.append(lane.bell)
            self._start(lane.name, lane.run, self._parts, self._stop)

    def stop(self) -> None:
        """Let every lane finish what it does and end."""
        self._stop.set()
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

    def _lanes(self, arrived: threading.Event, sendable: threading.Event) -> list[Lane]:
        def unknown_outcomes(parts: Parts) -> bool:
            find_out_interrupted(parts)
            return False

        return [
            *(Lane(f"inbound-{n}", answer_next, arrived) for n in range(ANSWERING_THREADS)),
            *(Lane(f"outbound-{n}", send_next, sendable) for n in range(SENDING_THREADS)),
            Lane("interrupted", unknown_outcomes, threading.Event(), idle_seconds=5),
            Lane("beat", beat("worker"), threading.Event(), idle_seconds=2),
        ]

    def _start(self, name: str, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, name=name, daemon=True)  # type: ignore[arg-type]
        thread.start()
        self._threads.append(thread)
