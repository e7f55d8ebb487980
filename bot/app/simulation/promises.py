"""What must hold in every simulation; a promise that was broken is counted under its sentence."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from bot.app.simulation.clock import NIGHT
from bot.app.simulation.world import World
from bot.domain.check_in import OVER, RUNNING, State
from bot.domain.consent import may_be_written_to_unasked
from bot.domain.contacts import COUNTRIES, Audience, Role, audience_of_age
from bot.services.programme import programme
from bot.services.say import Lane
from bot.store import circumstances
from bot.store.time_tables import CheckInRow

TWICE = "the same step and occurrence was said twice"
ASLEEP = "something was said unasked outside waking hours"
STOPPED = "something was queued for an address that had said STOP"
NO_CONSENT = "something was said unasked without a standing consent"
NO_REASON = "a check-in ended without a reason"
FORGOTTEN = "a check-in was not looked at although its time had come"
FAILED = "a check-in failed"

WITHOUT_A_REASON = (State.SAID, State.ANSWERED)
"""States that say everything by themselves."""


def keep(session: Session, rows: Sequence[Row[Any]], world: World) -> None:
    """Look at what is about to leave."""
    unasked = [row for row in rows if row.inbound_id is None]
    for row in rows:
        is_about_safety = row.inbound_id is not None and row.lane == Lane.RISK
        was_stopped = row.opted_out_at is not None and row.opted_out_at < row.created_at
        if was_stopped and not is_about_safety:
            world.tally.broken[STOPPED] += 1
    asleep = [row for row in unasked if not is_awake(row, row.zone or COUNTRIES[row.country])]
    for row in asleep:
        person, crossed = world.people.get(row.contact_id), _crossed_now(session, row)
        before = person.zone or COUNTRIES[person.country] if person and crossed else None
        if before is None or not is_awake(row, before):
            world.tally.broken[ASLEEP] += 1
    _consents(session, unasked, world)


def is_awake(row: Row[Any], zone: str) -> bool:
    """Return whether this was said within the hours that the plan names for its reader."""
    if row.role == Role.CAREGIVER:
        audience = Audience.CAREGIVER
    elif row.age_band is not None:
        audience = Audience(row.age_band)
    else:
        audience = audience_of_age(row.created_at.year - row.birth_year)
    return programme().waking[audience].covers(row.created_at, zone)


def _crossed_now(session: Session, row: Row[Any]) -> bool:
    """Return whether the child crossed the border at the same moment, perhaps after this was said."""
    query = select(CheckInRow.id).where(
        CheckInRow.contact_id == row.contact_id,
        CheckInRow.step == "border",
        CheckInRow.settled_at == row.created_at,
    )
    return session.scalars(query).first() is not None


def _consents(session: Session, unasked: Sequence[Row[Any]], world: World) -> None:
    given = circumstances.consents(session, list({row.contact_id for row in unasked}))
    for row in unasked:
        if not may_be_written_to_unasked(Role(row.role), given[row.contact_id]):
            world.tally.broken[NO_CONSENT] += 1


def keep_at_the_end(session: Session, world: World) -> None:
    """Look at every check-in once more."""
    states = session.execute(
        select(CheckInRow.state, CheckInRow.reason, CheckInRow.wake_at).where(
            CheckInRow.state.not_in(WITHOUT_A_REASON)
        )
    )
    for state, reason, wake_at in states:
        if state in OVER and not reason:
            world.tally.broken[NO_REASON] += 1
        if reason == "failed":
            world.tally.broken[FAILED] += 1
        is_running = state == State.PLANNED or state in RUNNING
        if is_running and (wake_at is None or wake_at < world.now - NIGHT):
            world.tally.broken[FORGOTTEN] += 1
    world.tally.broken[TWICE] += _said_twice(session)


def _said_twice(session: Session) -> int:
    """Count check-ins whose own words left at two different moments."""
    firsts = {
        step.id: programme().questionnaires[step.ask].intro if step.ask else step.say[0]
        for step in programme().steps.values()
        if step.ask or step.say
    }
    query = text(
        """SELECT count(*) FROM (SELECT c.id FROM outbound o JOIN check_in c ON c.id = o.check_in_id
        WHERE o.message_ids ? (CAST(:firsts AS jsonb) ->> c.step)
        GROUP BY c.id HAVING count(DISTINCT o.created_at) > 1) twice"""
    )
    return int(session.execute(query, {"firsts": json.dumps(firsts)}).scalar_one())
