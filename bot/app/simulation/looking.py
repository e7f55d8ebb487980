"""When the services have something to do next, asked of the database in one look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import psycopg

from bot.app.simulation.clock import PART_OF_DAY, SOON, end_of_span, is_by_day
from bot.services.programme import programme

MANY = 100
"""So many that are due are looked at at once."""

HURRIED = timedelta(hours=4)
"""A step that may be said for no longer than this belongs to a day on which an hour is long."""

A_MOMENT = timedelta(seconds=1)

SPANS = (PART_OF_DAY, timedelta(hours=1), SOON)

DUE = """SELECT wake_at, step, COALESCE(state = 'planned' AND wake_at = %s, false)
    FROM check_in WHERE wake_at IS NOT NULL ORDER BY wake_at LIMIT %s"""
OTHERS = """SELECT
    EXISTS (SELECT 1 FROM contact WHERE planned_at IS NULL AND role IN ('child', 'caregiver')) AS to_plan,
    LEAST(
        (SELECT next_call_at FROM escalation WHERE next_call_at IS NOT NULL AND state = 'open'
            ORDER BY next_call_at LIMIT 1),
        (SELECT proof_at FROM escalation WHERE proof_at IS NOT NULL AND state <> 'closed'
            ORDER BY proof_at LIMIT 1),
        (SELECT min(due_at) FROM safety_question WHERE settled_at IS NULL),
        (SELECT due_at FROM task WHERE done_at IS NULL AND told_at IS NULL AND tier <> 'low'
            ORDER BY due_at LIMIT 1)
    ) AS watch_at,
    (SELECT min(next_attempt_at) FROM notice WHERE status = 'queued') AS notice_at"""


@dataclass(frozen=True)
class Ahead:
    """What waits for the clock of a deployment."""

    look_at: datetime | None
    """When the check-ins are looked at that are due by then."""
    to_plan: bool
    watch_at: datetime | None
    """When a deadline is over, or a promised time has come."""
    notice_at: datetime | None
    """When somebody of the staff is notified."""


def look_ahead(eye: psycopg.Connection, looked_at: datetime | None = None) -> Ahead:
    """Return when something is due next; all that was due at `looked_at` was looked at then.

    What is planned for that very moment all the same follows from the look.
    """
    due = eye.execute(DUE, (looked_at, MANY)).fetchall()
    to_plan, watch_at, notice_at = eye.execute(OTHERS).fetchone() or (False, None, None)
    return Ahead(_look_at(due), to_plan, watch_at, notice_at)


def _look_at(due: Sequence[tuple[Any, ...]]) -> datetime | None:
    """Wait for company, but not for long, and hardly with what is in a hurry."""
    firsts: dict[tuple[timedelta, bool], datetime] = {}
    for at, step, follows in due:
        firsts.setdefault((span_of(step), follows), at)
    moments = [_end_of_wait(at, span, follows) for (span, follows), at in firsts.items()]
    if len(due) == MANY:
        moments.append(due[-1][0])
    return min(moments, default=None)


def _end_of_wait(at: datetime, span: timedelta, follows: bool) -> datetime:
    """What a look planned, such as asking the caregiver, has its company in the next part of the day."""
    end, following = end_of_span(at, span), end_of_span(at + A_MOMENT, span)
    return following if follows and span == PART_OF_DAY and is_by_day(following) else end


@cache
def span_of(step_id: str) -> timedelta:
    """Return how long a step waits for company: half of the time for which it may be said at most."""
    step = programme().steps.get(step_id)
    if step is None or step.silence.urgent:
        return SOON
    return next((span for span in SPANS if span <= step.late / 2), SOON)


@cache
def is_hurried(step_id: str) -> bool:
    """Return whether a step belongs to a day on which an hour is long."""
    step = programme().steps.get(step_id)
    return step is not None and (step.silence.urgent or step.late <= HURRIED)
