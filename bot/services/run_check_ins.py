"""The clock's work: look at what is due, and say it, let it wait, or note why it is never said."""

import logging
from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from bot.domain.check_in import OVER, RUNNING, State, decide
from bot.domain.check_in_plan import Step
from bot.services.circumstances import Known, circumstances_of, read_known
from bot.services.open_check_in import carry_out, leave_out
from bot.services.parts import Parts
from bot.services.programme import programme
from bot.services.silence import as_awaited, climb
from bot.services.tasks import open_task
from bot.store import check_ins, database
from bot.store.tables import ContactRow
from bot.store.time_tables import CheckInRow

logger = logging.getLogger(__name__)

Look = Callable[[Session, CheckInRow, ContactRow, Known, Parts], None]

AT_ONCE = 200
"""Check-ins that are looked at in one transaction."""

MOST_ATTEMPTS = 5
"""A step that failed so often is left to a person."""


def run_due(parts: Parts) -> int:
    """Look at the check-ins that are due and return how many; any number of clocks may do so at once.

    Where one of them fails nothing has happened yet, and all are looked at again, each by itself.
    """
    try:
        return _run(parts, _look)
    except Exception as failure:  # whatever it is, the others are said
        logger.error("a batch of check-ins failed: %s", type(failure).__name__)
        return _run(parts, _look_safely)


def _run(parts: Parts, look: Look) -> int:
    with database.unit_of_work(parts.engine) as session:
        claimed = check_ins.claim_due(session, parts.now(), AT_ONCE)
        if not claimed:
            return 0
        known = read_known(session, claimed)
        with session.no_autoflush:  # what is written of one is not read for another
            for row, contact in claimed:
                look(session, row, contact, known, parts)
        check_ins.write_together(session, (row for row, _ in claimed))
        database.notify(session, database.OUTBOUND)
    return len(claimed)


def _look_safely(
    session: Session, row: CheckInRow, contact: ContactRow, known: Known, parts: Parts
) -> None:
    """Look at one in a savepoint: one that fails holds up nobody, and is left to a person in the end."""
    try:
        with session.begin_nested():
            _look(session, row, contact, known, parts)
    except Exception as failure:
        logger.error("check-in %s failed: %s", row.id, type(failure).__name__)
        session.refresh(row)
        _put_off(session, row, parts)


def _put_off(session: Session, row: CheckInRow, parts: Parts) -> None:
    row.attempts += 1
    if row.attempts < MOST_ATTEMPTS:
        row.wake_at, row.reason = parts.now() + programme().hold_for, "failed"
        return
    never = State.MISSED if row.state in RUNNING else State.SKIPPED
    check_ins.settle(row, never, parts.now(), "failed")
    open_task(session, row.contact_id, "plan_failed", parts, about=row.step)


def _look(
    session: Session, row: CheckInRow, contact: ContactRow, known: Known, parts: Parts
) -> None:
    step = programme().steps.get(row.step)
    if step is None:
        check_ins.settle(row, State.SUPERSEDED, parts.now(), "not_in_the_plan")
    elif row.state in OVER:
        return  # the next one took its place in this very round
    elif row.state == State.PLANNED:
        _due(session, row, contact, step, known, parts)
    else:
        climb(session, row, contact, as_awaited(session, step, contact, parts), known, parts)


def _due(
    session: Session,
    row: CheckInRow,
    contact: ContactRow,
    step: Step,
    known: Known,
    parts: Parts,
) -> None:
    now = circumstances_of(row, contact, step, known, parts)
    verdict = decide(step, row.not_after, programme().hold_for, now)
    if verdict.until is not None:
        row.wake_at, row.reason = verdict.until, verdict.reason
    elif verdict.reason:
        leave_out(session, row, as_awaited(session, step, contact, parts), verdict.reason, parts)
    else:
        _say(session, row, contact, step, known, parts)


def _say(
    session: Session,
    row: CheckInRow,
    contact: ContactRow,
    step: Step,
    known: Known,
    parts: Parts,
) -> None:
    """Say it now; what else is due in this round sees that its questions wait for an answer."""
    running = known.running.setdefault(contact.id, [])
    if step.ask is not None:
        _end_earlier(row, step, running, parts)
    carry_out(session, row, contact, step, known, parts)
    if row.state in RUNNING:
        running.append(row)


def _end_earlier(row: CheckInRow, step: Step, running: Sequence[CheckInRow], parts: Parts) -> None:
    """The next questions take the place of those that nobody answered, and go on from their rung.

    Whether somebody arrived is asked from the beginning: the silence of other days says nothing about it.
    """
    for earlier in running:
        if earlier.id != row.id and earlier.state in RUNNING:
            known = programme().steps.get(earlier.step)
            if known is not None and known.silence == step.silence:
                row.rung = max(row.rung, earlier.rung)
            check_ins.settle(earlier, State.MISSED, parts.now(), "next_one_came")
