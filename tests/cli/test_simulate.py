"""`acompana simulate`: a small programme in fast motion keeps its promises and leaves a report."""

import shutil
import tempfile
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import psycopg
import pytest
import yaml
from sqlalchemy import select, text

from bot.app.simulation import promises, run, simulate, taps, writing
from bot.app.simulation.clock import BEGINS_AT
from bot.app.simulation.enrolling import enrol_all
from bot.app.simulation.habits import Doing, Reaction, TheLongWay
from bot.app.simulation.looking import look_ahead
from bot.app.simulation.picture import drawing, round_numbers
from bot.app.simulation.population import families, number_after
from bot.app.simulation.prices import read_prices
from bot.app.simulation.provider import send_all
from bot.app.simulation.shard import made_world
from bot.app.simulation.words import as_markdown
from bot.app.simulation.world import Wanted
from bot.cli import simulate as command
from bot.domain.channels import Channel
from bot.domain.contacts import Role
from bot.errors import AcompanaError, ContentError
from bot.services import run_check_ins
from bot.services.enrol import Enrolment, enrol
from bot.services.plan_check_ins import plan_event
from bot.services.run_check_ins import run_due
from bot.services.say import Lane
from bot.settings import CONTENT
from bot.store import contacts, database, embedded
from bot.store.risk_tables import SafetyQuestionRow
from bot.store.tables import AddressRow, ConsentRow, ContactRow, InboundRow, OutboundRow
from bot.store.time_tables import AnswerRow, CheckInRow
from tests.keys import own_keys

STAFF = ("elena", "marvin")


@pytest.fixture(scope="module")
def home(server, settings):
    """The settings of a home with an embedded server of its own, which stops after each simulation."""
    folder = Path(tempfile.mkdtemp(prefix="acompana-simulation-"))
    folder.chmod(0o755)
    own = settings.model_copy(update={"home": folder})
    with own_keys(own):
        yield own
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def report(home):
    """Some families, forty days."""
    return simulate.simulate(Wanted(24, 40), home, lambda part: None)


@pytest.fixture
def world(database_url, settings):
    """A family with one caregiver, both by SMS and welcomed, at the first moment of a simulation."""
    made = made_world(Wanted(2, 60), settings, database_url, 0, 1)
    for person in made.families[0].people:
        person.channels, person.is_welcomed = (Channel.SMS,), True
    made.clock.move_to(BEGINS_AT + timedelta(hours=6))
    with database.unit_of_work(made.parts.engine) as session:
        enrol_all(session, made.families[0].people, made.staff, made.now)
    made.people = {person.id: person for person in made.families[0].people}
    made.clock.move_to(made.now + timedelta(hours=3))
    yield made
    made.eye.close()
    made.parts.engine.dispose()


def rows(world, table):
    with database.unit_of_work(world.parts.engine) as session:
        return list(session.scalars(select(table)))


def asked(world, step="still_on_the_way"):
    """Ask the child something now; return the check-in."""
    child = world.families[0].child
    with database.unit_of_work(world.parts.engine) as session:
        plan_event(session, contacts.get(session, child.id), step, 1, world.parts)
    world.clock.move_to(world.now + timedelta(hours=3))
    assert run_due(world.parts) == 1
    send_all(world)
    (row,) = rows(world, CheckInRow)
    assert row.state == "asked"
    return row


# The whole


def test_every_promise_is_kept(report):
    assert report["broken_promises"] == {}


def test_check_ins_of_every_kind_come_to_an_end(report):
    assert {"planned", "said", "answered", "missed", "superseded"} <= set(report["check_ins"])
    assert report["happened"]["answers"] > 100


def test_every_check_in_that_was_not_said_has_its_reason(report):
    over = {"skipped", "superseded", "missed", "interrupted"}
    with_reason = sum(row["count"] for row in report["reasons"] if row["state"] in over)

    assert with_reason == sum(n for state, n in report["check_ins"].items() if state in over)


