"""Proof: at the promised time the contact is asked; a person acted and the contact says so, or it goes up."""

import pytest
from sqlalchemy import select, update

from bot.errors import AcompanaError
from bot.gateways.dialogue import DialogueDown
from bot.gateways.sending import Refused
from bot.services import handle_escalation, keep_watch
from bot.services.erase import erase
from bot.store import database, escalations
from bot.store.risk_tables import EscalationRow, EscalationStepRow, NoticeRow, SafetyQuestionRow
from bot.store.tables import AddressRow, ContactRow
from tests.builders import ALWAYS, make_staff, number_of
from tests.conversation import Conversation

DANGER = "me van a matar los de la mara"
FURTHER = "mi tio me pega con el cinturon"
MEDIUM = "mi tia dice que me va a sacar de la casa, ya no me quiere aqui"


@pytest.fixture
def dialogue(dialogue):
    """Without the dialogue engine; its words about safety are the same."""
    dialogue.failure = DialogueDown()
    return dialogue


@pytest.fixture
def told(talk, team):
    """Wendy told of danger, and Elena said that she has it."""
    talk.says(DANGER)
    talk.staff_answers(team.elena, "1")
    return talk


@pytest.fixture
def asked(told, time):
    """The promised time has come, and Wendy was asked whether somebody reached her."""
    passes(told, time, hours=1)
    assert told.outbound()[-1].message_ids == ["disclosure.proof"]
    return told


def passes(talk, time, **delta):
    time.passes(**delta)
    talk.clock_ticks()


def all_leaves(talk, time):
    """One message leaves a little after the other: the question is the last."""
    for _ in range(4):
        passes(talk, time, seconds=5)


def acts(talk, staff_id, words="Hablé con ella por teléfono."):
    with database.unit_of_work(talk.parts.engine) as session:
        row = escalations.lock(session, talk.escalation.id)
        handle_escalation.record_action(session, row, staff_id, words, talk.parts)


def closes(talk, staff_id):
    with database.unit_of_work(talk.parts.engine) as session:
        row = escalations.lock(session, talk.escalation.id)
        handle_escalation.close(session, row, staff_id, "Está con su abuela.", talk.parts)


def open_questions(talk):
    with database.unit_of_work(talk.parts.engine) as session:
        query = select(SafetyQuestionRow).where(SafetyQuestionRow.settled_at.is_(None))
        return list(session.scalars(query))


def test_nobody_is_asked_before_the_promised_time(told, time):
    passes(told, time, minutes=59)

    assert "proof_asked" not in told.chain


def test_at_the_promised_time_the_question_comes_where_it_was_told(asked):
    assert asked.outbound()[-1].channel == "sms"
    assert "proof_asked" in asked.chain


def test_the_question_is_locked_screen_safe(asked):
    words = asked.outbound()[-1].text.lower()

    for word in ("wendy", "mara", "peligro", "danger", "acompa"):
        assert word not in words


def test_yes_after_the_action_is_the_proof(asked, team):
    acts(asked, team.elena)
    asked.says("1")

    assert asked.escalation.state == "confirmed"
    assert asked.said == ["disclosure.proof_yes"]
    assert asked.chain[-3:] == ["acted", "proof_yes", "confirmed"]


def test_yes_before_the_action_waits_for_it(asked, team):
    asked.says("si")
    assert asked.escalation.state == "acknowledged"

    acts(asked, team.elena)
    assert asked.escalation.state == "confirmed"


def test_an_action_alone_is_no_proof(told, team):
    acts(told, team.elena)

    assert told.escalation.state == "acted"
    assert told.escalation.proof_at is not None


def test_no_moves_it_to_the_supervisor_and_says_so(asked, team, called, notifier):
    asked.says("2")

    assert asked.escalation.state == "open"
    assert asked.escalation.called_id == team.rosa
    assert called()[-1] == ("rosa", "sms")
    assert notifier.called[-1][2] == "staff.not_reached"
    assert asked.said[0] == "disclosure.proof_no"


