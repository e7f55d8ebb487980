"""Several workers at once, in threads that begin together, and one that thinks for long."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from bot.services.answer_inbound import answer_next
from tests.waiting import wait_until


def together(parts, *works):
    """Let each work go on in a thread of its own until nothing is left; fail if one fails."""
    start, failures = threading.Barrier(len(works)), []

    def go(work):
        try:
            start.wait()
            while work(parts):
                pass
        except Exception as failure:  # noqa: BLE001 - handed to the test
            failures.append(failure)

    threads = [threading.Thread(target=go, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert not any(thread.is_alive() for thread in threads)


@contextmanager
def thinks_about_it(parts) -> Iterator[threading.Thread]:
    """A worker answers the next message, and its dialogue engine does not come to an end until this does."""
    release, asked = threading.Event(), threading.Event()

    class Slow:
        def take_turn(self, request):
            turn = parts.dialogue.take_turn(request)
            asked.set()
            release.wait(20)
            return turn

    worker = threading.Thread(target=answer_next, args=(replace(parts, dialogue=Slow()),))
    worker.start()
    wait_until(asked.is_set)
    try:
        yield worker
    finally:
        release.set()
        worker.join()
