"""What the staff of a simulation do: answer calls after minutes or hours, act, close, work through tasks."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.app.simulation.world import Colleague, World
from bot.domain.escalation import State
from bot.domain.risk import Tier
from bot.phrasebook.source import read_yaml
from bot.services.demo_programme import PROGRAMME
from bot.services.handle_escalation import acknowledge, close, record_action
from bot.services.set_rota import set_rota
from bot.store import database, escalations
from bot.store.risk_tables import EscalationRow

ANSWERS_AFTER = {Tier.CRITICAL: 6, Tier.HIGH: 50, Tier.MEDIUM: 300, Tier.LOW: 900}
"""Median minutes from the call until somebody says that they have it; source: invented."""

ACTS_AFTER = {Tier.CRITICAL: 45, Tier.HIGH: 400, Tier.MEDIUM: 1_500, Tier.LOW: 4_000}
"""Median minutes from then until they have done something."""

CLOSES_AFTER = timedelta(days=5)
TASKS_EVERY = timedelta(hours=3)
"""How often somebody works through the tasks."""


NOBODY_HAS_IT = "SELECT id, tier FROM escalation WHERE state = 'open'"


@dataclass(frozen=True)
class Handles:
    """Somebody of the staff takes the next step with one escalation, unless it was opened again since."""

    escalation_id: UUID
    number: int = 0


@dataclass(frozen=True)
class DoesTasks:
    """The hour for tasks has come."""


def hire(session: Session) -> dict[str, Colleague]:
    """Enter the staff and the rota of the fictional programme."""
    people: dict[str, Any] = read_yaml(PROGRAMME)["staff"]
    ids = set_rota(session, people)
    return {
        key: Colleague(ids[key], entry["name"], entry["number"], entry["role"])
        for key, entry in people.items()
    }


def watch(world: World) -> None:
    """Look for escalations that nobody has taken, and let somebody answer the call in time, or late."""
    for escalation_id, tier in world.eye.execute(NOBODY_HAS_IT):
        if escalation_id not in world.called:
            world.called.add(escalation_id)
            _plan(world, escalation_id, _minutes(world, ANSWERS_AFTER[Tier(tier)]))
    world.is_watched = False


def _plan(world: World, escalation_id: UUID, after: timedelta) -> None:
    world.handled[escalation_id] += 1
    handles = Handles(escalation_id, world.handled[escalation_id])
    world.agenda.plan(world.now + after, handles)


def handle(world: World, handles: Handles) -> None:
    """Take it, then act, then close it: one step at a time."""
    if handles.number != world.handled[handles.escalation_id]:
        return
    with database.unit_of_work(world.parts.engine) as session:
        row = escalations.lock(session, handles.escalation_id)
        after = _step(session, row, world)
    world.called.discard(handles.escalation_id)
    if after is not None:
        _plan(world, handles.escalation_id, after)
    world.is_watched = True


def _step(session: Session, row: EscalationRow, world: World) -> timedelta | None:
    """Do what follows from its state; return when to come back to it."""
    by = row.assigned_id or row.called_id or world.staff["rosa"].id
    tier = Tier(row.tier)
    match State(row.state):
        case State.OPEN:
            acknowledge(session, row, by, world.parts)
            return _minutes(world, ACTS_AFTER[tier])
        case State.ACKNOWLEDGED:
            record_action(session, row, by, "Somebody went there.", world.parts)
            return CLOSES_AFTER
        case State.ACTED | State.CONFIRMED:
            close(session, row, by, "The danger is over.", world.parts, release=True)
    return None


def _minutes(world: World, median: float) -> timedelta:
    """Return a wait: half of the people are faster than the median, a few are very much slower."""
    dice = Random(f"{world.wanted.seed}/{world.now}/{median}")
    return timedelta(minutes=dice.lognormvariate(0, 0.7) * median)


DO_TASKS = text(
    """UPDATE task SET done_at = :now, done_by = NULL
    WHERE done_at IS NULL AND created_at + (due_at - created_at) / 2 < :now"""
)


def do_tasks(world: World, _: DoesTasks) -> None:
    """Have everything done whose time is half over, and come back some hours later."""
    with database.unit_of_work(world.parts.engine) as session:
        session.execute(DO_TASKS, {"now": world.now})
    world.with_others(DoesTasks(), TASKS_EVERY)
