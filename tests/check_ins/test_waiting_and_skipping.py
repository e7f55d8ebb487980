"""A check-in waits for its moment, or is left out with a reason; what a person has to know is a task."""

from datetime import timedelta

import pytest

from bot.domain.consent import Agreement
from bot.gateways.dialogue import DialogueDown
from bot.services import open_check_in
from bot.store import contacts, database
from tests.builders import make_staff
from tests.check_ins.conftest import DANGER, DOUBT
from tests.check_ins.life import CHICAGO, local, with_template

DAY_1, DAY_3 = "2026-12-21 16:30", "2026-12-23 16:30"
"""When the child is asked at home for the first times, but for their place in the spread."""


def holds(life, staff_id):
    """A person of the staff takes the conversation over, or hands it back."""
    life.change(held_by_id=staff_id)


def goes_without_consent(life, kind, given):
    with database.unit_of_work(life.parts.engine) as session:
        contacts.record_consent(session, life.family.child, kind, given, life.time.now())


# It waits


def test_by_day_the_questions_are_asked_at_their_hour(home):
    home.until("2026-12-21 17:00")
    assert home.state("day_1") == "asked"
    assert home.told(home.child)[-2:] == ["check_in.first_days", "check_in.mood"]


def test_nothing_is_said_in_the_night(life):
    life.journey(departure_time="05:00", arrival_time="21:00", pick_up_time="22:00")
    life.until("2026-12-21 07:59")
    night = [row for row in life.unasked(life.child) if not 8 <= hour_of(row.created_at) < 19]
    assert night == []
    assert life.state("countdown_one") == "said"
    assert life.state("arrived") == "planned asleep"
    life.until("2026-12-21 08:01")
    assert life.state("arrived") == "asked"


def hour_of(moment):
    return (moment - timedelta(hours=6)).hour


def test_the_words_come_after_a_live_conversation(home):
    home.until("2026-12-21 16:29")
    home.child.says("hola")
    home.until("2026-12-21 16:55")
    assert home.state("day_1") == "planned conversation"
    home.until("2026-12-21 17:00")
    assert home.state("day_1") == "asked"


def test_it_waits_while_somebody_has_no_answer_yet(home, dialogue):
    dialogue.failure = DialogueDown("for a while")
    home.until("2026-12-21 14:00")
    home.child.says("cuando voy a la escuela")
    home.until("2026-12-21 18:00")
    assert home.state("day_1") == "planned conversation"

    dialogue.failure = None
    home.lives_on(minutes=1).lives_on(minutes=31)
    assert home.state("day_1") == "asked"


def test_it_waits_while_a_person_holds_the_conversation(home):
    holds(home, home.family.case_manager)
    home.until("2026-12-21 17:30")
    assert home.state("day_1") == "planned handover"

    holds(home, None)
    home.until("2026-12-21 18:59")
    assert home.state("day_1") == "asked"


def test_it_waits_while_a_danger_is_being_looked_at(home):
    home.child.says(DANGER)
    home.until("2026-12-21 18:00")
    assert home.state("day_1") == "planned at_risk"

    home.closes_the_danger()
    home.until("2026-12-22 12:00")
    assert home.state("day_1") == "asked"


def test_it_waits_while_the_closed_question_is_open(home):
    home.until("2026-12-21 16:20")
    home.child.says(DOUBT)
    home.until("2026-12-21 17:00")
    assert home.state("day_1").startswith("planned")


def test_what_speaks_of_the_journey_waits_while_it_is_in_doubt(life):
    life.change(journey_held_at=life.time.now())
    life.until("2026-12-13 17:00", CHICAGO)
    assert life.state("countdown_week") == "planned journey_held"

    life.change(journey_held_at=None)
    life.until("2026-12-14 10:00", CHICAGO)
    assert life.state("countdown_week") == "said"


def test_the_doubt_of_the_child_does_not_keep_anything_from_the_caregiver(life):
    life.change(journey_held_at=life.time.now())
    life.until("2026-12-15 18:00")
    assert life.state("ready_home") == "asked"


def test_one_questionnaire_at_a_time_has_the_day_to_itself(home):
    home.until("2026-12-22 12:00")
    home.child.says(DANGER)
    home.closes_the_danger()
    home.until("2026-12-23 17:30")
    assert home.state("risk_day_1") == "asked"
    assert home.state("day_3") == "planned conversation"

    home.until("2026-12-24 16:00")
    assert home.state("risk_day_1") == "missed next_one_came"
    assert home.state("day_3") == "asked"


def test_two_that_are_due_at_once_after_an_outage_are_not_asked_at_once(home):
    home.child.says(DANGER)
    home.closes_the_danger()
    home.nothing_until("2026-12-22 16:25")
    assert home.state("risk_day_1") == "planned conversation"
    assert home.state("day_1") == "asked"


