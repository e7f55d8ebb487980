"""What is planned follows the facts: moved with them, taken back with them, and said once."""

from collections import Counter
from datetime import timedelta

import pytest

from bot.domain.check_in import OVER
from bot.domain.contacts import COUNTRIES
from tests.builders import make_child
from tests.check_ins.life import CHICAGO, day, facts, local

COUNTDOWN = ("countdown_week", "readiness", "countdown_three", "countdown_one")


def said_once(life):
    """How often the first words of every check-in of the child went out."""
    first = {
        (row.check_in_id, row.created_at)
        for row in life.unasked(life.child)
        if "check_in.remind" not in row.message_ids
    }
    return Counter(check_in_id for check_in_id, _ in first)


# The facts are known


def test_everything_before_and_after_the_journey_is_planned_for_both(life):
    child, caregiver = life.check_ins(), life.check_ins(life.family.caregiver)

    assert {*COUNTDOWN, "departure_day", "on_the_way", "border", "arrived"} <= set(child)
    assert {"day_1", "month_12", "month_24", "good_bye"} <= set(child)
    assert "birthday_18" not in child  # she will be eighteen long after the programme
    assert {"ready_home", "arrived_home", "home_day_2", "home_month_24"} <= set(caregiver)
    assert not set(child) & set(caregiver)


def test_every_hour_is_one_of_their_own_day(life):
    assert life.due("countdown_week", CHICAGO) == "2026-12-13 16:00"
    assert life.due("countdown_home") == "2026-12-19 17:00"
    assert life.due("day_1", CHICAGO) == "2026-12-21 16:30"
    assert life.due("month_24", CHICAGO) == "2028-12-20 16:30"


def test_planning_again_moves_nothing(life):
    before = {row.step: (row.due_at, row.wake_at) for row in life.rows()}
    life.change()
    life.tick()
    assert {row.step: (row.due_at, row.wake_at) for row in life.rows()} == before


def test_without_a_journey_only_the_birthday_is_known(life):
    life.set({})
    life.tick()
    assert {row.step for row in life.rows() if row.state == "planned"} == {"birthday_18"}
    life.change(birth_year=None, born_on="2015-03-01")
    life.tick()
    assert life.due("birthday_18", CHICAGO) == "2033-03-01 10:00"


def test_a_caregiver_without_a_child_is_asked_nothing(life):
    life.change(life.family.caregiver, child_id=None)
    life.tick()
    rows = life.rows(life.family.caregiver)
    assert {(row.state, row.reason) for row in rows} == {("superseded", "facts_changed")}


# The facts move


def test_a_moved_departure_moves_everything_that_depends_on_it(life):
    before = {row.step: row.due_at for row in life.rows()}
    life.journey(departs="2026-12-27")
    life.tick()

    after = {row.step: row.due_at for row in life.rows()}
    assert set(after) == set(before)
    assert {after[step] - before[step] for step in (*COUNTDOWN, "day_1", "day_30", "border")} == {
        timedelta(days=7)
    }
    assert life.due("month_24", CHICAGO) == "2028-12-27 16:30"
    assert life.due("good_bye", CHICAGO) == "2029-01-10 16:30"


def test_only_what_depends_on_it_moves(life):
    before = {row.step: row.due_at for row in life.rows()}
    life.set(facts() | {"departure_on": "2026-12-19"})  # leaves a day earlier, arrives as planned
    life.tick()
    moved = {row.step for row in life.rows() if row.due_at != before[row.step]}
    assert moved == {*COUNTDOWN, "departure_day", "on_the_way"}


def test_a_step_that_was_said_is_not_said_again_when_the_date_moves(life):
    life.until("2026-12-18 12:00")
    assert life.state("countdown_three") == "said"

    life.journey(departs="2026-12-30")
    life.until("2026-12-31 12:00")

    assert life.told(life.child).count("check_in.countdown_three") == 1
    assert life.told(life.child).count("check_in.countdown_one") == 1
    assert set(said_once(life).values()) == {1}


def test_a_date_that_moves_nearer_leaves_out_what_is_too_late_and_says_so(life):
    life.journey(departs="2026-12-05")
    life.until("2026-12-04 18:00")
    assert life.state("countdown_week") == "skipped late"
    assert life.state("countdown_one") == "said"


def test_what_was_left_out_comes_back_when_the_date_moves_away_again(life):
    life.journey(departs="2026-12-05")
    life.until("2026-12-03 06:00")
    assert life.state("countdown_week") == "skipped late"

    life.journey(departs="2026-12-20")
    life.tick()
    assert life.state("countdown_week") == "planned"
    life.until("2026-12-14 12:00")
    assert life.state("countdown_week") == "said"


