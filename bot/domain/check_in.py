"""One planned outreach: its states, and whether its time has come. No I/O, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain.anchors import Anchor, days_after, months_after
from bot.domain.check_in_plan import Doing, Step
from bot.domain.waking_hours import WakingHours, at_local


class State(StrEnum):
    """Where a check-in is, as a case manager would say it."""

    PLANNED = "planned"
    """Its time has not come, or it waits for a better moment."""
    INVITED = "invited"
    """A neutral message asked whether there is a moment; the check-in follows the answer."""
    ASKED = "asked"
    """The questions are being answered."""
    SAID = "said"
    """Told, or done; nothing was asked."""
    ANSWERED = "answered"
    """The questions were answered to the end."""
    MISSED = "missed"
    """Nobody answered to the end."""
    INTERRUPTED = "interrupted"
    """A danger was disclosed: a person asks now."""
    SKIPPED = "skipped"
    """It was never said; the reason stands beside it."""
    SUPERSEDED = "superseded"
    """A fact changed, and with it what is due."""


UNTIL_THE_END = ("home", "risk", "closure", "birthday_18")
"""Steps that count from these come only while the programme lasts."""

RUNNING = (State.INVITED, State.ASKED)
OVER = frozenset(set(State) - {State.PLANNED, *RUNNING})


@dataclass(frozen=True)
class Due:
    """From when until when a step may be said."""

    at: datetime
    until: datetime


def due_steps(
    steps: list[Step], anchors: Mapping[str, Anchor], zone: str, contact_id: UUID, spread: timedelta
) -> dict[str, Due]:
    """Return what is due when for one contact; what lies behind the end of the programme is left out."""
    end, closure = anchors.get("end"), anchors.get("closure")
    found: dict[str, Due] = {}
    for step in steps:
        if step.anchor not in anchors:
            continue
        at = moment_of(step, anchors[step.anchor], zone)
        at += timedelta(0) if step.do is Doing.CROSS_BORDER else share_of(spread, contact_id)
        day = at.astimezone(ZoneInfo(zone)).date()
        ended = end is not None and step.anchor in UNTIL_THE_END and day > end.on
        closed = closure is not None and step.anchor == "home" and day > closure.on
        if not ended and not closed:
            found[step.id] = Due(at, at + step.late)
    return found


def moment_of(step: Step, anchor: Anchor, zone: str) -> datetime:
    """Return when a step is due: an hour of the contact's own day, or so long after a moment.

    In UTC, because Python adds to a local time on its clock: three hours could be two or four.
    """
    if step.at is None:
        return anchor.moment.astimezone(UTC) + step.after
    day = months_after(anchor.on, step.months) if step.months is not None else anchor.on
    return at_local(days_after(day, step.days or 0), step.at, zone).astimezone(UTC)


def share_of(spread: timedelta, contact_id: UUID) -> timedelta:
    """Return a contact's place within the spread: always the same, so that planning again moves nothing."""
    minutes = int(spread.total_seconds() // 60)
    return timedelta(minutes=contact_id.int % (minutes + 1))


@dataclass(frozen=True)
class Circumstances:
    """What holds for a contact at the moment when a step is looked at."""

    now: datetime
    zone: str
    waking: WakingHours
    has_ended: bool = False
    has_consent: bool = True
    is_paused: bool = False
    has_left: bool = False
    """STOP on every address that would do, or on one and nothing that they agreed to stands."""
    is_reachable: bool = True
    is_held: bool = False
    is_at_risk: bool = False
    journey_is_held: bool = False
    live_until: datetime | None = None
    is_stable: bool = False
    is_holiday: bool = False
    """A public holiday where the contact is, on their own calendar."""


@dataclass(frozen=True)
class Verdict:
    """Now (neither), later (`until`), or never (`reason`); why it waits stands in `reason` too."""

    until: datetime | None = None
    reason: str = ""

    @property
    def is_now(self) -> bool:
        return self.until is None and not self.reason


def decide(step: Step, not_after: datetime, hold_for: timedelta, c: Circumstances) -> Verdict:
    """Return whether a step is said now, later or never."""
    if c.has_ended:
        return Verdict(reason="programme_ended")
    if step.do is Doing.CROSS_BORDER:
        return Verdict()
    if reason := _why_never(step, c):
        return Verdict(reason=reason)
    if c.now > not_after:
        return Verdict(reason="late")
    waits = _why_later(step, hold_for, c)
    if waits.until is None:
        return waits
    return waits if waits.until <= not_after else Verdict(reason=f"late_{waits.reason}")


def _why_never(step: Step, c: Circumstances) -> str:
    reasons = {
        "opted_out": c.has_left,  # first, because STOP also withdraws what they agreed to
        "no_consent": not c.has_consent,
        "paused": c.is_paused,
        "unreachable": not c.is_reachable,
        "stable": step.unless_stable and c.is_stable,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _why_later(step: Step, hold_for: timedelta, c: Circumstances) -> Verdict:
    holds = {
        "journey_held": step.about_journey and c.journey_is_held,
        "at_risk": c.is_at_risk and not step.even_at_risk,
        "handover": c.is_held,
    }
    for reason, is_so in holds.items():
        if is_so:
            return Verdict(c.now + hold_for, reason)
    if c.live_until is not None and c.live_until > c.now:
        return Verdict(c.live_until, "conversation")
    awake = c.waking.next(c.now, c.zone)
    if awake > c.now:
        return Verdict(awake, "asleep")
    is_put_off = step.not_on_holidays and c.is_holiday
    return Verdict(c.now + timedelta(days=1), "holiday") if is_put_off else Verdict()
