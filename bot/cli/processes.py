"""Commands that start processes: everything, or one part for several machines."""

import logging
import os
import signal
import sys

import uvicorn

from bot.app import risk_training
from bot.app import run as running
from bot.app.compose import composed
from bot.app.production import refuse_unfit
from bot.app.training import train as train_model
from bot.errors import SettingsError
from bot.settings import ROOT, Settings
from bot.store import database
from bot.web.application import create_application
from bot.worker.worker import Worker

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
TELL_NUMBERS = ("httpx", "twilio.http_client")
"""Loggers of libraries that write addresses and query parameters, and with them phone numbers."""

SHUTDOWN_SECONDS = 2
"""Open event streams of the simulator would otherwise keep the web process alive."""


def run() -> None:
    """Start everything: database, dialogue engine, actions, worker, web."""
    running.run(Settings())


def web() -> None:
    """Serve webhooks, health and the simulator."""
    settings = _ready_settings()
    with composed(settings) as parts:
        uvicorn.run(
            create_application(parts),
            host="127.0.0.1",
            port=settings.port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )


def worker() -> None:
    """Answer and send; any number of workers share one database."""
    with composed(_ready_settings()) as parts:
        url = parts.engine.url.render_as_string(hide_password=False)
        lanes = Worker(parts, database.raw_address(url))
        for received in (signal.SIGTERM, signal.SIGINT):
            signal.signal(received, lanes.ask_to_stop)
        lanes.start()
        lanes.wait()
        lanes.stop()


def actions() -> None:
    """Serve the custom actions of the dialogue engine, on loopback."""
    settings = Settings()
    environment = {
        **os.environ,
        "SANIC_HOST": "127.0.0.1",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "OTEL_SDK_DISABLED": "true",
    }
    port = str(settings.actions_port)
    command = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", port]
    os.chdir(ROOT)
    os.execve(sys.executable, command, environment)


def train() -> None:
    """Train the screening and the dialogue model now."""
    risk_training.train(Settings())
    train_model(Settings())
    print("Trained.", file=sys.stderr)


def migrate() -> None:
    """Bring the tables of DATABASE_URL up to date (production does so by command)."""
    settings = Settings()
    if not settings.database_url:
        raise SettingsError("DATABASE_URL is not set; the embedded database migrates by itself.")
    database.migrate(settings.database_url)
    print("The tables are up to date.", file=sys.stderr)


def _ready_settings() -> Settings:
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    for name in TELL_NUMBERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    settings = Settings()
    refuse_unfit(settings)
    return settings