def test_a_journey_that_is_called_off_takes_back_what_is_unsaid(life):
    life.until("2026-12-14 12:00")
    life.set({"destination": "GT"})
    life.tick()
    assert life.state("countdown_week") == "said"
    assert life.state("countdown_one") == "superseded facts_changed"
    planned = {row.step for row in life.rows() if row.state not in ("said", "superseded")}
    assert planned == {"birthday_18"}


@pytest.mark.parametrize("again", ["2026-12-20", "2026-12-22"])
def test_a_journey_that_is_called_off_and_confirmed_again_is_planned_again(life, again):
    life.set({"destination": "GT"})
    life.tick()
    life.journey(departs=again)
    life.tick()
    assert life.state("countdown_one") == "planned"
    assert life.state("month_24") == "planned"


def test_a_case_that_was_closed_by_mistake_goes_on(life):
    life.until("2026-12-28 12:00")
    life.closes_the_case()
    life.tick()
    assert life.state("month_12") == "superseded facts_changed"

    life.change(closed_at=None)
    life.tick()
    assert life.state("month_12") == "planned"
    assert life.state("closed_month_1") == "superseded facts_changed"


# The border


def test_at_the_border_the_hours_become_those_of_home(life):
    assert life.due("day_7", CHICAGO) == "2026-12-27 16:30"
    life.journey(arrival_zone="America/Tijuana", destination="MX")
    life.until("2026-12-20 18:00", CHICAGO)
    child = life.contact(life.family.child)

    assert (child.country, child.zone) == ("MX", "America/Tijuana")
    assert life.due("day_7", "America/Tijuana") == "2026-12-27 16:30"
    assert life.state("border") == "said"


def test_the_usual_zone_of_the_country_is_not_noted_as_their_own(life):
    life.until("2026-12-20 18:00", CHICAGO)
    child = life.contact(life.family.child)
    assert (child.country, child.zone) == ("GT", None)
    assert life.due("day_1") == "2026-12-21 16:30"


def test_who_says_that_they_are_there_is_there_from_that_day_on(life):
    life.until("2026-12-21 09:00")
    life.journey(departs="2026-12-20", pick_up_on="2026-12-24")
    life.tick()
    assert life.due("day_1") == "2026-12-25 16:30"
    with_arrival = local("2026-12-21 10:00")
    life.change(arrived_at=with_arrival)
    life.tick()
    assert life.due("day_1") == "2026-12-22 16:30"


def test_a_departure_that_is_put_off_on_the_way_brings_them_back_to_where_they_are(life):
    life.change(zone="America/New_York")
    life.journey(departure_zone="America/New_York")
    life.until("2026-12-20 18:00", CHICAGO)
    assert life.contact(life.family.child).country == "GT"

    life.journey(departs="2026-12-23", departure_zone="America/New_York")
    life.tick()
    child = life.contact(life.family.child)
    assert (child.country, child.zone) == ("US", "America/New_York")


def test_the_border_of_a_journey_that_was_put_off_is_crossed_when_it_takes_place(life):
    life.until("2026-12-20 14:00")
    assert life.state("border") == "said"
    life.journey(departs="2026-12-23")
    life.until("2026-12-23 18:00")

    assert life.contact(life.family.child).country == "GT"
    assert life.due("day_1") == "2026-12-24 16:30"


def test_whether_they_arrived_is_asked_again_on_the_day_on_which_they_really_travel(life):
    life.until("2026-12-20 14:40")
    assert life.state("arrived") == "asked"
    life.child.taps("arrived_not_yet")
    life.journey(departs="2026-12-23")
    life.until("2026-12-23 15:00")

    asked = [row for row in life.rows() if row.step == "arrived"]
    assert [row.state for row in asked] == ["answered", "asked"]
    assert asked[0].occurrence != asked[1].occurrence


def test_who_waits_in_another_country_stays_there_when_a_date_is_entered(life, timed_parts):
    waits_in_mexico = make_child(timed_parts, country="MX", zone=None, number="+525551234567")
    life.family = type(life.family)(
        waits_in_mexico, life.family.caregiver, life.family.case_manager
    )
    life.journey(departure_zone="America/Mexico_City")
    assert life.contact(waits_in_mexico).country == "MX"


# The clocks change


