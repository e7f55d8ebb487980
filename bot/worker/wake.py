"""Wake lanes when a row is committed: one listening connection for all of them."""

import logging
import threading
from collections.abc import Mapping
from time import sleep

import psycopg

logger = logging.getLogger(__name__)

RECONNECT_SECONDS = 1


class Bells:
    """One bell for each lane that waits for the same call: a lane that takes it down leaves the others'."""

    def __init__(self) -> None:
        self._bells: list[threading.Event] = []

    def new(self) -> threading.Event:
        """Return a further bell."""
        self._bells.append(threading.Event())
        return self._bells[-1]

    def set(self) -> None:
        """Ring all of them."""
        for bell in self._bells:
            bell.set()


def listen(address: str, bells: Mapping[str, Bells], stop: threading.Event) -> None:
    """Ring the bell of each NOTIFY channel until told to stop; a lost database is found again.

    Lanes also look by themselves once in a while, so a lost call costs a second, not a message.
    """
    while not stop.is_set():
        try:
            _listen_once(address, bells, stop)
        except psycopg.OperationalError:
            logger.warning("the database connection that listens was lost; trying again")
            sleep(RECONNECT_SECONDS)


def _listen_once(address: str, bells: Mapping[str, Bells], stop: threading.Event) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        for channel in bells:
            connection.execute(f"LISTEN {channel}".encode())
        for bell in bells.values():
            bell.set()  # something may have arrived before we listened
        while not stop.is_set():
            for note in connection.notifies(timeout=0.5, stop_after=1):
                bells[note.channel].set()
