"""A fact of the journey changes: whoever was told of it hears plainly what is different, once."""

import pytest

from bot.domain.dialogue import Reply
from bot.store import database, told_facts
from tests.check_ins.life import facts, with_template

WEEK = "2026-12-14 12:00"
"""The week's countdown was said: the child was told on which day they leave, and nothing else."""

LEAVES_LATER = ["journey_change.intro", "journey_change.departure", "orientation.travel_day.when"]


def learns(person, dialogue, *message_ids):
    """Somebody asks, and is told these parts of the orientation."""
    dialogue.replies = (Reply(message_ids),)
    person.says("y eso como es")
    return person.said


def told(life, contact_id):
    with database.unit_of_work(life.parts.engine) as session:
        return told_facts.of_contact(session, contact_id)


def changes(life, person=None):
    """What was said unasked of changes so far, message by message."""
    rows = life.unasked(person or life.child)
    return [row.message_ids for row in rows if "journey_change.intro" in row.message_ids]


def events(life, step="journey_change"):
    owner = life.family.child if step == "journey_change" else life.family.caregiver
    return [f"{r.state} {r.reason}".strip() for r in life.rows(owner) if r.step == step]


def test_a_new_departure_is_said_to_whoever_was_told_of_the_old_one(life):
    life.until(WEEK)
    assert told(life, life.family.child) == {"departure_on": "2026-12-20"}

    life.journey(departs="2026-12-22")
    life.until("2026-12-14 13:00")
    assert changes(life) == [LEAVES_LATER]
    assert told(life, life.family.child)["departure_on"] == "2026-12-22"


def test_only_facts_that_were_told_are_named(life, dialogue):
    learns(life.child, dialogue, "orientation.companions.who")
    life.set(
        facts() | {"companions": ["Ana Paz"], "reception_centre": "Casa Alegre", "vehicle": "bus"}
    )
    life.lives_on(hours=1)
    assert changes(life) == [
        ["journey_change.intro", "journey_change.companions", *COMPANIONS],
    ]


COMPANIONS = ("orientation.companions.who", "orientation.companions.languages")


def test_who_was_told_nothing_hears_nothing(life):
    life.journey(departs="2026-12-22")
    life.lives_on(hours=1)
    assert events(life) == events(life, "journey_change_home") == []
    assert changes(life) == []


def test_the_child_and_the_caregiver_each_hear_of_what_they_were_told_themselves(life, dialogue):
    learns(life.child, dialogue, "orientation.companions.who")
    learns(life.caregiver, dialogue, "orientation.pick_up.where")
    life.set(facts() | {"companions": ["Ana Paz"], "pick_up_place": "Estación Norte"})
    life.lives_on(hours=1)
    assert [c[1] for c in changes(life)] == ["journey_change.companions"]
    assert [c[1] for c in changes(life, life.caregiver)] == ["journey_change.pick_up"]


def test_a_child_who_was_told_when_they_meet_hears_when_that_changes(life, dialogue):
    """The day of the pick-up is the caregiver's business, and the day on which the child meets them."""
    learns(life.child, dialogue, "orientation.caregivers.meet")
    life.journey(pick_up_on="2026-12-21")
    life.lives_on(hours=1)
    assert changes(life) == [
        [
            "journey_change.intro",
            "journey_change.pick_up",
            "orientation.caregivers.meet",
        ]
    ]


def test_where_to_wait_with_the_car_is_not_said_to_a_child(life, dialogue):
    learns(life.child, dialogue, "orientation.caregivers.meet")
    life.journey(pick_up_place="Estación Norte", pick_up_time="18:00")
    life.lives_on(hours=1)
    assert changes(life) == []


def test_what_is_not_confirmed_any_more_is_taken_back(life, dialogue):
    learns(life.child, dialogue, "orientation.companions.who")
    life.journey(companions=None)
    life.lives_on(hours=1)
    assert changes(life) == [["journey_change.intro", "journey_change.companions_withdrawn"]]
    assert "companions" not in told(life, life.family.child)


def test_what_was_taken_back_is_news_when_it_is_known_again_and_no_change(life, dialogue):
    learns(life.child, dialogue, "orientation.companions.who")
    life.journey(companions=None)
    life.lives_on(hours=1)
    life.journey(companions=["Ana Paz"])
    life.lives_on(hours=1)
    assert len(changes(life)) == 1


