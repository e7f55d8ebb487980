"""Which messages a step says first."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from bot.domain.check_in_plan import Doing, Step
from bot.domain.contacts import Audience
from bot.domain.questionnaire import Question, Questionnaire
from bot.services.parts import Parts
from bot.services.programme import programme
from bot.services.tell_changes import changes_for, forget_what_lies_behind
from bot.store import check_in_answers, contacts
from bot.store.tables import ContactRow
from bot.store.time_tables import CheckInRow


def words_of(session: Session, contact: ContactRow, step: Step, parts: Parts) -> list[str]:
    """Return the message ids of a step: what it tells, or its introduction and first question."""
    if step.do is Doing.TELL_CHANGES:
        forget_what_lies_behind(session, contact, parts)
        return changes_for(session, contact)
    if step.ask is None:
        return list(step.say)
    if contact.onboarded_at is None:
        return ["onboarding.welcome"]  # who reads this and agrees comes before questions
    questionnaire = programme().questionnaires[step.ask]
    question = questionnaire.next_question({}, audience_of(contact, parts))
    return [*step.say, questionnaire.intro, *([question.say] if question else [])]


def audience_of(contact: ContactRow, parts: Parts) -> Audience:
    """Return in whose words this contact is asked."""
    return contacts.as_contact(contact).audience(parts.now().date())


def questionnaire_of(row: CheckInRow) -> Questionnaire | None:
    """Return the questions of a check-in; None where it asks nothing."""
    step = programme().steps.get(row.step)
    return programme().questionnaires[step.ask] if step and step.ask else None


def open_question(
    session: Session, row: CheckInRow, contact: ContactRow, parts: Parts
) -> Question | None:
    """Return the question that waits for an answer; None where none does."""
    return question_after(check_in_answers.given_to(session, row.id), row, contact, parts)


def question_after(
    answers: Mapping[str, str], row: CheckInRow, contact: ContactRow, parts: Parts
) -> Question | None:
    """Return the question that follows these answers; None where none does."""
    questionnaire = questionnaire_of(row)
    if questionnaire is None:
        return None
    return questionnaire.next_question(answers, audience_of(contact, parts))
