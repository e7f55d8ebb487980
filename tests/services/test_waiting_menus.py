"""A digit answers what somebody saw: a question that still waits to leave is answered by nobody."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.domain.dialogue import Reply
from bot.domain.risk import Decision, Screening, Tier
from bot.store import database
from bot.store.tables import OutboundRow
from tests.builders import fresh_number, make_caregiver, make_child, make_family
from tests.conversation import Conversation
from tests.one_phone import OnePhone, at_time, say
from tests.outbox import MENU, Outbox

DOUBTFUL = "no me gusta estar con el"


@pytest.fixture
def safety(safety):
    """One sentence that leaves the screening in doubt."""
    quiet, doubt = Screening(Decision.NONE), Screening(Decision.ASK, "distress", Tier.MEDIUM, "x")
    return replace(safety, screen=lambda text, earlier: doubt if text == DOUBTFUL else quiet)


@pytest.fixture
def parts(quiet_parts, time):
    """Parts without Rasa, on a clock that stands still until the test moves it."""
    return at_time(quiet_parts, time)


@pytest.fixture
def wendy(parts):
    with Conversation(parts, make_family(parts).child) as talk:
        yield talk


@pytest.fixture
def reminder(parts, time):
    """Queue a reminder with choices that leaves in the morning."""

    def waits(contact_id):
        morning = time.now() + timedelta(days=1)
        return Outbox(parts, time).queue(
            contact_id, "¿Ya llegaste?", unasked=True, menu=MENU, lane=2, next_attempt_at=morning
        )

    return waits


@pytest.mark.parametrize("comes", ["before", "after"])
def test_yes_to_the_danger_is_no_answer_to_a_reminder_that_waits(wendy, reminder, time, comes):
    if comes == "before":
        reminder(wendy.contact_id)
    wendy.says(DOUBTFUL)
    assert wendy.said == ["disclosure.ask"]
    if comes == "after":
        reminder(wendy.contact_id)

    time.passes(minutes=1)
    wendy.says("1")
    assert wendy.escalation.category == "distress"


def test_a_digit_under_nothing_is_no_answer_to_what_nobody_has_seen(wendy, reminder, dialogue):
    reminder(wendy.contact_id)
    wendy.says("1")
    assert dialogue.requests[-1].text == "1"


def test_once_it_has_left_the_digit_answers_it(wendy, reminder, dialogue, time):
    reminder(wendy.contact_id)
    time.passes(days=1)
    wendy.work()
    wendy.says("1")
    assert dialogue.requests[-1].text == "/affirm"


def test_what_leaves_after_somebody_wrote_is_not_what_they_answered(wendy, reminder, time, parts):
    waiting = reminder(wendy.contact_id)
    wendy.says(DOUBTFUL)
    time.passes(hours=23, minutes=59)
    wendy.phone.write("1")
    with database.unit_of_work(parts.engine) as session:
        row = session.get_one(OutboundRow, waiting)
        row.status, row.sending_at = "delivered", time.now() + timedelta(seconds=1)
    wendy.work()
    assert wendy.escalation.category == "distress"


def test_a_digit_in_the_second_in_which_the_question_left_answers_it(wendy, dialogue):
    dialogue.replies = (Reply(("fallback.not_understood",)),)
    wendy.says("xyz").says("2")
    assert dialogue.requests[-1].text == "/talk_to_person"


def test_it_does_so_too_where_the_question_left_between_the_writing_and_the_look(
    wendy, dialogue, parts, time
):
    dialogue.replies = (Reply(("fallback.not_understood",)),)
    wendy.says("xyz")
    wendy.phone.write("2")
    with database.unit_of_work(parts.engine) as session:
        just_after = {"sending_at": time.now() + timedelta(milliseconds=200)}
        session.execute(update(OutboundRow).values(**just_after))
    wendy.work()
    assert dialogue.requests[-1].text == "/talk_to_person"


def test_an_old_button_is_heard_while_something_newer_waits(wendy, reminder):
    wendy.says(DOUBTFUL)
    reminder(wendy.contact_id)
    wendy.taps("danger_yes")
    assert wendy.escalation.category == "distress"


def test_who_holds_the_phone_is_answered_while_something_newer_waits(parts, time, dialogue):
    number = fresh_number()
    child = make_child(parts, number=number)
    caregiver = make_caregiver(parts, child, number=number)
    phone = OnePhone(parts, number, time=time).says("hola")
    assert phone.said == ["contact_change.shared_ask_who"]

    say(parts, child, "check_in.arrived")
    with database.unit_of_work(parts.engine) as session:
        waiting = update(OutboundRow).where(OutboundRow.status == "queued")
        session.execute(waiting.values(next_attempt_at=time.now() + timedelta(hours=9)))
    phone.says("2")
    assert phone.hearer == caregiver
    assert dialogue.requests[-1].contact_id == caregiver
