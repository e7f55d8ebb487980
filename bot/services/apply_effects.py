"""Record what the dialogue engine asks for, in the transaction that stores its replies."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.domain.check_in import RUNNING, State
from bot.domain.consent import Agreement
from bot.domain.contacts import Audience, Role
from bot.domain.dialogue import EFFECTS
from bot.services.answer_check_in import finish_check_in, record_answer
from bot.services.open_check_in import ask_once_welcomed
from bot.services.parts import Parts
from bot.services.programme import programme
from bot.services.say import Answering
from bot.services.subscription import address_of, opt_out
from bot.services.tasks import open_task
from bot.store import check_ins, contacts
from bot.store.tables import ContactRow
from bot.store.time_tables import ToldTopicRow

Effect = Mapping[str, Any]


def apply(session: Session, answering: Answering, effect: Effect, parts: Parts) -> None:
    """Apply one effect to the contact who is being answered."""
    _APPLY[effect["do"]](session, answering, effect, parts)


def _set_language(_s: Session, answering: Answering, effect: Effect, parts: Parts) -> None:
    if effect["language"] in parts.words.languages:
        answering.contact.language = effect["language"]


def _set_age_band(_s: Session, answering: Answering, effect: Effect, _p: Parts) -> None:
    answering.contact.age_band = Audience(effect["age_band"])


def _set_writer(_s: Session, answering: Answering, effect: Effect, _p: Parts) -> None:
    answering.contact.writer = str(effect["writer"])[:20]


def _record_agreement(session: Session, answering: Answering, effect: Effect, parts: Parts) -> None:
    is_child = answering.contact.role == Role.CHILD
    kind = Agreement.ASSENT if is_child else Agreement.OWN_CONSENT
    given = bool(effect["given"])
    contacts.record_consent(session, answering.contact.id, kind, given, parts.now())


def _finish_onboarding(session: Session, answering: Answering, _e: Effect, parts: Parts) -> None:
    contact, now = answering.contact, parts.now()
    contact.onboarded_at = contact.onboarded_at or now
    _ask_urgent_ones_again(session, contact, parts)
    check_ins.settle_running(session, contact.id, State.MISSED, now, "welcomed_instead")


def _ask_urgent_ones_again(session: Session, contact: ContactRow, parts: Parts) -> None:
    """A welcome says nothing about where somebody is: whether they arrived is still asked."""
    steps = programme().steps
    for row in check_ins.of_contacts(session, [contact.id])[contact.id]:
        if row.state in RUNNING and row.step in steps and steps[row.step].silence.urgent:
            ask_once_welcomed(row, parts)


def _opt_out(session: Session, answering: Answering, _e: Effect, parts: Parts) -> None:
    opt_out(session, answering, address_of(session, answering.inbound), parts.now())


def _pause(_s: Session, answering: Answering, _e: Effect, parts: Parts) -> None:
    answering.contact.paused_at = parts.now()


def _resume(_s: Session, answering: Answering, _e: Effect, _p: Parts) -> None:
    answering.contact.paused_at = None


def _queue_task(session: Session, answering: Answering, effect: Effect, parts: Parts) -> None:
    about = str(effect.get("about", ""))[:80]
    kind = str(effect["kind"])[:20]
    contact_id, inbound_id = answering.contact.id, answering.inbound.id
    open_task(session, contact_id, kind, parts, about=about, inbound_id=inbound_id)


def _note_topic(session: Session, answering: Answering, effect: Effect, parts: Parts) -> None:
    told = {
        "contact_id": answering.contact.id,
        "topic": effect["topic"],
        "told_at": parts.now(),
    }
    session.execute(insert(ToldTopicRow).values(**told).on_conflict_do_nothing())


def _record_answer(session: Session, answering: Answering, effect: Effect, parts: Parts) -> None:
    record_answer(session, answering.contact, answering.inbound, effect, parts)


def _finish_check_in(session: Session, answering: Answering, effect: Effect, parts: Parts) -> None:
    finish_check_in(session, answering.contact, effect, parts)


def _nothing_to_record(_s: Session, _a: Answering, _e: Effect, _p: Parts) -> None:
    """`repeat_last` changes what is said, not what is recorded."""


_APPLY: dict[str, Callable[[Session, Answering, Effect, Parts], None]] = {
    "set_language": _set_language,
    "set_age_band": _set_age_band,
    "set_writer": _set_writer,
    "record_agreement": _record_agreement,
    "finish_onboarding": _finish_onboarding,
    "opt_out": _opt_out,
    "pause": _pause,
    "resume": _resume,
    "queue_task": _queue_task,
    "note_topic": _note_topic,
    "repeat_last": _nothing_to_record,
    "record_answer": _record_answer,
    "finish_check_in": _finish_check_in,
}
assert set(_APPLY) == set(EFFECTS), "every effect of the domain is applied"
