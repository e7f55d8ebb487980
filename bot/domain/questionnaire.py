"""A check-in's questions: which comes next, what an answer means, what it calls for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.domain.contacts import Audience
from bot.errors import ContentError


class Indicator(StrEnum):
    """What a question looks at.

    Source: durable solutions for returned children: material, physical, psychosocial and legal safety,
    with belonging and the wish to leave again beside them (design, section 7).
    """

    MATERIAL = "material"
    PHYSICAL = "physical"
    PSYCHOSOCIAL = "psychosocial"
    LEGAL = "legal"
    BELONGING = "belonging"
    LEAVING = "leaving"


OWN_WORDS = "own_words"
"""The answer of somebody who wrote instead of choosing; a person reads it."""

SCORES = (0, 1, 2)
"""A worry, so-so, fine."""


@dataclass(frozen=True)
class Question:
    """One question with its choices."""

    id: str
    say: str
    options: Mapping[str, int | None]
    indicator: Indicator | None = None
    audiences: frozenset[Audience] | None = None
    next: str | None = None
    then: Mapping[str, str | None] = field(default_factory=dict)
    call: Mapping[str, str] = field(default_factory=dict)
    """The category of the escalation that a choice opens."""
    ask_danger: Mapping[str, str] = field(default_factory=dict)
    """The category about which a choice leads to the closed question."""
    question: Mapping[str, str] = field(default_factory=dict)
    """What a choice leaves for a person to answer."""
    again: Mapping[str, str] = field(default_factory=dict)
    """The step that a choice plans."""
    here: Mapping[str, str] = field(default_factory=dict)
    """Where a choice says that the contact is: `destination`."""
    until_chosen: bool = False
    """Own words leave it open: nobody but a person knows whether they say that somebody arrived."""

    def after(self, choice: str) -> str | None:
        """Return the question that follows this choice."""
        return self.then.get(choice, self.next)

    def is_settled(self, answer: str | None) -> bool:
        """Return whether this answer is enough to ask no more."""
        return answer is not None and not (self.until_chosen and answer == OWN_WORDS)

    def may_change(self, answer: str | None) -> bool:
        """Return whether a later choice takes the place of this answer: who was on the way arrives."""
        return self.until_chosen and (answer == OWN_WORDS or answer in self.again)

    def score(self, choice: str) -> int | None:
        """Return what a choice says about the indicator; own words and some choices say nothing."""
        return self.options.get(choice)


@dataclass(frozen=True)
class Questionnaire:
    """The questions of one check-in."""

    id: str
    intro: str
    thanks: str
    first: str
    questions: Mapping[str, Question]

    def next_question(self, answers: Mapping[str, str], audience: Audience) -> Question | None:
        """Return the first question on the way through these answers that has none; None at the end."""
        current: str | None = self.first
        while current is not None:
            question = self.questions[current]
            is_asked = question.audiences is None or audience in question.audiences
            if is_asked and not question.is_settled(answers.get(current)):
                return question
            current = question.after(answers[current]) if is_asked else question.next
        return None


def read_questionnaire(name: str, entry: Mapping[str, Any]) -> Questionnaire:
    """Check one questionnaire; a loop or a name that leads nowhere is refused."""
    questions = {qid: _question(qid, written) for qid, written in entry["questions"].items()}
    for question in questions.values():
        _refuse_nonsense(name, question, questions)
    found = Questionnaire(name, entry["intro"], entry["thanks"], entry["first"], questions)
    _refuse_loops(found, found.first, ())
    return found


def _question(qid: str, entry: Mapping[str, Any]) -> Question:
    audiences = entry.get("for")
    return Question(
        id=qid,
        say=entry["say"],
        options=dict(entry["options"]),
        indicator=Indicator(entry["indicator"]) if "indicator" in entry else None,
        audiences=frozenset(Audience(a) for a in audiences) if audiences else None,
        next=entry.get("next"),
        then=dict(entry.get("then", {})),
        until_chosen=bool(entry.get("until_chosen")),
        **{key: dict(entry.get(key, {})) for key in CONSEQUENCES},
    )


CONSEQUENCES = ("call", "ask_danger", "question", "again", "here")


def _refuse_nonsense(name: str, question: Question, known: Mapping[str, Question]) -> None:
    options = set(question.options)
    for key in ("then", *CONSEQUENCES):
        if unknown := set(getattr(question, key)) - options:
            raise ContentError(f"checkins.yml: {name}.{question.id}: {key} names {unknown}.")
    targets = {question.next, *question.then.values()} - {None}
    if unknown := targets - set(known):
        raise ContentError(f"checkins.yml: {name}.{question.id} leads to {unknown}.")
    if any(score not in (None, *SCORES) for score in question.options.values()):
        raise ContentError(f"checkins.yml: {name}.{question.id}: a score is 0, 1, 2 or null.")


def _refuse_loops(found: Questionnaire, current: str | None, before: tuple[str, ...]) -> None:
    if current is None:
        return
    if current in before:
        raise ContentError(f"checkins.yml: {found.id} goes round in a circle at {current}.")
    question = found.questions[current]
    for following in {question.next, *question.then.values()}:
        _refuse_loops(found, following, (*before, current))
