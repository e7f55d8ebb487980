"""A choice that comes late, early or twice: what tells of danger is heard, what answers nothing is no answer."""

from dataclasses import replace

import pytest
from rasa_sdk import Tracker

from actions.check_in_answer import answer_to
from bot.domain.questionnaire import OWN_WORDS
from bot.gateways.dialogue import DialogueDown
from bot.services.programme import programme
from bot.store import check_in_answers, check_ins, database
from tests.check_ins.conftest import DANGER
from tests.check_ins.life import Life, with_template


@pytest.fixture
def travels(life) -> Life:
    """It is half an hour before the child is asked whether they arrived."""
    return life.nothing_until("2026-12-20 13:40")


@pytest.fixture
def given_up(travels) -> Life:
    """Nobody answered on the travel day, and a person looks for the child."""
    travels.until("2026-12-20 17:00")
    assert travels.state("arrived") == "missed silence"
    return travels


@pytest.fixture
def asked_whether_safe(life) -> Life:
    """The first days at home: the last question of all is whether the child is safe."""
    life.nothing_until("2026-12-21 16:00").until("2026-12-21 17:00")
    for choice in ("face_good", "yes", "yes"):
        life.child.taps(choice)
    assert life.child.said == ["check_in.safe"]
    return life.lives_on(minutes=1)


def ends(life, step, state="superseded"):
    with database.unit_of_work(life.parts.engine) as session:
        row = session.merge(life.check_in(step))
        check_ins.settle(row, state, life.time.now(), "in this test")


def given(life, step):
    with database.unit_of_work(life.parts.engine) as session:
        return check_in_answers.given_to(session, life.check_in(step).id)


# Late: the check-in is over


@pytest.mark.parametrize("typed", ["3", "tres", "nadie vino", "solo", "estoy sola", "🆘"])
def test_nobody_came_is_heard_when_nobody_asks_any_more(given_up, typed):
    given_up.child.says(typed)
    assert given_up.child.escalation.category == "stranded"
    assert given_up.child.said[0] == "disclosure.thank_you_stranded"
    assert given(given_up, "arrived") == {}


@pytest.mark.parametrize("button", ["arrived_nobody", "with_nobody"])
def test_a_button_that_calls_somebody_calls_them_at_any_time(given_up, button):
    given_up.lives_on(days=3)
    given_up.child.taps(button)
    assert given_up.child.escalation.category == "stranded"


@pytest.mark.parametrize(
    ("button", "category"),
    [("child_gone", "missing_child"), ("child_not_here", "missing_child")],
)
def test_a_caregivers_button_as_well(life, button, category):
    life.caregiver.taps(button)
    assert life.caregiver.escalation.category == category


def test_an_old_worry_about_a_person_there_leads_to_the_closed_question(life):
    life.child.taps("worry_people")
    assert life.child.said == ["disclosure.ask"]


@pytest.mark.parametrize("typed", ["3", "no", "No"])
def test_not_safe_is_heard_when_a_fact_has_changed_meanwhile(asked_whether_safe, typed):
    ends(asked_whether_safe, "day_1")
    asked_whether_safe.child.says(typed)
    assert asked_whether_safe.child.said == ["disclosure.ask"]


def test_a_yes_to_that_calls_somebody_and_the_check_in_that_is_over_stays_as_it_is(
    asked_whether_safe,
):
    ends(asked_whether_safe, "day_1")
    asked_whether_safe.child.taps("no").taps("danger_yes")
    assert asked_whether_safe.child.escalation.category == "immediate_danger"
    assert "safe" not in given(asked_whether_safe, "day_1")


def test_a_no_in_words_after_the_last_answer_is_about_something_else(asked_whether_safe):
    asked_whether_safe.child.taps("yes")
    assert asked_whether_safe.state("day_1") == "answered"
    asked_whether_safe.lives_on(minutes=5)
    asked_whether_safe.child.says("no")
    assert asked_whether_safe.child.said == ["requests.greet"]