def test_the_messages_of_all_days_are_the_rows_of_the_table(report):
    (outbound,) = [row for row in report["tables"] if row["table"] == "outbound"]
    withdrawn = report["happened"].get("messages withdrawn before they left", 0)

    assert report["messages"]["total"] == outbound["rows"] - withdrawn
    assert sum(report["messages"]["by_hour"]) == report["messages"]["total"]
    assert report["messages"]["most_a_day"] >= report["messages"]["mean_a_day"]
    assert outbound["bytes"] > 0


def test_the_estimate_counts_segments_and_says_that_the_prices_are_examples(report):
    cost = report["cost"]
    segments = sum(line["count"] for line in cost["lines"] if line["paid_for"] == "segment")

    assert segments >= report["messages"]["by_channel"]["sms"]
    assert cost["total"] == pytest.approx(sum(line["cost"] for line in cost["lines"]))
    assert cost["unverified_lines"] == 10


def test_the_report_says_what_the_busiest_minute_means_for_each_rate(report, settings):
    for peak in report["peak"]:
        assert peak["rate"] == settings.rate(peak["channel"])
        assert peak["most_in_a_minute"] > 0


def test_people_can_read_the_report_and_see_the_load_curve(report):
    shown, picture = as_markdown(report), drawing(report)

    assert shown.count("\n## ") == 12
    assert "synchronous_commit" in shown
    assert len(ElementTree.fromstring(picture).findall(".//{*}polyline")) == 1
    assert len(ElementTree.fromstring(picture).findall(".//{*}rect")) == 1 + 24


def test_nothing_of_a_simulation_is_left(report, home):
    running = embedded.start(home.socket_folder)
    try:
        address = database.raw_address(embedded.address_of(running), "postgres")
        with psycopg.connect(address) as connection:
            names = [name for (name,) in connection.execute("SELECT datname FROM pg_database")]
    finally:
        running.cleanup()

    assert "postgres" in names
    assert [name for name in names if "simulation" in name] == []


# The command


@pytest.fixture
def acompana(acompana):
    """Run `acompana simulate`."""
    return partial(acompana, "simulate")


@pytest.fixture
def ready_report(report, monkeypatch):
    """A report that is there already: what a command prints needs no second simulation."""
    prepared = dict(report)
    monkeypatch.setattr(command, "run_simulation", lambda *arguments: prepared)
    return prepared


def test_programs_get_json_on_standard_output_and_the_bar_stays_off_it(ready_report, acompana):
    done = acompana("--contacts", 40, "--days", 60, "--json")

    assert done.exit == 0
    assert done.json["messages"]["total"] == ready_report["messages"]["total"]


def test_the_folder_gets_the_report_and_the_picture(ready_report, acompana, tmp_path):
    folder = tmp_path / "shown"
    acompana("--contacts", 40, "--days", 60, "--output", folder)

    assert {path.name for path in folder.iterdir()} == {"report.md", "report.json", "load.svg"}
    assert "load.svg" in (folder / "report.md").read_text("utf-8")


def test_a_broken_promise_is_named_and_the_command_fails(ready_report, acompana):
    ready_report["broken_promises"] = {promises.ASLEEP: 2}
    done = acompana("--contacts", 40, "--days", 60)

    assert done.exit == 1
    assert promises.ASLEEP in done.out


@pytest.mark.parametrize("wanted", [Wanted(1, 30), Wanted(10, 0), Wanted(10, 30, 1, 1.5)])
def test_what_makes_no_simulation_is_refused_with_a_sentence(home, wanted):
    with pytest.raises(AcompanaError):
        simulate.simulate(wanted, home, lambda part: None)


