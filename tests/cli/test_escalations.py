"""`acompana escalations` as a case manager uses it: the queue, the chain, and who did what."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import yaml

from bot.clock import now
from bot.domain.risk import Decision, Screening, Tier
from bot.store.database import unit_of_work
from bot.store.risk_tables import StaffRow
from tests.builders import make_child, make_staff
from tests.conversation import Conversation

DANGER = "me van a matar los de la mara"
BEATEN = "mi tio me pega con el cinturon"
COLLEAGUE = {"role": "case_manager", "number": "+50255550001", "country": "GT"}
NOTE = "Llamé a la familia y a la policía."


@pytest.fixture
def staff(quiet_parts):
    return {
        "Elena Paz": make_staff(quiet_parts),
        "Marvin Coy": make_staff(quiet_parts, "Marvin Coy", duty=[]),
    }


@pytest.fixture
def wendy(quiet_parts, staff):
    with Conversation(quiet_parts, make_child(quiet_parts)) as talk:
        yield talk


@pytest.fixture
def case(wendy):
    """Wendy's escalation: its code."""
    return wendy.says(DANGER).escalation.code


def test_an_empty_queue_is_empty(acompana, wendy):
    wendy.says("hola")

    assert acompana("escalations", "list", "--json").json == []
    assert acompana("escalations", "list").exit == 0


def test_the_queue_says_who_how_urgent_and_by_when(acompana, wendy, case):
    (row,) = acompana("escalations", "list", "--json").json

    assert (row["code"], row["id"]) == (case, str(wendy.escalation.id))
    assert (row["state"], row["tier"], row["category"]) == (
        "open",
        "critical",
        wendy.escalation.category,
    )
    assert (row["contact"], row["name"], row["role"]) == (
        str(wendy.contact_id),
        "Wendy Cux",
        "child",
    )
    assert (row["country"], row["phase"]) == ("US", wendy.escalation.phase)
    assert row["opened_at"] < row["acknowledge_by"] <= row["contact_by"]
    assert (row["overdue"], row["assigned_to"]) == (False, None)


def test_the_queue_for_people_holds_the_same(acompana, case):
    shown = acompana("escalations", "list")
    assert shown.exit == 0
    for word in (case, "open", "critical", "Wendy Cux"):
        assert word in shown.out


def test_the_most_urgent_comes_first(acompana, quiet_parts, wendy):
    teenager = make_child(quiet_parts, name="Luis", birth_year=now().year - 15)
    with Conversation(quiet_parts, teenager) as luis:
        luis.says(BEATEN)
    wendy.says(DANGER)

    listed = acompana("escalations", "list", "--json").json
    assert [(row["name"], row["tier"]) for row in listed] == [
        ("Wendy Cux", "critical"),
        ("Luis", "high"),
    ]


def test_what_nobody_took_in_time_is_overdue(acompana, quiet_parts, staff):
    yesterday = replace(quiet_parts, now=lambda: now() - timedelta(days=1))
    with Conversation(yesterday, make_child(yesterday)) as talk:
        talk.says(DANGER)
        code = talk.escalation.code

    assert [row["overdue"] for row in acompana("escalations", "list", "--json").json] == [True]
    acompana("escalations", "act", code, "--by", "Elena", "--note", NOTE)
    assert [row["overdue"] for row in acompana("escalations", "list", "--json").json] == [False]


def test_one_is_shown_with_its_whole_chain(acompana, wendy, case):
    shown = acompana("escalations", "show", case, "--json").json

    assert shown["cannot_talk"] is False
    assert [step["step"] for step in shown["chain"]] == wendy.chain == ["opened", "notified"]
    opened, notified = shown["chain"]
    assert opened["said"] == DANGER
    assert (notified["who"], notified["detail"]) == ("Elena Paz", "sms")
    assert opened["at"] <= notified["at"]


def test_the_chain_for_people_holds_the_same(acompana, case):
    shown = acompana("escalations", "show", case)
    assert shown.exit == 0
    for word in (case, "opened", DANGER, "Elena Paz"):
        assert word in shown.out


def test_one_is_named_by_code_id_or_the_beginning_of_its_id(acompana, wendy, case):
    whole = str(wendy.escalation.id)
    for name in (case, case.lower(), whole, whole.upper(), whole[:6]):
        assert acompana("escalations", "show", name, "--json").json["id"] == whole


