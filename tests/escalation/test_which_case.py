"""A digit without a code: which of several cases it is about."""

import pytest

from bot.gateways.sending import Refused
from bot.services import handle_escalation
from bot.store import database, escalations
from tests.conversation import Conversation

CRITICAL = "me van a matar los de la mara"
HIGH = "mi tio me pega con el cinturon"
MEDIUM = "mi tia dice que me va a sacar de la casa, ya no me quiere aqui"


@pytest.fixture
def mother(talk):
    with Conversation(talk.parts, talk.family.caregiver) as mother:
        yield mother


def passes(talk, time, **delta):
    time.passes(**delta)
    talk.clock_ticks()


def last_heard(notifier):
    return notifier.called[-1][2]


@pytest.fixture
def moved_on(talk, mother, team, time):
    """Elena did not answer for Wendy, Marvin is called by now; then her mother writes: Elena is called."""
    talk.says(CRITICAL)
    passes(talk, time, minutes=5)
    mother.says(HIGH)
    assert talk.escalation.called_id == team.marvin
    assert mother.escalation.called_id == team.elena
    return talk


def test_it_is_what_they_are_being_called_for_although_another_was_more_urgent(
    moved_on, mother, team
):
    moved_on.staff_answers(team.elena, "1")

    assert mother.escalation.assigned_id == team.elena
    assert moved_on.escalation.state == "open"


def test_then_it_is_what_they_heard_of_last(moved_on, mother, team, time):
    moved_on.staff_answers(team.marvin, f"2 {moved_on.escalation.code}")
    passes(moved_on, time, minutes=76)
    assert mother.escalation.called_id == team.marvin  # nobody is calling Elena just now

    moved_on.staff_answers(team.elena, "1")
    assert mother.escalation.assigned_id == team.elena
    assert moved_on.escalation.state == "open"


def test_what_they_declined_is_not_meant_any_more(talk, mother, team, time):
    talk.says(CRITICAL)
    talk.staff_answers(team.elena, "2")
    passes(talk, time, minutes=1)
    mother.says(HIGH)
    talk.staff_answers(team.elena, "2")  # this, too
    assert mother.escalation.called_id == team.marvin

    talk.staff_answers(team.elena, "1")
    assert {talk.escalation.state, mother.escalation.state} == {"open"}


def test_who_declined_and_is_called_again_in_the_next_round_takes_it(talk, team, time):
    talk.says(CRITICAL)
    talk.staff_answers(team.elena, "2")
    while talk.escalation.called_id != team.elena:
        passes(talk, time, minutes=1)

    talk.staff_answers(team.elena, "1")
    assert talk.escalation.assigned_id == team.elena


def test_what_never_reached_them_is_not_meant(talk, mother, team, time, notifier):
    talk.says(MEDIUM)
    for channel in ("sms", "email", "whatsapp", "voice"):
        notifier.refuses[channel] = Refused(30003)
    mother.says(CRITICAL)  # Elena cannot be reached for it, nor anybody else
    notifier.refuses.clear()
    with database.unit_of_work(talk.parts.engine) as session:
        row = escalations.lock(session, mother.escalation.id)
        row.called_id = team.marvin
    talk.staff_answers(team.elena, "1")

    assert talk.escalation.assigned_id == team.elena
    assert mother.escalation.state == "open"


@pytest.mark.parametrize("has_acted", [False, True])
def test_a_2_that_is_sent_twice_does_not_give_back_what_they_have(
    talk, mother, team, time, notifier, has_acted
):
    talk.says(CRITICAL)
    talk.staff_answers(team.elena, "1")
    if has_acted:
        acts(talk, team.elena)
    passes(talk, time, minutes=1)
    mother.says(HIGH)
    talk.staff_answers(team.elena, "2")
    assert mother.escalation.called_id == team.marvin

    talk.staff_answers(team.elena, "2")
    assert talk.escalation.assigned_id == team.elena
    assert "declined" not in talk.chain
    assert last_heard(notifier) == "staff.which_code"
    assert f"2 {talk.escalation.code}" in notifier.calls[-1].text


def acts(talk, staff_id):
    with database.unit_of_work(talk.parts.engine) as session:
        row = escalations.lock(session, talk.escalation.id)
        handle_escalation.record_action(session, row, staff_id, "Hablé con ella.", talk.parts)


def test_with_its_code_a_2_gives_back_what_they_have(talk, team):
    talk.says(CRITICAL)
    talk.staff_answers(team.elena, "1")
    talk.staff_answers(team.elena, f"2 {talk.escalation.code}")

    assert "declined" in talk.chain
    assert talk.escalation.called_id == team.marvin


def test_a_1_that_is_sent_twice_is_answered_as_before(talk, team, notifier):
    talk.says(CRITICAL)
    for _ in range(2):
        talk.staff_answers(team.elena, "1")

    assert talk.escalation.assigned_id == team.elena
    assert last_heard(notifier) == "staff.taken"