def test_a_place_in_the_menu_after_the_last_answer_is_another_answer(asked_whether_safe):
    asked_whether_safe.child.taps("yes")
    asked_whether_safe.lives_on(minutes=5)
    asked_whether_safe.child.says("3")
    assert asked_whether_safe.child.said == ["disclosure.ask"]


# Words that select a choice while nobody asks


@pytest.fixture
def word_of_danger(life, monkeypatch):
    """A word of danger is another way to say one of the choices."""

    def selects(choice_id):
        choices = life.parts.words.choices
        words = {**choices[choice_id].words, "es": [DANGER]}
        told = {**choices, choice_id: replace(choices[choice_id], words=words)}
        monkeypatch.setitem(vars(life.parts.words), "choices", told)

    return selects


def test_words_that_would_answer_a_question_that_is_over_are_screened(life, word_of_danger):
    word_of_danger("arrived_not_yet")
    life.nothing_until("2026-12-20 13:40").until("2026-12-20 17:00")
    assert life.state("arrived") == "missed silence"
    life.child.says(DANGER)
    assert life.child.escalation.category == "gang_threat"


def test_words_that_select_something_else_are_ours(life, word_of_danger):
    word_of_danger("topic_belongings")
    life.nothing_until("2026-12-17 15:59").until("2026-12-17 17:00")
    assert "check_in.countdown_three" in life.told(life.child)
    life.child.says(DANGER)
    assert life.child.escalations == []


# A newer announcement


@pytest.fixture
def announced(life) -> Life:
    """The questions about the trip wait, and the countdown was announced on WhatsApp after them."""
    life.nothing_until("2026-12-15 15:59").until("2026-12-15 17:00")
    life.child.on("whatsapp").taps("face_bad")
    assert life.state("readiness") == "asked"
    life.parts = with_template(life.parts)
    life.change_addresses(life.family.child, "sms", retired_at=life.time.now())
    life.until("2026-12-17 17:00")
    assert (life.state("readiness"), life.state("countdown_three")) == ("asked", "invited")
    return life


def test_a_newer_announcement_hides_no_question(announced):
    whatsapp = announced.child.on("whatsapp")
    whatsapp.taps("worry_people")
    assert whatsapp.said == ["disclosure.ask"]
    whatsapp.taps("danger_yes")
    assert whatsapp.escalation.category == "fear_of_return"
    assert given(announced, "readiness")["trip_worry"] == "worry_people"


def test_an_answer_to_the_older_question_is_kept_and_the_announced_words_follow(announced):
    whatsapp = announced.child.on("whatsapp")
    whatsapp.taps("worry_travel")
    assert whatsapp.said == ["check_in.trip_known", "check_in.countdown_three"]
    assert given(announced, "readiness")["trip_worry"] == "worry_travel"
    announced.lives_on(minutes=2)
    whatsapp.taps("yes")
    assert announced.state("readiness") == "answered"


@pytest.mark.parametrize("says", ["open_check_in", "otra cosa"])
def test_an_announcement_that_the_plan_has_no_more_is_over(announced, says):
    with database.unit_of_work(announced.parts.engine) as session:
        row = session.merge(announced.check_in("countdown_three"))
        row.step = "countdown_two"
    whatsapp = announced.child.on("whatsapp")
    whatsapp.taps(says) if says == "open_check_in" else whatsapp.says(says)
    assert "unanswered" not in whatsapp.tasks
    assert "fallback.unavailable" not in whatsapp.said
    (row,) = [r for r in announced.rows() if r.step == "countdown_two"]
    assert (row.state, row.reason) == ("superseded", "not_in_the_plan")


# Twice, and too early


def arrives(life, *typed, seconds=1.0, tap=False):
    """Several messages arrive before the worker looks at the first."""
    for number, text in enumerate(typed):
        if number:
            life.time.passes(seconds=seconds)
        life.child.phone.tap(text, "Sí") if tap else life.child.phone.write(text)
    life.time.passes(seconds=0.2)
    life.tick()


