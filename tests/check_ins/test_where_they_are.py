"""Where a child is, and is expected: what is not confirmed is assumed, never told, and taken back."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from bot.domain.anchors import CaseFacts, anchors_of
from bot.domain.dialogue import Reply
from bot.domain.journey import Journey, read_journey
from bot.store import database, journeys
from bot.store.time_tables import ToldFactRow
from tests.builders import make_caregiver, make_child
from tests.check_ins.life import CHICAGO, local

LEAVES = {
    "destination": "GT",
    "departure_on": "2026-12-20",
    "departure_time": "08:30",
    "departure_zone": CHICAGO,
}
"""All that is confirmed of a journey: when it begins."""

NOT_CONFIRMED = ("arrival_on", "arrival_time", "pick_up_on", "pick_up_time")


def anchor(name, **changes):
    journey = read_journey({k: v for k, v in (LEAVES | changes).items() if v is not None})
    return anchors_of(journey, CaseFacts())[name]


# Only the departure is confirmed


def test_who_travels_for_so_long_arrives_so_much_later():
    assert anchor("arrival", travel_hours=4).moment == datetime(2026, 12, 20, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "2026-12-20 18:30"),
        ({"departure_time": "02:00"}, "2026-12-20 18:00"),
        ({"departure_time": "15:00"}, "2026-12-21 01:00"),
        ({"departure_time": None}, "2026-12-20 18:00"),
        ({"departure_time": None, "travel_hours": 4}, "2026-12-20 18:00"),
        ({"departure_time": None, "travel_hours": 30}, "2026-12-21 18:00"),
    ],
)
def test_without_the_hours_of_travel_it_is_the_evening_or_ten_hours_later(changes, expected):
    assert anchor("arrival", **changes).moment == local(expected)


def test_the_first_day_at_home_and_the_end_follow():
    assert anchor("home").on == date(2026, 12, 20)
    assert anchor("end").on == date(2028, 12, 20)


@pytest.mark.parametrize("known", ["arrival", "pick_up"])
def test_what_is_confirmed_takes_its_place(known):
    there = anchor("arrival", travel_hours=4, **{f"{known}_on": "2026-12-22"})
    assert there.moment == local("2026-12-22 18:00")


def test_without_a_departure_nobody_is_expected():
    assert "arrival" not in anchors_of(Journey(destination="GT"), CaseFacts())


def test_a_child_of_whom_only_the_departure_is_known_is_asked_and_looked_for(life):
    life.set(LEAVES | {"travel_hours": 4})
    life.until("2026-12-20 14:30")
    assert life.state("border") == "said"
    assert life.contact(life.family.child).country == "GT"
    assert life.state("arrived") == "asked"

    life.until("2026-12-20 17:00")
    assert ("stranded_silence", "arrived") in life.tasks(life.child)
    assert {"day_1", "month_24", "good_bye"} <= {row.step for row in life.rows()}


def test_nothing_that_is_assumed_is_told_as_a_fact(life):
    life.set(LEAVES)
    life.until("2026-12-20 22:00")
    with database.unit_of_work(life.parts.engine) as session:
        told = set(session.scalars(select(ToldFactRow.fact)))
        facts = journeys.current(session, life.family.child).as_facts()
    assert told
    assert not told & set(NOT_CONFIRMED)
    assert not set(facts) & set(NOT_CONFIRMED)


def test_an_arrival_that_is_confirmed_on_the_way_moves_the_question(life):
    life.set(LEAVES)
    life.until("2026-12-20 12:00")
    life.set(LEAVES | {"arrival_on": "2026-12-21", "arrival_time": "10:00"})
    life.tick()
    assert life.due("arrived") == "2026-12-21 11:30"


# A journey that is put off after its hour


def a_child(life, timed_parts, **changes):
    """Another child in the place of the first one, with a mother of their own."""
    child = make_child(timed_parts, **changes)
    mother = make_caregiver(timed_parts, child)
    life.family = type(life.family)(child, mother, life.family.case_manager)
    return child


def where(life):
    child = life.contact(life.family.child)
    return child.country, child.zone


@pytest.mark.parametrize(
    ("country", "zone", "number"),
    [
        ("US", "America/Los_Angeles", "+15007775001"),
        ("MX", None, "+525551234568"),
        ("MX", "America/Tijuana", "+525551234569"),
    ],
)
def test_who_was_taken_across_a_border_is_taken_back_to_where_they_were(
    life, timed_parts, country, zone, number
):
    a_child(life, timed_parts, country=country, zone=zone, number=number)
    life.journey(departure_zone=None)
    life.until("2026-12-20 15:00")
    assert where(life) == ("GT", None)

    life.journey(departs="2026-12-23", departure_zone=None)
    life.tick()
    assert where(life) == (country, zone)
    life.until("2026-12-23 15:00")
    assert where(life) == ("GT", None)


def test_who_was_enrolled_at_the_reception_centre_stays_there(life, timed_parts):
    a_child(life, timed_parts, country="GT", zone=None, number="+50255512345")
    life.journey()
    life.tick()
    assert where(life) == ("GT", None)
    life.until("2026-12-20 15:00")
    life.journey(departs="2026-12-23")
    life.tick()
    assert where(life) == ("GT", None)


def test_who_said_that_they_arrived_is_not_taken_back(life):
    life.nothing_until("2026-12-20 14:00").until("2026-12-20 14:50")
    life.answers(life.child)
    life.journey(departs="2026-12-23")
    life.tick()
    assert where(life) == ("GT", None)
    assert life.contact(life.family.child).left_zone is None


def test_who_was_taken_to_a_country_that_was_wrong_is_taken_to_the_right_one(life):
    life.nothing_until("2026-12-20 14:00")
    assert where(life) == ("GT", None)
    life.journey(destination="HN", arrival_zone="America/Tegucigalpa")
    life.tick()
    assert where(life) == ("HN", None)
    life.journey(departs="2026-12-23", destination="HN", arrival_zone="America/Tegucigalpa")
    life.tick()
    assert where(life) == ("US", None)


# To another country than was said


def test_who_receives_the_child_hears_of_the_same_country(life):
    life.journey(destination="HN", arrival_zone="America/Tegucigalpa")
    assert life.contact(life.family.child).destination == "HN"
    assert life.contact(life.family.caregiver).destination == "HN"


def learns(life, dialogue, *message_ids):
    dialogue.replies = (Reply(message_ids),)
    life.child.says("y eso como es")


def unknown_facts(life):
    return [about for kind, about in life.tasks(life.child) if kind == "unknown_facts"]


def test_another_country_is_told_by_a_person_to_whoever_heard_of_the_first_one(life):
    life.until("2026-12-14 12:00")
    life.journey(destination="HN")
    assert unknown_facts(life) == ["destination_changed"]


def test_nobody_has_to_correct_what_nobody_was_told(life):
    life.journey(destination="HN", departure_zone="America/New_York")
    assert unknown_facts(life) == []


def test_the_same_country_again_is_nothing_to_tell(life):
    life.until("2026-12-14 12:00")
    life.journey()
    life.journey(destination=None)
    assert unknown_facts(life) == []


def test_an_hour_of_another_zone_is_told_by_a_person_to_whoever_heard_the_hour(life, dialogue):
    learns(life, dialogue, "orientation.travel_day.when")
    life.journey(departure_zone="America/New_York")
    assert unknown_facts(life) == ["departure_zone_changed"]


def test_a_day_is_the_same_day_in_every_zone(life):
    life.until("2026-12-14 12:00")
    life.journey(departure_zone="America/New_York")
    assert unknown_facts(life) == []