@pytest.mark.parametrize("name", ["ZZZ", "", "0", "not-there", "%", "K7M'; --"])
def test_a_name_that_fits_nothing_is_one_sentence(acompana, case, name):
    for command in (
        ("show", name),
        ("acknowledge", name, "--by", "Elena"),
        ("act", name, "--by", "Elena", "--note", NOTE),
        ("close", name, "--by", "Elena", "--note", NOTE),
    ):
        assert acompana("escalations", *command).refused("no escalation")


def test_the_beginning_of_an_id_has_to_be_long_enough(acompana, wendy, case):
    beginning = str(wendy.escalation.id)[:5]
    assert acompana("escalations", "show", beginning).refused("no escalation")


def test_taking_acting_closing_are_steps_of_one_chain(acompana, wendy, case, staff):
    taken = acompana("escalations", "acknowledge", case, "--by", "Elena Paz")
    assert (taken.exit, taken.out) == (0, f"{case} is acknowledged.\n")
    assert wendy.escalation.assigned_id == staff["Elena Paz"]
    assert acompana("escalations", "list", "--json").json[0]["assigned_to"] == "Elena Paz"

    acted = acompana("escalations", "act", case, "--by", "Elena Paz", "--note", NOTE)
    assert acted.out == f"{case} is acted.\n"
    closed = acompana("escalations", "close", case, "--by", "Elena Paz", "--note", "Está bien.")
    assert closed.out == f"{case} is closed.\n"

    shown = acompana("escalations", "show", wendy.escalation.id, "--json").json
    assert [step["step"] for step in shown["chain"]][2:] == ["acknowledged", "acted", "closed"]
    assert [step.get("note") for step in shown["chain"]][3:] == [NOTE, "Está bien."]
    assert {step["who"] for step in shown["chain"][2:]} == {"Elena Paz"}


def test_who_acts_has_it_without_having_said_so_before(acompana, wendy, case, staff):
    acompana("escalations", "act", case, "--by", "Marvin", "--note", NOTE)

    assert wendy.escalation.assigned_id == staff["Marvin Coy"]
    assert wendy.chain[-2:] == ["acknowledged", "acted"]


def test_taking_it_twice_changes_nothing(acompana, wendy, case):
    acompana("escalations", "acknowledge", case, "--by", "Elena")
    before = wendy.chain

    assert acompana("escalations", "acknowledge", case, "--by", "Elena").exit == 0
    assert wendy.chain == before


def test_what_a_colleague_has_stays_theirs(acompana, wendy, case, staff):
    acompana("escalations", "acknowledge", case, "--by", "Elena")
    refused = acompana("escalations", "acknowledge", case, "--by", "Marvin")

    assert refused.refused("Elena Paz", case)
    assert wendy.escalation.assigned_id == staff["Elena Paz"]


def test_a_look_at_a_rota_without_whoever_has_it_takes_it_from_nobody(
    acompana, wendy, case, tmp_path
):
    acompana("escalations", "acknowledge", case, "--by", "Elena")
    only = {
        "rosa": {
            "name": "Rosa Lima",
            "role": "supervisor",
            "number": "+15005550103",
            "country": "US",
        }
    }
    file = tmp_path / "rota.yml"
    file.write_text(yaml.safe_dump({"staff": only}), encoding="utf-8")
    looked = acompana("rota", "set", file, "--check")

    assert (looked.exit, looked.err) == (0, "Nothing was stored.\n")
    assert wendy.escalation.state == "acknowledged"


@pytest.mark.parametrize("name", ["elena paz", "ELENA", " Elena ", "e"])
def test_a_person_is_named_by_the_beginning_of_their_name(acompana, wendy, case, staff, name):
    assert acompana("escalations", "acknowledge", case, "--by", name).exit == 0
    assert wendy.escalation.assigned_id == staff["Elena Paz"]


def test_a_person_is_named_by_their_id(acompana, wendy, case, staff):
    assert acompana("escalations", "acknowledge", case, "--by", staff["Marvin Coy"]).exit == 0
    assert wendy.escalation.assigned_id == staff["Marvin Coy"]


def test_a_name_is_not_mistaken_for_the_beginning_of_an_id(acompana, wendy, case, quiet_parts):
    ada = make_staff(quiet_parts, "Ada Ruiz", duty=[])
    with unit_of_work(quiet_parts.engine) as session:
        session.add(StaffRow(id=UUID("ada" + "0" * 29), name="Marcos Luna", **COLLEAGUE))

    assert acompana("escalations", "acknowledge", case, "--by", "ada").exit == 0
    assert wendy.escalation.assigned_id == ada