@pytest.fixture
def asked_about_food(life) -> Life:
    life.nothing_until("2026-12-21 16:00").until("2026-12-21 17:00")
    for choice in ("face_good", "yes"):
        life.child.taps(choice)
    assert life.child.said == ["check_in.ate"]
    return life.lives_on(minutes=1)


@pytest.mark.parametrize(("typed", "tap"), [("yes", True), ("1", False), ("sí", False)])
def test_a_second_tap_is_no_answer_to_the_next_question(asked_about_food, typed, tap):
    life = asked_about_food
    before = len(life.child.outbound())
    arrives(life, typed, typed, tap=tap)
    assert given(life, "day_1") == {"mood": "face_good", "slept": "yes", "ate": "yes"}
    assert [r.message_ids for r in life.child.outbound()[before:]] == [["check_in.safe"]]
    assert life.state("day_1") == "asked"

    life.lives_on(seconds=20)
    life.child.says("1")
    assert given(life, "day_1")["safe"] == "yes"


@pytest.mark.parametrize("typed", ["1", "si"])
def test_a_second_tap_just_after_the_next_question_left_is_none_either(asked_about_food, typed):
    arrives(asked_about_food, typed)
    assert "safe" in asked_about_food.child.outbound()[-1].message_ids[0]
    asked_about_food.time.passes(seconds=1)
    asked_about_food.child.says(typed)
    assert asked_about_food.child.said == []
    assert "safe" not in given(asked_about_food, "day_1")


def test_a_second_no_asks_about_no_danger(life):
    """No to "slept" is none; the same tap is not the answer to "ate", where it would be one."""
    life.nothing_until("2026-12-21 16:00").until("2026-12-21 17:00")
    life.child.taps("face_good")
    life.lives_on(minutes=1)
    arrives(life, "3")
    life.time.passes(seconds=1)
    life.child.says("3")
    assert life.child.said == []
    assert given(life, "day_1") == {"mood": "face_good", "slept": "no"}


def test_what_was_written_again_and_again_in_an_outage_answers_one_question(asked_about_food):
    life = asked_about_food
    life.parts.dialogue.failure = DialogueDown("for minutes")
    arrives(life, "si", "si", "si", seconds=90)
    life.parts.dialogue.failure = None
    life.lives_on(minutes=2)
    assert given(life, "day_1") == {"mood": "face_good", "slept": "yes", "ate": "yes"}
    assert life.state("day_1") == "asked"


def test_the_dialogue_is_told_of_words_that_came_before_the_question(asked_about_food):
    arrives(asked_about_food, "si", "sipi")
    early = asked_about_food.parts.dialogue.requests[-1]
    assert early.text == "sipi"
    assert early.metadata["check_in"]["came_before"]


def test_of_words_that_came_after_the_question_the_dialogue_is_told_nothing(asked_about_food):
    asked_about_food.child.says("sipi")
    known = asked_about_food.parts.dialogue.requests[-1].metadata["check_in"]
    assert "came_before" not in known


@pytest.mark.parametrize(
    ("text", "intent", "heard"),
    [
        ("sipi", "affirm", None),
        ("/affirm", "affirm", None),
        ("no pero tenemos mucho miedo aqui", "deny", OWN_WORDS),
        ("extraño mucho a mis amigos", "out_of_scope", OWN_WORDS),
    ],
)
def test_of_what_came_before_the_question_only_own_words_are_an_answer(text, intent, heard):
    question = programme().questionnaires["first_days"].questions["safe"]
    check_in = {"id": "1", "questionnaire": "first_days", "answers": {}, "came_before": True}
    message = {"text": text, "intent": {"name": intent, "confidence": 0.99}, "entities": []}
    tracker = Tracker("x", {"check_in": check_in}, message, [], False, None, {}, "action_listen")
    assert answer_to(question, tracker) == heard