def test_no_after_the_action_opens_it_again(asked, team):
    acts(asked, team.elena)
    asked.says("todavia no")

    assert asked.escalation.state == "open"
    assert asked.chain[-2:] != ["proof_no", "confirmed"]
    assert {"proof_no", "reopened"} <= set(asked.chain)


def test_silence_counts_as_no(asked, time, team):
    acts(asked, team.elena)
    passes(asked, time, minutes=10)

    assert "proof_silent" in asked.chain
    assert asked.escalation.state == "open"
    assert asked.escalation.called_id == team.rosa


def test_who_said_i_have_it_and_did_nothing_loses_it(asked, time, team):
    passes(asked, time, minutes=10)

    assert asked.escalation.state == "open"
    assert asked.escalation.called_id == team.rosa
    assert asked.escalation.assigned_id is None


def test_the_second_round_asks_again_and_can_be_proved(asked, time, team):
    asked.says("2")
    asked.staff_answers(team.rosa, "1")
    passes(asked, time, hours=1)
    assert asked.chain.count("proof_asked") == 2

    all_leaves(asked, time)
    asked.says("1")
    acts(asked, team.rosa)
    assert asked.escalation.state == "confirmed"


def test_no_in_the_second_round_goes_to_another_supervisor(asked, time, team):
    other = make_staff(asked.parts, "Dina Sol", role="supervisor", duty=[])
    asked.says("2")
    first = asked.escalation.called_id
    asked.staff_answers(first, "1")
    passes(asked, time, hours=1)
    all_leaves(asked, time)
    asked.says("2")

    assert {first, asked.escalation.called_id} == {team.rosa, other}


def test_no_in_the_second_round_calls_the_only_supervisor_again(asked, time, team):
    asked.says("2")
    asked.staff_answers(team.rosa, "1")
    passes(asked, time, hours=1)
    asked.says("2")

    assert asked.escalation.called_id == team.rosa


def test_a_no_that_is_repeated_calls_once(asked, notifier):
    asked.says("2")
    calls = len(notifier.calls)
    for _ in range(5):
        asked.says("no")

    assert len(notifier.calls) == calls
    assert asked.chain.count("proof_no") == 6


def test_a_late_no_is_told_to_who_has_taken_it_meanwhile(asked, time, team, notifier):
    passes(asked, time, minutes=10)  # silence: Rosa is called
    asked.staff_answers(team.rosa, "1")
    passes(asked, time, minutes=6)
    asked.says("2")

    assert asked.escalation.assigned_id == team.rosa
    assert notifier.called[-1][2] == "staff.more_signs"


def test_a_yes_after_silence_still_proves_it(asked, time, team):
    passes(asked, time, minutes=10)
    asked.says("1")
    acts(asked, team.rosa)

    assert asked.escalation.state == "confirmed"


def test_an_answer_that_arrives_twice_changes_nothing(asked, team, notifier):
    asked.says("2", MessageSid="SMtwice")
    steps, calls = asked.chain, len(notifier.calls)
    asked.says("2", MessageSid="SMtwice")

    assert (asked.chain, len(notifier.calls)) == (steps, calls)


def test_stop_between_the_disclosure_and_the_proof_is_respected_and_moves_it_up(told, time, team):
    time.passes(minutes=1)
    told.says("ALTO")
    passes(told, time, hours=1)

    assert "proof_asked" not in told.chain
    assert told.escalation.called_id == team.rosa
    assert "disclosure.proof" not in [i for row in told.outbound() for i in row.message_ids]


def test_whoever_left_before_they_told_of_danger_is_asked_all_the_same(talk, team, time):
    talk.says("ALTO")
    time.passes(minutes=1)
    talk.says(DANGER)
    passes(talk, time, hours=1)

    assert "proof_asked" in talk.chain


