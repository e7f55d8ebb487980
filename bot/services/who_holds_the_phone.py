"""Two people on one phone, or a phone that somebody else keeps: who writes, and who may read now.

Who writes is decided when a message is stored; what follows from it when it is answered. So a phone's
rows are never locked while the dialogue engine is thinking.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.domain.check_in import State
from bot.domain.contacts import Role
from bot.domain.disclosure import SafetyStep
from bot.domain.menus import Choice, Menu
from bot.domain.opting import opt_word
from bot.domain.reach import SPEAKS_FOR
from bot.services.converse import converse
from bot.services.follow_invitation import open_announced
from bot.services.parts import Parts
from bot.services.read_message import chosen, read_message
from bot.services.say import Answering, answer_with
from bot.services.subscription import address_of
from bot.services.tasks import open_task
from bot.store import circumstances, contacts, outbox, phones
from bot.store.tables import AddressRow, ContactRow, InboundRow, OutboundRow

ASK_WHO = "contact_change.shared_ask_who"
WHO = {"shared_child": Role.CHILD, "shared_adult": Role.CAREGIVER}
"""What the choices of that question say about who holds the phone."""

ASKED_PART = 800
"""The part number of that question: the answer to the message itself comes later, from zero."""

WAITS_FOR = timedelta(days=1)
"""For so long a message is answered once its writer is back; later a person has read it."""

NO_SIGN = (None, SafetyStep.NOT_ANSWERED)


@dataclass(frozen=True)
class Said:
    """What came from a phone."""

    text: str = field(repr=False, default="")
    choice_id: str | None = None
    has_media: bool = False


@dataclass(frozen=True)
class Writer:
    """Whose words a message is taken to be; `choice_id` where it says who holds the phone."""

    address: AddressRow
    is_known: bool = True
    choice_id: str | None = None


def who_writes(session: Session, rows: Sequence[AddressRow], said: Said, now: datetime) -> Writer:
    """Return who of a shared phone writes; until they say so the words are kept for the child.

    `rows` are the address as each of them has it. Somebody who goes on writing goes on holding it.
    """
    choice_id = _says_who(session, rows, said, now)
    if choice_id is not None:
        holder = _with_role(session, rows, WHO[choice_id])
        _take_phone(session, rows[0], holder, now)
        return Writer(holder or rows[0], choice_id=choice_id)
    holder = phones.holder(rows, now)
    if holder is not None:
        _goes_on(session, holder, now)
        return Writer(holder)
    return Writer(_with_role(session, rows, Role.CHILD) or rows[0], is_known=False)


def _says_who(
    session: Session, rows: Sequence[AddressRow], said: Said, now: datetime
) -> str | None:
    """Return which answer a message is: a button, also an old one, or the answer to an open question."""
    if said.choice_id is not None or said.has_media:
        return said.choice_id if said.choice_id in WHO else None
    shown = phones.last_question(session, rows[0], now)
    if shown is None or not _is_open(shown, rows):
        return None
    found = Menu(tuple(Choice.from_json(c) for c in shown.menu)).chosen(said.text)
    return found.id if found is not None and found.id in WHO else None


def _is_open(shown: OutboundRow, rows: Sequence[AddressRow]) -> bool:
    """Return whether that question is the one who holds the phone, and nobody has answered it since."""
    is_settled = any(row.speaking_at and row.speaking_at >= shown.created_at for row in rows)
    return ASK_WHO in shown.message_ids and not is_settled


def _with_role(session: Session, rows: Sequence[AddressRow], role: Role) -> AddressRow | None:
    theirs = (r for r in rows if session.get_one(ContactRow, r.contact_id).role == role)
    return next(theirs, None)


def _take_phone(
    session: Session, address: AddressRow, holder: AddressRow | None, now: datetime
) -> None:
    """Note who holds the phone now; what was about to be said to the others is not said."""
    for row in phones.in_use(session, address.number):
        if not row.shared:
            continue
        is_theirs = holder is not None and row.contact_id == holder.contact_id
        row.speaking_at = now if is_theirs else None
        if not is_theirs:
            outbox.cancel_waiting(session, row.id, now)
    session.flush()


def _goes_on(session: Session, holder: AddressRow, now: datetime) -> None:
    for row in phones.in_use(session, holder.number):
        if row.contact_id == holder.contact_id and row.shared:
            row.speaking_at = now
    session.flush()


def is_for_another(session: Session, inbound: InboundRow, parts: Parts) -> bool:
    """Return whether somebody else holds the phone by now: then its writer is answered another time.

    What was written before anybody said who they are is theirs who said so next, unless it tells of
    danger: that stays with the child, for whom a person was called already.
    """
    address = address_of(session, inbound)
    if not address.shared or _is_opt_word(inbound):
        return False
    holder = phones.holder(phones.same_address(session, address), parts.now())
    if holder is None or holder.contact_id == inbound.contact_id:
        return False
    if inbound.choice_id in WHO:
        inbound.state = "answered"
    elif inbound.intent == phones.UNKNOWN_WRITER and inbound.safety in NO_SIGN:
        phones.give(session, inbound, holder, parts.now())
    else:
        _keep(session, inbound, phones.PUT_OFF, parts)
    return True


def _is_opt_word(inbound: InboundRow) -> bool:
    return opt_word(inbound.text, inbound.opt_out_type) is not None


def asks_who(session: Session, answering: Answering, parts: Parts) -> bool:
    """Ask who holds the phone, or go on with who said so; return whether that was the whole answer."""
    inbound = answering.inbound
    if inbound.choice_id in WHO:
        return _heard_who(session, answering, parts)
    if not address_of(session, inbound).shared or _is_held(session, inbound, parts.now()):
        return False
    is_unknown = inbound.intent == phones.UNKNOWN_WRITER
    _keep(session, inbound, phones.HELD if is_unknown else phones.PUT_OFF, parts)
    asked = [row.part for row in outbox.answers_to(session, inbound.id) if row.part >= ASKED_PART]
    answering.parts_said = max((part + 1 for part in asked), default=ASKED_PART)
    answer_with(session, answering, [ASK_WHO], parts)
    return True


def _is_held(session: Session, inbound: InboundRow, now: datetime) -> bool:
    """Return whether we know who holds the phone that a message came from."""
    return (
        phones.holder(phones.same_address(session, address_of(session, inbound)), now) is not None
    )


def _keep(session: Session, inbound: InboundRow, state: str, parts: Parts) -> None:
    """Let a message wait; if its writer never comes back, a person reads it."""
    inbound.state = state
    task = read_message(inbound, None, parts.words).task or "not_understood"
    contact_id, about = inbound.contact_id, phones.WHO_HOLDS
    open_task(session, contact_id, task, parts, about=about, inbound_id=inbound.id)


def _heard_who(session: Session, answering: Answering, parts: Parts) -> bool:
    """Answer now what they had written; an adult who is not enrolled is told nothing."""
    contact, inbound = answering.contact, answering.inbound
    kept = _kept(session, inbound, parts.now())
    if WHO[inbound.choice_id or ""] != contact.role:
        for message in kept:
            message.state = "unanswered" if message.state == phones.HELD else message.state
        answer_with(session, answering, ["contact_change.shared_later"], parts)
        return True
    given = [m for m in kept if _is_given_back(session, m, inbound, parts)]
    return bool(given) or not _is_held(session, inbound, parts.now())  # by then it may be long ago


def _kept(session: Session, inbound: InboundRow, now: datetime) -> list[InboundRow]:
    """Return what waits for this answer: their own words, and what was just written by nobody knew whom."""
    rows = phones.in_use(session, address_of(session, inbound).number)
    found = phones.kept(session, rows, now - WAITS_FOR)
    just_now = now - SPEAKS_FOR
    return [
        m
        for m in found
        if (m.state == phones.HELD and m.received_at > just_now)
        or (m.state == phones.PUT_OFF and m.contact_id == inbound.contact_id)
    ]


def _is_given_back(session: Session, message: InboundRow, choice: InboundRow, parts: Parts) -> bool:
    """Hand a message to who wrote it; the answer to a question that was put to another one is none."""
    rows = contacts.addresses(session, choice.contact_id)
    own = next((r for r in rows if r.shared and r.channel == message.channel), None)
    if own is None:
        return False
    is_moved = message.contact_id != choice.contact_id
    if is_moved and chosen(message, outbox.last_menu(session, message), parts.words):
        message.state = "answered"
        phones.is_known_now(session, message.id, parts.now())
        return False
    phones.give(session, message, own, parts.now())
    return True


def goes_on(session: Session, answering: Answering, parts: Parts) -> str | None:
    """Go on with who holds the phone: what was announced to them, or a greeting."""
    rows = phones.same_address(session, address_of(session, answering.inbound))
    ids = [row.contact_id for row in rows]
    waiting = circumstances.running(session, ids)
    announced = {i for i, found in waiting.items() if any(r.state == State.INVITED for r in found)}
    if answering.contact.id in announced:
        open_announced(session, answering, parts)
    elif announced:
        answer_with(session, answering, ["contact_change.shared_later"], parts)
    else:
        return converse(session, answering, "/greet", parts)
    return None
