"""Perhaps something worse than what is known: it is asked as if nothing were known, and nobody is forgotten."""

from dataclasses import replace

import pytest

from bot.domain import check_in
from bot.domain.risk import Decision, Screening, Tier
from bot.store import database
from bot.store.tables import ContactRow
from tests.check_ins.conftest import PLACE, welcome
from tests.check_ins.life import AskingDialogue, Life, facts

MOCKED, REJECTED, THREATENED = "se burlan de mi", "ya no me quieren aqui", "me van a matar"
TIRED, SAD, LEAVING = "quiero descansar de todo", "no se que pensar", "me quieren llevar otra vez"
SIGNS = {
    MOCKED: Screening(Decision.ALERT, "stigma_bullying", Tier.LOW, "lexicon"),
    REJECTED: Screening(Decision.ALERT, "family_rejection", Tier.MEDIUM, "lexicon"),
    THREATENED: Screening(Decision.ALERT, "gang_threat", Tier.CRITICAL, "lexicon"),
    TIRED: Screening(Decision.ASK, "self_harm", Tier.CRITICAL, "classifier", 0.4),
    SAD: Screening(Decision.ASK, "distress", Tier.MEDIUM, "classifier", 0.4),
    LEAVING: Screening(Decision.ASK, "family_rejection", Tier.MEDIUM, "classifier", 0.4),
}


@pytest.fixture
def dialogue():
    return AskingDialogue()


@pytest.fixture
def safety(safety):
    """One sentence for each kind of sign."""
    return replace(safety, screen=lambda text, earlier: SIGNS.get(text, Screening(Decision.NONE)))


@pytest.fixture
def known(talk, team, time):
    """Wendy told of something that may wait for days, and Elena has it."""
    talk.says(REJECTED)
    talk.staff_answers(team.elena, "1")
    passes(talk, time, minutes=1)
    assert (talk.escalation.state, talk.escalation.tier) == ("acknowledged", "medium")
    return talk


@pytest.fixture
def asked(known):
    """Then she wrote something that may be worse, and was asked."""
    known.says(TIRED)
    return known


def passes(talk, time, **delta):
    time.passes(**delta)
    talk.clock_ticks()


def hold(talk, staff_id):
    with database.unit_of_work(talk.parts.engine) as session:
        session.get_one(ContactRow, talk.contact_id).held_by_id = staff_id


def test_what_may_be_more_urgent_than_what_is_known_is_asked(asked, called):
    assert asked.said == ["disclosure.ask"]
    assert (asked.escalation.state, asked.escalation.tier) == ("acknowledged", "medium")
    assert called() == [("elena", "sms"), ("elena", "sms")]  # the alert, and that she has it


def test_yes_raises_what_is_known_and_calls(asked, called):
    before = len(called())
    asked.says("1")

    assert len(asked.escalations) == 1
    assert (asked.escalation.tier, asked.escalation.category) == ("critical", "self_harm")
    assert asked.escalation.state == "open"
    assert called()[before:] == [("elena", "sms")]
    assert asked.said[0] == "disclosure.thank_you_self_harm"


def test_cannot_talk_raises_what_is_known_and_calls_who_knows_it(asked, called):
    before = len(called())
    asked.says("3")

    assert (asked.escalation.tier, asked.escalation.state) == ("critical", "open")
    assert asked.escalation.cannot_talk
    assert called()[before:] == [("elena", "sms")]


def test_silence_raises_what_is_known_and_calls(asked, time, called):
    before = len(called())
    passes(asked, time, minutes=10)

    assert (asked.escalation.tier, asked.escalation.state) == ("critical", "open")
    assert called()[before:] == [("elena", "sms")] * 2  # that there is more, and that it is worse


def test_no_leaves_what_is_known_as_it_is_and_a_person_reads_it(asked, time, called):
    before = len(called())
    asked.says("2")
    passes(asked, time, hours=1)

    assert asked.said[0] == "disclosure.asked_no"
    assert (asked.escalation.tier, asked.escalation.state) == ("medium", "acknowledged")
    assert asked.tasks == ["review"]
    assert called()[before:] == [("elena", "sms")]  # there is more to read, whoever answered


