"""What the clock drives: nobody answered in time, a question met silence, a promised time has come."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from bot.services.call_staff import call
from bot.services.parts import Parts
from bot.services.prove import ask_for_proof
from bot.services.safety_questions import settle_silence
from bot.store import database, escalations, safety_questions

Watch = Callable[[Session, Parts], bool]


def keep_watch(parts: Parts) -> bool:
    """Do one thing that is due; return whether there was one.

    Each is claimed, done and committed by itself, so any number of clocks may run and a crash leaves
    the rest for the next round.
    """
    return any(_one(watch, parts) for watch in (_call, _silence, _proof))


def _one(watch: Watch, parts: Parts) -> bool:
    with database.unit_of_work(parts.engine) as session:
        return watch(session, parts)


def _call(session: Session, parts: Parts) -> bool:
    row = escalations.next_to_call(session, parts.now())
    if row is not None:
        call(session, row, parts)
    return row is not None


def _silence(session: Session, parts: Parts) -> bool:
    question = safety_questions.next_overdue(session, parts.now())
    if question is not None:
        settle_silence(session, question, parts)
    return question is not None


def _proof(session: Session, parts: Parts) -> bool:
    row = escalations.next_to_prove(session, parts.now())
    if row is not None:
        ask_for_proof(session, row, parts)
    return row is not None