def test_the_next_questions_take_the_place_of_those_that_nobody_answered(home):
    home.until("2026-12-23 17:00")
    assert home.state("day_1") == "missed next_one_came"
    assert home.state("day_3") == "asked"
    assert home.check_in("day_3").rung == 1  # her silence goes on, it does not begin anew


def test_the_arrival_is_asked_from_the_beginning_also_after_a_long_silence(life):
    """The silence before the journey is another one: its rungs say nothing about the day itself."""
    holds(life, life.family.case_manager)
    life.nothing_until("2026-12-16 16:30", CHICAGO)
    holds(life, None)
    life.until("2026-12-20 12:00", CHICAGO)  # nobody answered the questions that came a day late
    assert life.check_in("readiness").rung == 3
    life.until("2026-12-20 14:40")
    assert life.state("readiness") == "missed next_one_came"
    assert (life.state("arrived"), life.check_in("arrived").rung) == ("asked", 0)


# It is left out, with a reason


def test_what_was_missed_in_an_outage_is_late(home):
    home.nothing_until("2026-12-24 08:00")
    assert home.state("day_1") == "skipped late"
    assert home.state("day_3") == "asked"


def test_what_a_handover_holds_up_for_too_long_is_left_out(home):
    holds(home, home.family.case_manager)
    home.until("2026-12-23 09:00")
    assert home.state("day_1") == "skipped late_handover"


def test_who_paused_is_left_in_peace_and_a_person_knows(home):
    home.change(paused_at=home.time.now())
    home.until("2026-12-23 18:00")
    assert home.state("day_1") == home.state("day_3") == "skipped paused"
    assert home.tasks(home.child) == [("silence", "paused")]  # once

    home.change(paused_at=None)
    home.until("2026-12-27 18:00")
    assert home.state("day_7") == "asked"


@pytest.mark.parametrize("had_agreed", [True, False])
def test_who_said_stop_is_left_in_peace_and_a_person_knows(home, had_agreed):
    """STOP also takes back what a child agreed to; it is STOP that a person has to know of."""
    if had_agreed:
        goes_without_consent(home, Agreement.ASSENT, True)
    said = len(home.unasked(home.child))
    home.child.says("ALTO")
    home.child.on("whatsapp").says("ALTO")
    home.until("2026-12-23 18:00")
    assert home.state("day_1") == "skipped opted_out"
    assert ("silence", "opted_out") in home.tasks(home.child)
    assert len(home.unasked(home.child)) == said


def test_after_start_the_next_one_comes_again(home):
    home.child.says("ALTO")
    home.until("2026-12-22 18:00")
    home.child.says("ALTA")
    home.until("2026-12-23 18:00")
    assert home.state("day_3") == "asked"


def test_stop_on_one_channel_leaves_the_other(home):
    home.change_addresses(home.family.child, "sms", opted_out_at=home.time.now())
    home.parts = with_template(home.parts)
    home.until("2026-12-21 17:30")
    (said,) = home.unasked(home.child)[-1:]
    assert (said.channel, said.message_ids) == ("whatsapp", ["check_in.invite"])


@pytest.mark.parametrize(
    ("kind", "given"), [(Agreement.ASSENT, False), (Agreement.GUARDIAN_CONSENT, False)]
)
def test_nothing_is_said_without_a_consent(home, kind, given):
    said = len(home.unasked(home.child))
    goes_without_consent(home, kind, given)
    home.until("2026-12-23 18:00")
    assert home.state("day_1") == "skipped no_consent"
    assert len(home.unasked(home.child)) == said


def test_where_nothing_arrives_any_more_a_person_looks_and_nobody_is_signed_off(home):
    home.change_addresses(home.family.child, unreachable_at=home.time.now())
    home.until("2026-12-21 18:00")
    assert home.state("day_1") == "skipped unreachable"
    assert ("silence", "unreachable") in home.tasks(home.child)
    assert [a.opted_out_at for a in home.addresses(home.family.child)] == [None, None]


def test_without_any_address_a_person_looks(home):
    home.change_addresses(home.family.child, retired_at=home.time.now())
    home.until("2026-12-21 18:00")
    assert home.state("day_1") == "skipped unreachable"
    assert home.tasks(home.child) == [("silence", "unreachable")]


def test_whatsapp_outside_its_window_without_an_approved_message_is_a_task(home):
    home.change_addresses(home.family.child, "sms", retired_at=home.time.now())
    home.until("2026-12-21 18:00")
    assert home.state("day_1") == "skipped no_template"
    assert ("silence", "no_template") in home.tasks(home.child)


def test_who_sleeps_before_the_question_comes_is_asked_in_the_morning_and_looked_for_by_noon(life):
    life.journey(arrival_time="18:00", pick_up_time="20:00")
    life.nothing_until("2026-12-20 17:00").until("2026-12-21 08:01")
    assert life.state("arrived") == "asked"

    life.until("2026-12-21 12:00")
    assert life.state("arrived") == "missed silence"
    assert ("stranded_silence", "arrived") in life.tasks(life.child)


