"""A closed case: three more months, unless a danger is still open."""

import pytest

from bot.errors import AcompanaError
from bot.services.close_case import close_case
from bot.store import database
from tests.check_ins.conftest import DANGER


def closes(life, contact_id):
    with database.unit_of_work(life.parts.engine) as session:
        close_case(session, contact_id, life.parts)
    life.tick()


def test_three_more_months_follow(life):
    life.until("2027-03-01 12:00")
    closes(life, life.family.child)

    assert life.state("month_6") == "superseded facts_changed"
    assert life.due("closed_month_3") == "2027-06-01 16:30"
    with pytest.raises(AcompanaError, match="already"):
        closes(life, life.family.child)


def test_not_while_a_danger_is_open_and_not_for_a_caregiver(life):
    life.child.says(DANGER)

    with pytest.raises(AcompanaError, match="has to close"):
        closes(life, life.family.child)
    with pytest.raises(AcompanaError, match="belongs to a child"):
        closes(life, life.family.caregiver)
