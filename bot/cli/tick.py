"""`acompana tick`: one look of the clock, now or at a pretended moment, and everything that follows."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Annotated, Any

import typer
from sqlalchemy import func, select, update

from bot.app.compose import composed
from bot.cli.output import Json, show_one
from bot.clock import now
from bot.errors import AcompanaError
from bot.services.follow_programme import follow_programme
from bot.services.keep_watch import keep_watch
from bot.services.parts import Parts
from bot.services.send_notice import send_next_notice
from bot.services.send_outbound import send_next
from bot.settings import Settings
from bot.store import database
from bot.store.tables import OutboundRow, SenderPaceRow
from bot.store.time_tables import CheckInRow

ONLY_IN_A_DEMO = (
    "--now pretends another time, and nobody may do that to a deployment: leave it out."
)


def tick(
    at: Annotated[
        str,
        typer.Option("--now", help="Pretend this moment, such as 2027-01-07T16:30-06:00 (demo)"),
    ] = "",
    as_json: Json = False,
) -> None:
    """Let the clock look once: plan, say, keep deadlines, send what waits; print what was done."""
    settings = Settings()
    moment = _moment(at, settings) if at else None
    with composed(settings) as parts:
        if moment is None:
            show_one(_tick(parts), as_json)
            return
        show_one(_pretended(moment, parts), as_json)


def _moment(written: str, settings: Settings) -> datetime:
    """Return the moment to pretend; every refusal is one plain sentence."""
    if not settings.demo:
        raise AcompanaError(ONLY_IN_A_DEMO)
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise AcompanaError(
            f"--now must be a moment such as 2027-01-07T16:30-06:00, not {written!r}."
        ) from None
    if moment.tzinfo is None:
        raise AcompanaError(f"--now needs its zone, such as {written}Z or {written}-06:00.")
    return moment.astimezone(UTC)


@dataclass
class Pretended:
    """A clock that stands still but for the waits that a sender's rate asks for."""

    moment: datetime
    really_sleep: bool

    def now(self) -> datetime:
        return self.moment

    def pause(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        if self.really_sleep:
            sleep(seconds)


def _pretended(moment: datetime, parts: Parts) -> dict[str, Any]:
    """Look at that moment; afterwards no sender waits for a time that was only pretended."""
    clock = Pretended(moment, parts.settings.has_twilio)
    try:
        return _tick(replace(parts, now=clock.now, pause=clock.pause))
    finally:
        with database.unit_of_work(parts.engine) as session:
            ahead = update(SenderPaceRow).where(SenderPaceRow.free_at > now())
            session.execute(ahead.values(free_at=now()))


def _tick(parts: Parts) -> dict[str, Any]:
    """Do everything that is due and return how much of what there was."""
    at, before, left = parts.now(), _states(parts), _left(parts)
    _all(follow_programme, parts)
    deadlines = _all(keep_watch, parts)
    _all(send_next, parts)
    notices = _all(send_next_notice, parts)
    after = _states(parts)
    return {
        "at": at.isoformat(timespec="seconds"),
        "new_check_ins": after.total() - before.total(),
        "check_ins": {
            s: after[s] - before[s] for s in sorted(after | before) if after[s] != before[s]
        },
        "deadlines": deadlines,
        "sent": _left(parts) - left,
        "notices": notices,
    }


def _all(work: Callable[[Parts], bool], parts: Parts) -> int:
    """Work until nothing is left; return how often there was something."""
    done = 0
    while work(parts):
        done += 1
    return done


def _states(parts: Parts) -> Counter[str]:
    """Return how many check-ins are in each state."""
    query = select(CheckInRow.state, func.count()).group_by(CheckInRow.state)
    with database.unit_of_work(parts.engine) as session:
        return Counter({row[0]: row[1] for row in session.execute(query)})


def _left(parts: Parts) -> int:
    """Return how many messages were handed to the provider so far."""
    query = select(func.count()).where(OutboundRow.accepted_at.is_not(None))
    with database.unit_of_work(parts.engine) as session:
        return session.scalars(query).one()
