"""Call one person after the other until somebody says: I have it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.escalation import State, Step
from bot.domain.risk import Tier
from bot.domain.risk_policy import Calling
from bot.services import rota
from bot.services.notify_staff import queue_notice
from bot.services.parts import Parts
from bot.store import escalations, notices
from bot.store.risk_tables import EscalationRow, NoticeRow
from bot.store.tables import ContactRow

MORE_SIGNS = "staff.more_signs"

CALLS = (
    "staff.alert",
    "staff.passed_on",
    "staff.not_reached",
    MORE_SIGNS,
    "staff.standing_line",
)
"""The notifications that call somebody; other ones answer what they did."""

AT_MOST_EVERY = timedelta(minutes=5)
"""Further signs of one contact reach the person who has it no more often than this."""

SAID = (Step.PROOF_YES, Step.PROOF_NO, Step.PROOF_SILENT, Step.JOINED)
"""What a contact may have said last: a further sign, or whether somebody reached them."""

TAKEN = (State.ACKNOWLEDGED, State.ACTED)
"""States in which one person has it and nobody else is called."""

MAY_WAIT = (Tier.MEDIUM, Tier.LOW)
"""Tiers that wait for the next shift if it begins in time, instead of waking the supervisor."""


def call(session: Session, row: EscalationRow, parts: Parts) -> None:
    """Take the next step of calling: another channel for the same person, or the next person.

    It runs when an escalation opens, when its time comes, and when a notification was refused.
    """
    now, calling = parts.now(), parts.safety.policy.calling[Tier(row.tier)]
    if row.called_since is not None and row.called_since > now:
        row.called_since = now  # this machine's clock was put back
    if _is_over_for_this_one(session, row, calling, now):
        _pass_on(session, row, parts)
    elif row.channel_number < len(calling.channels):
        _notify(session, row, calling.channels[row.channel_number], parts)
        row.channel_number += 1
    row.next_call_at = _next_look(row, calling, now)


def pass_on(session: Session, row: EscalationRow, parts: Parts) -> None:
    """Go to the next person at once: this one cannot."""
    row.channel_number = len(parts.safety.policy.calling[Tier(row.tier)].channels)
    row.called_since = None
    call(session, row, parts)


def tell_assigned(session: Session, row: EscalationRow, parts: Parts) -> None:
    """Tell who has it, or who is being called, that there is a further sign.

    Who has it is told of every sign, at the latest when the pause between two notifications is over.
    """
    is_open, now = row.state == State.OPEN, parts.now()
    to = row.called_id if is_open else row.assigned_id
    if to is None:
        return  # between two rounds of calling: the next round tells
    told_at = notices.last_call_at(session, row.id, to, CALLS)
    may_tell_at = max(now, told_at + AT_MOST_EVERY) if told_at else now
    is_waiting = told_at is not None and told_at > now
    if is_waiting or (is_open and may_tell_at > now):
        return
    channel = parts.safety.policy.calling[Tier(row.tier)].channels[0]
    notice = queue_notice(session, row, to, channel, MORE_SIGNS, parts)
    notice.next_attempt_at = may_tell_at


def tell_assigned_otherwise(
    session: Session, row: EscalationRow, refused: NoticeRow, parts: Parts
) -> None:
    """A further sign did not reach who has it: the next channel, after the last one other people."""
    if row.state not in TAKEN or row.assigned_id is None or row.assigned_id != refused.staff_id:
        return  # who has it by now was called after that sign
    if _knows_by_now(session, row, refused):
        return
    channels = parts.safety.policy.calling[Tier(row.tier)].channels
    tried = channels.index(refused.channel) + 1 if refused.channel in channels else 0
    if tried < len(channels):
        queue_notice(session, row, row.assigned_id, channels[tried], MORE_SIGNS, parts)
    else:
        _call_others(session, row, parts)


def _knows_by_now(session: Session, row: EscalationRow, refused: NoticeRow) -> bool:
    """Return whether they took it or acted after that sign, or were told of a later one."""
    was_there_at = max(t for t in (row.acknowledged_at, row.acted_at, row.opened_at) if t)
    later = (
        (NoticeRow.message_id == MORE_SIGNS)
        & (NoticeRow.staff_id == row.assigned_id)
        & (NoticeRow.id != refused.id)
        & (NoticeRow.created_at >= refused.created_at)
        & NoticeRow.status.in_(escalations.ALIVE)
    )
    is_told = escalations.notice_exists(session, row.id, later)
    return was_there_at > refused.created_at or is_told


def _call_others(session: Session, row: EscalationRow, parts: Parts) -> None:
    """Nothing reaches who has it: it is open again, and the next person is called at once."""
    now, deadlines = parts.now(), parts.safety.taxonomy.deadlines[Tier(row.tier)]
    escalations.note(session, row, Step.REOPENED, now, detail=row.state)
    row.state, row.acknowledge_by = State.OPEN, now + deadlines.acknowledge_within
    row.called_id, row.tried = row.assigned_id, []
    row.assigned_id = row.acknowledged_at = None
    pass_on(session, row, parts)


def _is_over_for_this_one(
    session: Session, row: EscalationRow, calling: Calling, now: datetime
) -> bool:
    """Nobody is being called, their time is over, or nothing can reach them."""
    if row.called_id is None or row.called_since is None:
        return True
    if now >= row.called_since + calling.pass_on_after:
        return True
    if row.channel_number < len(calling.channels):
        return False
    return not escalations.reached(session, row.id, row.called_id, row.called_since)


def _pass_on(session: Session, row: EscalationRow, parts: Parts) -> None:
    now = parts.now()
    is_beginning = row.called_id is None and not row.tried
    if row.called_id is not None:
        row.tried = [*row.tried, str(row.called_id)]
        escalations.note(session, row, Step.PASSED_ON, now, staff_id=row.called_id)
    duty = _on_duty(session, row, now)
    if is_beginning and not duty:
        escalations.note(session, row, Step.ROTA_GAP, now, detail=row.country)
        if shift_at := _shift_in_time(session, row, now):
            return _wait_for_shift(row, shift_at)
    following = _next_person(session, row, duty, parts)
    if following is None:
        return _standing_line(session, row, parts)
    row.called_id, row.called_since, row.channel_number = following, now, 0
    calling = parts.safety.policy.calling[Tier(row.tier)]
    _notify(session, row, calling.channels[0], parts)
    row.channel_number = 1
    return None


def _on_duty(session: Session, row: EscalationRow, now: datetime) -> list[UUID]:
    """Return the case managers on duty: whoever had it, or the contact's own one, first."""
    contact = session.get_one(ContactRow, row.contact_id)
    own = row.assigned_id or contact.case_manager_id
    return rota.on_duty_for(session, row.country, row.phase, now, own)