def test_a_number_that_is_unreachable_is_silence(told, time, team, timed_parts):
    with database.unit_of_work(timed_parts.engine) as session:
        for address in session.scalars(select(AddressRow)):
            address.unreachable_at = time.now()
    passes(told, time, hours=1)
    passes(told, time, minutes=10)

    assert told.escalation.state == "open"
    assert told.escalation.called_id == team.rosa


def test_the_question_goes_where_the_last_sign_came_from(told, time):
    time.passes(minutes=1)
    told.on("whatsapp").says(FURTHER)
    passes(told, time, hours=1)

    assert told.outbound()[-1].message_ids == ["disclosure.proof"]
    assert told.outbound()[-1].channel == "whatsapp"


def test_words_that_were_deleted_meanwhile_are_silence(told, time, team, timed_parts):
    with database.unit_of_work(timed_parts.engine) as session:
        session.execute(update(EscalationStepRow).values(inbound_id=None))
    passes(told, time, hours=1)

    assert told.escalation.called_id == team.rosa


def test_a_silent_contact_is_not_asked_every_hour_while_nobody_takes_it(asked, time, called):
    for _ in range(60):
        passes(asked, time, minutes=10)

    assert asked.chain.count("proof_asked") == 1
    assert called().count(("rosa", "sms")) > 5


def test_a_silent_contact_is_asked_again_once_somebody_has_taken_it(asked, time, team):
    passes(asked, time, hours=2)
    asked.staff_answers(team.rosa, "1")
    passes(asked, time, hours=1)

    assert asked.chain.count("proof_asked") == 2


def test_a_new_sign_after_a_proof_calls_again_and_needs_a_new_proof(asked, time, team):
    asked.says("1")
    acts(asked, team.elena)
    asked.says(FURTHER)
    assert asked.escalation.state == "open"

    acts(asked, team.elena)
    assert asked.escalation.state == "acted"
    passes(asked, time, hours=1)
    assert asked.chain.count("proof_asked") == 2
    all_leaves(asked, time)
    asked.says("1")
    assert asked.escalation.state == "confirmed"


def test_a_new_sign_calls_who_answers_for_where_the_child_is_by_now(told, team, timed_parts):
    luz = make_staff(timed_parts, "Luz Mo", duty=[ALWAYS | {"country": "HN"}])
    acts(told, team.elena)
    with database.unit_of_work(timed_parts.engine) as session:
        session.get_one(ContactRow, told.contact_id).country = "HN"
    told.says(FURTHER)

    assert told.escalation.called_id == luz


def test_a_new_sign_after_yes_calls_again_though_nobody_wrote_down_what_they_did(
    asked, team, called
):
    asked.says("1")
    calls = len(called())
    asked.says(FURTHER)

    assert asked.escalation.state == "open"
    assert len(called()) > calls
    assert asked.escalation.proof_at is not None


def test_yes_while_nobody_has_taken_it_does_not_end_the_calling(talk, team, time, called):
    talk.says(DANGER)
    passes(talk, time, hours=1)
    talk.says("1")
    before = len(called())
    passes(talk, time, minutes=6)

    assert talk.escalation.state == "open"
    assert len(called()) > before


def test_an_old_yes_proves_nothing_of_another_escalation(asked, team):
    closes(asked, team.elena)
    asked.says(DANGER)
    asked.taps("reached_yes")
    acts(asked, team.elena)

    assert len(asked.escalations) == 2
    assert asked.escalation.state == "acted"


def test_no_to_what_a_person_has_just_closed_opens_it_again(asked, team, notifier):
    closes(asked, team.elena)
    asked.says("2")

    assert asked.escalation.state == "open"
    assert notifier.called[-1][2] == "staff.not_reached"
    assert asked.escalation.closed_at is None


