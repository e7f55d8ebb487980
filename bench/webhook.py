"""How fast a message is acknowledged and answered, beside Rasa's own Twilio channel."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, sleep

import httpx

from bench.answers import wait_until_answered, wait_until_quiet
from bench.figures import spread, table
from bench.load import Posted, Target, constant, our_webhooks, post
from bench.people import Person, welcome
from bench.ports import free_base
from bench.processes import fake_twilio
from bench.rasa_twilio import begin_conversations, stock_rasa
from bench.system import System, whole_system
from bench.texts import questions
from bot.settings import DEMO_ACCOUNT

STAGES = ((1, 30), (10, 30), (50, 20))
"""Messages a second, and for how many seconds."""

PEOPLE = 200
DRAIN_SECONDS = 120
TOKEN = "bench-token"

HEAD = (
    "messages/s", "system", "acknowledged ms p50/p95/p99", "first answer handed over ms p50/p95/p99",
    "posted", "not acknowledged", "without an answer", "still to answer after the last one",
    "answered all after s",
)  # fmt: skip

NOTES = f"""Open loop: messages are posted at their time however slow the answers are, by a process of
its own, with Twilio's 15 s limit. {PEOPLE} contacts take turns; the texts are the questions of
bench/nlu/validation.jsonl. "First answer handed over": from the start of the webhook request until
the provider has the first part of the answer (ours: `outbound.accepted_at`, which is after the
provider's answer; Rasa's channel: arrival of the request at the fake API).

- *Acompaña, stand-in*: as `make run` without an account. The worker itself plays the provider and
  posts signed delivery reports to the web process.
- *Acompaña, Twilio SDK*: the real gateway against a fake of Twilio's API in a process of its own,
  which posts two signed delivery reports per message.
- *Rasa's twilio channel*: a second Rasa with the same model and the same action server,
  conversations in memory, its Twilio SDK turned to the same kind of fake, no delivery reports. It
  acknowledges after the turn. It checks no signature, stores nothing on disk and renders no words
  (it sends message ids, as one text), so it does much less work per message. Its conversations were
  set to "welcomed" through Rasa's HTTP API. What had to be changed for it to send at all is in
  bench/rasa_channel.py."""


@dataclass(frozen=True)
class Outcome:
    """What one system made of one stage."""

    posted: list[Posted]
    handed_over_at: dict[str, float]
    """When the first part of an answer was handed over (epoch), by the message's reference."""
    excuses: int = 0


Measured = Callable[[int, int], Outcome]
"""Posts at so many messages a second for so many seconds."""


def measure() -> str:
    """Return the table of all systems at all rates."""
    rows: list[tuple[object, ...]] = []
    with _stand_in() as ours:
        rows += _stages({"Acompaña, stand-in": ours})
    with _twilio_and_stock() as (ours, stock):
        rows += _stages({"Acompaña, Twilio SDK": ours, "Rasa's twilio channel": stock})
    return f"{NOTES}\n\n{table(HEAD, sorted(rows, key=lambda row: int(str(row[0]))))}"


def _stages(systems: dict[str, Measured]) -> list[tuple[object, ...]]:
    """Measure the systems one after the other at each rate, after a few messages to warm up."""
    for run in systems.values():
        run(2, 5)
    rows = []
    for rate, seconds in STAGES:
        for name, run in systems.items():
            print(f"  {name}: {rate}/s for {seconds} s", file=sys.stderr)
            rows.append((rate, name, *_cells(run(rate, seconds))))
    return rows


def _cells(outcome: Outcome) -> tuple[object, ...]:
    acknowledged = [p.seconds for p in outcome.posted if p.acknowledged]
    known = [p for p in outcome.posted if p.reference in outcome.handed_over_at]
    answered = [outcome.handed_over_at[p.reference] - p.started_at for p in known]
    last_at = max(p.started_at for p in outcome.posted)
    after = [at - last_at for at in outcome.handed_over_at.values() if at > last_at]
    missing = len(outcome.posted) - len(known)
    excuses = f" ({outcome.excuses} excuses first)" if outcome.excuses else ""
    return (
        spread(acknowledged), spread(answered), len(outcome.posted),
        len(outcome.posted) - len(acknowledged), f"{missing}{excuses}",
        len(after) + missing, f"{max(after, default=0):.1f}",
    )  # fmt: skip


@contextmanager
def _stand_in() -> Iterator[Measured]:
    with whole_system() as system:
        yield _ours(system, welcome(PEOPLE, system.parts))


@contextmanager
def _twilio_and_stock() -> Iterator[tuple[Measured, Measured]]:
    with fake_twilio(TOKEN) as reporting, fake_twilio() as silent:
        account = {
            "TWILIO_ACCOUNT_SID": DEMO_ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_API_URL": reporting,
            "ACOMPANA_SMS_FROM": "+15005550006",
            "ACOMPANA_WHATSAPP_FROM": "whatsapp:+15005550006",
        }
        port = free_base([0])
        with whole_system(account) as system, stock_rasa(system, silent, port) as (_, target):
            people = welcome(PEOPLE, system.parts)
            begin_conversations(port, people)
            yield _ours(system, people), _stock(target, people, silent)


def _ours(system: System, people: Sequence[Person]) -> Measured:
    texts = questions()

    def run(rate: int, seconds: int) -> Outcome:
        target = our_webhooks(system.parts.settings)
        posted = post(constant(target, people, texts, rate, seconds))
        references = [p.reference for p in posted]
        answers = wait_until_answered(references, system.parts, DRAIN_SECONDS)
        wait_until_quiet(system.parts, DRAIN_SECONDS)
        return Outcome(posted, answers.handed_over_at, answers.excuses)

    return run


def _stock(target: Target, people: Sequence[Person], api_url: str) -> Measured:
    texts = questions()

    def run(rate: int, seconds: int) -> Outcome:
        posted = post(constant(target, people, texts, rate, seconds))
        return Outcome(posted, _taken(api_url, {p.reference for p in posted}))

    return run


def _taken(api_url: str, references: set[str]) -> dict[str, float]:
    """Return when the fake API took the first answer to each message, once nothing more comes."""
    deadline, before = monotonic() + DRAIN_SECONDS, -1
    while monotonic() < deadline:
        taken = httpx.get(f"{api_url}/taken", trust_env=False, timeout=30).json()
        first: dict[str, float] = {}
        for one in taken:
            first.setdefault(one["message"], one["at"])
        mine = {reference: at for reference, at in first.items() if reference in references}
        if len(mine) == len(references) or len(taken) == before:
            break
        before = len(taken)
        sleep(3)
    return mine
