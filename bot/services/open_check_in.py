"""Carry out a step whose time has come: say it, ask its first question, or do what it does."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.check_in import OVER, RUNNING, State
from bot.domain.check_in_plan import Doing, Step
from bot.domain.contacts import Role
from bot.domain.reach import Route, Way, route
from bot.services.check_in_words import words_of
from bot.services.circumstances import Known, reaches_of
from bot.services.cross_border import cross_border
from bot.services.parts import Parts
from bot.services.programme import programme
from bot.services.say import Lane
from bot.services.say_unasked import Unasked, say_first, template_of
from bot.services.subscription import withdrew
from bot.services.tasks import open_task
from bot.services.tell_changes import changes_were_told
from bot.store import check_ins
from bot.store.tables import ContactRow
from bot.store.time_tables import CheckInRow

FOR_A_PERSON = frozenset({"paused", "opted_out", "unreachable", "no_template"})
"""Reasons why nothing is said any more, of which a case manager has to know: silence is a signal."""

NOBODY_IS_MISSING = frozenset({"programme_ended", "no_consent", "nothing_new"})
"""Reasons after which nobody has to find out whether somebody arrived."""

A_PERSON_IS_WITH_THEM = frozenset({"at_risk", "late_at_risk", "late_handover"})
"""Reasons why a good-bye was not said that do not end the programme: a person does, or goes on."""

ASK_AGAIN_WITHIN = timedelta(hours=3)
"""For so long the question of the travel day waits for the end of a welcome; then a person looks."""


def carry_out(
    session: Session,
    row: CheckInRow,
    contact: ContactRow,
    step: Step,
    known: Known,
    parts: Parts,
) -> None:
    """Do it now; what cannot arrive anywhere is skipped, and a person is told."""
    if step.do is Doing.CROSS_BORDER:
        cross_border(session, contact, parts)
        check_ins.settle(row, State.SAID, parts.now())
        return
    say = words_of(session, contact, step, parts)
    if not say:
        leave_out(session, row, step, "nothing_new", parts)
        return
    has_template = template_of("check_in.invite", contact, parts) is not None
    found = route(reaches_of(known.addresses[contact.id]), parts.now(), has_template=has_template)
    if found is None:
        leave_out(session, row, step, "no_template", parts)
        return
    _say(session, row, contact, step, found, say, parts)


def leave_out(session: Session, row: CheckInRow, step: Step, reason: str, parts: Parts) -> None:
    """Note why it is said no more. Where nobody asks whether a child arrived, somebody looks for them.

    After a START that did not renew what STOP took back, silence is nobody's wish: a person looks too.
    """
    state = State.MISSED if row.state in RUNNING else State.SKIPPED
    check_ins.settle(row, state, parts.now(), reason)
    contact = session.get_one(ContactRow, row.contact_id)
    if step.do is Doing.END and reason not in A_PERSON_IS_WITH_THEM:
        end_programme(contact, parts)
    came_back = reason == "no_consent" and withdrew(session, contact)
    if step.silence.urgent and (came_back or reason not in NOBODY_IS_MISSING):
        tier = step.silence.tier
        open_task(session, row.contact_id, "stranded_silence", parts, about=row.step, tier=tier)
    elif came_back or reason in FOR_A_PERSON:
        open_task(session, row.contact_id, "silence", parts, about=reason)
    elif step.do is Doing.TELL_CHANGES and reason.startswith("late"):
        open_task(session, row.contact_id, "silence", parts, about=row.step)


def is_out_of_date(row: CheckInRow, step: Step, parts: Parts) -> bool:
    """Return whether what was announced may not be said any more, although it is opened now."""
    return step.goes_out_of_date and parts.now() > row.not_after


def is_held_back(contact: ContactRow, step: Step) -> bool:
    """Return whether it speaks of a journey that is in doubt, to the child whose journey it is."""
    is_held = contact.role == Role.CHILD and contact.journey_held_at is not None
    return step.about_journey and is_held


def ask_once_welcomed(row: CheckInRow, parts: Parts) -> None:
    """The welcome took the place of the question: it is still to be asked, and its silence goes on."""
    row.state, row.reason, row.wake_at = State.PLANNED, "welcomed_instead", parts.now()
    row.not_after = max(row.not_after, parts.now() + ASK_AGAIN_WITHIN)


def say_good_bye_after_all(session: Session, contact_id: UUID, parts: Parts) -> None:
    """A person was with them when it was due: that is over, and the good-bye ends the programme."""
    for row in check_ins.of_contacts(session, [contact_id])[contact_id]:
        step = programme().steps.get(row.step)
        was_kept_back = row.state in OVER and row.reason in A_PERSON_IS_WITH_THEM
        if step is not None and step.do is Doing.END and was_kept_back:
            row.state, row.reason, row.settled_at, row.rung = State.PLANNED, "", None, 0
            row.wake_at, row.not_after = parts.now(), parts.now() + step.late


def _say(
    session: Session,
    row: CheckInRow,
    contact: ContactRow,
    step: Step,
    found: Route,
    say: list[str],
    parts: Parts,
) -> None:
    lane = Lane.CHECK_IN
    say_first(session, contact, found, Unasked(say, lane, row.id), parts)
    row.said_at, row.address_id, row.reason = parts.now(), found.address.id, ""
    if found.way is Way.DIRECT:
        was_said(session, row, contact, step, parts)
    else:
        row.state, row.wake_at = State.INVITED, _invited_until(row, step, parts)


def _invited_until(row: CheckInRow, step: Step, parts: Parts) -> datetime:
    """Return when to look at an invitation again: at the latest when what follows it is out of date."""
    later = parts.now() + patience(row, step)
    return min(later, row.not_after) if step.goes_out_of_date else later


def was_said(
    session: Session, row: CheckInRow, contact: ContactRow, step: Step, parts: Parts
) -> None:
    """Note that the words themselves are out: questions wait for their answers, the rest is done."""
    if step.do is Doing.TELL_CHANGES:
        changes_were_told(session, contact)
    if step.ask is None:
        check_ins.settle(row, State.SAID, parts.now())
        if step.do is Doing.END:
            end_programme(contact, parts)
        return
    row.state, row.wake_at = State.ASKED, parts.now() + patience(row, step)


def end_programme(contact: ContactRow, parts: Parts) -> None:
    """It ends for who could not be told good-bye, too."""
    contact.ended_at, contact.planned_at = contact.ended_at or parts.now(), None


def patience(row: CheckInRow, step: Step) -> timedelta:
    """Return how long to wait for an answer before the next rung of its silence."""
    rungs = step.silence.rungs
    return rungs[min(row.rung, len(rungs) - 1)][0] if rungs else programme().unopened_for
