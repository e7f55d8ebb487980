"""`acompana rota` as a planner uses it: who is entered, what is refused, and the hours without anybody."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import yaml

from bot.clock import now
from bot.domain.contacts import COUNTRIES
from bot.services.demo_programme import PROGRAMME
from bot.store import database, staff
from tests.builders import ALWAYS
from tests.cli.conftest import enrolled

ELENA = {
    "name": "Elena Paz",
    "role": "case_manager",
    "number": "+50200000101",
    "email": "elena.paz@acompana.example",
    "country": "GT",
    "duty": [{"country": "GT", "days": ["mon", "tue"], "from": "08:00", "to": "16:30", "rank": 2}],
}
ROSA = {"name": "Rosa Lima", "role": "supervisor", "number": "+15005550103", "country": "US"}


@pytest.fixture
def enter(acompana, tmp_path):
    """Write the people into a file, and enter it."""

    def set_(people):
        file = tmp_path / "rota.yml"
        file.write_text(yaml.safe_dump({"staff": people}, allow_unicode=True), encoding="utf-8")
        return acompana("rota", "set", file)

    return set_


@pytest.fixture
def entered(engine):
    """Who is on the rota now, by name."""

    def people():
        with database.unit_of_work(engine) as session:
            return {row.name: row for row in staff.everyone(session)}

    return people


@pytest.fixture
def shifts(engine):
    def of(role="case_manager"):
        with database.unit_of_work(engine) as session:
            return staff.shifts(session, role)

    return of


def test_people_and_their_hours_are_entered(enter, entered, shifts):
    done = enter({"elena": ELENA, "rosa": ROSA})

    assert done.exit == 0, done.err
    assert done.out.splitlines()[0] == "2 people are on the rota."
    elena = entered()["Elena Paz"]
    assert (elena.role, elena.number, elena.language) == ("case_manager", "+50200000101", "es")
    (shift,) = shifts()
    assert (shift.country, shift.weekdays, shift.rank) == ("GT", {0, 1}, 2)
    assert (f"{shift.starts:%H:%M}", f"{shift.ends:%H:%M}") == ("08:00", "16:30")


def test_the_file_that_we_ship_is_accepted(acompana, entered):
    done = acompana("rota", "set", PROGRAMME)

    assert done.exit == 0, done.err
    assert len(entered()) == 5


def test_entering_the_same_file_twice_changes_nothing(enter, entered, shifts):
    enter({"elena": ELENA, "rosa": ROSA})
    before = {name: row.id for name, row in entered().items()}, shifts()

    assert enter({"elena": ELENA, "rosa": ROSA}).out == "2 people are on the rota.\n"
    assert ({name: row.id for name, row in entered().items()}, shifts()) == before


def test_a_known_number_is_the_same_person_with_other_hours(enter, entered, shifts):
    enter({"elena": ELENA})
    known = entered()["Elena Paz"].id
    changed = ELENA | {
        "name": "Elena Paz Lux",
        "number": "+502 0000-0101",
        "duty": [ALWAYS | {"country": "HN"}],
    }
    done = enter({"somebody": changed})

    assert done.out.splitlines() == [
        "1 person is on the rota.",
        "Elena Paz is called Elena Paz Lux now: the number is the same.",
    ]
    assert {name: row.id for name, row in entered().items()} == {"Elena Paz Lux": known}
    assert [shift.country for shift in shifts()] == ["HN"]


def test_a_person_may_have_no_hours(enter, entered, shifts):
    assert enter({"elena": ELENA | {"duty": None}}).exit == 0
    assert list(entered()) == ["Elena Paz"]
    assert shifts() == []


# Who leaves, comes back, or has another phone


def test_who_is_not_in_the_file_any_more_has_left(enter, entered, shifts):
    enter({"elena": ELENA, "rosa": ROSA})
    done = enter({"rosa": ROSA})

    assert done.out.splitlines() == ["1 person is on the rota.", "Elena Paz has left."]
    assert list(entered()) == ["Rosa Lima"]
    assert shifts() == []


def test_who_comes_back_is_the_same_person(enter, entered):
    enter({"elena": ELENA, "rosa": ROSA})
    known = entered()["Elena Paz"].id
    enter({"rosa": ROSA})
    done = enter({"elena": ELENA, "rosa": ROSA})

    assert "Elena Paz is back." in done.out
    assert entered()["Elena Paz"].id == known


def test_the_same_name_with_a_new_number_is_the_same_person(enter, entered):
    enter({"elena": ELENA, "rosa": ROSA})
    known = entered()["Elena Paz"].id
    done = enter({"elena": ELENA | {"number": "+50200000188"}, "rosa": ROSA})

    assert "Elena Paz: +50200000101 -> +50200000188: the name is the same." in done.out
    assert (entered()["Elena Paz"].id, len(entered())) == (known, 2)


def test_somebody_new_of_the_same_name_is_not_who_left(enter, entered):
    enter({"elena": ELENA, "rosa": ROSA})
    known = entered()["Elena Paz"].id
    enter({"rosa": ROSA})
    done = enter({"elena": ELENA | {"number": "+50200000188"}, "rosa": ROSA})

    assert "Elena Paz is new." in done.out
    assert entered()["Elena Paz"].id != known


def test_two_who_exchange_their_phones_stay_who_they_are(enter, entered):
    enter({"elena": ELENA, "rosa": ROSA})
    before = {name: row.id for name, row in entered().items()}
    swapped = {"number": ROSA["number"]}, {"number": ELENA["number"]}
    enter({"elena": ELENA | swapped[0], "rosa": ROSA | swapped[1]})

    assert {name: row.id for name, row in entered().items()} == before
    assert entered()["Elena Paz"].number == ROSA["number"]


def test_two_people_of_one_name_are_two_people(enter, entered, engine):
    other = ELENA | {"number": "+50200000199"}
    enter({"elena": ELENA})
    done = enter({"elena": ELENA, "the_other_elena": other})
    assert "Elena Paz is new." in done.out

    enter({"the_other_elena": other})
    with database.unit_of_work(engine) as session:
        assert [row.number for row in staff.everyone(session)] == ["+50200000199"]


def test_whoever_gets_the_phone_of_one_who_left_is_somebody_else(enter, entered):
    enter({"elena": ELENA, "rosa": ROSA})
    known = entered()["Elena Paz"].id
    enter({"rosa": ROSA})
    enter({"rosa": ROSA, "ana": ELENA | {"name": "Ana Tuj"}})

    assert entered()["Ana Tuj"].id != known
    assert "Elena Paz" not in entered()


def test_a_look_beforehand_changes_nobody(acompana, enter, entered, tmp_path):
    enter({"elena": ELENA, "rosa": ROSA})
    file = tmp_path / "next.yml"
    file.write_text(yaml.safe_dump({"staff": {"rosa": ROSA}}), encoding="utf-8")
    looked = acompana("rota", "set", file, "--check")

    assert looked.out.splitlines() == ["1 person is on the rota.", "Elena Paz has left."]
    assert looked.err == "Nothing was stored.\n"
    assert set(entered()) == {"Elena Paz", "Rosa Lima"}


def assigned_to(acompana, entered, contact):
    """Who is named to this contact."""
    return acompana("contacts", "show", contact, "--json").json["case_manager"]


def test_a_contact_whose_case_manager_left_is_shown_until_somebody_is_assigned(
    acompana, enter, entered, engine
):
    ana = ELENA | {"name": "Ana Tuj", "number": "+50200000109"}
    enter({"elena": ELENA, "ana": ana, "rosa": ROSA})
    wendy = enrolled(acompana)
    assert acompana("contacts", "assign", wendy, "--to", "Elena Paz").exit == 0
    assert assigned_to(acompana, entered, wendy) == "Elena Paz"

    for _ in range(2):
        done = enter({"ana": ana, "rosa": ROSA})
        assert done.out.splitlines()[-1] == f"acompana contacts assign --to NAME {wendy}"
    assert assigned_to(acompana, entered, wendy) == "Rosa Lima"

    assert acompana("contacts", "assign", "--to", "Ana", wendy).exit == 0
    assert assigned_to(acompana, entered, wendy) == "Ana Tuj"
    assert enter({"ana": ana, "rosa": ROSA}).out == "2 people are on the rota.\n"


def test_only_who_may_take_a_case_is_assigned(acompana, enter):
    enter({"daniel": ROSA | {"name": "Daniel Reyes", "role": "child_advocate"}})
    wendy = enrolled(acompana)

    assert acompana("contacts", "assign", wendy, "--to", "Daniel").refused("Daniel", "neither")
    assert acompana("contacts", "assign", wendy, "--to", "Elena").refused("Elena")


def test_who_has_left_and_did_something_cannot_be_named_any_more(acompana, enter):
    enter({"elena": ELENA, "rosa": ROSA})
    enter({"rosa": ROSA})
    assert acompana("tasks", "list", "--mine", "Elena").refused("Elena", "Rosa Lima")


# A number has one owner: what comes from a number of the staff is not screened


def test_nobody_of_the_staff_can_have_the_number_of_a_contact(acompana, enter, entered):
    enrolled(acompana, **{"--phone": ELENA["number"]})

    refused = enter({"rosa": ROSA, "elena": ELENA})
    assert refused.refused("elena", "a contact", "acompana contacts number")
    assert entered() == {}


def test_a_contact_cannot_be_enrolled_with_a_number_of_the_staff(acompana, enter):
    enter({"elena": ELENA})
    refused = acompana(
        "contacts", "add", "--role", "child", "--name", "Ana", "--phone", ELENA["number"],
        "--language", "es",
    )  # fmt: skip

    assert refused.refused("staff", "acompana rota set")
    assert acompana("contacts", "list", "--json").json == []


def test_a_file_with_a_number_of_the_staff_enrols_nobody(acompana, enter, tmp_path):
    enter({"elena": ELENA})
    file = tmp_path / "contacts.csv"
    lines = ("role,name,phone,language", "child,Ana,+15007770031,es", "child,Luis,+50200000101,es")
    file.write_text("\n".join(lines), encoding="utf-8")
    refused = acompana("contacts", "import", file)

    assert refused.exit == 1
    assert "Line 3: A person of the staff has this number" in refused.err
    assert acompana("contacts", "list", "--json").json == []


def test_who_left_may_become_a_contact_with_that_number(acompana, enter):
    enter({"elena": ELENA, "rosa": ROSA})
    enter({"rosa": ROSA})
    enrolled(acompana, **{"--phone": ELENA["number"]})

    assert enter({"rosa": ROSA, "elena": ELENA}).refused("elena", "a contact")


def with_shift(**changes):
    return ELENA | {"duty": [ELENA["duty"][0] | changes]}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({}, ["lacks country, name, number, role"]),
        (None, ["lacks"]),
        ("Elena", ["lacks"]),
        (ELENA | {"name": ""}, ["name"]),
        (ELENA | {"name": ["Elena"]}, ["name"]),
        (ELENA | {"role": "boss"}, ["role", "supervisor"]),
        (ELENA | {"number": "5550001"}, ["country code"]),
        (ELENA | {"number": 50200000101}, ["country code"]),
        (ELENA | {"country": "FR"}, ["country", "GT"]),
        (ELENA | {"country": ["GT"]}, ["country", "GT"]),
        (ELENA | {"language": "fr"}, ["language", "es, en"]),
        (ELENA | {"language": "es_GT"}, ["language"]),
        (ELENA | {"email": "elena"}, ["email"]),
        (ELENA | {"email": "a@b.example, c@d.example"}, ["email"]),
        (ELENA | {"email": "a@b.example\nBcc: c@d.example"}, ["email"]),
        (ELENA | {"duty": ["always"]}, ["duty"]),
        (with_shift(days=["monday"]), ["duty"]),
        (with_shift(days="mon"), ["duty"]),
        (with_shift(days=None), ["duty"]),
        (with_shift(**{"from": "8 in the morning"}), ["duty"]),
        (with_shift(**{"from": 480}), ["duty"]),  # what YAML makes of 08:00 without quotes
        (with_shift(to="25:00"), ["duty"]),
        (with_shift(to="16:00+02:00"), ["duty"]),
        (with_shift(to=None), ["duty"]),
        (with_shift(rank="first"), ["duty"]),
        (with_shift(phases=["later"]), ["duty"]),
        (with_shift(country="FR"), ["country"]),
    ],
    ids=str,
)
def test_a_wrong_entry_is_one_sentence_that_names_who_and_nobody_is_entered(
    enter, entered, entry, words
):
    assert enter({"rosa": ROSA, "elena": entry}).refused("elena", *words)
    assert entered() == {}


def test_two_people_cannot_have_one_number(enter, entered):
    refused = enter({"elena": ELENA, "rosa": ROSA | {"number": ELENA["number"]}})

    assert refused.refused("elena", "rosa", "number")
    assert entered() == {}


@pytest.mark.parametrize(
    ("written", "word"),
    [
        (b"", "nobody"),
        (b"stuff: {elena: {name: Elena}}", "nobody"),
        (b"staff:", "nobody"),
        (b"staff: [elena, rosa]", "by key"),
        (b"staff: elena", "by key"),
        (b"- elena", "mapping"),
        (b"staff: [", "not valid YAML"),
        ("staff: {elena: {name: Peña}}".encode("latin-1"), "UTF-8"),
    ],
)
def test_a_file_that_is_no_rota_is_one_sentence(acompana, entered, tmp_path, written, word):
    file = tmp_path / "rota.yml"
    file.write_bytes(written)

    assert acompana("rota", "set", file).refused(word)
    assert entered() == {}


def test_a_file_that_is_not_there_is_one_sentence(acompana, tmp_path):
    assert acompana("rota", "set", tmp_path / "nowhere.yml").refused("no file")
    assert acompana("rota", "set", tmp_path).refused("no file")


def test_without_anybody_every_hour_of_every_country_is_a_gap(acompana):
    found = acompana("rota", "gaps", "--days", "2", "--json").json

    assert [gap["country"] for gap in found] == list(COUNTRIES)
    for gap in found:
        begins, ends = moments(gap)
        assert ends - begins >= timedelta(days=2)


def test_a_day_and_night_rota_has_no_gaps(acompana, enter):
    everywhere = [ALWAYS | {"country": country} for country in COUNTRIES]
    enter({"elena": ELENA | {"duty": everywhere}})

    assert acompana("rota", "gaps", "--json").json == []
    assert acompana("rota", "gaps").exit == 0


def test_a_gap_is_shown_to_the_minute_in_the_time_of_its_country(acompana, enter):
    daily = {"country": "GT", "from": "08:00", "to": "20:15", "on_holidays": True}
    enter({"elena": ELENA | {"duty": [daily]}})
    here = [gap for gap in acompana("rota", "gaps", "--json").json if gap["country"] == "GT"]

    inner = here[1:-1]  # the first may have begun already, the last may go on
    assert len(inner) >= 12
    for gap in inner:
        assert gap["from"].endswith("T20:15-06:00")
        assert gap["to"].endswith("T08:00-06:00")


def test_the_first_gap_begins_on_the_quarter_that_has_begun(acompana):
    before = now()
    begins, _ = moments(acompana("rota", "gaps", "--days", "1", "--json").json[0])

    assert begins.minute % 15 == 0
    assert timedelta(minutes=-15) <= begins - before <= timedelta(minutes=1)


def test_the_hours_of_a_supervisor_close_no_gap(acompana, enter):
    """Supervisors are called where nobody is on duty; the planner should see that hour all the same."""
    everywhere = [ALWAYS | {"country": country} for country in COUNTRIES]
    enter({"rosa": ROSA | {"duty": everywhere}})

    found = acompana("rota", "gaps", "--days", "1", "--json").json
    assert {gap["country"] for gap in found} == set(COUNTRIES)


def test_gaps_for_people_hold_the_same(acompana):
    shown = acompana("rota", "gaps", "--days", "1")
    today = f"{now().astimezone(ZoneInfo(COUNTRIES['GT'])):%Y-%m-%d}"

    assert shown.exit == 0
    for word in (*COUNTRIES, today):
        assert word in shown.out


def moments(gap):
    return datetime.fromisoformat(gap["from"]), datetime.fromisoformat(gap["to"])


@pytest.mark.parametrize(
    "arguments", [(), ("set",), ("gaps", "--days", "0"), ("gaps", "--days", "x")]
)
def test_wrong_usage_is_exit_2(acompana, arguments):
    assert acompana("rota", *arguments).exit == 2