@pytest.mark.parametrize("country", list(COUNTRIES))
def test_half_past_four_is_half_past_four_for_two_years_in_every_country(life, country):
    zone = COUNTRIES[country]
    life.change(country=country, zone=None)
    life.tick()
    days = ["day_1", "day_30", "month_3", "month_4", "month_9", "month_12", "month_24"]
    assert {life.due(step, zone)[-5:] for step in days} == {"16:30"}


def test_in_the_night_in_which_the_clocks_go_back_the_hours_are_counted_right(life):
    life.set(
        {
            "destination": "GT",
            "departure_on": "2027-11-07",
            "departure_time": "02:30",
            "departure_zone": CHICAGO,
            "arrival_on": "2027-11-07",
        }
    )
    life.tick()
    before, after = (life.check_in(step) for step in ("departure_day", "on_the_way"))
    assert after.due_at - before.due_at == timedelta(hours=4, minutes=30)
    assert life.due("departure_day", CHICAGO) == "2027-11-07 01:00"  # the second one of that night


# The end


def test_after_the_case_is_closed_come_three_more_months_and_the_good_bye(life):
    life.nothing_until("2027-02-01 12:00")
    life.closes_the_case()
    life.until("2027-05-20 12:00")

    after = {row.step for row in life.rows() if row.said_at and row.said_at > local("2027-02-01")}
    assert after == {"closed_month_1", "closed_month_2", "closed_month_3", "good_bye"}
    assert life.state("good_bye") == "said"
    assert life.state("month_6") == "superseded facts_changed"
    assert life.told(life.child)[-1] == "check_in.good_bye"


def test_the_day_of_closure_is_that_of_the_family_not_of_greenwich(life):
    life.nothing_until("2027-02-01 12:00")
    life.closes_the_case(local("2027-02-01 19:30"))  # the 2nd in Greenwich
    life.tick()
    assert life.due("closed_month_1") == "2027-03-01 16:30"


def test_after_the_good_bye_nothing_more_is_said(life):
    life.nothing_until("2027-02-01 12:00")
    life.closes_the_case()
    life.until("2027-06-01 12:00")
    assert life.contact(life.family.child).ended_at is not None
    said = len(life.unasked(life.child))

    life.change(closed_at=None)
    life.until("2028-01-01 12:00")
    assert len(life.unasked(life.child)) == said
    assert not [row for row in life.rows() if row.state not in OVER]


def test_at_eighteen_it_ends(life):
    life.change(birth_year=None, born_on="2009-05-05")
    life.nothing_until("2027-05-04 12:00").until("2027-06-01 12:00")

    assert life.state("birthday_18") == "said"
    assert life.told(life.child)[-2:] == ["check_in.birthday_18", "check_in.good_bye"]
    assert life.state("month_6") == "superseded facts_changed"
    assert life.due("good_bye") == "2027-05-19 16:30"


@pytest.fixture
def alone(life):
    """A child whom no caregiver is followed with."""
    life.change(life.family.caregiver, child_id=None)
    life.tick()
    return life


def test_two_years_with_somebody_who_always_answers(alone):
    while moment := alone.next_moment():
        alone.goes_on_until(moment)
        alone.answers(alone.child)

    rows = alone.rows()
    assert {row.state for row in rows} == {"said", "answered", "skipped"}
    left_out = {row.step: row.reason for row in rows if row.state == "skipped"}
    assert set(left_out.values()) == {"stable"}
    assert {"month_4", "month_11"} <= set(left_out)
    assert alone.state("month_24") == "answered"
    assert alone.state("good_bye") == "said"
    assert alone.time.now().date() == day("2029-01-03")
    assert set(said_once(alone).values()) == {1}


def test_two_years_with_somebody_who_never_answers(alone):
    alone.until("2029-06-01 12:00")

    rows = alone.rows()
    assert {row.state for row in rows} == {"said", "missed"}
    assert {row.reason for row in rows if row.state == "missed"} == {"silence", "next_one_came"}
    assert ("stranded_silence", "arrived") in alone.tasks(alone.child)
    assert ("silence", "month_24") in alone.tasks(alone.child)
    assert set(said_once(alone).values()) == {1}


# One that cannot be planned


def test_one_whose_facts_cannot_be_read_holds_up_nobody_and_a_person_looks(life):
    life.change(zone="America/Nowhere")
    life.change(life.family.caregiver, child_id=None)
    life.tick()

    assert life.tasks(life.child) == [("plan_failed", "")]
    assert life.check_in("home_day_2", life.family.caregiver).state == "superseded"
    life.change(zone=CHICAGO)
    life.journey(departs="2026-12-27")
    life.tick()
    assert life.due("countdown_one", CHICAGO) == "2026-12-26 15:00"
