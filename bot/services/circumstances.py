"""What holds for the contacts whose check-ins are due: read for all of them at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.domain.channels import Channel
from bot.domain.check_in import Circumstances, State
from bot.domain.check_in_plan import Step
from bot.domain.consent import Consent, may_be_written_to_unasked
from bot.domain.contacts import Contact, Role
from bot.domain.reach import Reach
from bot.services import rota
from bot.services.parts import Parts
from bot.services.programme import programme
from bot.store import check_in_answers, check_ins, circumstances, contacts
from bot.store.tables import AddressRow, ContactRow
from bot.store.time_tables import CheckInRow

ONE_A_DAY = timedelta(hours=20)
"""How long the questions of one check-in have to themselves before the next one may come."""

STABLE_AFTER = 8
"""So many newest answers without a worry, and no danger ever, and every second check-in is left out.

Own words count as a worry: nobody but a person knows what they mean."""


@dataclass(frozen=True)
class Known:
    """What was read about the contacts of one batch."""

    addresses: Mapping[UUID, list[AddressRow]]
    consents: Mapping[UUID, list[Consent]]
    standing: circumstances.Standing
    running: dict[UUID, list[CheckInRow]]
    answers: Mapping[UUID, Mapping[str, str]]
    """What was answered so far to the questions that are being asked."""
    stable: frozenset[UUID]
    """Who answered without a worry for long, among those for whom it matters now."""


def read_known(session: Session, claimed: Sequence[check_ins.Claimed]) -> Known:
    """Read everything that decides about these check-ins, in a handful of queries."""
    due = [row for row, _ in claimed]
    ids = sorted({row.contact_id for row in due})
    circumstances.read_people(session, [contact for _, contact in claimed])
    standing = circumstances.standing(session, ids)
    return Known(
        addresses=circumstances.addresses(session, ids),
        consents=circumstances.consents(session, ids),
        standing=standing,
        stable=_stable(session, due, standing),
        running=circumstances.running(session, ids),
        answers=_answers(session, due),
    )


def _answers(session: Session, due: Sequence[CheckInRow]) -> Mapping[UUID, Mapping[str, str]]:
    asked = [row.id for row in due if row.state == State.ASKED]
    return circumstances.answers(session, asked) if asked else {}


def circumstances_of(
    row: CheckInRow, contact: ContactRow, step: Step, known: Known, parts: Parts
) -> Circumstances:
    """Return what decides whether this step is said now."""
    plain = contacts.as_contact(contact)
    audience = plain.audience(parts.now().date())
    reaches = reaches_of(known.addresses[contact.id])
    has_consent = may_be_written_to_unasked(plain.role, known.consents[contact.id])
    return Circumstances(
        now=parts.now(),
        zone=plain.time_zone,
        waking=programme().waking[audience],
        has_ended=contact.ended_at is not None,
        has_consent=has_consent,
        is_paused=contact.paused_at is not None,
        has_left=_has_left(reaches, has_consent),
        is_reachable=any(r.is_usable and not r.is_lost for r in reaches),
        is_held=contact.held_by_id is not None,
        is_at_risk=contact.id in known.standing.at_risk,
        journey_is_held=plain.role is Role.CHILD and contact.journey_held_at is not None,
        live_until=_live_until(row, contact, step, reaches, known, parts.now()),
        is_holiday=step.not_on_holidays and _is_holiday(plain, parts.now()),
        is_stable=step.unless_stable and contact.id in known.stable,
    )


def _has_left(reaches: Sequence[Reach], has_consent: bool) -> bool:
    """STOP on one channel takes back what was agreed to for all; without STOP it never stood."""
    said_stop = any(r.opted_out for r in reaches)
    return said_stop and (not has_consent or not any(r.is_usable for r in reaches))


def reaches_of(rows: Sequence[AddressRow]) -> list[Reach]:
    """Return the addresses as the domain sees them."""
    return [
        Reach(
            id=row.id,
            channel=Channel(row.channel),
            heard_at=row.last_inbound_at,
            opted_out=row.opted_out_at is not None,
            unreachable_at=row.unreachable_at,
            retired=row.retired_at is not None,
            shared=row.shared,
            speaking_at=row.speaking_at,
        )
        for row in rows
    ]


def _live_until(
    row: CheckInRow,
    contact: ContactRow,
    step: Step,
    reaches: Sequence[Reach],
    known: Known,
    now: datetime,
) -> datetime | None:
    """Return until when somebody else's turn lasts: a conversation, or the questions of this morning."""
    if step.silence.urgent:
        return _live_until_at_most(row, contact, reaches, known)
    plan = programme()
    until = [r.heard_at + plan.live_for for r in reaches if r.heard_at is not None]
    if contact.id in known.standing.waiting:
        until.append(now + plan.live_for)
    others = [r for r in known.running.get(contact.id, []) if r.id != row.id and r.said_at]
    if step.ask is not None:
        until += [r.said_at + ONE_A_DAY for r in others if r.said_at]
    return max(until, default=None)


def _live_until_at_most(
    row: CheckInRow, contact: ContactRow, reaches: Sequence[Reach], known: Known
) -> datetime | None:
    """An urgent question lets somebody finish who is being answered, and soon comes all the same.

    Where the dialogue engine is down nothing is being talked about, and nobody is to be interrupted.
    """
    live_for = programme().live_for
    heard = [r.heard_at for r in reaches if r.heard_at is not None]
    if not heard or contact.id in known.standing.waiting:
        return None
    return min(max(heard), row.due_at) + live_for


def _is_holiday(contact: Contact, now: datetime) -> bool:
    today = now.astimezone(ZoneInfo(contact.time_zone)).date()
    return rota.is_holiday(contact.country, today)


def _stable(
    session: Session, due: Sequence[CheckInRow], standing: circumstances.Standing
) -> frozenset[UUID]:
    """Return who is asked only every second time."""
    steps = programme().steps
    thinned = {
        row.contact_id
        for row in due
        if row.state == State.PLANNED and row.step in steps and steps[row.step].unless_stable
    }
    asked = sorted(thinned - standing.ever_at_risk)
    newest = check_in_answers.latest_scores(session, asked, STABLE_AFTER) if asked else {}
    fine = (contact_id for contact_id, scores in newest.items() if all(scores))
    return frozenset(i for i in fine if len(newest[i]) == STABLE_AFTER)
