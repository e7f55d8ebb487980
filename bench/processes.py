"""Helper processes of the benches, and how much memory processes take."""

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import httpx

from bench.ports import free_base
from bot.settings import ROOT

KILOBYTES = 1024


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


def family_of(pid: int) -> list[int]:
    """Return the process and all that it started, and those that they started."""
    children = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended since
        children[int(after_name[1])].append(int(entry.parent.name))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children[found[-1]]
    return found


def memory_of(pids: list[int]) -> tuple[float, float]:
    """Return RSS and PSS in MB; PSS counts memory that several processes share only once."""
    rss = pss = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        figures = {key: int(rest.split()[0]) for key, rest in _pairs(lines)}
        rss, pss = rss + figures["Rss"], pss + figures["Pss"]
    return rss / KILOBYTES, pss / KILOBYTES


def _pairs(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines[1:]:
        key, _, rest = line.partition(":")
        yield key, rest


def _wait_for(url: str, limit_seconds: float = 20) -> None:
    deadline = monotonic() + limit_seconds
    while monotonic() < deadline:
        try:
            httpx.get(url, timeout=2, trust_env=False)
            return
        except httpx.TransportError:
            sleep(0.1)
    raise RuntimeError(f"{url} does not answer")
