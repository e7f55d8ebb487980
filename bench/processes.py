"""Helper processes of the benches, and how much memory processes take."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

import httpx

from bench.ports import free_base
from bot.settings import ROOT


@contextmanager
def fake_twilio(token: str = "") -> Iterator[str]:
    """Yield the address of a fake of Twilio's API; with a token it reports deliveries."""
    port = str(free_base([0]))
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "bench.fake_twilio", port, *([token] if token else [])]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL)
    try:
        _wait_for(f"{url}/taken")
        yield url
    finally:
        stop(process)


def stop(process: "subprocess.Popen[bytes]", patience_seconds: float = 20) -> None:
    """Ask the process to end, and end it if it does not."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(patience_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_for(url: str, limit_seconds: float = 20) -> None:
    deadline = monotonic() + limit_seconds
    while monotonic() < deadline:
        try:
            httpx.get(url, timeout=2, trust_env=False)
            return
        except httpx.TransportError:
            sleep(0.1)
    raise RuntimeError(f"{url} does not answer")
