"""`acompana journey release`: a person ends what fear of the return has held, and says why."""

from dataclasses import replace

import pytest

from bot.domain.risk import Decision, Screening, Tier
from tests.builders import make_caregiver, make_child, make_staff
from tests.conversation import Conversation

NOTE = "La abogada habló con ella."
BY = ("--by", "Elena", "--note", NOTE)
FEAR = Screening(Decision.ALERT, "fear_of_return", Tier.HIGH, "lexicon", 0.9)


@pytest.fixture
def afraid(quiet_parts):
    """Wendy is afraid to go back; Elena has closed the case and said nothing about the journey."""
    make_staff(quiet_parts)
    safety = replace(quiet_parts.safety, screen=lambda text, earlier: FEAR)
    parts = replace(quiet_parts, safety=safety)
    with Conversation(parts, make_child(parts)) as talk:
        yield talk.says("no quiero volver")


@pytest.fixture
def closed(acompana, afraid):
    assert acompana("escalations", "close", afraid.escalation.code, *BY).exit == 0
    assert afraid.contact.journey_held_at is not None
    return afraid


def test_closing_leaves_a_task_that_says_that_it_is_held(acompana, closed):
    (task,) = [t for t in acompana("tasks", "list", "--json").json if t["about"] == "journey_held"]
    assert task["contact"] == str(closed.contact_id)


def test_it_is_released_when_the_case_is_closed_and_the_chain_says_who_and_why(acompana, closed):
    done = acompana("journey", "release", closed.contact_id, *BY)
    assert (done.exit, done.out) == (0, "The journey is released.\n"), done.err
    assert closed.contact.journey_held_at is None
    assert "unknown_facts" not in closed.tasks

    link = acompana("escalations", "show", closed.escalation.id, "--json").json["chain"][-1]
    assert (link["step"], link["who"], link["note"]) == ("released", "Elena Paz", NOTE)


def test_it_may_be_decided_that_it_stays_held(acompana, closed):
    done = acompana("journey", "release", closed.contact_id, *BY, "--keep")
    assert (done.exit, done.out) == (0, "The journey stays held.\n"), done.err
    assert closed.contact.journey_held_at is not None
    assert "unknown_facts" not in closed.tasks
    assert closed.chain[-1] == "kept_held"


def test_what_makes_no_sense_is_refused_in_one_sentence(acompana, quiet_parts, closed):
    wendy = closed.contact_id
    release = ("journey", "release", wendy)
    assert acompana(*release, "--by", "Elena", "--note", " ").refused("--note")
    assert acompana(*release, "--by", "Nobody", "--note", NOTE).refused("Nobody")
    mother = make_caregiver(quiet_parts, wendy)
    assert acompana("journey", "release", mother, *BY).refused("belongs to a child")

    assert acompana(*release, *BY).exit == 0
    assert acompana(*release, *BY).refused("not held")


def test_closing_releases_or_keeps_not_both(acompana, afraid):
    close = ("escalations", "close", afraid.escalation.code, *BY)
    assert acompana(*close, "--release-journey", "--keep-held").exit == 2
    assert acompana(*close, "--keep-held").exit == 0
    assert "unknown_facts" not in afraid.tasks
    assert "kept_held" in afraid.chain


def test_who_looks_at_the_journey_sees_that_it_is_held(acompana, closed, tmp_path):
    file = tmp_path / "journey.yml"
    file.write_text("destination: GT\n", encoding="utf-8")
    assert acompana("journey", "set", closed.contact_id, file).exit == 0
    show = ("journey", "show", closed.contact_id)
    assert "held_at" in acompana(*show).out
    assert acompana(*show, "--json").json["held_at"]

    acompana("journey", "release", closed.contact_id, *BY)
    assert "held_at" not in acompana(*show).out