def test_an_hour_that_is_not_sure_any_more_leaves_the_day_sure(life, dialogue):
    learns(life.child, dialogue, "orientation.travel_day.when")
    life.journey(departure_time=None)
    life.lives_on(hours=1)
    assert changes(life) == [
        [
            "journey_change.intro",
            "journey_change.departure",
            "orientation.travel_day.when_day_only",
        ]
    ]
    assert told(life, life.family.child) == {"departure_on": "2026-12-20"}


def test_the_whole_journey_is_called_off(life, dialogue):
    learns(life.child, dialogue, "orientation.travel_day.when", "orientation.reception.arrival")
    life.set({"destination": "GT"})
    life.lives_on(hours=1)
    assert changes(life) == [
        [
            "journey_change.intro",
            "journey_change.departure_withdrawn",
            "journey_change.arrival_withdrawn",
        ]
    ]
    assert told(life, life.family.child) == {}


# More than one change


def test_two_changes_in_one_night_are_one_message_with_the_newest(life):
    life.until("2026-12-14 22:00")
    life.journey(departs="2026-12-22")
    life.until("2026-12-14 23:00")
    life.journey(departs="2026-12-23")
    life.until("2026-12-15 12:00")
    assert changes(life) == [LEAVES_LATER]
    assert told(life, life.family.child)["departure_on"] == "2026-12-23"
    assert events(life) == ["skipped nothing_new", "said"]


def test_a_change_that_is_taken_back_in_the_same_night_is_not_spoken_of(life):
    life.until("2026-12-14 22:00")
    life.journey(departs="2026-12-22")
    life.until("2026-12-14 23:00")
    life.journey(departs="2026-12-20")
    life.until("2026-12-15 12:00")
    assert changes(life) == []
    assert events(life) == ["skipped nothing_new"]


def test_every_further_change_is_said(life):
    life.until(WEEK)
    for departs in ("2026-12-22", "2026-12-23", "2026-12-22"):
        life.journey(departs=departs)
        life.lives_on(hours=1)
    assert changes(life) == [LEAVES_LATER] * 3


def test_entering_the_same_facts_again_is_no_change(life):
    life.until(WEEK)
    life.journey()
    life.lives_on(hours=1)
    assert events(life) == []


# Where it cannot be said at once


def test_it_waits_while_the_journey_is_in_doubt(life):
    life.until(WEEK)
    life.change(journey_held_at=life.time.now())
    life.journey(departs="2026-12-22")
    life.lives_on(hours=5)
    assert events(life) == ["planned journey_held"]
    life.change(journey_held_at=None)
    life.lives_on(hours=2)
    assert changes(life) == [LEAVES_LATER]


@pytest.mark.parametrize("change", [{"departs": "2026-12-22"}, {"departure_on": None}])
def test_what_was_announced_on_whatsapp_is_said_when_it_is_opened(life, change):
    life.until(WEEK)
    life.parts = with_template(life.parts)
    life.change_addresses(life.family.child, "sms", retired_at=life.time.now())
    life.journey(**change)
    life.lives_on(hours=1)
    assert events(life) == ["invited"]

    whatsapp = life.child.on("whatsapp")
    whatsapp.taps("open_check_in")
    assert whatsapp.said[0] == "journey_change.intro"
    assert whatsapp.said[1].startswith("journey_change.departure")
    assert events(life) == ["said"]


def test_what_nobody_opened_is_a_task_and_is_still_untold(life):
    life.until(WEEK)
    life.parts = with_template(life.parts)
    life.change_addresses(life.family.child, "sms", retired_at=life.time.now())
    life.journey(departure_on=None)
    life.lives_on(days=2)
    assert events(life) == ["missed not_opened"]
    assert ("silence", "journey_change") in life.tasks(life.child)
    assert told(life, life.family.child) == {"departure_on": "2026-12-20"}


def test_what_could_not_be_said_anywhere_is_still_untold(life):
    life.until(WEEK)
    life.change_addresses(life.family.child, "sms", retired_at=life.time.now())
    life.journey(departure_on=None)
    life.lives_on(hours=1)
    assert events(life) == ["skipped no_template"]
    assert told(life, life.family.child) == {"departure_on": "2026-12-20"}

    life.change_addresses(life.family.child, "sms", retired_at=None)
    life.journey(departs="2026-12-24")
    life.lives_on(hours=1)
    assert changes(life) == [LEAVES_LATER]
