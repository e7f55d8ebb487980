"""What silence means: a reminder, another channel, the caregiver's own check-in, and in the end a person."""

import pytest

from bot.domain.risk import Tier
from bot.gateways.dialogue import DialogueDown
from bot.gateways.sending import AddressUnreachable
from bot.store import check_ins, database
from tests.check_ins.conftest import AT_HOME, DANGER
from tests.check_ins.life import Life, with_template

REMINDED = ["check_in.remind", "check_in.mood"]


@pytest.fixture
def home(life) -> Life:
    """The child is at home, and was asked for the first time at half past four."""
    life.nothing_until("2026-12-20 11:00").until("2026-12-20 14:50")
    life.answers(life.child)
    life.until("2026-12-20 18:00")
    life.answers(life.caregiver)
    return life.until("2026-12-21 17:00")


@pytest.fixture
def travels(life) -> Life:
    """It is half an hour before the child is asked whether they arrived."""
    return life.nothing_until("2026-12-20 13:40")


def said_last(life, person):
    return life.unasked(person)[-1]


def rungs(life, step):
    return life.check_in(step).rung


# The usual silence


def test_after_a_day_comes_a_reminder_with_the_question_itself(home):
    home.until("2026-12-22 17:00")
    assert said_last(home, home.child).message_ids == REMINDED
    assert home.state("day_1") == "asked"


def test_an_answer_ends_it(home):
    home.answers(home.child)
    said = len(home.unasked(home.child))
    home.until("2026-12-23 12:00")
    assert home.state("day_1") == "answered"
    assert len(home.unasked(home.child)) == said


def test_somebody_who_is_answering_is_given_time_again(home):
    home.until("2026-12-22 16:00")
    home.child.taps("face_good")
    home.until("2026-12-23 12:00")
    assert home.told(home.child).count("check_in.remind") == 0
    home.until("2026-12-23 16:10")
    assert said_last(home, home.child).message_ids == ["check_in.remind", "check_in.slept"]


def test_a_question_about_danger_is_not_repeated_on_a_screen_that_others_may_read(life):
    life.nothing_until("2026-12-27 16:00").until("2026-12-27 17:00")
    life.child.taps("face_good")
    life.until("2026-12-28 17:30")
    assert life.state("day_7") == "asked"
    assert said_last(life, life.child).message_ids == ["check_in.remind"]

    life.child.taps("open_check_in")
    assert life.child.said == ["check_in.safe"]
    assert life.child.taps("yes").said == ["check_in.school"]


def test_then_another_channel_where_there_is_one(life):
    life.parts = with_template(life.parts)
    life.nothing_until("2026-12-27 16:00").until("2026-12-29 17:00")
    asked, reminded, elsewhere = life.unasked(life.child)[-3:]
    assert (asked.channel, reminded.channel, elsewhere.channel) == ("sms", "sms", "whatsapp")
    assert elsewhere.message_ids == ["check_in.invite"]
    assert elsewhere.template


def test_where_there_is_none_the_caregiver_is_asked_at_once(life):
    life.nothing_until("2026-12-27 16:00").until("2026-12-29 17:00")
    assert rungs(life, "day_7") == 3
    asked = life.check_in("child_is_silent")
    assert (asked.contact_id, asked.state) == (life.family.caregiver, "asked")


def test_then_the_caregiver_has_a_check_in_of_their_own_and_then_a_person_looks(life):
    life.nothing_until("2026-12-27 16:00").until("2026-12-31 18:00")
    assert life.state("day_7") == "missed silence"
    (task,) = [t for t in life.task_rows(life.child) if t.about == "day_7"]
    assert (task.kind, task.tier) == ("silence", Tier.MEDIUM)


def test_what_the_caregiver_says_goes_to_a_person_too(life):
    life.nothing_until("2026-12-27 16:00").until("2026-12-29 17:00")
    life.answers(life.caregiver, child_well="child_unsure")
    assert ("question", "child_unsure") in life.tasks(life.caregiver)


def test_the_silence_of_a_caregiver_ends_with_a_person_and_asks_nobody_else(life):
    life.change(paused_at=life.time.now())  # the child's own silence is not looked at here
    life.nothing_until("2027-01-03 17:30").until("2027-01-08 18:30")
    assert life.state("home_day_14") == "missed silence"
    assert ("silence", "home_day_14") in life.tasks(life.caregiver)
    assert "child_is_silent" not in {row.step for row in life.rows(life.family.caregiver)}


def test_whoever_told_of_a_danger_before_is_looked_for_sooner(home):
    home.child.says(DANGER)
    home.closes_the_danger()
    home.nothing_until("2026-12-27 16:00").until("2027-01-02 12:00")
    tasks = [t.tier for t in home.task_rows(home.child) if t.kind == "silence"]
    assert tasks
    assert set(tasks) == {Tier.HIGH}


def test_the_caregiver_is_not_asked_where_they_may_be_the_danger(home):
    home.child.says(AT_HOME)
    home.closes_the_danger()
    home.nothing_until("2026-12-27 16:00").until("2027-01-02 12:00")
    assert "child_is_silent" not in {row.step for row in home.rows(home.family.caregiver)}
    assert [t.tier for t in home.task_rows(home.child) if t.kind == "silence"] == [Tier.HIGH]