def test_two_processes_share_the_families_and_their_counts_add_up(home):
    report = simulate.simulate(Wanted(6, 8), home, lambda part: None, processes=2)

    assert sum(report["people"].values()) == 6
    (contact,) = [row for row in report["tables"] if row["table"] == "contact"]
    assert contact["rows"] >= 6
    assert report["effort"]["processes"] == 2
    assert report["broken_promises"] == {}


# The people


def test_the_same_seed_invents_the_same_families_and_another_one_does_not():
    def told(seed):
        return [
            (person.id, person.name, person.channels, person.habit, family.journeys)
            for family in families(30, 120, seed, STAFF)
            for person in family.people
        ]

    assert told(1) == told(1)
    assert told(1) != told(2)


@pytest.mark.parametrize("contacts_wanted", [2, 3, 101])
def test_as_many_people_are_invented_as_were_asked_for_each_with_a_number_of_their_own(
    contacts_wanted,
):
    people = [p for family in families(contacts_wanted, 90, 1, STAFF) for p in family.people]

    assert len(people) == contacts_wanted
    assert len({person.number for person in people}) == contacts_wanted
    assert {number_after(person.number) for person in people}.isdisjoint(p.number for p in people)


def test_enrolling_many_leaves_the_rows_that_enrolling_one_leaves(world):
    child = world.families[0].child
    new = Enrolment(
        role=Role.CHILD,
        name=child.name,
        number=number_after(child.number),
        language=child.language,
        channels=child.channels,
        birth_year=child.birth_year,
        country=child.country,
        destination=child.destination,
        zone=child.zone,
        consent=True,
        case_manager_id=world.staff[child.family.case_manager].id,
    )
    with database.unit_of_work(world.parts.engine) as session:
        one = enrol(session, new, world.parts)

    of_their_own = {"id", "contact_id", "number", "number_hash", "created_at", "recorded_at"}
    by_welcome = {"onboarded_at", "last_inbound_at", "kind", "planned_at"}
    for table in (ContactRow, AddressRow, ConsentRow):
        columns = {c.key for c in table.__table__.columns} - of_their_own - by_welcome
        key = "id" if table is ContactRow else "contact_id"
        found = {getattr(row, key): row for row in reversed(rows(world, table))}
        for column in columns:
            assert getattr(found[one], column) == getattr(found[child.id], column), column


# The short way


def test_short_taps_leave_what_the_long_way_leaves(world):
    child = world.families[0].child
    asked(world)
    writing.write(world, child, choice_id="arrived_not_yet", channel="sms")
    send_all(world)
    by_dialogue = _what_was_left(world)
    _start_again(world)

    row = asked(world)
    world.families[0].arrives_at = world.now + timedelta(days=1)  # so that "not yet" is chosen
    world.wanted = replace(world.wanted, real_share=0)
    taps.answer_all([Reaction(child, row.id, Doing.ANSWERS)], world)

    assert _what_was_left(world) == by_dialogue


def _what_was_left(world):
    said = [(row.message_ids, row.status, row.text, row.menu) for row in rows(world, OutboundRow)]
    answers = [(row.question, row.value, row.indicator) for row in rows(world, AnswerRow)]
    check_ins = sorted((row.step, row.state, row.reason) for row in rows(world, CheckInRow))
    heard = [(row.choice_id, row.state, row.safety) for row in rows(world, InboundRow)]
    return said, answers, check_ins, heard


def _start_again(world):
    with database.unit_of_work(world.parts.engine) as session:
        for table in (OutboundRow, AnswerRow, CheckInRow, InboundRow):
            if table is OutboundRow:
                session.execute(text("UPDATE outbound SET inbound_id = NULL, check_in_id = NULL"))
            session.execute(text(f"DELETE FROM {table.__tablename__}"))
    world.clock.move_to(world.now + timedelta(hours=21))  # the same hour of the next day