def _next_person(
    session: Session, row: EscalationRow, duty: list[UUID], parts: Parts
) -> UUID | None:
    """Return who comes next: the case managers on duty, then supervisors.

    However many are on duty, the last call before the deadline is a supervisor's.
    """
    now, calling = parts.now(), parts.safety.policy.calling[Tier(row.tier)]
    supervisors = rota.supervisors(session, now)
    is_late = now >= row.acknowledge_by - calling.pass_on_after
    chain = [*supervisors, *duty] if is_late else [*duty, *supervisors]
    return next((p for p in chain if str(p) not in row.tried), None)


def _shift_in_time(session: Session, row: EscalationRow, now: datetime) -> datetime | None:
    """Return when the next shift begins, where nothing burns and it begins in time."""
    if row.tier not in MAY_WAIT or _was_not_reached(session, row):
        return None
    latest = now + (row.acknowledge_by - now) / 2
    return rota.next_duty_at(session, row.country, row.phase, now, latest)


def _was_not_reached(session: Session, row: EscalationRow) -> bool:
    return _said_last(session, row) in (Step.PROOF_NO, Step.PROOF_SILENT)


def _said_last(session: Session, row: EscalationRow) -> Step | None:
    return escalations.latest_step(session, row.id, SAID)


def _wait_for_shift(row: EscalationRow, shift_at: datetime) -> None:
    row.called_id, row.called_since, row.channel_number = None, None, 0
    row.next_call_at = shift_at


def _standing_line(session: Session, row: EscalationRow, parts: Parts) -> None:
    """Nobody answered: the programme's standing line rings, and the round begins again."""
    now = parts.now()
    for channel in ("voice", "sms"):
        queue_notice(session, row, None, channel, "staff.standing_line", parts)
    escalations.note(session, row, Step.STANDING_LINE, now)
    row.called_id, row.called_since, row.channel_number, row.tried = None, None, 0, []
    row.next_call_at = None


def _notify(session: Session, row: EscalationRow, channel: str, parts: Parts) -> None:
    message_id = "staff.passed_on" if row.tried else "staff.alert"
    if _said_last(session, row) == Step.PROOF_NO:
        message_id = "staff.not_reached"
    queue_notice(session, row, row.called_id, channel, message_id, parts)


def _next_look(row: EscalationRow, calling: Calling, now: datetime) -> datetime | None:
    if row.state != State.OPEN:
        return None
    if row.called_since is None:
        waits_for = row.next_call_at if row.next_call_at and row.next_call_at > now else None
        return waits_for or now + calling.pass_on_after
    over_at = row.called_since + calling.pass_on_after
    if row.channel_number >= len(calling.channels):
        return over_at
    return min(now + calling.again_after, over_at)
