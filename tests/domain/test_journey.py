"""Journeys: what is not confirmed is not known, and contradictions are refused in one sentence."""

from datetime import date, time

import pytest

from bot.domain.journey import Journey, read_journey
from bot.errors import JourneyError


def test_a_journey_without_facts_knows_nothing():
    assert read_journey({}) == Journey()
    assert Journey().as_facts() == {}


def test_facts_survive_being_stored():
    facts = {"departure_on": "2026-12-03", "departure_time": "08:30", "meals": ["lunch"]}

    assert read_journey(facts).as_facts() == facts | {"departure_time": "08:30:00"}


def test_an_unquoted_time_of_yaml_is_understood():
    assert read_journey({"departure_time": 8 * 60 + 30}).departure_time == time(8, 30)


def test_no_nights_is_a_fact_and_differs_from_unknown_nights():
    assert read_journey({"night_places": []}).night_places == ()
    assert read_journey({}).night_places is None


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"departure_on": "2026-12-03", "arrival_on": "2026-12-02"}, "arrival .* is before the departure"),
        ({"departure_on": "soon"}, "must be a date"),
        ({"departure_time": "25:99"}, "must be a time"),
        ({"travel_hours": -2}, "number of hours"),
        ({"travel_hours": "long"}, "number of hours"),
        ({"departure_zone": "Mars/Base"}, "time zone"),
        ({"vehicle": "boat"}, "must be one of plane"),
        ({"meals": ["lunch", "gum"]}, "must be one of breakfast"),
        ({"companions": 3}, "list of words"),
        ({"home_place": ""}, "must not be empty"),
        ({"destination": "FR"}, "must be one of US"),
        ({"colour": "blue"}, "no fact called colour"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_sentence(facts, sentence):
    with pytest.raises(JourneyError, match=sentence) as refused:
        read_journey(facts)
    assert str(refused.value).endswith(".")


def test_an_arrival_before_the_departure_on_the_same_day_is_seen_across_zones():
    facts = {
        "departure_on": "2026-12-03", "departure_time": "08:30", "departure_zone": "America/Chicago",
        "arrival_on": "2026-12-03", "arrival_time": "08:00", "arrival_zone": "America/Guatemala",
    }  # fmt: skip
    with pytest.raises(JourneyError, match="not after the departure"):
        read_journey(facts)
    later = facts | {"departure_zone": "America/New_York"}
    assert read_journey(later).arrival_on == date(2026, 12, 3)
