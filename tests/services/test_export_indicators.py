"""The export as the programme's partners get it: counts of children, nobody recognisable."""

import csv
import io
import random
from datetime import timedelta
from uuid import uuid4

import pytest

from bot.domain.contacts import Role
from bot.gateways.spreadsheets import Sheet, write_csv
from bot.services.enrol import OLDEST
from bot.services.erase import erase
from bot.services.export_indicators import Table
from bot.services.indicators import indicators_of
from bot.store import database
from bot.store.tables import ContactRow
from bot.store.time_tables import AnswerRow, CheckInRow
from tests.builders import facts_on, make_family
from tests.programme import HOME_AT, Programme


@pytest.fixture
def programme(quiet_parts):
    return Programme(quiet_parts)


SMALL = ("<5", "", "", "")


def test_without_answers_there_are_headings_only(programme):
    programme.child()
    for table in Table:
        assert programme.rows(table) == []
    assert "period,country,age_band" in programme.exported()


def test_the_file_says_itself_what_is_in_it_and_what_is_not(programme):
    said = [line for line in programme.exported().splitlines() if line.startswith("# ")]

    assert "# Fewer than 5 children are shown as <5 and nothing else is said about them." in said
    assert any(f"{programme.parts.now():%Y-%m}" in line for line in said)
    assert not any(f"{programme.parts.now():%Y-%m-%d}" in line for line in said)


def test_children_are_counted_by_period_country_and_age(programme):
    for child in programme.children(6, age=15) + programme.children(6, age=10):
        programme.answers(child, 2)
    for child in programme.children(8, destination="HN"):
        programme.answers(child, 0)
        programme.answers(child, 1, days=100)

    assert programme.cell() == ("20", "0.4", "0.6", "1.2")
    assert programme.cell(country="GT") == (
        "12",
        "",
        "",
        "",
    )  # HN, eight with a worry, could be computed
    assert programme.cell(country="GT", age="age 9-12") == ("6", "", "", "")
    assert programme.cell(period="month 3") == ("8", "", "", "")
    assert programme.cell(period="month 3", country="HN", age="age 13-17") == ("8", "", "", "")


def test_a_child_counts_once_however_often_it_answers(programme):
    for child in programme.children(5):
        programme.answers(child, 2, 2, 2)
        programme.answers(child, 0, days=3)
    for child in programme.children(5):
        programme.answers(child, 0, None)

    assert programme.cell() == ("10", "0.5", "0.5", "0.75")


def test_four_children_are_fewer_than_five_and_nothing_else_is_said(programme):
    for child in programme.children(4):
        programme.answers(child, 0)
        programme.answers(programme.caregiver(child), 2)

    assert programme.cell() == programme.cell(by="caregiver") == SMALL
    assert programme.cell(country="GT") is None


def test_what_caregivers_say_stands_apart_and_counts_their_children(programme):
    for child in programme.children(10):
        programme.answers(child, 2)
        programme.answers(programme.caregiver(child), 0)
        programme.answers(programme.caregiver(child), 0)

    assert programme.cell() == ("10", "0.0", "1.0", "2.0")
    assert programme.cell(by="caregiver") == ("10", "1.0", "0.0", "0.0")


def test_own_words_and_choices_without_a_score_are_not_counted(programme):
    for child in programme.children(6):
        programme.answers(child, None)
        programme.answers(child, 1, indicator=None)
    assert programme.rows() == []


def test_who_was_erased_is_not_in_it_and_neither_is_what_was_said_about_them(programme):
    children = programme.children(5)
    for child in children:
        programme.answers(child, 1)
        programme.answers(programme.caregiver(child), 1)
    assert programme.cell() == ("5", "", "", "")

    with database.unit_of_work(programme.parts.engine) as session:
        erase(session, children[0], programme.parts)
    assert programme.cell() == programme.cell(by="caregiver") == SMALL


def test_a_child_without_a_known_day_of_return_or_age_is_counted_as_such(programme):
    for child in programme.children(5, arrived_at=None):
        programme.change(child, birth_year=None)
        programme.answers(child, 1, 0)

    unknown = programme.cell(period="day of return not known", country="GT", age="age not known")
    assert unknown == ("5", "", "", "")


