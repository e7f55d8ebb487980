"""Whether the child is there: whatever they write, whenever they say it, and whoever says it."""

import pytest
from sqlalchemy import select

from bot.domain.check_in_plan import read_plan
from bot.domain.dialogue import Reply
from bot.domain.questionnaire import OWN_WORDS
from bot.domain.risk import Tier
from bot.errors import ContentError
from bot.gateways.dialogue import DialogueDown, Turn
from bot.phrasebook.source import read_yaml
from bot.services.tasks import finish_task
from bot.settings import CONTENT
from bot.store import check_in_answers, check_ins, database, staff, tasks
from bot.store.risk_tables import NoticeRow
from tests.check_ins.conftest import DANGER
from tests.check_ins.life import Life

CHILD_SAYS = "seguimos en la frontera esperando"
CAREGIVER_SAYS = "todavía no ha venido la niña"


@pytest.fixture
def travels(life) -> Life:
    """It is half an hour before the child is asked whether they arrived."""
    return life.nothing_until("2026-12-20 13:40")


@pytest.fixture
def asked(travels) -> Life:
    """The child is asked whether they arrived."""
    travels.until("2026-12-20 14:40")
    assert travels.state("arrived") == "asked"
    return travels


@pytest.fixture
def given_up(travels) -> Life:
    """Nobody answered on the travel day, and a person looks for the child."""
    travels.until("2026-12-20 16:30")
    assert travels.state("arrived") == "missed silence"
    assert task(travels, travels.child, "stranded_silence").tier == Tier.CRITICAL
    return travels


def given(life, step):
    with database.unit_of_work(life.parts.engine) as session:
        return check_in_answers.given_to(session, life.check_in(step).id)


def task(life, person, kind):
    (row,) = [t for t in life.task_rows(person) if t.kind == kind]
    return row


def kinds(life, person):
    return {kind for kind, _ in life.tasks(person)}


def told_staff(life):
    """The messages to people of the staff."""
    with database.unit_of_work(life.parts.engine) as session:
        return list(session.scalars(select(NoticeRow.message_id)))


def has_arrived(life):
    return life.contact(life.family.child).arrived_at is not None


def reads(life, person, kind):
    """The case manager closes a task."""
    with database.unit_of_work(life.parts.engine) as session:
        row = tasks.lock(session, task(life, person, kind).id)
        elena = staff.get(session, life.family.case_manager)
        finish_task(session, row, elena, "Leído.", life.parts)


# Own words end nothing


def test_own_words_are_kept_thanked_for_told_at_once_and_the_question_stays_open(asked):
    before = len(told_staff(asked))
    asked.child.says(CHILD_SAYS)
    assert asked.child.said[-1] == "check_in.arrived"
    assert asked.state("arrived") == "asked"
    assert given(asked, "arrived") == {"arrived": OWN_WORDS}
    read = task(asked, asked.child, "free_answer")
    assert (read.about, read.tier) == ("arrived.arrived", Tier.HIGH)
    assert len(told_staff(asked)) == before + 1


def test_after_own_words_the_ladder_goes_on_to_the_end(asked):
    asked.child.says(CHILD_SAYS)
    asked.until("2026-12-20 15:30")
    assert asked.unasked(asked.child)[-1].message_ids == ["check_in.remind", "check_in.arrived"]
    asked.until("2026-12-20 17:00")
    assert "check_in.child_is_silent" in asked.told(asked.caregiver)
    assert asked.state("arrived") == "missed silence"
    assert task(asked, asked.child, "free_answer").tier == Tier.CRITICAL


def test_words_again_and_again_do_not_put_the_ladder_off(asked):
    for minute in range(41, 59, 4):
        asked.until(f"2026-12-20 14:{minute}")
        asked.child.says(CHILD_SAYS)
    asked.until("2026-12-20 15:30")
    assert asked.unasked(asked.child)[-1].message_ids == ["check_in.remind", "check_in.arrived"]
    assert len(asked.task_rows(asked.child)) == 1


def test_whoever_wrote_words_that_a_person_has_read_and_is_silent_then_is_looked_for(asked):
    asked.child.says(CHILD_SAYS)
    reads(asked, asked.child, "free_answer")
    asked.until("2026-12-20 17:00")
    assert task(asked, asked.child, "stranded_silence").tier == Tier.CRITICAL


def test_a_choice_takes_the_place_of_own_words(asked):
    asked.child.says("ya estoy con mi mami")
    asked.child.taps("arrived_yes").taps("with_family")
    assert asked.state("arrived") == "answered"
    assert given(asked, "arrived") == {"arrived": "arrived_yes", "arrived_with": "with_family"}
    assert has_arrived(asked)


def test_not_yet_after_own_words_is_asked_again_later(asked):
    asked.child.says(CHILD_SAYS)
    asked.child.taps("arrived_not_yet")
    assert asked.state("arrived") == "answered"
    assert asked.state("still_on_the_way") == "planned"


def test_own_words_about_who_is_there_end_the_questions_and_are_read_at_once(asked):
    asked.child.taps("arrived_yes")
    asked.child.says("con una señora del albergue")
    assert asked.state("arrived") == "answered"
    assert task(asked, asked.child, "free_answer").tier == Tier.HIGH