def test_no_to_what_was_closed_days_ago_is_a_task_for_a_person(asked, team, time, notifier):
    closes(asked, team.elena)
    calls = len(notifier.calls)
    passes(asked, time, days=3)
    asked.says("2")

    assert asked.escalation.state == "closed"
    assert len(notifier.calls) == calls
    assert "review" in asked.tasks


def test_what_was_closed_is_neither_asked_nor_called(told, team, time, notifier):
    closes(told, team.elena)
    calls = len(notifier.calls)
    passes(told, time, days=1)

    assert len(notifier.calls) == calls
    assert told.chain[-1] == "closed"


def test_the_silence_about_a_closed_one_does_not_touch_the_next(asked, team, time):
    closes(asked, team.elena)
    asked.says(DANGER)
    asked.staff_answers(team.elena, "1")
    passes(asked, time, minutes=11)

    assert asked.escalation.state == "acknowledged"
    assert "proof_silent" not in asked.chain


def test_a_question_that_waits_is_not_asked_a_second_time_when_it_gets_urgent(talk, team, time):
    talk.says(MEDIUM)
    talk.staff_answers(team.elena, "1")
    passes(talk, time, hours=72)
    assert "proof_asked" in talk.chain
    talk.says(DANGER)
    talk.staff_answers(team.elena, "1")
    passes(talk, time, hours=1)

    assert talk.chain.count("proof_asked") == 1
    assert len(open_questions(talk)) == 1
    passes(talk, time, minutes=10)
    assert "proof_silent" in talk.chain


def test_declining_after_the_action_calls_the_next_person(told, team, called):
    acts(told, team.elena)
    told.staff_answers(team.elena, f"2 {told.escalation.code}")

    assert told.escalation.state == "open"
    assert told.escalation.called_id == team.marvin


# What staff answer from their phones.


@pytest.mark.parametrize(
    "reply",
    ["1", "1.", "si", "OK", "voy", "1 lo tomo", "1 i have it", "{code} 1", "1 {code}, gracias"],
)
def test_an_answer_that_takes_it(talk, team, reply):
    talk.says(DANGER)
    talk.staff_answers(team.elena, reply.format(code=talk.escalation.code))

    assert talk.escalation.state == "acknowledged"


@pytest.mark.parametrize(
    "reply",
    [
        "estoy en 1 reunion y no puedo",
        "1 2",
        "no, 1 momento",
        "12",
        "quien es?",
        "",
        "👍",
        "{code}",
    ],
)
def test_an_answer_that_is_not_clear_takes_nothing_and_the_calling_goes_on(
    talk, team, time, reply, called, notifier
):
    talk.says(DANGER)
    talk.staff_answers(team.elena, reply.format(code=talk.escalation.code))
    assert notifier.called[-1][2] == "staff.not_understood"

    passes(talk, time, minutes=6)
    assert talk.escalation.state == "open"
    assert ("marvin", "sms") in called()


@pytest.fixture
def two_open(talk, team):
    """Wendy and her mother both told of danger; Elena is called for both."""
    mother = Conversation(talk.parts, talk.family.caregiver)
    mother.says(FURTHER)
    talk.says(DANGER)
    return talk, mother


def test_without_a_code_the_most_urgent_one_is_meant(two_open, team):
    child, mother = two_open
    child.staff_answers(team.elena, "1")

    assert child.escalation.state == "acknowledged"
    assert mother.escalation.state == "open"


def test_with_a_code_that_one_is_meant(two_open, team):
    child, mother = two_open
    child.staff_answers(team.elena, f"1 {mother.escalation.code.lower()}")

    assert child.escalation.state == "open"
    assert mother.escalation.state == "acknowledged"


def test_a_code_that_nobody_knows_means_no_other_case(two_open, team, notifier):
    child, mother = two_open
    unknown = next(
        c for c in ("Z9Z", "Z8Z", "Z7Z") if c not in {child.escalation.code, mother.escalation.code}
    )
    child.staff_answers(team.elena, f"1 {unknown}")

    assert (child.escalation.state, mother.escalation.state) == ("open", "open")
    assert notifier.called[-1][2] == "staff.nothing_open"