def test_before_the_return_is_a_period_of_its_own_and_the_newest_journey_counts(programme):
    for _ in range(5):
        family = make_family(programme.parts, facts_on("2026-03-03"))
        programme.answers(family.child, 1)  # in January

    assert programme.cell(period="before return")[0] == "5"
    assert programme.cell() is None


def test_a_step_shows_what_became_of_it(programme):
    for child in programme.children(9):
        programme.step(child, "day_1")
    for child in programme.children(6):
        programme.step(child, "day_1", "missed", reason="silence")
    for child in programme.children(7):
        programme.step(child, "day_1", "skipped", reason="opted_out", said_at=None)
    for child in programme.children(5):
        programme.step(child, "day_1", "planned")
        programme.step(child, "countdown_one", "said")

    assert programme.outcomes("day_1") == {
        ("all", ""): "22",
        ("asked", ""): "15",
        ("answered", ""): "9",
        ("missed", ""): "6",
        ("skipped", "all"): "7",
        ("skipped", "opted_out"): "7",
    }
    assert programme.outcomes("countdown_one") == {("all", ""): "5", ("told", ""): "5"}


def test_few_who_were_skipped_cannot_be_computed_from_the_rest(programme):
    for child in programme.children(9):
        programme.step(child, "day_1")
    for child in programme.children(2):
        programme.step(child, "day_1", "skipped", reason="opted_out")

    assert programme.outcomes("day_1") == {
        ("all", ""): "11",
        ("asked", ""): "withheld",
        ("skipped", "all"): "<5",
    }
    assert programme.rows(Table.ANSWER_TIMES) == []


def test_a_child_counts_once_for_a_step_with_the_best_that_came_of_it(programme):
    for child in programme.children(6):
        programme.step(child, "risk_day_1", "missed", reason="silence")
        programme.step(child, "risk_day_1", "answered")
        for state in ("answered", "skipped"):
            programme.step(programme.caregiver(child), "home_day_2", state)

    assert programme.outcomes("risk_day_1")["answered", ""] == "6"
    assert ("missed", "") not in programme.outcomes("risk_day_1")
    assert programme.outcomes("home_day_2")["all", ""] == "6"


def test_the_time_until_answers_is_a_median_of_at_least_five(programme):
    for child in programme.children(5):
        programme.step(child, "day_3")
    (row,) = programme.rows(Table.ANSWER_TIMES)
    assert list(row.values()) == ["day_3", "child", "5", "10.0"]


def test_escalations_are_counted_by_category_tier_and_phase(programme):
    for minutes, child in enumerate(programme.children(7)):
        programme.escalation(child, minutes=minutes)
    programme.escalation(child, minutes=3)

    (row,) = programme.rows(Table.ESCALATIONS)
    assert list(row.values()) == ["gang_threat", "critical", "after", "7", "8", "3.0"]


def test_a_rare_disclosure_is_not_counted_and_not_computable(programme):
    for child in programme.children(9):
        programme.escalation(child)
    programme.escalation(programme.child(), category="trafficking")

    rows = programme.rows(Table.ESCALATIONS)
    assert [list(row.values())[3:] for row in rows] == [["withheld", "", ""], ["<5", "", ""]]
    assert [row["category"] for row in rows] == ["gang_threat", "trafficking"]


def test_nobody_took_it_is_no_time(programme):
    for child in programme.children(5):
        programme.escalation(child, acknowledged_at=None)
    (row,) = programme.rows(Table.ESCALATIONS)
    assert row["median_minutes_to_acknowledge"] == ""


def test_no_table_holds_a_name_a_number_an_id_or_a_day(programme):
    children = programme.children(6, name="Wendy Cux")
    mothers = [programme.caregiver(child) for child in children]
    for contact in children + mothers:
        programme.answers(contact, 0, 2)
        programme.escalation(contact)
    programme.step(children[0], "day_7", "skipped", reason="Wendy dijo que no")
    text = "\n".join(programme.exported(table) for table in Table)

    assert len(text.splitlines()) > 20
    for word in (
        "Wendy",
        "Marta",
        "Cux",
        "dijo",
        "+1500",
        "2026-01",
        *map(str, children + mothers),
    ):
        assert word not in text


