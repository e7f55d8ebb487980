"""Stands where the sending lane and the provider stand: settles what is queued, many at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from bot.app.simulation import promises
from bot.app.simulation.habits import hears
from bot.app.simulation.world import World
from bot.domain.channels import Channel
from bot.domain.delivery import Status
from bot.gateways.sending import AddressUnreachable, Refused, SendingFailed
from bot.phrasebook.segments import segments
from bot.services.record_delivery import record_delivery
from bot.services.say import Lane
from bot.store import database
from bot.store.encryption import keyring

LOST_MESSAGES = 0.002
"""Share of the messages that a provider reports as undelivered although the number is right."""

UNKNOWN_NUMBER, NO_REASON = 30005, 30008
"""Twilio's codes for a number that does not exist, and for a message that got lost."""

WAITING = text(
    """SELECT o.id, o.contact_id, o.inbound_id, o.check_in_id, o.lane, o.channel, o.message_ids, o.text,
    o.template, o.created_at, a.opted_out_at, a.retired_at, c.country, c.zone, c.role, c.birth_year,
    c.age_band, k.step
FROM outbound o JOIN address a ON a.id = o.address_id JOIN contact c ON c.id = o.contact_id
    LEFT JOIN check_in k ON k.id = o.check_in_id
WHERE o.status = 'queued' AND o.next_attempt_at <= :now ORDER BY o.sequence"""
)
IS_ANYTHING_QUEUED = "SELECT 1 FROM outbound WHERE status = 'queued' LIMIT 1"
LEAVE = text(
    """UPDATE outbound SET status = :status, sending_at = :now, accepted_at = :now, status_at = :now,
    attempts = 1, provider_reference = 'SM' || replace(id::text, '-', '') WHERE id = ANY(:ids)"""
).bindparams(bindparam("ids", type_=postgresql.ARRAY(postgresql.UUID())))

Left = Row[Any]


def send_all(world: World) -> None:
    """Let everything that is queued leave, report what became of it, and let people hear it."""
    if world.eye.execute(IS_ANYTHING_QUEUED).fetchone() is None:
        return
    with database.unit_of_work(world.parts.engine) as session:
        rows = session.execute(WAITING, {"now": world.now}).all()
        if not rows:
            return
        promises.keep(session, rows, world)
        leaving = [row for row in rows if may_leave(row)]
        lost = {row.id: failure for row in leaving if (failure := _failure(row, world))}
        arrived = [row for row in leaving if row.id not in lost]
        _mark(session, Status.DELIVERED, arrived, world.now)
        _mark(session, Status.ACCEPTED, [row for row in leaving if row.id in lost], world.now)
        _mark(session, Status.CANCELLED, [r for r in rows if not may_leave(r)], world.now)
    world.tally.happened["messages withdrawn before they left"] += len(rows) - len(leaving)
    for row in leaving:
        _count(row, world)
    _report(lost, world)
    for row in arrived:
        hears(row, world)


def may_leave(row: Left) -> bool:
    """Apply the rule of `leaving`: after STOP nothing leaves but an answer about safety.

    The night needs none here: everything leaves at the moment at which it was said.
    """
    is_about_safety = row.inbound_id is not None and row.lane == Lane.RISK
    return is_about_safety or (row.opted_out_at is None and row.retired_at is None)


def _mark(session: Session, status: Status, rows: Sequence[Left], now: datetime) -> None:
    if rows:
        values = {"status": status, "now": now, "ids": [row.id for row in rows]}
        session.execute(LEAVE, values)


def _failure(row: Left, world: World) -> SendingFailed | None:
    person = world.people.get(row.contact_id)
    if person is None:
        return None  # a new number that has not proved itself yet
    if person.is_lost:
        return AddressUnreachable(UNKNOWN_NUMBER)
    is_lost = world.luck(person, row.created_at, row.message_ids[0]) < LOST_MESSAGES
    return Refused(NO_REASON) if is_lost else None


def _report(lost: dict[UUID, SendingFailed], world: World) -> None:
    for outbound_id, failure in lost.items():
        reference = f"SM{outbound_id.hex}"
        record_delivery(outbound_id, reference, "undelivered", failure, world.parts)
    world.tally.happened["messages that did not arrive"] += len(lost)


def _count(row: Left, world: World) -> None:
    country = world.country_of(row.contact_id)
    if row.channel == Channel.SMS:
        words = keyring().decrypt(bytes(row.text)).decode()
        count_left(world, row.created_at, row.channel, country, segments(words))
    else:
        kind = "template" if row.template else "service"
        world.tally.left(row.created_at, row.channel, country, kind, 1)


def count_left(world: World, at: datetime, channel: str, country: str, units: int) -> None:
    """Count an SMS of so many segments, or one message on WhatsApp."""
    kind = "segment" if channel == Channel.SMS else "service"
    world.tally.left(at, channel, country, kind, units if channel == Channel.SMS else 1)
