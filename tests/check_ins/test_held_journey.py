"""A journey that was held for fear: a person releases it at any time, and what changed is told then."""

import pytest

from bot.services import handle_escalation
from bot.services.held_journey import HELD, decide
from bot.store import contacts, database, escalations, staff
from tests.check_ins.conftest import DANGER
from tests.check_ins.life import CHICAGO, Life

REMINDS = ("unknown_facts", HELD)


@pytest.fixture
def held(life) -> Life:
    """The child knows on which day they leave, and disclosed a fear: nobody speaks of the journey."""
    life.until("2026-12-14 12:00", CHICAGO)
    life.child.says(DANGER)
    life.change(journey_held_at=life.time.now())
    return life


def closes(life, **options):
    with database.unit_of_work(life.parts.engine) as session:
        row, elena = escalations.unclosed_of(session, life.family.child), life.family.case_manager
        handle_escalation.close(session, row, elena, "La abogada habló.", life.parts, **options)


def decides(life, *, release):
    with database.unit_of_work(life.parts.engine) as session:
        child = contacts.get(session, life.family.child)
        elena = staff.get(session, life.family.case_manager)
        decide(session, child, elena, "El juez decidió.", life.parts, release=release)


def is_held(life):
    return life.contact(life.family.child).journey_held_at is not None


def test_closing_without_a_word_about_the_journey_leaves_it_to_do(held):
    closes(held)
    assert is_held(held)
    assert held.tasks(held.child) == [REMINDS]


@pytest.mark.parametrize("options", [{"release": True}, {"keep_held": True}])
def test_closing_with_a_word_about_it_leaves_nothing_to_do(held, options):
    closes(held, **options)
    assert is_held(held) is ("keep_held" in options)
    assert held.tasks(held.child) == []
    assert ("kept_held" in held.child.chain) is ("keep_held" in options)


def test_where_nothing_is_held_nothing_is_asked(life):
    life.child.says(DANGER)
    closes(life)
    assert life.tasks(life.child) == []
    assert "kept_held" not in life.child.chain


def test_weeks_after_the_end_it_is_released_and_what_changed_meanwhile_is_told(held):
    closes(held)
    held.journey(departs="2027-01-20")
    held.lives_on(days=10)
    assert "journey_change.departure" not in held.told(held.child)

    decides(held, release=True)
    held.lives_on(days=1)
    assert not is_held(held)
    assert "journey_change.departure" in held.told(held.child)
    assert REMINDS not in held.tasks(held.child)
    assert held.child.chain[-1] == "released"


def test_it_may_be_released_while_somebody_still_acts(held):
    decides(held, release=True)
    assert not is_held(held)
    assert held.child.escalation.state == "open"


def test_who_decides_that_it_stays_held_is_not_reminded_again(held):
    closes(held)
    decides(held, release=False)
    assert is_held(held)
    assert held.tasks(held.child) == []
    assert held.child.chain[-1] == "kept_held"


def test_where_there_is_no_escalation_it_is_released_as_well(life):
    life.change(journey_held_at=life.time.now())
    decides(life, release=True)
    assert not is_held(life)
