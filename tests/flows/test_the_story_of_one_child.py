"""The story of one child from enrolment to the good-bye, with everything real but the phones and the clock."""

from dataclasses import replace

import pytest

from bot.domain.check_in import OVER
from bot.services.change_number import enter_number
from bot.services.send_notice import send_next_notice
from bot.store import contacts, database
from tests.builders import ALWAYS, fresh_number, make_family, make_staff
from tests.check_ins.life import CHICAGO, GUATEMALA, Life, facts
from tests.one_phone import OnePhone

FEAR = "mi tio me pega con el cinturon todas las noches"


@pytest.fixture
def life(parts, time):
    """Wendy, nine, in Chicago; her mother Marta in Guatemala; Elena is responsible for them."""
    timed = replace(parts, now=time.now, pause=time.pause)
    started = Life(timed, time, make_family(timed, facts("2026-12-20"), birth_year=2017))
    make_staff(timed, "Marvin Coy", duty=[ALWAYS | {"country": c, "rank": 2} for c in ("US", "GT")])
    make_staff(timed, "Rosa Lima", role="supervisor", duty=[])
    yield started
    started.close()


def test_the_story_of_one_child(life, notifier):  # noqa: PLR0915 - a life is long
    wendy, marta, team = life.child, life.caregiver, life.family

    # December: Wendy says hello, agrees, and asks what she wants to know.
    wendy.is_welcomed()
    wendy.says("cuando es el viaje?")
    assert "orientation.travel_day.when" in wendy.said
    marta.is_welcomed()
    life.tick()

    # A week before the day the countdown begins. Five days before she is asked how she feels about it.
    life.until("2026-12-15 18:00", CHICAGO)
    assert life.told(wendy) == [
        "check_in.countdown_week",
        "check_in.readiness",
        "check_in.trip_feeling",
    ]
    wendy.taps("face_so_so").taps("yes")
    assert wendy.said == ["check_in.thanks"]
    life.answers(marta)
    assert life.state("ready_home") == "answered"

    # The flight is put off by two days. Both hear what is different; nobody hears what they were never told.
    life.journey(departs="2026-12-22")
    life.until("2026-12-16 12:00", CHICAGO)
    assert life.told(wendy)[-3:] == [
        "journey_change.intro",
        "journey_change.departure",
        "orientation.travel_day.when",
    ]
    assert life.due("countdown_one", CHICAGO) == "2026-12-21 15:00"

    # The travel day. Over the border her hours and her emergency numbers are those of Guatemala.
    life.until("2026-12-22 13:00")
    assert life.told(wendy)[-1] == "check_in.on_the_way"
    here = contacts.as_contact(life.contact(team.child))
    assert (here.country, here.time_zone) == ("GT", GUATEMALA)

    # "Have you arrived?" Nobody answers: a reminder, her other channel, her mother - and Elena's phone rings.
    life.until("2026-12-22 18:00")
    assert life.state("arrived") == "missed silence"
    assert ("stranded_silence", "arrived") in life.tasks(wendy)
    while send_next_notice(life.parts):
        pass
    assert [call.number for call in notifier.calls]
    life.answers(marta)
    assert "check_in.thanks_caregiver" in marta.said

    # The first day at home goes well; on the third she writes what happens at night, and the questions stop.
    life.until("2026-12-23 17:00")
    life.answers(wendy)
    assert life.state("day_1") == "answered"
    life.until("2026-12-25 17:00")
    wendy.taps("face_bad")
    wendy.says(FEAR)
    assert "disclosure.thank_you" in wendy.said
    assert life.state("day_3") == "interrupted at_risk"
    assert life.told(marta)[-1] != "disclosure.thank_you"

    # Elena has it within minutes, goes there, and Wendy says that somebody came.
    wendy.staff_answers(team.case_manager, "1")
    life.lives_on(hours=25)
    wendy.taps("reached_yes")
    life.closes_the_danger()
    assert wendy.escalation.state == "closed"

    # For two weeks she is asked more often.
    life.lives_on(days=1, hours=6)
    life.answers(wendy)
    assert life.state("risk_day_1") == "answered"

    # She falls silent. Her mother is not asked about it, because she may be the danger: Elena is told.
    life.until("2027-01-25 12:00")
    assert [r.due_at.month for r in life.rows(team.caregiver) if r.step == "child_is_silent"] == [
        12
    ]
    silence = [task for task in life.task_rows(wendy) if task.kind == "silence"]
    assert silence
    assert {task.tier for task in silence} == {"high"}

    # She has a new phone. Nothing personal is said there until it has proved itself.
    number = fresh_number("+5027778")
    with database.unit_of_work(life.parts.engine) as session:
        digits = enter_number(session, team.child, number, life.parts)
    life.tick()
    phone = OnePhone(life.parts, number, time=life.time)
    phone.says(digits)
    assert "contact_change.number_verified" in phone.said
    assert {a.number for a in life.addresses(team.child) if a.retired_at is None} == {number}

    # The months go by. In summer the case is closed; three more months, and then the good-bye.
    life.until("2027-07-01 12:00")
    life.closes_the_case()
    life.until("2027-10-31 12:00")
    assert life.state("closed_month_3") == "missed silence"
    assert life.state("month_9") == "superseded facts_changed"
    assert life.state("good_bye") == "said"
    assert life.state("good_bye_home") == "said"

    # After it nothing is said unasked, whatever is still written is screened and answered.
    said = len(life.unasked(wendy)) + len(life.unasked(marta))
    life.until("2029-01-01 12:00")
    assert len(life.unasked(wendy)) + len(life.unasked(marta)) == said
    assert {row.state for row in life.rows()} <= OVER
    assert all(row.reason for row in life.rows() if row.state not in ("said", "answered"))
