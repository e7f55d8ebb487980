"""On a shared phone nobody knows who answers: anybody may say that there is danger, not that there is none."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.domain.risk import Decision, Screening, Tier
from bot.gateways.dialogue import DialogueDown
from bot.store import database
from bot.store.risk_tables import SafetyQuestionRow
from tests.builders import fresh_number, make_caregiver, make_child, make_staff
from tests.conversation import Conversation
from tests.one_phone import OnePhone

HIT, DOUBTFUL = "mi tio me pega con el cinturon", "no me gusta estar con el"
IN_DOUBT = Screening(Decision.ASK, "distress", Tier.MEDIUM, "classifier", 0.4)
ASKS_WHO = "contact_change.shared_ask_who"


@pytest.fixture
def safety(safety):
    """The real screening, but for one sentence that leaves it in doubt."""
    screen = safety.screen
    return replace(safety, screen=lambda t, e: IN_DOUBT if t == DOUBTFUL else screen(t, e))


@pytest.fixture
def dialogue(dialogue):
    """Without the dialogue engine; its words about safety are the same."""
    dialogue.failure = DialogueDown()
    return dialogue


@pytest.fixture
def elena(timed_parts):
    return make_staff(timed_parts)


@pytest.fixture
def phone(timed_parts, time, elena):
    """One phone of Wendy and her mother; nobody has said yet who holds it."""
    number = fresh_number()
    shared = {"number": number, "case_manager_id": elena}
    phone = OnePhone(timed_parts, number, time=time)
    phone.child = make_child(timed_parts, **shared)
    make_caregiver(timed_parts, phone.child, **shared)
    return phone


@pytest.fixture
def child(phone, timed_parts):
    with Conversation(timed_parts, phone.child) as child:
        yield child


def passes(child, time, **delta):
    time.passes(**delta)
    child.clock_ticks()


@pytest.fixture
def proof(phone, child, elena, time):
    """Wendy told of danger; a day later the phone is asked whether somebody reached her."""
    phone.says(HIT)
    child.staff_answers(elena, "1")
    while "proof_asked" not in child.chain:
        passes(child, time, hours=1)
    passes(child, time, seconds=10)
    return phone


@pytest.fixture
def asked(phone, time):
    """Wendy was asked whether she is in danger, and the phone lies there."""
    phone.says(DOUBTFUL)
    assert "disclosure.ask" in phone.said
    return phone


def answers(child):
    with database.unit_of_work(child.parts.engine) as session:
        rows = select(SafetyQuestionRow).where(SafetyQuestionRow.contact_id == child.contact_id)
        return [row.answer for row in session.scalars(rows)]


@pytest.mark.parametrize("answer", ["1", "si", "ya me llamaron"])
def test_yes_by_nobody_knows_whom_is_no_proof_and_silence_moves_it_up(proof, child, time, answer):
    proof.says(answer)
    assert proof.said == [ASKS_WHO]
    assert "proof_yes" not in child.chain

    passes(child, time, hours=1, minutes=1)
    assert "proof_silent" in child.chain
    assert child.escalation.state == "open"


def test_the_child_who_says_who_she_is_is_asked_again_and_then_it_counts(proof, child):
    proof.says("1").says("1")  # yes; then: somebody under eighteen
    assert proof.said == ["disclosure.proof"]
    assert "proof_yes" not in child.chain

    proof.says("1")
    assert child.chain[-1] == "proof_yes"


def test_the_adults_yes_is_never_the_childs(proof, child, time):
    proof.says("1").says("2")
    passes(child, time, hours=1, minutes=1)

    assert "proof_yes" not in child.chain
    assert "proof_silent" in child.chain


def test_no_by_anybody_moves_it_up(proof, child):
    proof.says("2")

    assert "proof_no" in child.chain
    assert child.escalation.state == "open"


@pytest.mark.parametrize("answer", ["2", "no", "👎"])
def test_no_danger_by_nobody_knows_whom_leaves_the_question_open(asked, child, time, answer):
    asked.says(answer)
    assert asked.said == [ASKS_WHO]
    assert answers(child) == [None]

    passes(child, time, minutes=11)
    assert child.escalation.state == "open"
    assert answers(child) == ["silence"]


def test_the_childs_own_no_counts_once_she_said_who_she_is(asked, child, time):
    asked.says("2").says("1")
    assert asked.said == ["disclosure.ask_again"]

    asked.says("2")
    passes(child, time, minutes=11)
    assert child.escalations == []
    assert answers(child) == ["no"]


@pytest.mark.parametrize("answer", ["1", "3"])
def test_danger_by_anybody_calls_at_once(asked, child, answer):
    asked.says(answer)

    assert child.escalation.state == "open"
    assert child.escalation.cannot_talk == (answer == "3")
