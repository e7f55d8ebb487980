"""`acompana export indicators` and `acompana indicators show` as people call them."""

import zipfile
from uuid import uuid4
from xml.etree import ElementTree

import pytest

from bot.gateways.spreadsheets import Sheet, write_workbook
from tests.builders import make_caregiver, make_child
from tests.programme import HOME_AT, Programme

SHEETS = ["About", "Indicators", "Check-ins", "Escalations", "Answer times"]


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def programme(quiet_parts):
    """Twelve teenagers in Guatemala: half of them feel safe, half do not; three of them disclosed."""
    programme = Programme(quiet_parts)
    for number, child in enumerate(programme.children(12)):
        programme.answers(child, 2 * (number % 2))
        if number < 3:
            programme.escalation(child)
    return programme


SPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def read_workbook(path):
    """Return the rows of each sheet, as a spreadsheet program would show them; formulas are refused."""
    with zipfile.ZipFile(path) as book:

        def read(name):
            return ElementTree.fromstring(book.read(f"xl/{name}.xml"))

        words = [
            "".join(entry.itertext()) for entry in read("sharedStrings").iterfind("m:si", SPACE)
        ]
        names = [sheet.get("name") for sheet in read("workbook").iterfind(".//m:sheet", SPACE)]
        pages = [read(f"worksheets/sheet{number}") for number, _ in enumerate(names, start=1)]

    def shown(cell):
        value = "".join(cell.itertext())
        return words[int(value)] if cell.get("t") == "s" else value

    assert not any(page.findall(".//m:f", SPACE) for page in pages)
    return {
        name: [[shown(cell) for cell in row] for row in page.iterfind(".//m:row", SPACE)]
        for name, page in zip(names, pages)
    }


def test_the_indicators_go_to_standard_output(acompana, programme):
    done = acompana("export", "indicators")

    assert (done.exit, done.err) == (0, "")
    assert done.out.startswith("# ")
    assert done.table[1] == [
        "month 0",
        "all",
        "all",
        "child",
        "physical",
        "12",
        "0.5",
        "0.5",
        "1.0",
    ]
    assert (
        acompana("export", "indicators", "--format", "csv", "--table", "indicators").out == done.out
    )


def test_each_table_can_be_had(acompana, programme):
    def table(name):
        return acompana("export", "indicators", "--table", name).table

    assert ["day_1", "child", "answered", "", "12"] in table("check-ins")
    assert table("escalations")[1] == ["gang_threat", "critical", "after", "<5", "", ""]
    assert table("answer-times")[1] == ["day_1", "child", "12", "10.0"]


def test_a_file_is_written_and_named(acompana, programme, tmp_path):
    done = acompana("export", "indicators", "--output", "here.csv")

    assert (done.exit, done.out, done.err) == (0, "", "here.csv is written.\n")
    assert (tmp_path / "here.csv").read_text("utf-8") == acompana("export", "indicators").out


def test_a_workbook_holds_all_tables_and_says_where_it_is(acompana, programme, tmp_path):
    done = acompana("export", "indicators", "--format", "xlsx")
    assert (done.exit, done.out, done.err) == (0, "", "indicators.xlsx is written.\n")

    pages = read_workbook(tmp_path / "indicators.xlsx")
    assert list(pages) == SHEETS
    assert any("<5" in line for (line,) in pages["About"])
    assert pages["Indicators"][1] == [
        "month 0",
        "all",
        "all",
        "child",
        "physical",
        "12",
        "0.5",
        "0.5",
        "1",
    ]
    assert pages["Escalations"][1][:4] == ["gang_threat", "critical", "after", "<5"]

    acompana("export", "indicators", "--format", "xlsx", "--output", tmp_path / "other.xlsx")
    assert read_workbook(tmp_path / "other.xlsx") == pages