def test_the_words_of_a_caregiver_end_nothing_either(travels):
    travels.until("2026-12-20 16:20")
    assert travels.state("arrived_home") == "asked"
    travels.caregiver.says(CAREGIVER_SAYS)
    assert travels.caregiver.said[-1] == "check_in.child_here"
    assert travels.state("arrived_home") == "asked"
    assert task(travels, travels.caregiver, "free_answer").tier == Tier.HIGH
    travels.until("2026-12-20 18:30")
    assert travels.state("arrived_home") == "missed silence"
    assert task(travels, travels.caregiver, "free_answer").tier == Tier.CRITICAL


# When all have given up


@pytest.mark.parametrize("typed", [None, "1", "ya llegué", "si"])
def test_who_says_late_that_they_arrived_has_arrived(given_up, typed):
    if typed:
        given_up.child.says(typed)
    else:
        given_up.child.taps("arrived_yes")
    assert given_up.child.said == ["check_in.arrived_with"]
    assert has_arrived(given_up)
    given_up.child.taps("with_family")
    assert given_up.child.said == ["check_in.thanks_arrival"]
    assert given_up.state("arrived") == "answered"
    assert given(given_up, "arrived") == {"arrived": "arrived_yes", "arrived_with": "with_family"}


def test_whoever_looks_for_them_hears_of_it_and_no_supervisor_is_called(travels):
    travels.until("2026-12-20 16:10")
    before = told_staff(travels)
    travels.child.taps("arrived_yes").taps("with_family")
    eased = task(travels, travels.child, "stranded_silence")
    assert (eased.tier, eased.inbound_id is not None) == (Tier.LOW, True)
    assert len(told_staff(travels)) == len(before) + 1
    travels.answers(travels.caregiver)
    travels.until("2026-12-20 20:00")
    assert len(told_staff(travels)) == len(before) + 1
    assert ("stranded_silence", "arrived") in travels.tasks(travels.child)


def test_the_words_of_a_choice_below_another_menu_open_the_question_again(given_up, dialogue):
    dialogue.replies = (Reply(("requests.menu",)),)
    given_up.child.says("hola")
    given_up.lives_on(minutes=1)
    given_up.child.says("ya llegué")
    assert given_up.child.said[-1] == "check_in.arrived"
    given_up.child.taps("arrived_yes")
    assert has_arrived(given_up)


def test_one_word_below_another_menu_opens_nothing(given_up, dialogue):
    dialogue.replies = (Reply(("requests.menu",)),)
    given_up.child.says("hola")
    given_up.lives_on(minutes=1)
    given_up.child.says("si")
    assert given_up.state("arrived") == "missed silence"


def test_who_says_late_that_they_are_on_the_way_is_asked_again(given_up):
    given_up.child.taps("arrived_not_yet")
    assert given_up.child.said == ["check_in.thanks_arrival"]
    assert given_up.state("still_on_the_way") == "planned"
    assert task(given_up, given_up.child, "stranded_silence").tier == Tier.MEDIUM
    assert not has_arrived(given_up)


def test_who_was_on_the_way_and_arrives_is_not_asked_whether_they_are(asked):
    asked.child.taps("arrived_not_yet")
    asked.lives_on(minutes=40)
    asked.child.taps("arrived_yes").taps("with_family")
    assert has_arrived(asked)
    asked.until("2026-12-20 20:00")
    assert asked.state("still_on_the_way") == "superseded arrived"
    assert kinds(asked, asked.child) == set()


def test_a_caregiver_who_says_it_late_is_heard(travels):
    travels.until("2026-12-20 18:30")
    assert travels.state("arrived_home") == "missed silence"
    travels.caregiver.taps("child_with_us")
    assert travels.caregiver.said == ["check_in.thanks_caregiver"]
    assert has_arrived(travels)
    assert task(travels, travels.caregiver, "stranded_silence").tier == Tier.LOW
    assert task(travels, travels.child, "stranded_silence").tier == Tier.MEDIUM


def test_an_old_button_counts_while_other_questions_wait(given_up):
    given_up.until("2026-12-21 17:00")
    assert given_up.state("day_1") == "asked"
    given_up.child.taps("arrived_yes")
    assert has_arrived(given_up)
    assert given(given_up, "arrived") == {"arrived": "arrived_yes"}
    assert given_up.state("day_1") == "asked"


def test_a_button_of_a_journey_that_was_put_off_says_nothing_about_the_next_one(given_up):
    given_up.journey(departs="2026-12-23")
    given_up.tick()
    given_up.child.taps("arrived_yes")
    assert not has_arrived(given_up)


def test_a_button_of_last_week_says_nothing_any_more(given_up):
    given_up.lives_on(days=4)
    given_up.child.taps("arrived_yes")
    assert not has_arrived(given_up)


def test_the_same_button_twice_is_thanked_for_twice(asked):
    asked.child.taps("arrived_yes").taps("with_family")
    asked.lives_on(minutes=5)
    asked.child.taps("arrived_yes")
    assert asked.child.said == ["check_in.thanks_arrival"]
    assert asked.state("arrived") == "answered"


