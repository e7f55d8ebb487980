"""Hand notifications to staff over: claim, commit, call, record; a refusal calls the next channel at once."""

import logging

from sqlalchemy.orm import Session

from bot.domain.channels import Channel
from bot.domain.contacts import COUNTRIES, Audience
from bot.domain.escalation import State, Step
from bot.domain.retry import NOTIFYING
from bot.gateways.notifying import Call
from bot.gateways.sending import OutcomeUnknown, SendingFailed, TryLater
from bot.phrasebook.facts import Reader, deadline_value, waited_value
from bot.phrasebook.rendering import Speaker, render
from bot.services.call_staff import CALLS, MORE_SIGNS, call, tell_assigned_otherwise
from bot.services.parts import Parts
from bot.services.tell_advocate import ADVOCATE, find_advocate
from bot.services.tell_task import tell_otherwise
from bot.store import database, escalations, notices
from bot.store.risk_tables import EscalationRow, NoticeRow, StaffRow

logger = logging.getLogger(__name__)


def send_next_notice(parts: Parts) -> bool:
    """Send the oldest notification that is due; return whether there was one.

    It is claimed for itself: one that cannot be put into words must not hold up all others.
    """
    with database.unit_of_work(parts.engine) as session:
        row = notices.claim_next(session, parts.now())
    if row is None:
        return False
    with database.unit_of_work(parts.engine) as session:
        outgoing = as_call(session, row, parts)
    try:
        reference = parts.safety.notifier.send(outgoing)
    except SendingFailed as failure:
        with database.unit_of_work(parts.engine) as session:
            _failed(session, outgoing, failure, parts)
    else:
        with database.unit_of_work(parts.engine) as session:
            _accepted(session, outgoing, reference, parts)
    return True


def as_call(session: Session, row: NoticeRow, parts: Parts) -> Call:
    """Return the notification in the words and to the number of whom it is for."""
    person = session.get(StaffRow, row.staff_id) if row.staff_id else None
    speaker = _speaker(session, row, person, parts)
    has_code = row.escalation_id is not None
    return Call(
        id=row.id,
        channel=row.channel,
        number=person.number if person else parts.settings.standing_line_number,
        email=person.email if person else None,
        language=_language(person),
        text=render([row.message_id], speaker, parts.words).text,
        subject=render(["staff.subject"], speaker, parts.words).text if has_code else "Acompaña",
        template=row.message_id,
        variables=_numbered(row.message_id, speaker, parts),
    )


def words_for(session: Session, row: NoticeRow, message_id: str, parts: Parts) -> tuple[str, str]:
    """Return other words for whom a notification was for, and the language they are in."""
    person = session.get(StaffRow, row.staff_id) if row.staff_id else None
    speaker = _speaker(session, row, person, parts)
    return render([message_id], speaker, parts.words).text, _language(person)


def _language(person: StaffRow | None) -> str:
    return person.language if person else "es"


def _speaker(session: Session, row: NoticeRow, person: StaffRow | None, parts: Parts) -> Speaker:
    country = person.country if person else "US"
    reader = Reader(_locale(_language(person), country), COUNTRIES[country])
    values = {name: str(value) for name, value in row.values.items()}
    values["link"] = f"{parts.settings.reached_at}/console"
    escalation = session.get(EscalationRow, row.escalation_id) if row.escalation_id else None
    if escalation is not None:
        values |= _of(escalation, reader, parts)
    return Speaker(Audience.CAREGIVER, reader.locale, _spelled_for(row.channel), values)


def _spelled_for(channel: str) -> Channel:
    """Only SMS drops accents; read aloud without them, words would be pronounced wrongly."""
    return Channel.SMS if channel == Channel.SMS else Channel.WHATSAPP


def _locale(language: str, country: str) -> str:
    """Return a locale that exists: there is `es_GT`, but no `en_GT`."""
    return f"{language}_{country if language == 'es' else 'US'}"


def _of(escalation: EscalationRow, reader: Reader, parts: Parts) -> dict[str, str]:
    words, now = parts.words, parts.now()
    return {
        "code": escalation.code,
        "tier": words.value(f"value.tier.{escalation.tier}", reader.locale),
        "category": words.value(f"value.category.{escalation.category}", reader.locale),
        "link": f"{parts.settings.reached_at}/console/{escalation.code}",
        "waited": waited_value(now - escalation.opened_at, reader),
        "contact_by": deadline_value(escalation.contact_by, now, reader, words),
    }


def _numbered(message_id: str, speaker: Speaker, parts: Parts) -> dict[str, str]:
    template = parts.words.templates.get(message_id)
    names = template.variables if template else ()
    return {str(n): speaker.values.get(name, "") for n, name in enumerate(names, start=1)}


def _accepted(session: Session, outgoing: Call, reference: str, parts: Parts) -> None:
    row = notices.lock(session, outgoing.id)
    if row is None or row.status != "sending":
        return
    row.status, row.provider_reference, row.accepted_at = "accepted", reference, parts.now()
    if row.escalation_id and row.message_id in CALLS:
        escalation = escalations.lock(session, row.escalation_id)
        to, detail = row.staff_id, row.channel
        escalations.note(
            session, escalation, Step.NOTIFIED, parts.now(), staff_id=to, detail=detail
        )


def _failed(session: Session, outgoing: Call, failure: SendingFailed, parts: Parts) -> None:
    row = notices.lock(session, outgoing.id)
    if row is None or row.status != "sending":
        return
    wait = NOTIFYING.wait_after(row.attempts) if _may_try_again(failure) else None
    if wait is not None:
        row.status, row.next_attempt_at = "queued", parts.now() + wait
        return
    refuse(session, row, failure.code, parts)


def _may_try_again(failure: SendingFailed) -> bool:
    return isinstance(failure, TryLater | OutcomeUnknown)


def refuse(session: Session, row: NoticeRow, code: int | None, parts: Parts) -> None:
    """Note that a notification cannot arrive, and go on to the next channel or person now."""
    row.status, row.error_code = "failed", code
    logger.warning("notice %s by %s failed: %s", row.id, row.channel, code)
    if row.escalation_id is None:
        tell_otherwise(session, row, parts)
        return
    escalation = escalations.lock(session, row.escalation_id)
    step, detail = Step.NOTIFICATION_FAILED, f"{row.channel} {code or ''}".strip()
    escalations.note(session, escalation, step, parts.now(), staff_id=row.staff_id, detail=detail)
    _go_on(session, escalation, row, parts)


def _go_on(session: Session, escalation: EscalationRow, refused: NoticeRow, parts: Parts) -> None:
    """Somebody has to know of it all the same: by another channel, or somebody else."""
    is_being_called = refused.staff_id is not None and refused.staff_id == escalation.called_id
    if refused.message_id == ADVOCATE:
        find_advocate(session, escalation, refused, parts)
    elif escalation.state == State.OPEN and is_being_called and refused.message_id in CALLS:
        call(session, escalation, parts)
    elif refused.message_id == MORE_SIGNS:
        tell_assigned_otherwise(session, escalation, refused, parts)