def test_no_cell_of_a_workbook_is_a_formula(tmp_path):
    evil = ["=1+1", "{=1+1}", "+1", "-1", "@x", "http://example.org"]
    write_workbook(tmp_path / "x.xlsx", ["=1"], [Sheet("T", ("a",), [(word,) for word in evil])])

    pages = read_workbook(tmp_path / "x.xlsx")  # which refuses formulas
    assert pages["T"][1:] == [
        ["'=1+1"],
        ["{=1+1}"],
        ["'+1"],
        ["'-1"],
        ["'@x"],
        ["http://example.org"],
    ]
    assert pages["About"][1] == ["'=1"]


def test_a_programme_without_answers_can_be_exported(acompana, tmp_path):
    assert len(acompana("export", "indicators").table) == 1
    acompana("export", "indicators", "--format", "xlsx")
    assert list(read_workbook(tmp_path / "indicators.xlsx")) == SHEETS


def test_what_cannot_be_written_is_one_sentence(acompana, tmp_path):
    nowhere = tmp_path / "nowhere"
    assert acompana("export", "indicators", "--output", nowhere / "x.csv").refused("x.csv")
    xlsx = ("export", "indicators", "--format", "xlsx")
    assert acompana(*xlsx, "--output", nowhere / "x.xlsx").refused("x.xlsx")
    assert acompana(*xlsx, "--table", "escalations").refused("all tables")


@pytest.mark.parametrize(
    "arguments",
    [
        ("export",),
        ("export", "indicators", "--format", "pdf"),
        ("export", "indicators", "--table", "names"),
        ("indicators", "show"),
        ("indicators", "show", "Wendy"),
    ],
)
def test_wrong_usage_is_exit_2(acompana, arguments):
    assert acompana(*arguments).exit == 2


@pytest.fixture
def wendy(quiet_parts):
    """Wendy came home afraid and is better now; her mother saw no fear."""
    programme = Programme(quiet_parts)
    child = programme.child()
    programme.answers(child, 0, 0)
    programme.answers(child, 2, days=65)
    programme.answers(make_caregiver(quiet_parts, child), 2, days=3)
    return child


def test_one_child_is_shown_month_by_month_in_plain_words(acompana, wendy):
    shown = acompana("indicators", "show", wendy)

    assert shown.exit == 0
    for word in (
        "the child",
        "the caregivers",
        "safety",
        "a worry (0.0)",
        "fine (2.0)",
        "trend",
        "better",
    ):
        assert word in shown.out


def test_one_child_as_json_keeps_the_childs_words_apart(acompana, wendy):
    found = acompana("indicators", "show", wendy, "--json").json

    assert [(row["who"], row["month"], row["physical"]) for row in found["months"]] == [
        ("child", 0, 0.0),
        ("child", 2, 2.0),
        ("caregiver", 0, 2.0),
    ]
    assert found["months"][0]["legal"] is None
    assert [(row["who"], row["physical"]) for row in found["trends"]] == [
        ("child", "better"),
        ("caregiver", "not enough answers"),
    ]


def test_a_child_who_has_not_answered_has_no_indicators_yet(acompana, quiet_parts):
    child = make_child(quiet_parts)
    assert "Nothing was answered yet." in acompana("indicators", "show", child).out
    assert acompana("indicators", "show", child, "--json").json["months"] == []


def test_time_before_the_return_and_without_a_known_day_is_shown_as_such(acompana, quiet_parts):
    programme = Programme(quiet_parts)
    early, unknown = programme.child(), programme.child(arrived_at=None)
    programme.answers(early, 1, days=-3)
    programme.answers(unknown, 1)

    (row,) = acompana("indicators", "show", early, "--json").json["months"]
    assert row["month"] == "before return", HOME_AT
    (row,) = acompana("indicators", "show", unknown, "--json").json["months"]
    assert row["month"] == "day of return not known"


def test_only_a_child_has_indicators(acompana, quiet_parts, wendy):
    mother = make_caregiver(quiet_parts, wendy)
    assert acompana("indicators", "show", mother).refused("child")
    assert acompana("indicators", "show", uuid4()).refused("no contact")