def test_no_cell_of_a_file_is_a_formula(programme):
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x";"y")']
    stream = io.StringIO()
    write_csv(stream, [], Sheet("T", ("a", "b"), [(word, -1.5) for word in evil]))
    rows = list(csv.reader(io.StringIO(stream.getvalue(), newline="")))[1:]
    assert [row[0] for row in rows] == [f"'{word.strip()}" for word in evil]
    assert {row[1] for row in rows} == {"-1.5"}

    for child in programme.children(5):
        programme.change(child, destination="=1")
        programme.answers(child, 1)
        programme.step(child, "=1+1", "skipped", reason="@x")
        programme.escalation(child, category="+x", tier="-1")
    for table in Table:
        for row in programme.rows(table):
            assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())
    assert programme.cell(country="'=1")


def test_in_a_programme_of_many_nothing_small_is_shown(programme):
    """Ninety children, entered at once, with answers as they come."""
    chance = random.Random(7)
    add_children(programme.parts, 90, chance)
    rows = programme.rows()

    assert len(rows) > 60
    assert {"<5", "withheld"} < {row["n"] for row in rows}
    for row in rows:
        if row["n"] in ("<5", "withheld"):
            assert row["share_worry"] == row["share_fine"] == row["mean"] == ""
        else:
            assert int(row["n"]) >= 5
        if row["share_worry"] in ("0.0", "1.0") or row["share_fine"] in ("0.0", "1.0"):
            assert int(row["n"]) >= 10


DESTINATIONS = [("SV", 3), ("MX", 12), ("HN", 32), ("GT", 10**6)]
"""Three children return to El Salvador, nine to Mexico, twenty to Honduras, all others to Guatemala."""


def add_children(parts, many, chance, check_ins=4, answers=4):
    """Enter children with check-ins and answers in three statements."""
    indicators = ["physical", "psychosocial", "material", "leaving"]
    children, asked, answered = [], [], []
    for number in range(many):
        child = ContactRow(
            id=uuid4(),
            role=Role.CHILD,
            name="Wendy Cux",
            language="es",
            country="GT",
            destination=next(c for c, last in DESTINATIONS if number < last),
            birth_year=2026 - chance.randint(6, OLDEST - 1),
            arrived_at=HOME_AT,
            created_at=HOME_AT,
        )
        children.append(child)
        for month in range(check_ins):
            at = HOME_AT + timedelta(days=month * 30 + 1)
            row = {"id": uuid4(), "contact_id": child.id, "step": f"s{month}", "state": "answered"}
            asked.append(row | {"due_at": at, "not_after": at, "said_at": at, "settled_at": at})
            answered += [
                {
                    "check_in_id": row["id"],
                    "contact_id": child.id,
                    "questionnaire": "home",
                    "question": f"q{question}",
                    "indicator": indicators[question % 4],
                    "value": {"choice": "x", "score": chance.choice([0, 1, 2, 2])},
                    "answered_at": at,
                }
                for question in range(answers)
            ]
    with database.unit_of_work(parts.engine) as session:
        session.add_all(children)
        session.flush()
        session.execute(CheckInRow.__table__.insert(), asked)
        session.execute(AnswerRow.__table__.insert(), answered)


def test_a_case_manager_sees_month_by_month_how_one_child_is(programme):
    child = programme.child()
    mother = programme.caregiver(child)
    programme.answers(child, 0, 1, days=2)
    programme.answers(child, 1, days=8)
    programme.answers(child, 2, days=65)
    programme.answers(child, 1, days=65, indicator="leaving")
    programme.answers(mother, 2, days=3)
    programme.answers(programme.child(), 0)

    with database.unit_of_work(programme.parts.engine) as session:
        found = indicators_of(session, child)

    assert [(m.who, m.month, dict(m.means)) for m in found.months] == [
        ("child", 0, {"physical": 2 / 3}),
        ("child", 2, {"physical": 2.0, "leaving": 1.0}),
        ("caregiver", 0, {"physical": 2.0}),
    ]
    assert found.trends[Role.CHILD]["physical"] == "better"
    assert found.trends[Role.CAREGIVER]["physical"] == "not enough answers"