# One says it while the other is asked


def test_where_the_caregiver_has_the_child_the_silent_child_is_followed_up_by_day(travels):
    travels.until("2026-12-20 15:58")
    assert travels.state("arrived_home") == "asked"
    assert travels.state("arrived") == "asked"
    travels.caregiver.taps("child_with_us")
    assert has_arrived(travels)
    travels.until("2026-12-21 09:00")
    assert travels.state("arrived") == "missed silence"
    assert task(travels, travels.child, "silence").tier == Tier.MEDIUM
    assert "stranded_silence" not in kinds(travels, travels.child)


def test_a_child_who_asks_something_else_is_followed_up_although_the_caregiver_has_them(
    travels, dialogue, monkeypatch
):
    travels.until("2026-12-20 15:58")
    with monkeypatch.context() as talks:
        talks.setattr(dialogue, "_next", lambda *_: Turn(dialogue.replies, "ask_meals", []))
        travels.child.says("que vamos a comer?")
    travels.caregiver.taps("child_with_us")
    travels.until("2026-12-21 12:00")
    assert given(travels, "arrived") == {}
    assert travels.state("arrived") == "missed silence"
    assert task(travels, travels.child, "silence").tier == Tier.MEDIUM


def test_a_silent_child_who_told_of_a_danger_before_is_looked_for_sooner(travels):
    travels.child.says(DANGER)
    travels.closes_the_danger()
    travels.until("2026-12-20 15:58")
    travels.caregiver.taps("child_with_us")
    travels.until("2026-12-21 09:00")
    assert task(travels, travels.child, "silence").tier == Tier.HIGH


def test_where_the_child_has_arrived_nothing_is_urgent_about_a_silent_caregiver(travels):
    travels.until("2026-12-20 15:58")
    assert travels.state("arrived_home") == "asked"
    travels.child.taps("arrived_yes").taps("with_family")
    travels.until("2026-12-21 12:00")
    assert travels.state("arrived_home") == "missed silence"
    assert kinds(travels, travels.caregiver) == {"silence"}


def test_a_child_who_says_not_yet_is_believed_before_a_caregiver_who_says_here(travels):
    travels.until("2026-12-20 15:58")
    travels.caregiver.taps("child_with_us")
    travels.child.taps("arrived_not_yet")
    assert not has_arrived(travels)
    assert task(travels, travels.child, "review").tier == Tier.HIGH
    travels.until("2026-12-20 22:30")
    assert ("stranded_silence", "still_on_the_way") in travels.tasks(travels.child)


# The dialogue engine is down on the travel day


def test_the_question_of_the_travel_day_does_not_wait_for_the_dialogue_engine(travels, dialogue):
    dialogue.failure = DialogueDown("for hours")
    travels.until("2026-12-20 14:15")
    travels.child.says("hola ya salimos")
    travels.until("2026-12-20 14:40")
    assert travels.state("arrived") == "asked"
    travels.until("2026-12-20 17:00")
    assert ("stranded_silence", "arrived") in travels.tasks(travels.child)


def test_it_waits_for_a_conversation_but_not_for_one_that_has_no_end(travels):
    travels.until("2026-12-20 14:15")
    travels.child.says("hola")
    travels.until("2026-12-20 14:40")
    assert travels.state("arrived") == "planned conversation"
    for minute in (40, 50):
        travels.until(f"2026-12-20 14:{minute}")
        travels.child.says("hola")
    travels.until("2026-12-20 14:55")
    assert travels.state("arrived") == "asked"


# The plan


def test_a_plan_in_which_own_words_would_end_an_urgent_silence_is_refused():
    plan = read_yaml(CONTENT / "checkins.yml")
    assert read_plan(plan)
    del plan["questionnaires"]["arrival_home"]["questions"]["child_here"]["until_chosen"]
    with pytest.raises(ContentError, match="arrived_home is urgent"):
        read_plan(plan)


# What a person sees


def test_what_has_to_be_read_are_the_words_also_after_a_later_tap(asked):
    asked.child.says(CHILD_SAYS)
    words = task(asked, asked.child, "free_answer").inbound_id
    asked.until("2026-12-20 16:30")
    asked.child.taps("arrived_yes")

    assert task(asked, asked.child, "free_answer").inbound_id == words


def test_words_that_became_critical_are_told_of_at_once_however_short_ago_they_were_told_of(asked):
    asked.until("2026-12-20 15:55")
    asked.child.says(CHILD_SAYS)
    before = len(told_staff(asked))
    asked.until("2026-12-20 16:20")

    assert task(asked, asked.child, "free_answer").tier == Tier.CRITICAL
    assert len(told_staff(asked)) > before


def test_the_same_late_answer_twice_asks_once_more_only(given_up):
    given_up.until("2026-12-21 17:00")
    given_up.child.taps("arrived_not_yet").taps("arrived_not_yet")

    with database.unit_of_work(given_up.parts.engine) as session:
        child_id = given_up.family.child
        planned = check_ins.of_contacts(session, [child_id])[child_id]
    assert [row.step for row in planned].count("still_on_the_way") == 1
