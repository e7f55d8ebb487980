"""Screen every message before anything else happens with it, and call a person where one is needed.

This needs the database and nothing else: it works with the dialogue engine and the provider down,
inside forms, after STOP and while a case manager holds the conversation.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.disclosure import SafetyStep
from bot.domain.escalation import Step
from bot.domain.opting import opt_word
from bot.domain.risk import URGENCY, Decision, Screening, Tier
from bot.services import safety_questions
from bot.services.answer_check_in import sign_in_answer
from bot.services.call_staff import tell_assigned
from bot.services.escalate import Sign, escalate
from bot.services.parts import Parts
from bot.services.prove_number import own_words
from bot.services.question_asked import is_answer, is_exact, is_of_a_check_in
from bot.services.read_message import chosen
from bot.services.say import Answering
from bot.services.situation import situation_of
from bot.services.subscription import leave_at_once
from bot.services.tasks import open_task
from bot.store import database, escalations, inbox, outbox
from bot.store.risk_tables import EscalationRow, SafetyQuestionRow
from bot.store.tables import ContactRow, InboundRow, OutboundRow

MOST_ATTEMPTS = 5
"""A message at which screening failed so often, or which killed its process, is read by a person."""

FEW_WORDS = 3
"""A wish to leave has no more; what the classifier thinks of so few words is about their sound."""

NO_SIGN = (None, SafetyStep.NOT_ANSWERED)
"""What is stored with a message that was no sign by itself."""


def screen_next(parts: Parts) -> bool:
    """Screen the oldest unscreened message; return whether there was one.

    The escalation is stored in the transaction that marks the message as screened. A crash before
    leaves both undone, a crash after leaves both done.
    """
    with database.unit_of_work(parts.engine) as session:
        begun = inbox.begin_screening(session)
        if begun is None:
            return False
    with database.unit_of_work(parts.engine) as session:
        inbound = inbox.lock_unscreened(session, begun.id)
        if inbound is not None:
            _take(session, inbound, parts)
    return True


def _take(session: Session, inbound: InboundRow, parts: Parts) -> None:
    contact = session.get_one(ContactRow, inbound.contact_id)
    inbox.arrive_in_order(session, f"safety:{contact.id}")
    if inbound.attempts > MOST_ATTEMPTS:
        step, category = _unreadable(session, contact, inbound, parts)
    else:
        step, category = _screen(session, contact, inbound, parts)
        leave_at_once(session, Answering(contact, inbound), parts)
    inbound.safety, inbound.category, inbound.attempts = step, category, 0
    inbound.screened_at = parts.now()
    database.notify(session, database.INBOUND)


def _screen(
    session: Session, contact: ContactRow, inbound: InboundRow, parts: Parts
) -> tuple[SafetyStep | None, str | None]:
    """Return what the message means for safety: an answer to a closed question, a sign, or nothing."""
    shown = outbox.last_menu(session, inbound)
    answered = _answers(session, contact, inbound, shown, parts)
    if answered is not None:
        return answered
    if inbound.choice_id in parts.words.choices:
        return None, None  # our own button: nobody wrote it
    if _selects(session, contact, inbound, shown, parts):
        return _no_sign(session, contact, parts)
    written = own_words(session, inbound)
    found = parts.safety.screen(written, _earlier(session, inbound, parts))
    if found.decision is Decision.NONE or _only_stops(inbound, found):
        return _no_sign(session, contact, parts)
    if found.layer == "language":
        return _unreadable(session, contact, inbound, parts)
    return _sign(session, contact, inbound, found, parts)


def _answers(
    session: Session,
    contact: ContactRow,
    inbound: InboundRow,
    shown: OutboundRow | None,
    parts: Parts,
) -> tuple[SafetyStep, str] | None:
    """Return what an answer to one of our questions means for safety; None where it answers none."""
    answered = safety_questions.take_answer(session, contact, inbound, shown, parts)
    if answered is not None:
        return answered
    found = sign_in_answer(session, contact, inbound, shown, parts)
    return _sign(session, contact, inbound, found, parts) if found else None


def _only_stops(inbound: InboundRow, found: Screening) -> bool:
    """One word to leave or to come back, or a few that the provider knows as such, is no sign.

    A phrase that is a sign wherever it stands is one here too, and so are more words.
    """
    if opt_word(inbound.text, inbound.opt_out_type) is None:
        return False
    is_brief = len(inbound.text.split()) <= FEW_WORDS and not found.joined
    return found.decision is Decision.ASK or (is_brief and found.layer == "classifier")


def _earlier(session: Session, inbound: InboundRow, parts: Parts) -> list[str]:
    """Return the last messages before this one that were no sign by themselves, oldest first."""
    policy = parts.safety.policy
    since = inbound.received_at - policy.joined_within
    rows = inbox.last_before(session, inbound, since, policy.joined_messages)
    own_words = (row for row in rows if row.choice_id is None)
    return [row.text for row in own_words if row.safety in NO_SIGN and row.text]


def _selects(
    session: Session,
    contact: ContactRow,
    inbound: InboundRow,
    shown: OutboundRow | None,
    parts: Parts,
) -> bool:
    """Return whether this is a digit or exactly a title of the last menu: then the words are ours.

    What a choice of ours means for safety stands in the questionnaire. Other words that may mean a
    choice are as ours as the choice is, but where they would answer a question that nobody asks any more.
    """
    choice = chosen(inbound, shown, parts.words)
    if choice is None:
        return False
    is_told = is_of_a_check_in(choice) and not is_exact(choice, inbound.text)
    if is_told and not is_answer(session, contact, inbound, choice, parts):
        return False
    inbound.choice_id = choice.id
    return True


def _no_sign(
    session: Session, contact: ContactRow, parts: Parts
) -> tuple[SafetyStep | None, str | None]:
    """Something harmless while the closed question waits: it stays open, and is asked once more."""
    question = safety_questions.waiting(session, contact.id)
    if question is None:
        return None, None
    silence = parts.safety.policy.ask_silence
    if question.due_at <= question.asked_at + silence:  # only once: chatting on is silence too
        question.due_at = parts.now() + silence
    return SafetyStep.NOT_ANSWERED, question.category


def _unreadable(
    session: Session, contact: ContactRow, inbound: InboundRow, parts: Parts
) -> tuple[SafetyStep | None, str | None]:
    """Words that nobody here can read may be a disclosure: a person reads them in time."""
    open_task(session, contact.id, "language", parts, inbound_id=inbound.id)
    return SafetyStep.UNREADABLE, None


def _sign(
    session: Session, contact: ContactRow, inbound: InboundRow, found: Screening, parts: Parts
) -> tuple[SafetyStep, str]:
    """Escalate, or ask first; any new sign while the question waits counts as yes."""
    category, tier = found.named()
    question = safety_questions.waiting(session, contact.id)
    if found.decision is Decision.ASK and question is None:
        return _doubt(session, contact, inbound, found, parts), category
    if question is not None:
        safety_questions.close(question, "sign", parts)
    sign = Sign(category, _most_urgent(tier, question), inbound.id)
    _, is_new = escalate(session, contact, sign, parts)
    return (SafetyStep.ALERT if is_new else SafetyStep.JOINED), category


def _most_urgent(tier: Tier, question: SafetyQuestionRow | None) -> Tier:
    from_question = Tier(question.tier) if question else Tier.LOW
    return min(tier, from_question, key=list(Tier).index)


def _doubt(
    session: Session, contact: ContactRow, inbound: InboundRow, found: Screening, parts: Parts
) -> SafetyStep:
    """Perhaps a sign: where a person is called as urgently already they read it, else we ask.

    What would be more urgent than the open case is asked about as if there were none. While a person
    holds the conversation nobody can be asked: then the case is raised.
    """
    category, tier = found.named()
    known = escalations.latest_of(session, contact.id)
    is_news = known is None or _is_more_urgent(session, contact, found, known, parts)
    if known is not None and (not is_news or contact.held_by_id is not None):
        joined = Sign(category, tier if is_news else Tier(known.tier), inbound.id)
        escalate(session, contact, joined, parts)
        return SafetyStep.JOINED
    if contact.held_by_id is not None:
        open_task(session, contact.id, "review", parts, inbound_id=inbound.id, tier=tier)
        return SafetyStep.NOT_ANSWERED
    if known is not None:
        _tell_who_has_it(session, known.id, inbound, category, parts)
    safety_questions.ask_danger(session, contact, inbound, category, tier, parts)
    return SafetyStep.ASK


def _tell_who_has_it(
    session: Session, escalation_id: UUID, inbound: InboundRow, category: str, parts: Parts
) -> None:
    """Whatever is answered to the question, even "no" by somebody who reads along, they know of it."""
    row = escalations.lock(session, escalation_id)
    now, sign_id = parts.now(), inbound.id
    escalations.note(session, row, Step.JOINED, now, inbound_id=sign_id, detail=category)
    tell_assigned(session, row, parts)


def _is_more_urgent(
    session: Session, contact: ContactRow, found: Screening, known: EscalationRow, parts: Parts
) -> bool:
    category, tier = found.named()
    tier = parts.safety.policy.tier_of(category, tier, situation_of(session, contact, parts))
    return URGENCY[tier] < URGENCY[Tier(known.tier)]
