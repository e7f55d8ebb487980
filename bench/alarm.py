"""Disclosures at a steady rate: how long from the webhook to a notification that a provider took."""

from collections.abc import Sequence

from sqlalchemy import select

from bench.answers import wait_until_quiet
from bench.figures import percentile, table
from bench.load import Posted, message, our_webhooks, post
from bench.people import welcome
from bench.system import System, whole_system
from bot.store import database
from bot.store.risk_tables import EscalationRow, NoticeRow
from bot.store.tables import InboundRow

PEOPLE = 60
PER_SECOND = 4
LIMIT_SECONDS = 60
TEXTS = (
    "me van a matar los de la mara",
    "mi tio me pega todos los dias con el cinturon",
    "ya no kiero bibir",
    "my uncle locks me in the room and hits me",
)

NOTES = f"""{PEOPLE} contacts tell of danger once, {PER_SECOND} a second. Seconds from the moment at which the
webhook began to the moment at which the first notification was taken (by the console stand-in: a real
provider adds its own answer time)."""


def measure() -> str:
    """Return the table: with Rasa, and with Rasa stopped."""
    rows = [_row("Rasa runs", stop_rasa=False), _row("Rasa is stopped", stop_rasa=True)]
    head = ["", "disclosures", "notified", "p50", "p95", "p99", "within 2 s"]
    return f"{NOTES}\n\n{table(head, rows)}"


def _row(name: str, *, stop_rasa: bool) -> list[object]:
    with whole_system() as system:
        people = welcome(PEOPLE, system.parts)
        wait_until_quiet(system.parts, 30)
        if stop_rasa:
            next(child for child in system.processes if child.name == "dialogue").stop()
        target = our_webhooks(system.parts.settings)
        told = [
            message(target, person, TEXTS[n % len(TEXTS)], n / PER_SECOND)
            for n, person in enumerate(people)
        ]
        posted = post(told)
        seconds = _seconds(posted, system)
    marks = [f"{percentile(seconds, share):.2f}" for share in (0.5, 0.95, 0.99)]
    in_time = sum(s <= 2 for s in seconds) / len(posted)
    return [name, len(posted), len(seconds), *marks, f"{in_time:.0%}"]


def _seconds(posted: Sequence[Posted], system: System) -> list[float]:
    """Wait until every disclosure led to a notification, and return how long each one took."""
    wait_until_quiet(system.parts, LIMIT_SECONDS)
    query = (
        select(InboundRow.provider_reference, NoticeRow.accepted_at)
        .join(EscalationRow, EscalationRow.inbound_id == InboundRow.id)
        .join(NoticeRow, NoticeRow.escalation_id == EscalationRow.id)
        .where(NoticeRow.accepted_at.is_not(None))
        .order_by(NoticeRow.accepted_at.desc())
    )
    with database.unit_of_work(system.parts.engine) as session:
        first = {reference: at.timestamp() for reference, at in session.execute(query)}
    return [first[p.reference] - p.started_at for p in posted if p.reference in first]