def test_whoever_wrote_since_is_not_silent_only_not_finished(life):
    life.nothing_until("2026-12-27 16:00").until("2026-12-27 17:00")
    life.child.taps("face_good")
    life.until("2027-01-02 12:00")
    assert life.state("day_7") == "missed not_finished"
    assert ("silence", "day_7") not in life.tasks(life.child)


def test_a_reminder_waits_for_the_morning_and_for_a_conversation(home):
    home.change(zone="America/Tijuana")  # two hours further west: 14:30 there, so nothing changes
    home.change(zone="Europe/Madrid")  # and where the day is over at once
    home.until("2026-12-22 20:00")
    assert home.told(home.child).count("check_in.remind") == 0
    home.until("2026-12-23 01:30")  # half past eight in Madrid
    assert home.told(home.child).count("check_in.remind") == 1


def test_a_reminder_waits_while_a_person_holds_the_conversation(home):
    home.change(held_by_id=home.family.case_manager)
    home.until("2026-12-22 18:00")
    assert home.told(home.child).count("check_in.remind") == 0
    home.change(held_by_id=None)
    home.until("2026-12-22 18:59")
    assert home.told(home.child).count("check_in.remind") == 1


def test_the_answers_that_make_somebody_stable_do_not_stop_the_reminder(home):
    """Thinner is the next check-in, not the one that is being answered."""
    home.answers(home.child)  # four, and one on the travel day: with three more she is stable
    home.nothing_until("2027-04-20 16:31").lives_on(minutes=20)
    assert home.state("month_4") == "asked"
    for choice in ("face_good", "yes", "school_yes"):
        home.child.taps(choice)
    home.lives_on(hours=25)
    assert said_last(home, home.child).message_ids == ["check_in.remind"]
    assert "child_is_silent" not in {row.step for row in home.rows(home.family.caregiver)}


# Leaving while the questions wait


def pauses(life):
    life.change(paused_at=life.time.now())


def says_stop(life):
    life.change_addresses(life.family.child, opted_out_at=life.time.now())


@pytest.mark.parametrize(("leaves", "reason"), [(pauses, "paused"), (says_stop, "opted_out")])
def test_whoever_leaves_while_the_questions_wait_is_not_asked_about(home, leaves, reason):
    leaves(home)
    home.until("2026-12-28 12:00")
    assert home.state("day_1") == f"missed {reason}"
    assert ("silence", reason) in home.tasks(home.child)
    assert "child_is_silent" not in {row.step for row in home.rows(home.family.caregiver)}


@pytest.mark.parametrize("leaves", [pauses, says_stop])
def test_whoever_leaves_on_the_travel_day_is_looked_for(travels, leaves):
    travels.until("2026-12-20 14:40")
    leaves(travels)
    travels.until("2026-12-20 15:30")
    assert travels.state("arrived").startswith("missed")
    assert ("stranded_silence", "arrived") in travels.tasks(travels.child)


def test_where_nothing_arrives_any_more_the_caregiver_is_asked_at_once(home):
    home.change_addresses(home.family.child, unreachable_at=home.time.now())
    home.until("2026-12-22 17:30")
    assert home.check_in("child_is_silent").state == "asked"
    home.until("2026-12-24 17:30")
    assert ("silence", "day_1") in home.tasks(home.child)


def test_an_undeliverable_number_is_a_task_and_no_opt_out(home, provider):
    home.nothing_until("2026-12-27 16:00")
    provider.refuse_next = [AddressUnreachable(30005)]
    home.until("2026-12-27 17:00")
    sms, whatsapp = home.addresses(home.family.child)
    assert sms.unreachable_at is not None
    assert (sms.opted_out_at, whatsapp.opted_out_at) == (None, None)
    assert ("undeliverable", "sms") in home.tasks(home.child)
    assert home.state("day_7") == "asked"

    home.until("2027-01-02 12:00")
    assert home.state("day_7") == "missed silence"


# The travel day


def test_on_the_travel_day_it_takes_two_hours(travels):
    travels.until("2026-12-20 14:40")
    assert travels.state("arrived") == "asked"
    travels.until("2026-12-20 16:40")
    assert travels.state("arrived") == "missed silence"
    (task,) = [t for t in travels.task_rows(travels.child) if t.kind == "stranded_silence"]
    assert (task.about, task.tier) == ("arrived", Tier.CRITICAL)


def test_on_the_way_to_a_person_the_child_is_reminded_and_the_caregiver_asked(travels):
    travels.until("2026-12-20 15:55")
    assert said_last(travels, travels.child).message_ids == ["check_in.remind", "check_in.arrived"]
    assert "check_in.child_is_silent" in travels.told(travels.caregiver)


