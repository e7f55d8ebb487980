"""What a contact hears after a sign: believed, told who is told, with a number; nothing that harms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app.risk_training import DATA
from bot.domain.contacts import Role
from bot.domain.disclosure import BELIEF, OPENING, URGENT, Disclosed, SafetyStep, answer_to
from bot.safety.taxonomy import read_taxonomy

CATEGORIES = list(read_taxonomy(DATA / "taxonomy.yml").tiers)
BELIEVES = {SafetyStep.ALERT, SafetyStep.SAID_YES}
told = st.builds(
    Disclosed,
    step=st.sampled_from(SafetyStep),
    category=st.sampled_from(["", *CATEGORIES]),
    speaker=st.sampled_from(Role),
    may_be_the_danger=st.booleans(),
    time_is_promised=st.booleans(),
    line_is_open=st.booleans(),
    asked_before=st.booleans(),
)


@given(told)
def test_it_survives_the_way_through_the_dialogue_engine(disclosed):
    assert Disclosed.from_metadata(disclosed.as_metadata()) == disclosed


@given(told)
def test_every_message_exists(words, disclosed):
    assert set(answer_to(disclosed)) <= set(words.messages)


@given(told)
def test_who_told_of_danger_gets_a_number(disclosed):
    if disclosed.step in URGENT:
        assert "disclosure.number" in answer_to(disclosed)


@given(told)
def test_a_time_is_named_only_if_it_is_promised_and_a_line_only_if_it_is_open(disclosed):
    answer = answer_to(disclosed)

    assert "disclosure.who_when" not in answer or disclosed.time_is_promised
    assert "disclosure.line" not in answer or disclosed.line_is_open


@given(told)
def test_a_caregiver_who_may_be_the_danger_hears_nothing_of_an_alert(disclosed):
    answer = answer_to(disclosed)
    if disclosed.may_be_the_danger and disclosed.step in OPENING:
        assert answer[0] == "disclosure.concern"
        assert not {"disclosure.who", "disclosure.who_when", "disclosure.more"} & set(answer)
        assert not any(message_id.startswith("disclosure.thank_you") for message_id in answer)


@given(told)
def test_who_is_believed_is_told_who_will_be_told(disclosed):
    if disclosed.step in BELIEVES and not disclosed.may_be_the_danger:
        first, second, *_ = answer_to(disclosed)
        assert first.startswith("disclosure.thank_you")
        assert second.startswith("disclosure.who")


@given(told)
def test_nothing_is_said_twice_in_one_answer(disclosed):
    answer = answer_to(disclosed)

    assert len(answer) == len(set(answer))


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (SafetyStep.SAID_NO, "disclosure.asked_no"),
        (SafetyStep.REACHED, "disclosure.proof_yes"),
        (SafetyStep.NOT_REACHED, "disclosure.proof_no"),
        (SafetyStep.UNREADABLE, "fallback.unreadable"),
        (SafetyStep.ASK, "disclosure.ask"),
        (SafetyStep.CANNOT_TALK, "disclosure.cannot_talk"),
        (SafetyStep.JOINED, "disclosure.more"),
    ],
)
def test_each_step_has_its_words(step, said):
    assert answer_to(Disclosed(step))[0] == said


def test_the_question_is_asked_in_other_words_the_second_time():
    assert answer_to(Disclosed(SafetyStep.ASK, asked_before=True)) == ("disclosure.ask_again",)


def test_what_does_not_answer_the_question_has_no_words_of_its_own():
    assert answer_to(Disclosed(SafetyStep.NOT_ANSWERED)) == ()


def test_every_way_to_believe_belongs_to_a_category():
    assert set(BELIEF) <= set(CATEGORIES)


def test_the_names_of_steps_fit_where_they_are_stored():
    assert max(len(step) for step in SafetyStep) <= 20