def test_who_was_never_called_takes_nothing_without_its_code(talk, team, notifier):
    talk.says(DANGER)
    talk.staff_answers(team.marvin, "1")
    assert talk.escalation.state == "open"
    assert notifier.called[-1][2] == "staff.nothing_open"

    talk.staff_answers(team.marvin, f"1 {talk.escalation.code}")
    assert talk.escalation.assigned_id == team.marvin


def test_who_answers_while_the_standing_line_rings_still_takes_it(talk, team, time):
    talk.says(DANGER)
    passes(talk, time, minutes=5)
    passes(talk, time, minutes=5)
    passes(talk, time, minutes=5)
    assert talk.chain[-1] == "notified"
    assert talk.escalation.called_id is None

    talk.staff_answers(team.marvin, "1")
    assert talk.escalation.assigned_id == team.marvin


def test_the_most_urgent_notification_leaves_first(two_open, time, notifier, called):
    child, mother = two_open
    notifier.calls.clear()
    time.passes(hours=2)
    mother.clock_ticks()

    assert notifier.calls[0].text.find(child.escalation.code) > 0


def test_an_advocate_takes_nothing(talk, team, notifier):
    advocate = make_staff(talk.parts, "Iris Mo", role="child_advocate", duty=[])
    talk.says(DANGER)
    talk.staff_answers(advocate, f"1 {talk.escalation.code}")

    assert talk.escalation.state == "open"


def test_who_comes_second_is_told_who_has_it(told, team, notifier):
    told.staff_answers(team.marvin, f"1 {told.escalation.code}")

    assert told.escalation.assigned_id == team.elena
    assert notifier.called[-1][2] == "staff.taken_by_other"


@pytest.mark.parametrize("digit", ["1", "2", "3"])
def test_a_digit_after_closing_changes_nothing(told, team, notifier, digit):
    closes(told, team.elena)
    steps = told.chain
    told.staff_answers(team.elena, f"{digit} {told.escalation.code}")
    told.staff_answers(team.elena, digit)

    assert told.chain == steps
    assert told.escalation.state == "closed"


def test_declining_what_another_has_changes_nothing(told, team):
    told.staff_answers(team.marvin, f"2 {told.escalation.code}")

    assert told.escalation.state == "acknowledged"
    assert told.escalation.assigned_id == team.elena


# Many signs.


def test_many_signs_in_a_minute_are_one_escalation_and_few_calls(told, team, time, notifier):
    calls = len(notifier.calls)
    for _ in range(20):
        told.says(FURTHER)
        passes(told, time, seconds=3)

    assert len(told.escalations) == 1
    assert told.chain.count("joined") == 20
    assert len(notifier.calls) - calls <= 1


def test_a_sign_in_the_pause_is_told_at_its_end(told, team, time, notifier):
    told.says(FURTHER)
    calls = len(notifier.calls)
    told.says("volvieron y tienen pistola")
    assert len(notifier.calls) == calls

    passes(told, time, minutes=5)
    assert notifier.called[-1][2] == "staff.more_signs"
    assert notifier.called[-1][0] == number_of(told.parts, team.elena)
    passes(told, time, minutes=20)
    assert len(notifier.calls) == calls + 1


# The last channel refuses although an earlier one was taken.


def test_a_refusal_of_the_last_channel_waits_for_who_was_reached(
    talk, team, time, called, notifier
):
    notifier.refuses["whatsapp"] = Refused(63016)
    talk.says(DANGER)
    for _ in range(3):
        passes(talk, time, seconds=90)
    assert [channel for name, channel in called()] == ["sms", "voice", "email"]
    assert talk.escalation.called_id == team.elena

    passes(talk, time, seconds=30)
    assert talk.escalation.called_id == team.marvin