def test_not_yet_is_asked_again_three_hours_later(travels):
    travels.until("2026-12-20 14:40")
    travels.child.taps("arrived_not_yet")
    assert travels.state("arrived") == "answered"
    travels.until("2026-12-20 17:45")
    assert travels.state("still_on_the_way") == "asked"
    assert travels.contact(travels.family.child).arrived_at is None


def test_nobody_came_calls_somebody_at_once(travels):
    travels.until("2026-12-20 14:40")
    travels.child.taps("arrived_nobody")
    assert travels.child.escalation.category == "stranded"
    assert travels.state("arrived") == "interrupted at_risk"


def test_who_arrived_is_at_home_from_that_day_on(travels):
    travels.until("2026-12-20 14:40")
    travels.answers(travels.child)
    child = travels.contact(travels.family.child)
    assert child.arrived_at is not None
    assert travels.state("arrived") == "answered"


def test_in_the_night_it_goes_to_a_person_without_waiting_for_the_morning(life):
    life.journey(arrival_time="17:00", pick_up_time="20:00")
    life.nothing_until("2026-12-20 17:30").until("2026-12-20 18:59")
    assert life.state("arrived") == "asked"  # the youngest sleep from seven
    said = len(life.unasked(life.child))
    life.until("2026-12-20 21:00")

    assert life.state("arrived") == "missed silence"
    assert ("stranded_silence", "arrived") in life.tasks(life.child)
    assert len(life.unasked(life.child)) == said


def test_a_caregiver_who_sleeps_is_asked_in_the_morning_and_the_person_does_not_wait(life):
    life.change(life.family.caregiver, zone="America/Sao_Paulo")  # three hours further east
    life.journey(arrival_time="17:00", pick_up_time="20:00")
    life.nothing_until("2026-12-20 17:30").until("2026-12-20 21:00")
    assert life.state("child_is_silent") == "planned asleep"
    assert ("stranded_silence", "arrived") in life.tasks(life.child)
    assert life.unasked(life.caregiver) == []
    life.until("2026-12-21 07:05", "America/Sao_Paulo")
    assert life.state("arrived_home") == "asked"  # "is your child with you?" says more


@pytest.mark.parametrize("is_down", [False, True])
def test_a_chat_about_something_else_does_not_stop_the_looking(travels, dialogue, is_down):
    """The child writes, but not whether they arrived, and perhaps nothing can be answered just now."""
    travels.until("2026-12-20 14:40")
    with database.unit_of_work(travels.parts.engine) as session:
        check_ins.plan_again(session, [travels.family.child])
    if is_down:
        dialogue.failure = DialogueDown("for hours")
    else:
        dialogue.take_turn = type(dialogue).__mro__[1].take_turn.__get__(dialogue)
    for minute in (50, 59):
        travels.until(f"2026-12-20 14:{minute}")
        travels.child.says("y la comida")
    travels.until("2026-12-20 15:40")
    assert said_last(travels, travels.child).message_ids == ["check_in.remind", "check_in.arrived"]
    travels.until("2026-12-20 17:00")
    assert ("stranded_silence", "arrived") in travels.tasks(travels.child)


def test_who_said_where_they_are_in_own_words_is_read_by_a_person_not_looked_for(travels):
    travels.until("2026-12-20 14:40")
    travels.child.says("ya estoy con mi mami")
    travels.until("2026-12-20 18:00")
    assert ("free_answer", "arrived.arrived") in travels.tasks(travels.child)
    assert "stranded_silence" not in {kind for kind, _ in travels.tasks(travels.child)}


def test_a_danger_elsewhere_does_not_hold_up_the_question_of_the_travel_day(travels):
    travels.child.says(DANGER)
    travels.until("2026-12-20 16:00")
    assert travels.state("arrived") == "asked"


# What was only announced


def test_what_was_announced_and_not_opened_is_announced_elsewhere_and_then_over(life):
    life.parts = with_template(life.parts)
    life.change_addresses(life.family.child, "sms", retired_at=life.time.now())
    life.nothing_until("2026-12-17 15:59").until("2026-12-17 17:00")
    assert life.state("countdown_three") == "invited"
    life.until("2026-12-18 12:00")
    assert life.state("countdown_three") == "missed not_opened"


def test_what_was_announced_is_said_after_the_answer(life):
    life.parts = with_template(life.parts)
    life.change_addresses(life.family.child, "sms", retired_at=life.time.now())
    life.nothing_until("2026-12-17 15:59").until("2026-12-17 17:00")
    whatsapp = life.child.on("whatsapp")
    whatsapp.taps("open_check_in")
    assert whatsapp.said == ["check_in.countdown_three"]
    assert life.state("countdown_three") == "said"


def test_later_is_later(life):
    life.parts = with_template(life.parts)
    life.change_addresses(life.family.child, "sms", retired_at=life.time.now())
    life.nothing_until("2026-12-17 15:30").until("2026-12-17 16:30")
    whatsapp = life.child.on("whatsapp")
    whatsapp.taps("check_in_later")
    assert whatsapp.said == ["check_in.later"]
    assert life.state("countdown_three") == "planned later"
    life.until("2026-12-18 12:00")
    assert life.state("countdown_three") == "said"  # free words arrive now: she wrote there