def test_a_whole_name_is_not_mistaken_for_the_beginning_of_another(
    acompana, wendy, case, quiet_parts
):
    ana = make_staff(quiet_parts, "Ana", duty=[])
    make_staff(quiet_parts, "Ana María", duty=[])

    assert acompana("escalations", "acknowledge", case, "--by", "Ana").exit == 0
    assert wendy.escalation.assigned_id == ana


@pytest.mark.parametrize("name", ["Nobody", "", "  ", "%"])
def test_who_is_not_of_the_staff_can_do_nothing_and_sees_who_is(acompana, wendy, case, name):
    for command in (
        ("acknowledge", case, "--by", name),
        ("act", case, "--by", name, "--note", NOTE),
        ("close", case, "--by", name, "--note", NOTE),
    ):
        assert acompana("escalations", *command).refused("Elena Paz, Marvin Coy")
    assert wendy.escalation.state == "open"


def test_a_name_that_fits_two_people_is_one_sentence(acompana, wendy, case, quiet_parts):
    make_staff(quiet_parts, "Elena Lux", duty=[])

    assert acompana("escalations", "acknowledge", case, "--by", "Elena").refused("2 people")
    assert wendy.escalation.state == "open"


def test_closing_needs_a_sentence(acompana, wendy, case):
    refused = acompana("escalations", "close", case, "--by", "Elena", "--note", "  ")

    assert refused.refused("sentence")
    assert wendy.escalation.state == "open"


def test_a_closed_one_leaves_the_queue_and_is_still_there(acompana, wendy, case):
    acompana("escalations", "close", case, "--by", "Elena", "--note", NOTE)

    assert acompana("escalations", "list", "--json").json == []
    (row,) = acompana("escalations", "list", "--all", "--json").json
    assert (row["code"], row["state"]) == (case, "closed")
    assert acompana("escalations", "show", row["id"], "--json").json["state"] == "closed"


def test_a_closed_one_can_be_neither_taken_nor_closed_again(acompana, wendy, case):
    acompana("escalations", "close", case, "--by", "Elena", "--note", NOTE)
    before, closed = wendy.chain, wendy.escalation.id

    for command in ("act", "close"):
        again = acompana("escalations", command, closed, "--by", "Elena", "--note", NOTE)
        assert again.refused("closed")
    assert acompana("escalations", "acknowledge", closed, "--by", "Elena").refused("closed")
    assert wendy.chain == before


@pytest.mark.parametrize("release", [True, False])
def test_only_a_person_releases_the_journey(acompana, quiet_parts, staff, release):
    fear = Screening(Decision.ALERT, "fear_of_return", Tier.HIGH, "lexicon", 0.9)
    safety = replace(quiet_parts.safety, screen=lambda text, earlier: fear)
    parts = replace(quiet_parts, safety=safety)
    with Conversation(parts, make_child(parts)) as talk:
        talk.says("no quiero volver")
        assert talk.contact.journey_held_at is not None
        options = ["--release-journey"] if release else []
        code = talk.escalation.code
        done = acompana("escalations", "close", code, "--by", "Elena", "--note", NOTE, *options)

        assert done.exit == 0
        assert (talk.contact.journey_held_at is None) is release
        assert ("released" in talk.chain) is release


def test_the_record_outlives_who_was_erased_and_shows_none_of_their_words(acompana, wendy, case):
    erase = ("contacts", "erase", wendy.contact_id, "--yes")
    assert acompana(*erase).refused(case)  # somebody still has to act for her
    acompana("escalations", "close", case, "--by", "Elena", "--note", "Está bien.")
    erased = acompana(*erase)
    assert erased.exit == 0, erased.err

    (row,) = acompana("escalations", "list", "--all", "--json").json
    assert (row["code"], row["name"]) == (case, "")
    shown = acompana("escalations", "show", row["id"])
    assert shown.exit == 0
    assert [word for word in ("Wendy", DANGER) if word in shown.out] == []


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("show",),
        ("acknowledge", "K7M"),
        ("act", "K7M", "--by", "Elena"),
        ("close", "K7M", "--note", "x"),
        ("forget", "K7M"),
    ],
    ids=str,
)
def test_wrong_usage_is_exit_2(acompana, arguments):
    assert acompana("escalations", *arguments).exit == 2