def test_a_further_sign_counts_as_yes_to_what_was_asked(asked):
    asked.says(SAD)

    assert (asked.escalation.tier, asked.escalation.state) == ("critical", "open")


def test_the_programme_decides_how_urgent_a_doubt_is(known):
    known.says(SAD)  # lasting fear of a child of seven is high

    assert known.said == ["disclosure.ask"]
    known.says("1")
    assert known.escalation.tier == "high"


def test_a_doubt_that_is_no_more_urgent_is_told_to_who_has_it(known, time, notifier):
    passes(known, time, minutes=6)
    known.says(LEAVING)

    assert known.said[0] == "disclosure.more"
    assert (known.escalation.tier, known.escalation.state) == ("medium", "acknowledged")
    assert notifier.called[-1][2] == "staff.more_signs"


def test_while_a_person_talks_with_her_it_is_raised_and_not_asked(known, team, called):
    hold(known, team.elena)
    before = len(called())
    known.says(TIRED)

    assert "disclosure.ask" not in known.said
    assert (known.escalation.tier, known.escalation.state) == ("critical", "open")
    assert called()[before:] == [("elena", "sms")]


# The travel day


@pytest.fixture
def life(talk, team, time, monkeypatch):
    """The same family on its travel day, shortly before the child is asked whether she arrived."""
    monkeypatch.setattr(check_in, "share_of", lambda spread, contact_id: PLACE)
    started = Life(talk.parts, time, talk.family)
    welcome(talk.parts, talk.family)
    started.set(facts())
    yield started.nothing_until("2026-12-20 13:40")
    started.close()


@pytest.fixture
def mocked(life, team):
    """Wendy told of something that may wait for a week, and Elena has it."""
    life.child.says(MOCKED)
    life.child.staff_answers(team.elena, "1")
    return life.until("2026-12-20 14:40")


def looked_for(life):
    return ("stranded_silence", "arrived") in life.tasks(life.child)


def test_somebody_unknown_who_fetched_her_is_asked_about_although_something_is_known(
    mocked, called
):
    mocked.child.taps("arrived_yes").taps("with_unknown")
    assert mocked.child.said == ["disclosure.ask"]
    assert mocked.state("arrived") == "asked"

    before = len(called())
    mocked.child.says("1")
    assert (mocked.child.escalation.tier, mocked.child.escalation.category) == (
        "critical",
        "stranded",
    )
    assert called()[before:] == [("elena", "sms")]


def test_she_knows_them_after_all_and_the_questions_go_on(mocked):
    mocked.child.taps("arrived_yes").taps("with_unknown").says("2")

    assert mocked.child.escalation.state == "acknowledged"
    assert mocked.state("arrived") == "answered"


def test_who_did_not_say_whether_she_arrived_is_looked_for(mocked):
    mocked.child.says(MOCKED)  # told to who has it, which may take days to look

    assert mocked.state("arrived") == "interrupted at_risk"
    assert looked_for(mocked)


def test_who_is_called_for_as_urgently_at_this_moment_is_looked_for_by_that(mocked):
    mocked.child.says(THREATENED)

    assert mocked.state("arrived") == "interrupted at_risk"
    assert mocked.child.escalation.state == "open"
    assert not looked_for(mocked)


def test_who_had_arrived_already_is_not_looked_for(mocked):
    mocked.child.taps("arrived_yes").says(MOCKED)

    assert mocked.state("arrived") == "interrupted at_risk"
    assert not looked_for(mocked)


def test_who_only_wrote_where_they_are_is_looked_for_too(mocked):
    mocked.child.says("todavía vamos en el bus").says(MOCKED)

    assert looked_for(mocked)


def test_the_proof_is_asked_for_once_the_question_about_danger_is_answered(known, time):
    time.passes(seconds=(known.escalation.proof_at - time.moment).total_seconds() - 60)
    known.says(TIRED)
    passes(known, time, minutes=2)
    assert "proof_asked" not in known.chain  # a "yes" now is an answer to the newer question

    known.says("2")
    passes(known, time, minutes=12)
    assert "proof_asked" in known.chain
