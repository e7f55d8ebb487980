"""A fact of the way is corrected when the way lies behind: nobody hears that "something is different"."""

import pytest

from bot.domain.dialogue import Reply
from bot.services import handle_escalation
from bot.store import database, escalations, told_facts
from tests.check_ins.conftest import DANGER
from tests.check_ins.life import CHICAGO, Life, facts, with_template

EVERYTHING = (
    "orientation.travel_day.when",
    "orientation.travel_day.how",
    "orientation.companions.who",
    "orientation.meals.what",
    "orientation.reception.arrival",
    "orientation.reception.where",
    "orientation.caregivers.meet",
    "orientation.caregivers.call",
    "orientation.journey_home.how",
)
CORRECTED = {
    "departure_time": "09:00",
    "vehicle": "bus",
    "companions": ["Ana Paz"],
    "meals": ["dinner"],
    "arrival_time": "13:00",
    "reception_centre": "Casa Alegre",
}
JOURNEY_CHANGED = ("unknown_facts", "journey_changed")


def learns(person, dialogue, *message_ids):
    """Somebody asks, and is told these parts of the orientation."""
    dialogue.replies = (Reply(message_ids),)
    person.says("y eso como es")
    dialogue.replies = (Reply(("requests.greet",)),)


def corrects(life, **changes):
    life.set(facts() | {**CORRECTED, **changes})
    life.lives_on(hours=2)


def changes(life, person=None):
    """Which parts were said to be different, message by message."""
    rows = [r.message_ids for r in life.unasked(person or life.child)]
    said = [[m for m in row if m.startswith("journey_change.")] for row in rows]
    return [found[1:] for found in said if found]


def told(life):
    with database.unit_of_work(life.parts.engine) as session:
        return told_facts.of_contact(session, life.family.child)


@pytest.fixture
def knows(life, dialogue) -> Life:
    """The child was told everything about the journey."""
    learns(life.child, dialogue, *EVERYTHING)
    return life


@pytest.fixture
def returned(knows) -> Life:
    """The child said that they arrived; it is three weeks later."""
    knows.nothing_until("2026-12-20 11:00").until("2026-12-20 14:50")
    knows.answers(knows.child)
    knows.until("2026-12-20 18:00")
    knows.answers(knows.caregiver)
    return knows.nothing_until("2027-01-10 09:00")


def test_who_is_home_for_weeks_hears_nothing_of_a_correction(returned):
    corrects(returned, pick_up_time="18:00", first_call_time="15:00", home_hours=6)
    assert changes(returned) == []
    assert "departure_time" not in told(returned)
    assert JOURNEY_CHANGED not in returned.tasks(returned.child)


def test_nor_when_the_journey_is_taken_back(returned):
    returned.set({"destination": "GT"})
    returned.lives_on(hours=2)
    assert changes(returned) == []


def test_nor_when_a_danger_that_held_it_up_is_closed(knows):
    knows.until("2026-12-19 09:00")
    knows.child.says(DANGER)
    corrects(knows)
    assert changes(knows) == []  # it waits for the danger
    knows.nothing_until("2027-01-10 09:00")
    knows.change(arrived_at=knows.time.now())
    with database.unit_of_work(knows.parts.engine) as session:
        row, elena = escalations.unclosed_of(session, knows.family.child), knows.family.case_manager
        handle_escalation.close(session, row, elena, "Está con su tía.", knows.parts)
    knows.lives_on(hours=2)
    assert changes(knows) == []


def test_who_has_just_arrived_hears_of_what_still_lies_ahead(knows):
    """They are at the reception; their family picks them up two days later."""
    later = {"pick_up_on": "2026-12-22", "first_call_on": "2026-12-21"}
    knows.set(facts(**later))
    knows.lives_on(hours=2)
    knows.nothing_until("2026-12-20 11:00").until("2026-12-20 14:50")
    knows.answers(knows.child)
    knows.until("2026-12-20 16:00")

    corrects(knows, **later, home_vehicle="car", first_call_time="10:00")
    assert changes(knows)[-1] == ["journey_change.first_call", "journey_change.home"]


def test_on_a_long_way_what_is_to_come_is_still_said_and_the_departure_is_not(knows):
    longer = dict.fromkeys(("arrival_on", "pick_up_on", "first_call_on"), "2026-12-22")
    knows.set(facts(**longer))
    knows.lives_on(hours=2)
    knows.nothing_until("2026-12-21 09:00")
    said = len(changes(knows))

    corrects(knows, **longer)
    assert changes(knows)[said:] == [
        [
            "journey_change.travel",
            "journey_change.companions",
            "journey_change.meals",
            "journey_change.arrival",
            "journey_change.reception",
        ]
    ]


def test_a_departure_that_is_put_off_after_its_hour_is_said(knows):
    """They were not taken along that morning."""
    knows.until("2026-12-20 10:00", CHICAGO)
    knows.journey(departs="2026-12-23")
    knows.lives_on(hours=1)
    assert "journey_change.departure" in changes(knows)[-1]


def test_a_correction_of_the_hour_after_it_is_for_a_person_while_nobody_knows_whether_they_left(
    knows,
):
    knows.until("2026-12-20 10:00", CHICAGO)
    knows.journey(departure_time="09:00")
    knows.lives_on(hours=1)
    assert changes(knows) == []
    assert JOURNEY_CHANGED in knows.tasks(knows.child)


def test_where_nobody_said_that_they_arrived_a_person_looks_what_is_so(knows):
    knows.nothing_until("2027-01-10 09:00")
    corrects(knows)
    assert changes(knows) == []
    assert JOURNEY_CHANGED in knows.tasks(knows.child)


def test_a_new_departure_of_somebody_who_arrived_is_for_a_person(returned):
    returned.journey(departs="2027-01-20")
    returned.lives_on(hours=2)
    assert changes(returned) == [["journey_change.first_call", "journey_change.pick_up"]]
    assert JOURNEY_CHANGED in returned.tasks(returned.child)


def test_a_change_that_waited_until_they_left_says_nothing_of_the_departure(knows):
    """It was entered in the evening, and they left before they woke."""
    knows.until("2026-12-19 22:00", CHICAGO)
    knows.set(facts(departure_time="05:00", reception_centre="Casa Alegre"))
    knows.until("2026-12-20 09:00", CHICAGO)
    assert changes(knows) == [["journey_change.reception"]]


def test_what_was_announced_before_the_arrival_and_opened_after_it_is_no_news(knows):
    knows.parts = with_template(knows.parts)
    knows.change_addresses(knows.family.child, "sms", retired_at=knows.time.now())
    knows.nothing_until("2026-12-20 11:00")
    knows.set(facts(reception_centre="Casa Alegre"))
    knows.lives_on(minutes=5)
    assert knows.state("journey_change") == "invited"
    knows.change(arrived_at=knows.time.now())

    with knows.child.on("whatsapp") as whatsapp:
        whatsapp.taps("open_check_in")
        assert not [m for m in whatsapp.said if m.startswith("journey_change.")]
    assert knows.state("journey_change") == "skipped nothing_new"


def test_the_mother_hears_no_more_of_it_either(life, dialogue):
    learns(life.caregiver, dialogue, "orientation.reception.where", "orientation.pick_up.where")
    life.nothing_until("2026-12-20 16:00")
    life.answers(life.caregiver)
    life.nothing_until("2027-01-10 09:00")
    corrects(life, pick_up_place="Estación Norte")
    assert changes(life, life.caregiver) == []