def test_an_answer_that_is_a_sign_of_danger_is_not_taken_the_short_way(world, monkeypatch):
    monkeypatch.setattr(taps.answers, "choose", lambda *arguments: "arrived_nobody")
    row = asked(world)
    taps.answer_all([Reaction(world.families[0].child, row.id, Doing.ANSWERS)], world)

    assert rows(world, AnswerRow) == []
    later = world.agenda.due(world.now + timedelta(hours=1))
    (long_way,) = [what for what in later if isinstance(what, TheLongWay)]
    writing.react(world, long_way)
    assert rows(world, CheckInRow)[0].state == "interrupted"


def test_who_is_asked_about_danger_answers_while_the_question_waits(world):
    child = world.families[0].child
    writing.write(world, child, "tengo miedo de mi tio", channel="sms")
    send_all(world)
    (question,) = rows(world, SafetyQuestionRow)
    assert world.now < world.agenda.next_at < question.due_at

    world.clock.move_to(world.agenda.next_at)
    (writes,) = world.agenda.due(world.now)
    writing.write(world, child, writes.text, channel=writes.channel)
    (question,) = rows(world, SafetyQuestionRow)
    assert question.answer == {"no": "no", "sí": "yes"}[writes.text]


def test_an_answer_after_stop_is_not_taken(world):
    row = asked(world)
    writing.write(world, world.families[0].child, "ALTO", channel="sms")
    taps.answer_all([Reaction(world.families[0].child, row.id, Doing.ANSWERS)], world)

    assert rows(world, AnswerRow) == []


@pytest.mark.parametrize(
    ("step", "state", "hour", "waits"),
    [
        ("child_is_silent", "planned", 20, timedelta(hours=3)),
        # The next part of the day ends at night.
        ("child_is_silent", "planned", 25, timedelta(0)),
        # The next rung of a silence.
        ("child_is_silent", "asked", 20, timedelta(0)),
        # Nobody waits for company who asks where a child is.
        ("still_on_the_way", "planned", 20, timedelta(0)),
    ],
)
def test_what_a_look_planned_waits_for_the_next_part_of_the_day(world, step, state, hour, waits):
    now = BEGINS_AT.replace(hour=0) + timedelta(days=1, hours=hour)
    with database.unit_of_work(world.parts.engine) as session:
        plan_event(session, contacts.get(session, world.families[0].child.id), step, 1, world.parts)
        change = text("UPDATE check_in SET wake_at = :now, state = :state")
        session.execute(change, {"now": now, "state": state})

    assert look_ahead(world.eye).look_at == now
    assert look_ahead(world.eye, looked_at=now - timedelta(hours=3)).look_at == now
    assert look_ahead(world.eye, looked_at=now).look_at == now + waits


@pytest.mark.parametrize(("at_once", "is_all"), [(200, True), (1, False)])
def test_a_look_at_everything_that_is_due_is_remembered(world, monkeypatch, at_once, is_all):
    for module in (run, run_check_ins):
        monkeypatch.setattr(module, "AT_ONCE", at_once)
    world.clock.move_to(BEGINS_AT + timedelta(days=1, hours=8))  # two in the afternoon
    with database.unit_of_work(world.parts.engine) as session:
        child = contacts.get(session, world.families[0].child.id)
        plan_event(session, child, "child_is_silent", 1, world.parts)
    ahead = look_ahead(world.eye, world.looked_at)
    run._step(world, replace(ahead, to_plan=False))

    assert world.looked_at == (world.now if is_all else None)


def test_the_next_look_is_told_of_the_last_one(world, monkeypatch):
    told = []
    monkeypatch.setattr(run, "look_ahead", lambda eye, looked_at: told.append(looked_at))
    monkeypatch.setattr(run, "_next", lambda world, ahead: None)
    world.looked_at = world.now
    run.run(world, lambda part: None)

    assert told == [world.now]


