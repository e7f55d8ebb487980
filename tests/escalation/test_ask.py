"""Perhaps a sign: one closed question, and what every answer, or none, leads to."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.domain.risk import Decision, Screening, Tier
from bot.gateways.dialogue import DialogueDown
from bot.services.screen_inbound import MOST_ATTEMPTS, screen_next
from bot.store import database
from bot.store.risk_tables import SafetyQuestionRow
from bot.store.tables import ContactRow, TaskRow

DOUBTFUL = "no me gusta estar con el"
ALSO_DOUBTFUL = "ya no se que pensar de esa casa"
DANGER = "me van a matar los de la mara"
HARMLESS = "a que hora es la comida"
HALVES = ("anoche el me", "hizo cosas feas")
THREAT = Screening(Decision.ALERT, "sexual_violence", Tier.CRITICAL, "lexicon", joined=True)
IN_DOUBT = Screening(Decision.ASK, "distress", Tier.MEDIUM, "classifier", 0.4)


@pytest.fixture
def safety(safety):
    """The real screening, but for two sentences that leave it in doubt, and two halves of a sign."""

    def screen(text, earlier):
        if text in HALVES:
            return THREAT if HALVES[0] in earlier else Screening(Decision.NONE)
        return IN_DOUBT if text in (DOUBTFUL, ALSO_DOUBTFUL) else safety.screen(text, earlier)

    return replace(safety, screen=screen)


@pytest.fixture
def asked(talk, team):
    """Wendy was asked the closed question."""
    talk.says(DOUBTFUL)
    return talk


def questions(talk):
    with database.unit_of_work(talk.parts.engine) as session:
        query = select(SafetyQuestionRow).where(SafetyQuestionRow.contact_id == talk.contact_id)
        return list(session.scalars(query.order_by(SafetyQuestionRow.asked_at)))


def passes(talk, time, **delta):
    time.passes(**delta)
    talk.clock_ticks()


def test_a_doubt_is_asked_and_calls_nobody_yet(asked, notifier):
    assert asked.said == ["disclosure.ask"]
    assert asked.escalations == []
    assert notifier.calls == []


@pytest.mark.parametrize("answer", ["1", "si", "Sí", "ayuda", "👍", "1️⃣", "uno", "me pegaron"])
def test_yes_calls_a_person(asked, answer, called):
    asked.says(answer)

    assert asked.escalation.state == "open"
    assert "disclosure.number" in asked.said
    assert called() == [("elena", "sms")]


@pytest.mark.parametrize("answer", ["3", "no puedo hablar", "🤫", "tres", "aqui no"])
def test_cannot_talk_calls_a_person_who_knows_it(asked, answer, called):
    asked.says(answer)

    assert asked.escalation.cannot_talk
    assert asked.said[0] == "disclosure.cannot_talk"
    assert called() == [("elena", "sms")]


@pytest.mark.parametrize("answer", ["2", "no", "No.", "👎", "nel", "dos"])
def test_no_calls_nobody_answers_what_was_written_and_is_reviewed(
    asked, answer, notifier, dialogue
):
    asked.says(answer)

    assert asked.escalations == []
    assert notifier.calls == []
    assert asked.said == ["disclosure.asked_no", "requests.greet"]
    assert dialogue.requests[-1].text == DOUBTFUL
    assert asked.tasks == ["review"]


def test_the_review_is_about_the_message_that_was_asked_about_and_has_a_deadline(asked, time):
    asked_about = questions(asked)[0].inbound_id
    asked.says("2")

    with database.unit_of_work(asked.parts.engine) as session:
        task = session.scalars(select(TaskRow).where(TaskRow.contact_id == asked.contact_id)).one()
    assert (task.inbound_id, task.tier) == (asked_about, "low")
    assert task.due_at > time.now()


def test_no_ends_the_question_so_silence_calls_nobody(asked, time, notifier):
    asked.says("2")
    passes(asked, time, hours=1)

    assert asked.escalations == []
    assert notifier.calls == []


def test_ten_minutes_of_silence_call_a_person(asked, time, called):
    passes(asked, time, minutes=9, seconds=59)
    assert asked.escalations == []

    passes(asked, time, seconds=1)
    assert asked.escalation.category == "distress"
    assert called() == [("elena", "sms")]
    assert [q.answer for q in questions(asked)] == ["silence"]


def test_a_new_sign_counts_as_yes(asked, called):
    asked.says(DANGER)

    assert asked.escalation.tier == "critical"
    assert [q.answer for q in questions(asked)] == ["sign"]
    assert called() == [("elena", "sms")]


def test_a_second_doubt_counts_as_yes(asked):
    asked.says(ALSO_DOUBTFUL)

    assert asked.escalation.category == "distress"
    assert [q.answer for q in questions(asked)] == ["sign"]


@pytest.mark.parametrize("answer", [HARMLESS, "no se", "jaja", "tal vez", "👍👎"])
def test_anything_else_is_answered_and_the_question_asked_once_more(asked, answer):
    asked.says(answer)
    assert asked.said[-1] == "disclosure.ask_again"

    asked.says(HARMLESS)
    assert "disclosure.ask_again" not in asked.said
    assert asked.escalations == []


def test_the_second_question_gives_ten_minutes_again_then_silence_counts(asked, time):
    passes(asked, time, minutes=8)
    asked.says(HARMLESS)
    passes(asked, time, minutes=9)
    assert asked.escalations == []

    passes(asked, time, minutes=1)
    assert asked.escalation.category == "distress"


def test_who_chats_on_without_an_answer_is_silent_about_the_question(asked, time):
    for _ in range(4):
        passes(asked, time, minutes=5)
        asked.says(HARMLESS)
    passes(asked, time, minutes=1)

    assert asked.escalation.category == "distress"


def test_who_chats_on_while_the_dialogue_engine_is_down_is_silent_as_well(asked, time, dialogue):
    dialogue.failure = DialogueDown()
    for _ in range(5):
        passes(asked, time, minutes=5)
        asked.says(HARMLESS)

    assert asked.escalation.category == "distress"


def test_stop_as_the_answer_is_obeyed_and_silence_still_calls_a_person(asked, time, called):
    asked.says("ALTO")
    assert asked.said == ["subscription.opted_out"]

    passes(asked, time, minutes=11)
    assert asked.escalation.category == "distress"
    assert called() == [("elena", "sms")]


def test_the_answer_after_stop_still_counts(asked, called):
    asked.says("ALTO")
    asked.says("1")

    assert asked.escalation.state == "open"
    assert "disclosure.number" in asked.said


def test_an_answer_that_the_provider_delivers_twice_changes_nothing(asked, notifier):
    asked.says("1", MessageSid="SMtwice")
    steps, calls = asked.chain, len(notifier.calls)
    asked.says("1", MessageSid="SMtwice")

    assert (asked.chain, len(notifier.calls)) == (steps, calls)


def test_an_answer_that_is_typed_twice_makes_nothing_more_urgent(asked):
    asked.says("1")
    asked.says("1")

    assert len(asked.escalations) == 1
    assert (asked.escalation.category, asked.escalation.tier) == ("distress", "high")
    assert "raised" not in asked.chain


def test_an_emoji_without_a_meaning_is_silence(asked, time):
    asked.says("🙃")
    passes(asked, time, minutes=10)

    assert asked.escalation.category == "distress"


def test_yes_after_no_calls_a_person(asked, called):
    asked.says("2")
    asked.taps("danger_yes")

    assert asked.escalation.category == "distress"
    assert called() == [("elena", "sms")]


def test_no_after_yes_does_not_end_it(asked):
    asked.says("1")
    asked.says("2")

    assert asked.escalation.state == "open"


def test_no_after_the_silence_does_not_end_it(asked, time):
    passes(asked, time, minutes=11)
    asked.says("2")

    assert asked.said[0] == "disclosure.asked_no"
    assert asked.escalation.state == "open"


def test_an_old_button_counts_after_another_message(asked):
    asked.says(HARMLESS)
    asked.on("whatsapp").taps("danger_yes")

    assert asked.escalation.category == "distress"


def test_the_question_needs_no_dialogue_engine(talk, team, dialogue, called):
    dialogue.failure = DialogueDown()
    talk.says(DOUBTFUL)
    assert talk.said == ["disclosure.ask"]

    talk.says("1")
    assert talk.escalation.state == "open"
    assert called() == [("elena", "sms")]


def test_the_question_is_asked_again_once_the_dialogue_engine_is_back(asked, time, dialogue):
    dialogue.failure = DialogueDown()
    asked.says(HARMLESS)
    assert asked.said == ["fallback.unavailable"]

    dialogue.failure = None
    passes(asked, time, seconds=30)
    assert asked.outbound()[-1].message_ids == ["disclosure.ask_again"]


def test_a_doubt_in_something_that_is_known_is_not_asked(talk, team, notifier):
    talk.says(DANGER)
    talk.says(DOUBTFUL)

    assert questions(talk) == []
    assert talk.said[0] == "disclosure.more"
    assert len(talk.escalations) == 1
    assert "joined" in talk.chain


def test_a_doubt_during_a_handover_goes_to_a_person_and_is_not_asked(talk, team, timed_parts):
    with database.unit_of_work(timed_parts.engine) as session:
        session.get_one(ContactRow, talk.contact_id).held_by_id = team.elena
    talk.says(DOUBTFUL)

    assert talk.said == []
    assert questions(talk) == []
    assert talk.tasks == ["review"]


def test_a_handover_after_the_question_does_not_stop_its_time(asked, team, time):
    with database.unit_of_work(asked.parts.engine) as session:
        session.get_one(ContactRow, asked.contact_id).held_by_id = team.elena
    passes(asked, time, minutes=11)

    assert asked.escalation.category == "distress"


def test_two_doubts_before_the_first_was_asked_ask_once_and_call(talk, team, called):
    talk.phone.write(DOUBTFUL)
    talk.phone.write(ALSO_DOUBTFUL)
    talk.work()

    assert len(talk.escalations) == 1
    assert len(questions(talk)) == 1
    assert called() == [("elena", "sms")]


def test_words_that_only_together_are_a_sign_are_joined_while_the_question_waits(asked):
    for half in HALVES:
        asked.says(half)

    assert asked.escalation.category == "sexual_violence"


def test_a_question_asked_by_a_clock_that_went_wrong_is_not_waited_for(asked, time):
    passes(asked, time, days=-1)  # it was a day ahead when the question was asked

    assert asked.escalation.category == "distress"


def test_a_message_at_which_screening_fails_goes_to_a_person_and_holds_up_nobody(
    talk, team, timed_parts, called
):
    def fails_at_one(text, earlier):
        if text == "veneno":
            raise RuntimeError
        return timed_parts.safety.screen(text, earlier)

    failing = replace(timed_parts, safety=replace(timed_parts.safety, screen=fails_at_one))
    caregiver = type(talk)(timed_parts, talk.family.caregiver)
    talk.phone.write("veneno")
    caregiver.phone.write(DANGER)
    with pytest.raises(RuntimeError):
        screen_next(failing)
    assert screen_next(failing)  # the other contact's message has its turn
    assert caregiver.escalation.state == "open"

    for _ in range(MOST_ATTEMPTS - 1):
        with pytest.raises(RuntimeError):
            screen_next(failing)
    assert screen_next(failing)
    assert talk.tasks == ["language"]
    talk.work()
    assert talk.outbound()[-1].message_ids == ["fallback.unreadable"]
