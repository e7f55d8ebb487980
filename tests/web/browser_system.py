"""What a browser test stands on: our web application on a port, the worker's lanes, and Chromium."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import uvicorn
from playwright.sync_api import Browser, sync_playwright

from bot.gateways.dialogue import RasaDialogue, Turn, TurnRequest
from bot.gateways.stand_in import StandInProvider
from bot.services.parts import Parts
from bot.settings import Settings
from bot.store import database
from bot.web.application import create_application
from bot.worker.worker import Worker
from tests.waiting import wait_until

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class PausableDialogue:
    """The real dialogue engine, which a test can make think for as long as it looks."""

    def __init__(self, engine: RasaDialogue) -> None:
        self._engine = engine
        self.may_answer = Event()
        self.may_answer.set()

    def take_turn(self, request: TurnRequest) -> Turn:
        self.may_answer.wait(timeout=10)
        return self._engine.take_turn(request)

    def ready(self) -> bool:
        return self._engine.ready()


@contextmanager
def reporting_provider(settings: Settings) -> Iterator[StandInProvider]:
    """The stand-in of a demo, whose delivery reports go through the webhook; at the end none is pending."""
    provider = StandInProvider(settings)
    yield provider
    provider._reporters.shutdown(cancel_futures=True)
    provider._client.close()


@contextmanager
def served(parts: Parts) -> Iterator[None]:
    """Serve the web application on its port, with the worker's lanes beside it."""
    config = uvicorn.Config(
        create_application(parts),
        host="127.0.0.1",
        port=parts.settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    web = Thread(target=server.run, name="web", daemon=True)
    url = parts.engine.url.render_as_string(hide_password=False)
    worker = Worker(parts, database.raw_address(url))
    web.start()
    worker.start()
    try:
        wait_until(lambda: server.started)
        yield
    finally:
        worker.stop()
        server.should_exit = True
        web.join(timeout=10)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium, once for all tests of a module."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
