"""Nobody answers: remind, try another way, ask the caregiver, and in the end a person looks."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.check_in import OVER, Circumstances, State, Verdict, decide
from bot.domain.check_in_plan import Doing, Rung, Step
from bot.domain.contacts import Role
from bot.domain.questionnaire import OWN_WORDS, Question
from bot.domain.reach import Route, Way, route
from bot.domain.risk import Tier
from bot.services.check_in_words import question_after, words_of
from bot.services.circumstances import Known, circumstances_of, reaches_of
from bot.services.open_check_in import (
    end_programme,
    leave_out,
    patience,
    was_said,
)
from bot.services.parts import Parts
from bot.services.plan_check_ins import plan_event
from bot.services.programme import programme
from bot.services.say import Lane
from bot.services.say_unasked import Unasked, say_first, template_of
from bot.services.tasks import open_task
from bot.services.whereabouts import let_read_at_once, words_to_read
from bot.store import check_in_answers, check_ins, contacts, escalations
from bot.store.tables import ContactRow
from bot.store.time_tables import CheckInRow

FAR = timedelta(days=365)
"""What was asked does not become too late: it ends when its silence ends."""

HAS_LEFT = frozenset({"programme_ended", "no_consent", "paused", "opted_out"})
"""Reasons that are no silence: nobody is asked about somebody who does not want to be written to."""


def climb(
    session: Session,
    row: CheckInRow,
    contact: ContactRow,
    step: Step,
    known: Known,
    parts: Parts,
) -> None:
    """Take the next rung. An urgent silence goes on to a person where nobody may be written to now.

    While the journey is in doubt nobody is reminded of it, but who is silent does not wait for that.
    """
    now = _circumstances(row, contact, step, known, parts)
    not_after = row.not_after if step.goes_out_of_date else now.now + FAR
    verdict = decide(step, not_after, programme().hold_for, now)
    rung = _next_rung(row, step)
    if now.is_at_risk and not step.even_at_risk:
        check_ins.settle(row, State.INTERRUPTED, parts.now(), "at_risk")
    elif verdict.reason in HAS_LEFT or verdict.reason.startswith("late"):
        leave_out(session, row, step, verdict.reason, parts)
    elif rung is None or rung is Rung.TASK:
        _give_up(session, row, contact, step, known, parts)
    elif rung is Rung.ASK_CAREGIVER:
        _ask_caregiver(session, row, contact, known, parts)
        _go_on(row, step, parts)
    elif verdict.reason == "journey_held" and step.ask is not None:
        _go_on(row, step, parts)
    else:
        _say_again(session, row, contact, step, known, verdict, parts)


def as_awaited(session: Session, step: Step, contact: ContactRow, parts: Parts) -> Step:
    """Return the step with an ordinary silence once somebody said that the child is there.

    Nobody is looked for in the night then. Whoever is silent all the same is followed up by day. Where
    a caregiver may be the danger, their word changes nothing for the child.
    """
    child = contacts.child_of(session, contact) if step.silence.urgent else None
    if child is None or child.arrived_at is None:
        return step
    if contact.role == Role.CHILD and _caregiver_may_be_the_danger(session, contact.id, parts):
        return step
    return replace(step, silence=replace(step.silence, urgent=False, tier=None))


def _circumstances(
    row: CheckInRow, contact: ContactRow, step: Step, known: Known, parts: Parts
) -> Circumstances:
    """Nobody is too stable for the rest of their questions; a chat does not put off an urgent one."""
    now = circumstances_of(row, contact, step, known, parts)
    live_until = None if step.silence.urgent else now.live_until
    return replace(now, is_stable=False, live_until=live_until)


def _next_rung(row: CheckInRow, step: Step) -> Rung | None:
    """Return the next rung; a message that was only announced is said once more on another channel."""
    if not step.silence.rungs:
        return Rung.OTHER_CHANNEL if row.rung == 0 else None
    return step.silence.rungs[row.rung][1] if row.rung < len(step.silence.rungs) else None


def _go_on(row: CheckInRow, step: Step, parts: Parts) -> None:
    row.rung += 1
    row.wake_at = parts.now() + patience(row, step)


def _say_again(
    session: Session,
    row: CheckInRow,
    contact: ContactRow,
    step: Step,
    known: Known,
    verdict: Verdict,
    parts: Parts,
) -> None:
    if verdict.until is not None and not step.silence.urgent:
        row.wake_at = verdict.until
        return
    found = _route_again(row, contact, step, known, parts) if verdict.is_now else None
    if found is not None:
        _say(session, row, contact, step, found, known, parts)
    row.rung += 1
    if row.state not in OVER:
        row.wake_at = parts.now() + patience(row, step) if found else parts.now()


def _route_again(
    row: CheckInRow, contact: ContactRow, step: Step, known: Known, parts: Parts
) -> Route | None:
    """Return the same way once more, or another address where that is the rung; None if there is none."""
    addresses = reaches_of(known.addresses[contact.id])
    wants_other = _next_rung(row, step) is Rung.OTHER_CHANNEL
    has_template = template_of("check_in.invite", contact, parts) is not None
    avoid = row.address_id if wants_other else None
    found = route(addresses, parts.now(), has_template=has_template, avoid=avoid)
    is_the_same = found is not None and found.address.id == row.address_id
    return None if wants_other and is_the_same else found


def _say(
    session: Session,
    row: CheckInRow,
    contact: ContactRow,
    step: Step,
    found: Route,
    known: Known,
    parts: Parts,
) -> None:
    """Remind with the question that waits; what was only announced is said now where it may be."""
    is_asked = row.state == State.ASKED and contact.onboarded_at is not None
    given = known.answers.get(row.id, {})
    question = question_after(given, row, contact, parts) if is_asked else None
    say = _reminder(question) if question else words_of(session, contact, step, parts)
    if not say:
        leave_out(session, row, step, "nothing_new", parts)
        return
    say_first(session, contact, found, Unasked(say, Lane.CHECK_IN, row.id), parts)
    row.address_id = found.address.id
    if found.way is Way.DIRECT and row.state == State.INVITED:
        was_said(session, row, contact, step, parts)


def _reminder(question: Question) -> list[str]:
    """A question about danger is not repeated where others may read the screen: "now" asks it."""
    return ["check_in.remind"] if question.ask_danger else ["check_in.remind", question.say]


def _ask_caregiver(
    session: Session, row: CheckInRow, contact: ContactRow, known: Known, parts: Parts
) -> None:
    """Give the caregivers a check-in of their own, unless one of them may be the danger."""
    if contact.role != Role.CHILD:
        return
    was_at_risk = contact.id in known.standing.ever_at_risk
    if was_at_risk and _caregiver_may_be_the_danger(session, contact.id, parts):
        return
    _, *caregivers = contacts.family_of(session, contact.id)
    for caregiver in caregivers:
        occurrence = row.id.int % 2**31  # once for each silence
        plan_event(session, caregiver, "child_is_silent", occurrence, parts)


def _caregiver_may_be_the_danger(session: Session, child_id: UUID, parts: Parts) -> bool:
    categories = escalations.categories_of(session, child_id)
    return bool(categories & parts.safety.policy.caregiver_may_be_the_danger)


def _give_up(
    session: Session,
    row: CheckInRow,
    contact: ContactRow,
    step: Step,
    known: Known,
    parts: Parts,
) -> None:
    """A person looks; who wrote since, but did not answer to the end, is no silence."""
    if not step.silence.rungs:
        check_ins.settle(row, State.MISSED, parts.now(), "not_opened")
        if step.do is Doing.TELL_CHANGES:
            open_task(session, contact.id, "silence", parts, about=row.step)
        if step.do is Doing.END:
            end_programme(contact, parts)
        return
    if _wrote_since(row, known) and _is_enough(session, row, programme().steps[row.step]):
        check_ins.settle(row, State.MISSED, parts.now(), "not_finished")
        return
    check_ins.settle(row, State.MISSED, parts.now(), "silence")
    tier = step.silence.tier or _tier_of(contact, known)
    if about := _unread_words(session, row, step):
        let_read_at_once(session, contact, about, tier, None, parts)
        return
    kind = "stranded_silence" if step.silence.urgent else "silence"
    open_task(session, contact.id, kind, parts, about=row.step, tier=tier)


def _unread_words(session: Session, row: CheckInRow, step: Step) -> str | None:
    """Return what own words are about that nobody has read, where they may say where somebody is.

    One thing to look at is enough: it is as urgent now as the silence after them.
    """
    given = check_in_answers.given_to(session, row.id) if step.silence.urgent else {}
    told = [f"{row.step}.{name}" for name, choice in given.items() if choice == OWN_WORDS]
    return next((about for about in told if words_to_read(session, row.contact_id, about)), None)


def _is_enough(session: Session, row: CheckInRow, step: Step) -> bool:
    """On the travel day a chat about something else says nothing about where somebody is."""
    given = check_in_answers.given_to(session, row.id) if step.silence.urgent else {}
    return not step.silence.urgent or any(choice != OWN_WORDS for choice in given.values())


def _wrote_since(row: CheckInRow, known: Known) -> bool:
    heard = [a.last_inbound_at for a in known.addresses[row.contact_id] if a.last_inbound_at]
    return row.said_at is not None and any(moment > row.said_at for moment in heard)


def _tier_of(contact: ContactRow, known: Known) -> Tier:
    """Who disclosed a danger before and falls silent is looked for sooner."""
    return Tier.HIGH if contact.id in known.standing.ever_at_risk else Tier.MEDIUM
