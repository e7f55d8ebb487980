"""The plan of check-ins: what content/checkins.yml may say, and what it says."""

from copy import deepcopy
from datetime import time, timedelta

import pytest

from bot.domain.anchors import LONGEST
from bot.domain.check_in_plan import USUAL_LATENESS, Doing, Rung, ends_at, read_plan
from bot.domain.contacts import Audience, Role
from bot.domain.questionnaire import Indicator
from bot.domain.risk import Tier
from bot.errors import ContentError
from bot.phrasebook.check_in_plan import read_check_in_plan
from bot.settings import CONTENT
from tests.domain.test_check_in import NOON

PLAN = read_check_in_plan(CONTENT / "checkins.yml")

SMALL = {
    "waking": {key: ["08:00", "20:00"] for key in ("younger_child", "child", "teen", "caregiver")},
    "spread": "20min",
    "live_for": "30min",
    "hold_for": "2h",
    "unopened_for": "6h",
    "silence": {"usual": [{"after": "24h", "do": "remind"}, {"after": "48h", "do": "task"}]},
    "steps": {
        "day_1": {"track": "child", "anchor": "home", "days": 1, "at": "16:30", "ask": "mood"},
    },
    "questionnaires": {
        "mood": {
            "intro": "check_in.home",
            "first": "mood",
            "questions": {"mood": {"say": "check_in.mood", "options": {"face_good": 2}}},
            "thanks": "check_in.thanks",
        }
    },
}


def small(**step):
    """Read a plan of one step that is changed so."""
    entry = deepcopy(SMALL)
    entry["steps"]["day_1"] |= step
    for gone in [key for key, value in entry["steps"]["day_1"].items() if value is None]:
        del entry["steps"]["day_1"][gone]
    return read_plan(entry)


def refusal(entry) -> str:
    with pytest.raises(ContentError) as refused:
        read_plan(entry)
    return str(refused.value)


def test_a_step_is_read_as_it_is_written():
    step = small(late="48h", silence="usual", unless_stable=True).steps["day_1"]
    assert (step.track, step.anchor, step.days, step.at) == (Role.CHILD, "home", 1, time(16, 30))
    assert (step.ask, step.do, step.unless_stable) == ("mood", Doing.NOTHING, True)
    assert [rung for _, rung in step.silence.rungs] == [Rung.REMIND, Rung.TASK]
    assert ends_at(step, NOON) == NOON + timedelta(days=2)


def test_a_step_that_says_nothing_about_it_is_late_after_a_day():
    assert small().steps["day_1"].late == USUAL_LATENESS == timedelta(days=1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"anchor": "christmas"}, "unknown anchor"),
        ({"at": None}, "needs `at`"),
        ({"ask": None}, "says, asks and does nothing"),
        ({"ask": "moods"}, "unknown questionnaire"),
        ({"ask": None, "say": ["check_in.home"], "silence": "usual"}, "asks nothing"),
        ({"silence": "loud"}, "loud"),
        ({"late": "soon"}, "soon"),
        ({"track": "teacher"}, "teacher"),
        ({"do": "dance"}, "dance"),
    ],
)
def test_nonsense_is_refused_with_the_name_of_the_file(changes, said):
    entry = deepcopy(SMALL)
    entry["steps"]["day_1"] = {
        key: value
        for key, value in (entry["steps"]["day_1"] | changes).items()
        if value is not None
    }
    assert said in refusal(entry)


def test_a_silence_ends_with_a_person():
    entry = deepcopy(SMALL)
    entry["silence"]["usual"] = [{"after": "24h", "do": "remind"}]
    entry["steps"]["day_1"]["silence"] = "usual"
    assert "does not end its silence with a task" in refusal(entry)


def test_waking_hours_do_not_go_through_the_night():
    entry = deepcopy(SMALL)
    entry["waking"]["child"] = ["20:00", "08:00"]
    assert "end before they begin" in refusal(entry)


def test_what_is_missing_is_one_sentence_about_the_file():
    entry = deepcopy(SMALL)
    del entry["spread"]
    assert refusal(entry).startswith("checkins.yml: ")


# The plan as it is


def of(role, anchor):
    return [s for s in PLAN.of_track(role) if s.anchor == anchor]


def test_nothing_that_follows_from_a_happening_is_planned_ahead():
    for role in (Role.CHILD, Role.CAREGIVER):
        assert "event" not in {s.anchor for s in PLAN.of_track(role)}


def test_the_series_at_home_goes_on_for_two_years_for_both():
    assert max(s.months or 0 for s in of(Role.CHILD, "home")) == LONGEST
    assert max(s.months or 0 for s in of(Role.CAREGIVER, "home")) == LONGEST
    assert [s.days for s in of(Role.CHILD, "home") if s.days] == [1, 3, 7, 14, 30]
    months = [s.months for s in of(Role.CHILD, "home") if s.months]
    assert months == [*range(2, 13), 15, 18, 21, 24]


def test_every_step_of_a_day_lies_within_the_waking_hours_of_everybody_it_is_for():
    for step in PLAN.steps.values():
        audiences = (
            [Audience.CAREGIVER]
            if step.track is Role.CAREGIVER
            else [Audience.YOUNGER_CHILD, Audience.CHILD, Audience.TEEN]
        )
        for audience in audiences if step.at else []:
            hours = PLAN.waking[audience]
            assert hours.begins <= step.at < hours.ends, step.id


def test_every_question_ends_in_a_person_where_nobody_answers():
    asking = [s for s in PLAN.steps.values() if s.ask]
    assert len(asking) > 40
    for step in asking:
        assert step.silence.rungs[-1][1] is Rung.TASK, step.id


def test_the_travel_day_does_not_wait_for_a_day():
    for name in ("arrived", "arrived_home", "still_on_the_way"):
        step = PLAN.steps[name]
        assert step.silence.urgent
        assert step.even_at_risk
        assert step.silence.tier is Tier.CRITICAL
        assert sum((wait for wait, _ in step.silence.rungs), timedelta()) <= timedelta(hours=2)


def test_only_a_child_is_silent_and_only_their_caregivers_are_asked_about_it():
    assert PLAN.steps["child_is_silent"].track is Role.CAREGIVER
    assert Rung.ASK_CAREGIVER in {rung for _, rung in PLAN.steps["day_1"].silence.rungs}


def test_what_speaks_of_the_journey_to_the_child_waits_while_it_is_in_doubt():
    for step in of(Role.CHILD, "departure"):
        assert step.about_journey, step.id
    assert PLAN.steps["journey_change"].about_journey


def test_every_indicator_is_asked_about():
    asked = {q.indicator for n in PLAN.questionnaires.values() for q in n.questions.values()}
    assert set(Indicator) <= asked
