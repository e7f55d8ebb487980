"""Run everything on one machine: database, model, processes, the fictional programme."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from types import FrameType

import httpx
from rich.console import Console

from bot.app import risk_training
from bot.app.compose import composed
from bot.app.processes import Child, children
from bot.app.production import refuse_unfit
from bot.app.training import is_stale, train
from bot.errors import AcompanaError
from bot.services.demo_programme import load_demo_programme
from bot.settings import Settings
from bot.store import database

console = Console(stderr=True)
START_SECONDS = 120


def run(settings: Settings) -> None:
    """Start everything and stay until Ctrl-C or SIGTERM; then stop every process that was started."""
    with running_system(settings) as running:
        _tell_addresses(settings)
        try:
            while True:
                watch(running)
                sleep(0.5)
        except KeyboardInterrupt:
            console.print("Stopping ...")


@contextmanager
def running_system(settings: Settings) -> Iterator[list[Child]]:
    """Yield the running processes once every part is ready; dead ones are brought back by `watch`."""
    refuse_unfit(settings)
    _refuse_taken_port(settings.port)
    prepare_model(settings)
    with composed(settings) as parts:
        if settings.demo:
            with database.unit_of_work(parts.engine) as session:
                load_demo_programme(session, parts)
        url = parts.engine.url.render_as_string(hide_password=False)
        with started(children(settings, url)) as running:
            wait_until_ready(settings, running)
            yield running


def prepare_model(settings: Settings) -> None:
    """Train if what the models learn from has changed."""
    prepare_risk_model(settings)
    if is_stale(settings):
        with console.status("Training the dialogue model (about a minute) ..."):
            began = monotonic()
            train(settings)
        console.print(f"Trained the dialogue model in {monotonic() - began:.0f} s.")


def prepare_risk_model(settings: Settings) -> None:
    """Train what screening learns, if its examples or its code have changed."""
    if risk_training.learned(settings).is_stale():
        with console.status("Training the screening for signs of danger (half a minute) ..."):
            began = monotonic()
            risk_training.train(settings)
        console.print(f"Trained the screening in {monotonic() - began:.0f} s.")


@contextmanager
def started(several: list[Child]) -> Iterator[list[Child]]:
    """Start processes; whatever happens, stop them all."""
    ends = (signal.SIGINT, signal.SIGTERM)
    previous = [signal.signal(number, _interrupt) for number in ends]
    try:
        for child in several:
            child.start()
        yield several
    finally:
        for child in reversed(several):
            child.stop()
        for number, handler in zip(ends, previous, strict=True):
            signal.signal(number, handler)


def wait_until_ready(settings: Settings, running: list[Child]) -> None:
    """Wait until every part answers; say which ones do not."""
    deadline = monotonic() + START_SECONDS
    waiting: list[str] = []
    with console.status("Starting ...") as status:
        while monotonic() < deadline:
            for child in running:
                child.restart_if_dead()
            waiting = not_ready(settings)
            if not waiting:
                return
            status.update(f"Starting: waiting for {', '.join(waiting)} ...")
            sleep(0.3)
    logs = ", ".join(str(child.log) for child in running)
    raise AcompanaError(f"Not ready after {START_SECONDS} s: {', '.join(waiting)}. See {logs}.")


def not_ready(settings: Settings) -> list[str]:
    """Return the parts that are not ready yet."""
    try:
        answer = httpx.get(f"{settings.own_url}/readyz", timeout=5, trust_env=False).json()
    except (httpx.TransportError, ValueError):
        return ["web"]
    return [name for name, part in answer["parts"].items() if not part["ready"]]


def watch(running: list[Child]) -> None:
    """Bring back what died."""
    for child in running:
        if child.restart_if_dead():
            console.print(f"[yellow]{child.name} had stopped and was started again.[/yellow]")


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise AcompanaError(
                f"Port {port} is in use; stop what uses it or set ACOMPANA_PORT."
            ) from None


def _tell_addresses(settings: Settings) -> None:
    console.print(f"\n[bold green]Acompaña is running.[/bold green] Mode: {settings.mode}")
    if settings.demo:
        console.print(f"  Be a child on a phone:   [bold]{settings.own_url}/simulator[/bold]")
        console.print("  Or in this terminal:     uv run acompana chat")
        console.print("  All texts are drafts: no child-protection professional has reviewed them.")
    console.print(f"  Ready per part:          {settings.own_url}/readyz")
    console.print(f"  Logs:                    {_short(settings.home / 'logs')}")
    console.print("  Ctrl-C stops everything.\n")


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
