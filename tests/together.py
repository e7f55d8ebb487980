"""Several workers at once, in threads that begin together."""

import threading


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