def test_whoever_paused_before_the_journey_is_looked_for_after_it(life):
    life.change(paused_at=life.time.now())
    life.until("2026-12-20 18:00")
    assert life.state("arrived") == "skipped paused"
    (task,) = [t for t in life.task_rows(life.child) if t.kind == "stranded_silence"]
    assert (task.about, task.tier) == ("arrived", "critical")


# Thinner, denser


def test_whoever_is_well_for_long_is_asked_every_second_time(home):
    home.until("2026-12-21 17:00")
    home.answers(home.child)
    home.nothing_until("2027-01-19 17:00")
    home.answers(home.child)
    home.nothing_until("2027-02-20 17:00")
    home.answers(home.child)
    home.nothing_until("2027-04-20 17:00")
    assert home.state("month_4") == "skipped stable"


def test_one_worry_among_the_answers_and_every_check_in_comes(home):
    home.until("2026-12-21 17:00")
    home.answers(home.child)
    home.nothing_until("2027-02-20 17:00")
    home.answers(home.child, mood="face_bad", mood_why="why_miss")
    home.nothing_until("2027-04-20 17:00")
    assert home.state("month_4") == "asked"


def test_whoever_ever_told_of_a_danger_is_never_stable(home):
    home.child.says(DANGER)
    home.closes_the_danger()
    for moment in ("2026-12-22 17:00", "2027-01-19 17:00", "2027-02-20 17:00"):
        home.nothing_until(moment)
        home.answers(home.child)
    home.nothing_until("2027-04-20 17:00")
    assert home.state("month_4") == "asked"


def test_after_a_danger_that_a_person_closed_it_is_asked_more_often(home):
    home.until("2026-12-21 19:30")  # the 22nd has begun in Greenwich
    home.child.says(DANGER)
    home.closes_the_danger()
    home.tick()
    assert [home.due(f"risk_day_{n}") for n in (1, 3, 7, 14)] == [
        "2026-12-22 16:00",
        "2026-12-24 16:00",
        "2026-12-28 16:00",
        "2027-01-04 16:00",
    ]


def test_each_danger_has_its_own_days_and_takes_back_those_of_the_one_before(home):
    home.child.says(DANGER)
    home.closes_the_danger()
    home.until("2026-12-22 17:30")
    home.child.says(DANGER)
    home.closes_the_danger()
    home.tick()
    first, second = ([r for r in home.rows() if r.occurrence == n] for n in (1, 2))
    assert {row.step for row in second} == {f"risk_day_{n}" for n in (1, 3, 7, 14)}
    assert {row.state for row in second} == {"planned"}
    assert {row.state for row in first if row.step != "risk_day_1"} == {"superseded"}


def test_a_danger_interrupts_the_questions_for_good(home):
    home.until("2026-12-21 17:00")
    home.child.says(DANGER)
    assert home.state("day_1") == "interrupted at_risk"
    home.closes_the_danger()
    home.until("2026-12-22 12:00")
    assert home.state("day_1") == "interrupted at_risk"


# One that fails


def test_one_that_fails_is_tried_again_holds_up_nobody_and_is_left_to_a_person(home, monkeypatch):
    real = open_check_in.words_of

    def fails(session, contact, step, parts):
        if contact.id == home.family.child:
            raise ValueError("no such word")
        return real(session, contact, step, parts)

    monkeypatch.setattr(open_check_in, "words_of", fails)
    home.until("2026-12-21 17:00")
    assert home.state("day_1") == "planned failed"
    home.until("2026-12-22 18:30")
    assert home.state("day_1") == "skipped failed"
    assert ("plan_failed", "day_1") in home.tasks(home.child)
    assert home.state("home_day_2") == "asked"


def test_a_step_that_is_not_in_the_plan_any_more_is_taken_back(home):
    with database.unit_of_work(home.parts.engine) as session:
        row = session.merge(home.check_in("day_1"))
        row.step = "a_step_of_the_past"
    home.until("2026-12-21 18:00")
    past = [row for row in home.rows() if row.step == "a_step_of_the_past"]
    assert [row.state for row in past] == ["superseded"]


def test_who_holds_a_conversation_does_not_matter(home):
    holds(home, make_staff(home.parts, "Marvin Coy"))
    home.until("2026-12-21 17:30")
    assert home.state("day_1") == "planned handover"


def test_a_clock_that_is_put_back_says_nothing_twice(home):
    home.until("2026-12-21 17:00")
    said = len(home.unasked(home.child))
    home.time.moment -= timedelta(hours=2)
    home.change()
    home.tick()
    home.until("2026-12-21 17:30")
    assert len(home.unasked(home.child)) == said
    assert home.check_in("day_1").said_at < local("2026-12-21 17:00")
