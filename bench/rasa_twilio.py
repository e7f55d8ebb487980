"""A second Rasa: the same model behind Rasa's own Twilio channel, with in-memory conversations."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote

import httpx

from bench.load import Target
from bench.people import Person
from bench.system import System
from bot.app.processes import Child
from bot.app.training import model_path, rasa_environment, rasa_python
from bot.settings import DEMO_ACCOUNT

START_SECONDS = 120

WELCOMED = [
    {"event": "action", "name": "action_session_start"},
    {"event": "session_started"},
    {"event": "slot", "name": "onboarded", "value": True},
    {"event": "action", "name": "action_listen"},
]
"""What makes a conversation of this Rasa one of somebody who was welcomed already."""


@contextmanager
def stock_rasa(system: System, api_url: str, port: int) -> Iterator[tuple[Child, Target]]:
    """Start it beside a running system, whose action server it shares, and stop it at the end."""
    child = _child(system, api_url, port)
    child.start()
    try:
        _wait_until_ready(child, port)
        url = f"http://127.0.0.1:{port}/webhooks/twilio/webhook"
        yield child, Target({"sms": url, "whatsapp": url})
    finally:
        child.stop()


def begin_conversations(port: int, people: Sequence[Person]) -> None:
    """Give every contact the state of somebody who was welcomed, through Rasa's HTTP API."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        for person in people:
            sender = quote(person.address, safe="")
            path = f"/conversations/{sender}/tracker/events"
            client.post(path, json=WELCOMED).raise_for_status()


def _child(system: System, api_url: str, port: int) -> Child:
    settings = system.parts.settings
    credentials = settings.home / "stock-credentials.yml"
    credentials.write_text(json.dumps({"bench.rasa_channel.RedirectedTwilio": _account(api_url)}))
    command = [
        str(rasa_python()), "-m", "rasa", "run", "--interface", "127.0.0.1", "--port", str(port),
        "--model", str(model_path(settings)), "--credentials", str(credentials),
        "--endpoints", "endpoints.yml", "--enable-api",
    ]  # fmt: skip
    log = settings.home / "logs" / "stock-rasa.log"
    return Child("stock Rasa", command, rasa_environment(settings), log)


def _account(api_url: str) -> dict[str, str]:
    return {
        "account_sid": DEMO_ACCOUNT,
        "auth_token": "bench",
        "twilio_number": "+15005550006",
        "api_url": api_url,
    }


def _wait_until_ready(child: Child, port: int) -> None:
    deadline = monotonic() + START_SECONDS
    while monotonic() < deadline:
        try:
            answer = httpx.get(f"http://127.0.0.1:{port}/status", trust_env=False, timeout=2)
            if answer.status_code == httpx.codes.OK and answer.json().get("model_file"):
                return
        except httpx.TransportError:
            pass
        sleep(0.3)
    raise RuntimeError(f"Rasa did not start: {_end_of(child.log)}")


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-1500:]
