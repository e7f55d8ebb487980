"""Signed inbound webhooks at a constant rate, posted by a process of its own."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import time
from uuid import uuid4

from bench.people import Person
from bot.gateways.twilio import sign
from bot.settings import DEMO_ACCOUNT, ROOT, Settings

PATIENCE_SECONDS = 15
"""How long Twilio waits for a webhook's answer; then it gives the message up."""

HEAD_START_SECONDS = 1.5
"""Time for the posting process to start before its first message is due."""


@dataclass(frozen=True)
class Post:
    """One message: when it is due after the beginning, and what is posted where."""

    due_seconds: float
    url: str
    form: dict[str, str] = field(repr=False)
    signature: str = field(repr=False, default="")


@dataclass(frozen=True)
class Posted:
    """What became of one message: when it was posted (epoch), when it was answered, and how."""

    reference: str
    started_at: float
    seconds: float
    status: int
    """The HTTP status; 0 where no answer came in time."""

    @property
    def acknowledged(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Target:
    """A webhook; without a token its messages are not signed."""

    url_of_channel: dict[str, str]
    token: str = field(repr=False, default="")


def our_webhooks(settings: Settings) -> Target:
    """Return the webhooks of a running system."""
    urls = {c: f"{settings.reached_at}/twilio/{c}/inbound" for c in ("sms", "whatsapp")}
    return Target(urls, settings.signing_token)


def constant(
    target: Target, people: Sequence[Person], texts: Iterator[str], rate: float, seconds: float
) -> list[Post]:
    """Return messages at a constant rate from one contact after the other."""
    return [
        message(target, people[n % len(people)], next(texts), n / rate)
        for n in range(int(rate * seconds))
    ]


def message(target: Target, person: Person, text: str, due_seconds: float = 0) -> Post:
    """Return one message as Twilio would post it."""
    form = {
        "MessageSid": f"SM{uuid4().hex}",
        "AccountSid": DEMO_ACCOUNT,
        "From": person.address,
        "To": "+15005550006",
        "Body": text,
        "NumMedia": "0",
    }
    url = target.url_of_channel[person.channel]
    return Post(due_seconds, url, form, sign(target.token, url, form) if target.token else "")


def post(messages: Sequence[Post]) -> list[Posted]:
    """Post the messages when they are due, however slow the answers are (an open loop)."""
    last = max(m.due_seconds for m in messages)
    with tempfile.TemporaryDirectory(prefix="acompana-bench-load-") as folder:
        plan, outcome = Path(folder) / "plan.json", Path(folder) / "outcome.json"
        plan.write_text(
            json.dumps(
                {
                    "begin_at": time() + HEAD_START_SECONDS,
                    "patience_seconds": PATIENCE_SECONDS,
                    "messages": [asdict(m) for m in messages],
                }
            )
        )
        command = [sys.executable, "-m", "bench.sender", str(plan), str(outcome)]
        limit = HEAD_START_SECONDS + last + PATIENCE_SECONDS + 60
        subprocess.run(command, cwd=ROOT, check=True, timeout=limit)
        return [Posted(**line) for line in json.loads(outcome.read_text())]
