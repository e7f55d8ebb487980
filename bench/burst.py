"""Five hundred messages at once: how long until all are answered, and in the right order."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from bench.answers import wait_until_answered, wait_until_quiet
from bench.figures import percentile, table
from bench.load import Posted, message, our_webhooks, post
from bench.people import welcome
from bench.system import System, whole_system
from bench.texts import questions
from bot.store import database
from bot.store.tables import InboundRow, OutboundRow

PEOPLE, EACH = 100, 5
LIMIT_SECONDS = 180

NOTES = f"""{PEOPLE * EACH} messages of {PEOPLE} contacts, {EACH} each, posted at the same moment.
"Answered": the first part of the answer was handed over. Order: for each contact all answers left
in the order in which their messages were stored (asserted)."""


def measure() -> str:
    """Return the table; fail if an answer is missing or overtook another one."""
    with whole_system() as system:
        people, texts = welcome(PEOPLE, system.parts), questions()
        target = our_webhooks(system.parts.settings)
        post([message(target, person, next(texts)) for person in people[:10]])
        wait_until_quiet(system.parts, 30)
        posted = post([message(target, p, next(texts)) for _ in range(EACH) for p in people])
        answers = wait_until_answered([p.reference for p in posted], system.parts, LIMIT_SECONDS)
        wait_until_quiet(system.parts, LIMIT_SECONDS)
        parts_sent, all_left = _assert_in_order(system, posted)
    began = min(p.started_at for p in posted)
    answered = [at - began for at in answers.handed_over_at.values()]
    assert all(p.acknowledged for p in posted), "every message is acknowledged"
    assert len(answered) == len(posted), "every message is answered"
    rows = [
        ("all acknowledged", f"{max(p.started_at + p.seconds for p in posted) - began:.1f} s"),
        ("half of them answered", f"{percentile(answered, 0.5):.1f} s"),
        ("all answered", f"{max(answered):.1f} s"),
        ("answers a second", f"{len(answered) / max(answered):.1f}"),
        (f"all {parts_sent} parts handed over", f"{all_left - began:.1f} s"),
        ("order per contact", "kept"),
    ]
    return f"{NOTES}\n\n{table(('', ''), rows)}"


def _assert_in_order(system: System, posted: Sequence[Posted]) -> tuple[int, float]:
    """Assert the order per contact; return how many parts there were and when the last one left."""
    query = (
        select(
            InboundRow.contact_id, InboundRow.sequence, OutboundRow.part, OutboundRow.accepted_at
        )
        .join(OutboundRow, OutboundRow.inbound_id == InboundRow.id)
        .where(InboundRow.provider_reference.in_([p.reference for p in posted]))
        .order_by(OutboundRow.accepted_at)
    )
    left: dict[UUID, list[tuple[int, int]]] = defaultdict(list)
    with database.unit_of_work(system.parts.engine) as session:
        rows = session.execute(query).all()
    for contact, sequence, part, _ in rows:
        left[contact].append((sequence, part))
    assert len(left) == PEOPLE, "every contact got answers"
    wrong = [contact for contact, order in left.items() if order != sorted(order)]
    assert not wrong, f"{len(wrong)} contacts got answers out of order"
    return len(rows), max(row.accepted_at for row in rows).timestamp()
