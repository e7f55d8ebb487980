"""`acompana tasks` as a case manager uses it: the one queue, and what was done about it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import now
from bot.domain.risk import Tier
from bot.services.tasks import open_task
from bot.store import database, tasks
from tests.builders import make_child, make_staff
from tests.conversation import Conversation

DANGER = "me van a matar los de la mara"
QUESTION = "va a haber camas en el albergue"
NOTE = "La llamé y se lo expliqué."


@pytest.fixture
def elena(quiet_parts):
    return make_staff(quiet_parts)


@pytest.fixture
def wendy(quiet_parts, elena):
    with Conversation(quiet_parts, make_child(quiet_parts, case_manager_id=elena)) as talk:
        yield talk


@pytest.fixture
def opened(quiet_parts, wendy):
    """Open a task for Wendy so many hours ago; return its id."""

    def make(kind, hours_ago=0, contact_id=None, **more):
        past = replace(quiet_parts, now=lambda: now() - timedelta(hours=hours_ago))
        contact_id = contact_id or wendy.contact_id
        with database.unit_of_work(past.engine) as session:
            open_task(session, contact_id, kind, past, **more)
            return str(tasks.open_of(session, contact_id)[-1].id)

    return make


def listed(acompana, *options):
    done = acompana("tasks", "list", "--json", *options)
    assert done.exit == 0, done.err
    return done.json


def test_an_empty_queue_is_empty(acompana, wendy):
    assert listed(acompana) == []
    assert acompana("tasks", "list").exit == 0


def test_tasks_and_disclosures_stand_in_one_queue(acompana, wendy, opened):
    late = opened("question", hours_ago=30)
    opened("media")
    wendy.says(DANGER)

    queue = listed(acompana)
    assert [(entry["kind"], entry["overdue"]) for entry in queue] == [
        ("question", True), ("disclosure", False), ("media", False),
    ]  # fmt: skip
    assert (queue[0]["id"], queue[0]["tier"], queue[0]["state"]) == (late, "medium", "open")
    assert queue[1]["code"] == wendy.escalation.code
    assert {entry["case_manager"] for entry in queue} == {"Elena Paz"}


def test_the_queue_names_contacts_only_where_it_is_asked_to(acompana, wendy, opened):
    opened("question")
    wendy.says(DANGER)
    for form in ((), ("--json",)):
        assert "Wendy" not in acompana("tasks", "list", *form).out
        assert "Wendy Cux" in acompana("tasks", "list", "--names", *form).out


def test_the_table_fits_a_hundred_columns(acompana, quiet_parts, opened):
    long = make_staff(quiet_parts, "Guadalupe Hernández de la Cruz y Sandoval")
    child = make_child(
        quiet_parts, name="Maximiliano Xicoténcatl Hernández Velásquez", case_manager_id=long
    )
    opened("stranded_silence", hours_ago=24 * 400, contact_id=child, about="still_on_the_way")
    opened("question")

    shown = acompana("tasks", "list", "--names", "--all")
    assert shown.exit == 0
    for word in ("stranded_silence", "critical", "399 days late", "in 23 h"):
        assert word in shown.out
    assert max(len(line) for line in shown.out.splitlines()) <= 100


def test_a_case_manager_sees_their_own(acompana, quiet_parts, opened):
    marvin = make_staff(quiet_parts, "Marvin Coy")
    theirs = opened("media", contact_id=make_child(quiet_parts, case_manager_id=marvin))
    hers = opened("question")

    assert [entry["id"] for entry in listed(acompana, "--mine", "marvin")] == [theirs]
    assert [entry["id"] for entry in listed(acompana, "--mine", "Elena Paz")] == [hers]
    assert acompana("tasks", "list", "--mine", "Juan").refused("Juan", "Elena Paz", "Marvin Coy")


def test_one_kind_alone(acompana, wendy, opened):
    opened("question")
    wendy.says(DANGER)

    assert [entry["kind"] for entry in listed(acompana, "--kind", "question")] == ["question"]
    assert [entry["kind"] for entry in listed(acompana, "--kind", "disclosure")] == ["disclosure"]
    assert acompana("tasks", "list", "--kind", "nonsense").refused("nonsense", "question")


def test_one_is_shown_and_what_was_written_only_where_it_is_asked_for(acompana, wendy, opened):
    wendy.says(QUESTION)
    inbound = wendy.answers[0].inbound_id
    task = opened("question", about="nights", inbound_id=inbound)

    shown = acompana("tasks", "show", task[:8], "--json")
    assert (shown.json["id"], shown.json["about"]) == (task, "nights")
    assert shown.json["received_at"]
    for form in ((), ("--json",)):
        assert QUESTION not in acompana("tasks", "show", task, *form).out
        with_names = acompana("tasks", "show", task, "--names", *form).out
        assert QUESTION in with_names
        assert "Wendy Cux" in with_names


def test_what_is_done_leaves_the_queue_and_says_who_did_what(acompana, opened):
    task = opened("question")
    done = acompana("tasks", "done", task[:8], "--by", "elena", "--note", NOTE)
    assert (done.exit, done.out) == (0, f"{task[:8]} is done.\n")

    assert listed(acompana) == []
    assert [entry["state"] for entry in listed(acompana, "--all")] == ["done"]
    shown = acompana("tasks", "show", task, "--json").json
    assert (shown["done_by"], shown["note"], shown["overdue"]) == ("Elena Paz", NOTE, False)


def test_what_was_done_cannot_be_done_again(acompana, opened):
    task = opened("question")
    acompana("tasks", "done", task, "--by", "elena", "--note", NOTE)

    again = acompana("tasks", "done", task, "--by", "elena", "--note", "Otra cosa.")
    assert again.refused("done already", "Elena Paz")
    assert acompana("tasks", "show", task, "--json").json["note"] == NOTE


def test_what_was_done_has_to_be_written(acompana, opened):
    task = opened("question")
    assert acompana("tasks", "done", task, "--by", "elena").exit == 2
    assert acompana("tasks", "done", task, "--note", NOTE).exit == 2
    assert acompana("tasks", "done", task, "--by", "elena", "--note", " ").refused("--note")
    assert acompana("tasks", "done", task, "--by", "Juan", "--note", NOTE).refused("Juan")
    assert len(listed(acompana)) == 1


@pytest.mark.parametrize("name", ["ffffffff", "", "0", "not-there", "%", "______", "K7M'; --"])
def test_a_name_that_fits_nothing_is_one_sentence(acompana, opened, name):
    opened("question")
    for command in (("show", name), ("done", name, "--by", "Elena", "--note", NOTE)):
        assert acompana("tasks", *command).refused("no task")


def test_a_disclosure_is_shown_and_closed_as_one(acompana, wendy):
    wendy.says(DANGER)
    code = wendy.escalation.code
    for name in (code, str(wendy.escalation.id)[:8]):
        done = acompana("tasks", "done", name, "--by", "Elena", "--note", NOTE)
        assert done.refused("escalations", code)


def test_a_task_of_an_earlier_version_without_a_deadline_comes_last(acompana, quiet_parts, opened):
    old, other = opened("question"), opened("media", tier=Tier.HIGH)
    with database.unit_of_work(quiet_parts.engine) as session:
        row = tasks.named(session, old)
        row.tier, row.due_at = None, None

    assert [entry["id"] for entry in listed(acompana)] == [other, old]
    assert acompana("tasks", "list").exit == 0
