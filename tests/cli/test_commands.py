"""The command line as a person uses it."""

import json
import os
import subprocess
import sys
from datetime import date, timedelta

import pytest

from bot.clock import now
from bot.settings import ROOT
from tests.cli.conftest import enrolled

YEAR = now().year


def test_a_contact_is_added_listed_shown_and_erased(acompana):
    contact = enrolled(acompana)

    listed = acompana("contacts", "list", "--json").json
    assert [c["id"] for c in listed] == [contact]
    shown = acompana("contacts", "show", contact, "--json").json
    assert shown["audience"] == "younger_child"
    assert {a["channel"] for a in shown["addresses"]} == {"sms", "whatsapp"}

    assert acompana("contacts", "erase", contact, "--yes").exit == 0
    assert acompana("contacts", "show", contact).exit == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"--phone": "5550001"}, "country code"),
        ({"--language": "fr"}, "no texts in 'fr'"),
        ({"--birth-year": "1990"}, "cannot be enrolled as a child"),
        ({"--born-on": "1990-05-01"}, "cannot be enrolled as a child"),
        ({"--born-on": f"{YEAR - 10}-02-03", "--birth-year": YEAR - 11}, "contradict each other"),
    ],
)
def test_a_wrong_entry_is_one_sentence_and_exit_1(acompana, changes, sentence):
    options = {
        "--role": "child", "--name": "W", "--phone": "+15007770001", "--language": "es",
    } | changes  # fmt: skip
    done = acompana("contacts", "add", *(x for pair in options.items() for x in pair))

    assert done.exit == 1
    assert sentence in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_wrong_usage_is_exit_2(acompana):
    assert acompana("contacts", "add").exit == 2
    assert acompana("nonsense").exit == 2


def test_a_number_can_belong_to_one_person_only(acompana):
    enrolled(acompana)
    again = acompana(
        "contacts", "add", "--role", "child", "--name", "X", "--phone", "+15007770001", "--language", "es",
    )  # fmt: skip
    assert again.exit == 1
    assert "Another contact has this number" in again.err


def test_a_file_is_imported_whole_or_not_at_all(acompana, tmp_path):
    people = tmp_path / "people.csv"
    people.write_text(
        "role,name,phone,language,birth_year,consent\n"
        f"child,Ana,+15007770010,es,{YEAR - 12},yes\n"
        f"child,Leo,not a number,es,{YEAR - 12},yes\n",
        encoding="utf-8",
    )
    refused = acompana("contacts", "import", people)
    assert refused.exit == 1
    assert "Line 3" in refused.err
    assert acompana("contacts", "list", "--json").json == []

    people.write_text(people.read_text().replace("not a number", "+15007770011"))
    assert acompana("contacts", "import", people).exit == 0
    assert len(acompana("contacts", "list", "--json").json) == 2


def test_a_journey_is_set_and_shown_and_says_what_changed(acompana, tmp_path):
    contact = enrolled(acompana)
    facts = tmp_path / "journey.yml"
    facts.write_text("departure_on: 2026-12-03\ndeparture_time: 08:30\nmeals: [lunch]\n")
    first = acompana("journey", "set", contact, facts)
    assert first.exit == 0, first.err
    assert "departure_on: None -> 2026-12-03" in first.out

    facts.write_text("departure_on: 2026-12-05\n")
    second = acompana("journey", "set", contact, facts, "--json")
    changes = second.json
    assert changes["version"] == 2
    assert changes["changes"]["meals"] == {"before": ["lunch"], "after": None}
    assert acompana("journey", "show", contact, "--json").json["version"] == 2


def test_a_journey_can_be_looked_at_before_it_is_stored(acompana, tmp_path):
    contact = enrolled(acompana)
    third, fifth, week_before = (date(YEAR + 2, 3, 1) + timedelta(days=n) for n in (2, 4, -5))
    facts = tmp_path / "journey.yml"
    facts.write_text(f"destination: GT\ndeparture_on: {third}\narrival_on: {third}\n")

    looked = acompana("journey", "set", contact, facts, "--check")

    assert "Nothing was stored." in looked.err
    assert f"child countdown_week: not planned -> {week_before} 16:" in looked.out
    assert acompana("journey", "show", contact).exit == 1

    acompana("journey", "set", contact, facts)
    facts.write_text(f"destination: GT\ndeparture_on: {fifth}\narrival_on: {fifth}\n")
    moved = acompana("journey", "set", contact, facts)
    assert f"departure_on: {third} -> {fifth}" in moved.out
    assert f"child countdown_week: {week_before} 16:" in moved.out


@pytest.mark.parametrize(
    ("yaml", "sentence"),
    [
        ("departure_on: 2026-12-03\narrival_on: 2026-12-01\n", "before the departure"),
        ("departure: [\n", "not valid YAML"),
        ("colour: blue\n", "no fact called colour"),
        ("- a\n", "mapping"),
    ],
)
def test_a_journey_that_cannot_be_is_refused_and_nothing_is_stored(
    acompana, tmp_path, yaml, sentence
):
    contact = enrolled(acompana)
    facts = tmp_path / "journey.yml"
    facts.write_text(yaml)

    done = acompana("journey", "set", contact, facts)

    assert done.exit == 1
    assert sentence in done.err
    assert acompana("journey", "show", contact).exit == 1


def test_an_invitation_needs_a_consent(acompana):
    without = acompana(
        "contacts", "add", "--role", "child", "--name", "Ana", "--phone", "+15007770020", "--language", "es",
    ).out.strip()  # fmt: skip

    refused = acompana("contacts", "invite", without)
    assert refused.exit == 1
    assert "no consent" in refused.err


def test_a_message_is_previewed_as_it_will_look(acompana):
    shown = acompana(
        "content", "preview", "fallback.not_understood", "--channel", "sms", "--language", "es"
    )
    assert shown.exit == 0
    assert "1 Temas" in shown.out

    assert acompana("content", "preview", "no.such_message").exit == 1


def test_the_content_that_we_ship_passes_its_check(acompana):
    assert acompana("content", "check").exit == 0


def test_the_doctor_says_what_is_wrong_and_how_to_mend_it(acompana):
    examined = acompana("doctor", "--json")
    rows = {row["part"]: row for row in examined.json}

    assert examined.exit == 1
    assert "make train" in rows["model"]["what"]
    assert rows["database"]["state"] == "ok"


def test_production_refuses_to_start_and_names_everything_that_it_lacks(database_url, tmp_path):
    wanting = {"ACOMPANA_MODE": "production", "TWILIO_AUTH_TOKEN": "", "DATABASE_URL": database_url}
    refused = subprocess.run(
        [sys.executable, "-m", "bot.cli.main", "web"],
        check=False, cwd=ROOT, capture_output=True, text=True, timeout=100,
        env=os.environ | {"ACOMPANA_HOME": str(tmp_path)} | wanting,
    )  # fmt: skip

    assert refused.returncode == 1
    for name in ("ACOMPANA_KEYS", "TWILIO_AUTH_TOKEN", "reviewed by nobody", "verified by nobody"):
        assert name in refused.stderr


def test_texts_are_understood_line_by_line(trained):
    lines = '{"id": "a", "text": "que me van a dar de comer"}\n{"id": "b", "text": "alo buenas"}\n'
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli.main", "understand"],
        check=False, cwd=ROOT, input=lines, capture_output=True, text=True,
        env=os.environ | {"ACOMPANA_HOME": str(trained.home)},
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 0, done.stderr
    assert [(a["id"], a["intent"]) for a in answers] == [("a", "ask_meals"), ("b", "greet")]
    assert all(0 <= a["confidence"] <= 1 for a in answers)