def test_nobody_is_woken_where_nobody_listens(world, database_url):
    with psycopg.connect(database.raw_address(database_url), autocommit=True) as other:
        other.execute(f"LISTEN {database.CHANGED}")
        for engine in (world.parts.engine, database.connect(database_url, pool_size=1)):
            with database.unit_of_work(engine) as session:
                database.notify(session, database.CHANGED, "somebody")
        heard = [call.payload for call in other.notifies(timeout=1)]
    engine.dispose()
    assert heard == ["somebody"]


# The promises


def queued(world, **changes):
    """Queue something unasked for the child, whatever the rules say."""
    child = world.families[0].child
    with database.unit_of_work(world.parts.engine) as session:
        (address,) = contacts.addresses(session, child.id)
        row = OutboundRow(
            contact_id=child.id,
            address_id=address.id,
            channel="sms",
            lane=Lane.CHECK_IN,
            message_ids=["check_in.mood"],
            text="Hola",
            menu=[],
            next_attempt_at=world.now,
            created_at=world.now,
            status_at=world.now,
        )
        for name, value in changes.items():
            setattr(row, name, value)
        session.add(row)


def test_what_is_said_at_night_breaks_a_promise(world):
    world.clock.move_to(BEGINS_AT + timedelta(hours=20))  # two in the morning, where the child is
    queued(world)
    send_all(world)

    assert dict(world.tally.broken) == {promises.ASLEEP: 1}


def test_what_is_queued_for_a_stopped_address_breaks_a_promise_and_does_not_leave(world):
    with database.unit_of_work(world.parts.engine) as session:
        (address,) = contacts.addresses(session, world.families[0].child.id)
        address.opted_out_at = world.now - timedelta(minutes=1)
    queued(world)
    send_all(world)

    assert dict(world.tally.broken) == {promises.STOPPED: 1}
    assert [row.status for row in rows(world, OutboundRow)] == ["cancelled"]


def test_what_is_said_without_a_consent_breaks_a_promise(world):
    with database.unit_of_work(world.parts.engine) as session:
        session.execute(text("DELETE FROM consent"))
    queued(world)
    send_all(world)

    assert dict(world.tally.broken) == {promises.NO_CONSENT: 1}


def test_a_check_in_whose_words_left_twice_breaks_a_promise(world):
    row = asked(world)
    world.clock.move_to(world.now + timedelta(minutes=5))
    queued(world, check_in_id=row.id, message_ids=["check_in.arrival", "check_in.arrived"])
    send_all(world)
    with database.unit_of_work(world.parts.engine) as session:
        promises.keep_at_the_end(session, world)

    assert world.tally.broken[promises.TWICE] == 1


def test_a_check_in_without_a_reason_or_forgotten_breaks_a_promise(world):
    row = asked(world)
    with database.unit_of_work(world.parts.engine) as session:
        session.execute(text("UPDATE check_in SET state = 'skipped', reason = ''"))
        child = contacts.get(session, row.contact_id)
        plan_event(session, child, "still_on_the_way", 2, world.parts)
    world.clock.move_to(world.now + timedelta(days=1))
    with database.unit_of_work(world.parts.engine) as session:
        promises.keep_at_the_end(session, world)

    assert world.tally.broken[promises.NO_REASON] == 1
    assert world.tally.broken[promises.FORGOTTEN] == 1


# Prices and drawing


def test_a_price_that_is_missing_is_a_sentence_that_names_the_country(tmp_path):
    written = yaml.safe_load((CONTENT / "prices.yml").read_text("utf-8"))
    del written["countries"]["HN"]["sms"]["segment"]
    (tmp_path / "prices.yml").write_text(yaml.safe_dump(written))

    with pytest.raises(ContentError, match="HN"):
        read_prices(tmp_path / "prices.yml")


@pytest.mark.parametrize(
    ("most", "numbers"), [(0, [0]), (4, [0, 1, 2, 3, 4]), (47, [0, 10, 20, 30, 40])]
)
def test_the_lines_of_the_drawing_stand_at_round_numbers(most, numbers):
    assert round_numbers(most) == numbers