def test_the_last_call_before_the_deadline_is_a_supervisor_however_many_are_on_duty(
    talk, team, time, called
):
    for name in ("Ana", "Beto", "Caro", "Dani"):
        make_staff(talk.parts, name, duty=[ALWAYS | {"country": "US", "rank": 3}])
    talk.says(DANGER)
    while time.now() < talk.escalation.acknowledge_by:
        passes(talk, time, seconds=30)

    assert ("rosa", "sms") in called()


def test_nobody_at_all_for_something_that_can_wait_rings_the_standing_line(
    timed_parts, talk, notifier
):
    make_staff(
        timed_parts, "Elena Paz", duty=[], number=number_of(timed_parts, talk.family.case_manager)
    )
    talk.says(MEDIUM)

    assert {call.number for call in notifier.calls} == {timed_parts.settings.standing_line_number}
    assert "standing_line" in talk.chain


def test_a_clock_that_went_wrong_does_not_end_the_calling(talk, team, time, called):
    talk.says(DANGER)
    passes(talk, time, days=-1)  # it was a day ahead when she wrote
    assert called()[-1] == ("elena", "voice")

    passes(talk, time, minutes=6)
    assert ("marvin", "sms") in called()


def test_a_clock_that_stood_still_for_a_day_goes_on_from_there(talk, team, time, called):
    talk.says(DANGER)
    passes(talk, time, days=1)

    assert talk.escalation.state == "open"
    assert talk.escalation.next_call_at > time.now()
    assert {name for name, _ in called()} >= {"elena", "rosa"}


def test_a_failing_escalation_holds_up_no_other(talk, team, time, timed_parts, called, monkeypatch):
    mother = Conversation(timed_parts, talk.family.caregiver)
    talk.says(DANGER)
    mother.says(DANGER)
    broken, call = talk.escalation.id, keep_watch.call

    def fails_for_one(session, row, parts):
        if row.id == broken:
            raise LookupError
        call(session, row, parts)

    monkeypatch.setattr(keep_watch, "call", fails_for_one)
    time.passes(minutes=6)
    with pytest.raises(LookupError):
        talk.clock_ticks()
    talk.clock_ticks()

    assert mother.escalation.called_id == team.marvin


# Erasing.


def test_who_is_being_called_for_is_not_erased_before_a_person_has_closed_it(told, timed_parts):
    with (
        pytest.raises(AcompanaError, match=told.escalation.code),
        database.unit_of_work(timed_parts.engine) as session,
    ):
        erase(session, told.contact_id, timed_parts)


@pytest.mark.parametrize("is_closed", [True, False])
def test_erasing_leaves_a_count_of_escalations_and_no_words(
    asked, team, time, timed_parts, is_closed
):
    asked.says("2")
    acts(asked, team.rosa, words="Hablé con Wendy")
    if is_closed:
        closes(asked, team.rosa)
    with database.unit_of_work(timed_parts.engine) as session:
        erase(session, asked.contact_id, timed_parts, although_open=not is_closed)
    passes(asked, time, days=1)

    with database.unit_of_work(timed_parts.engine) as session:
        row = session.scalars(select(EscalationRow)).one()
        assert (row.state, row.tier, row.inbound_id) == ("closed", "critical", None)
        assert {step.note for step in session.scalars(select(EscalationStepRow))} == {None}
        assert list(session.scalars(select(SafetyQuestionRow))) == []
        waiting = select(NoticeRow).where(NoticeRow.escalation_id == row.id)
        assert list(session.scalars(waiting)) == []


def test_a_question_that_waits_is_erased_with_the_contact(asked, team, time, timed_parts):
    with database.unit_of_work(timed_parts.engine) as session:
        erase(session, asked.contact_id, timed_parts, although_open=True)
    passes(asked, time, hours=1)

    assert open_questions(asked) == []
