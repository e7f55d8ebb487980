"""`acompana tick`: one look of the clock, really or at a pretended moment."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
import yaml
from sqlalchemy import select

from bot.store import database
from bot.store.tables import ContactRow, OutboundRow, SenderPaceRow
from bot.store.time_tables import CheckInRow

DEPARTURE = date.today() + timedelta(days=20)


@pytest.fixture
def child(acompana, tmp_path):
    """Wendy, by SMS, who travels in twenty days."""
    code, out, err = acompana(
        "contacts", "add", "--role", "child", "--name", "Wendy Cux", "--phone", "+15007770001",
        "--language", "es", "--birth-year", date.today().year - 9, "--channel", "sms",
        "--country", "US", "--destination", "GT", "--zone", "America/Chicago", "--consent",
    )  # fmt: skip
    assert code == 0, err
    file = tmp_path / "journey.yml"
    facts = {"destination": "GT", "departure_on": DEPARTURE, "departure_zone": "America/Chicago"}
    file.write_text(yaml.safe_dump(facts))
    code, _, err = acompana("journey", "set", out.strip(), file)
    assert code == 0, err
    return out.strip()


def ticked(acompana, *arguments):
    code, out, err = acompana("tick", "--json", *arguments)
    assert code == 0, err
    return json.loads(out)


def rows(engine, table):
    with database.unit_of_work(engine) as session:
        return list(session.scalars(select(table)))


def a_week_before(hour="16:45"):
    return f"{DEPARTURE - timedelta(days=7)}T{hour}-06:00"


def test_a_tick_says_what_is_due_at_the_pretended_moment_and_sends_it(acompana, child, engine):
    done = ticked(acompana, "--now", a_week_before())

    said = [row for row in rows(engine, OutboundRow) if row.message_ids]
    assert [row.message_ids for row in said] == [["check_in.countdown_week"]]
    assert said[0].created_at == datetime.fromisoformat(a_week_before())
    assert said[0].accepted_at is not None
    assert done["sent"] == 1
    assert done["check_ins"]["said"] == 1


def test_the_same_moment_again_says_nothing_twice(acompana, child, engine):
    ticked(acompana, "--now", a_week_before())
    done = ticked(acompana, "--now", a_week_before("16:50"))

    assert (done["sent"], done["check_ins"]) == (0, {})
    assert len(rows(engine, OutboundRow)) == 1


def test_a_tick_of_now_plans_and_finds_nothing_to_say(acompana, child, engine):
    done = ticked(acompana)

    planned = rows(engine, CheckInRow)
    behind_the_end = {row.step for row in planned if row.state == "superseded"}
    assert {row.state for row in planned if row.step not in behind_the_end} == {"planned"}
    assert behind_the_end <= {"birthday_18"}
    assert (done["sent"], done["notices"]) == (0, 0)


def test_people_read_the_counts_as_lines(acompana, child):
    code, out, _ = acompana("tick", "--now", a_week_before())

    assert code == 0
    assert "sent: 1" in out.splitlines()


def test_a_moment_without_its_zone_is_refused_with_a_sentence(acompana, child, engine):
    code, out, err = acompana("tick", "--now", "2027-01-07T16:30")

    assert (code, out) == (1, "")
    assert "zone" in err
    assert rows(engine, OutboundRow) == []


@pytest.mark.parametrize("written", ["tomorrow", "2027-13-01T10:00Z", "16:30"])
def test_what_is_no_moment_is_refused_with_a_sentence(acompana, written):
    code, _, err = acompana("tick", "--now", written)

    assert code == 1
    assert written in err
    assert err.count("\n") == 1


def test_nobody_pretends_another_time_to_a_deployment(acompana, monkeypatch):
    monkeypatch.setenv("ACOMPANA_MODE", "production")
    code, _, err = acompana("tick", "--now", "2027-01-07T16:30Z")

    assert code == 1
    assert "--now" in err


def test_after_a_pretended_moment_no_sender_waits_for_it(acompana, child, engine):
    ticked(acompana, "--now", a_week_before())

    assert rows(engine, ContactRow)
    paces = rows(engine, SenderPaceRow)
    assert paces
    assert all(pace.free_at <= datetime.now(UTC) for pace in paces)


def test_a_child_who_is_taken_across_and_has_not_left_after_all_can_be_looked_at(
    acompana, child, engine, tmp_path
):
    file = tmp_path / "journey.yml"
    file.write_text(yaml.safe_dump(journey_on(DEPARTURE)))
    assert acompana("journey", "set", child, file)[0] == 0
    ticked(acompana, "--now", f"{DEPARTURE + timedelta(days=1)}T17:00-06:00")
    assert where_is(child, engine) == ("GT", "US")

    file.write_text(yaml.safe_dump(journey_on(DEPARTURE + timedelta(days=30))))
    code, out, err = acompana("journey", "set", child, file, "--check")

    assert code == 0, err
    assert "Nothing was stored." in err
    assert f"departure_on: {DEPARTURE} -> {DEPARTURE + timedelta(days=30)}" in out
    assert where_is(child, engine) == ("GT", "US")


def journey_on(day):
    return {"destination": "GT", "departure_on": day, "arrival_on": day}


def where_is(child, engine):
    """Where the child counts as being, and where they were before somebody said that they arrived."""
    with database.unit_of_work(engine) as session:
        row = session.get(ContactRow, child)
        return row.country, row.left_country
