"""Queries about the answers to check-ins."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.store.base import any_of
from bot.store.time_tables import AnswerRow

ANSWERS = select(AnswerRow.question, AnswerRow.value).where(
    AnswerRow.check_in_id == bindparam("check_in_id")
)
ANSWER = insert(AnswerRow)
ANSWER_ONCE = ANSWER.on_conflict_do_nothing()
ANSWER_ANEW = ANSWER.on_conflict_do_update(
    index_elements=["check_in_id", "question"],
    set_={name: ANSWER.excluded[name] for name in ("value", "inbound_id", "answered_at")},
)
RANKED = (
    select(
        AnswerRow.contact_id,
        AnswerRow.value,
        func.row_number()
        .over(
            partition_by=AnswerRow.contact_id,
            order_by=[AnswerRow.answered_at.desc(), AnswerRow.id.desc()],
        )
        .label("rank"),
    )
    .where(AnswerRow.contact_id == any_of("contact_ids"), AnswerRow.indicator.is_not(None))
    .subquery()
)
NEWEST_ANSWERS = select(RANKED).where(RANKED.c.rank <= bindparam("most", type_=Integer()))


def keep(session: Session, values: Mapping[str, Any], *, takes_its_place: bool) -> None:
    """Store an answer; one that was given to the same question before stays, or gives its place."""
    session.execute(ANSWER_ANEW if takes_its_place else ANSWER_ONCE, values)


def given_to(session: Session, check_in_id: UUID) -> dict[str, str]:
    """Return the choices given so far to the questions of a check-in, by question."""
    rows = session.execute(ANSWERS, {"check_in_id": check_in_id})
    return {question: value["choice"] for question, value in rows}


def latest_scores(
    session: Session, contact_ids: Sequence[UUID], most: int
) -> dict[UUID, list[int | None]]:
    """Return the scores of each contact's newest answers to questions about an indicator.

    Own words have none; who never answered is left out.
    """
    found: dict[UUID, list[int | None]] = {}
    which = {"contact_ids": list(contact_ids), "most": most}
    for contact_id, value, _ in session.execute(NEWEST_ANSWERS, which):
        found.setdefault(contact_id, []).append(value.get("score"))
    return found
