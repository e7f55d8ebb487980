"""What the clock said in time and what leaves later: a second attempt, a copy by SMS, words that are out of date."""

import pytest

from bot.domain.channels import Channel
from bot.domain.check_in import OVER
from bot.domain.delivery import Status
from bot.gateways.sending import TryLater, UseOtherChannel
from bot.services import open_check_in
from bot.services.close_case import close_case
from bot.services.erase import erase
from bot.services.record_delivery import record_delivery
from bot.services.run_check_ins import run_due
from bot.services.screen_inbound import screen_next
from bot.store import database
from bot.store.tables import OutboundRow
from tests.check_ins.conftest import DANGER
from tests.check_ins.life import CHICAGO, GUATEMALA, Life, local

ARRIVED = "2026-12-20 14:50"
ASKED, NIGHT, MORNING = "2026-12-21 16:40", "2026-12-21 23:00", "2026-12-22 08:01"


@pytest.fixture
def arrives(life) -> Life:
    """The day on which the child arrives, half an hour before they are asked."""
    return life.nothing_until("2026-12-20 11:00").until("2026-12-20 14:20")


def newest(life) -> OutboundRow:
    return life.unasked(life.child)[-1]


def is_asked_in_an_outage(life, moment, provider, zone=GUATEMALA):
    """The first attempt to hand over what is due then fails."""
    provider.refuse_next = [TryLater(503)]
    life.nothing_until(moment, zone)


def is_reported_lost(life, row):
    record_delivery(
        row.id, row.provider_reference or "", "undelivered", UseOtherChannel(63003), life.parts
    )
    life.tick()


def test_what_was_lost_in_the_evening_is_asked_by_sms_in_the_morning(home, provider):
    with home.child.on(Channel.WHATSAPP) as there:
        there.says("hola")
    home.until(ASKED)
    said = newest(home)
    assert (said.channel, home.state("day_1")) == ("whatsapp", "asked")
    home.until(NIGHT)
    before = len(provider.parcels)

    is_reported_lost(home, said)

    assert len(provider.parcels) == before
    assert home.state("day_1") == "planned asleep"
    home.until(MORNING)
    assert (newest(home).channel, newest(home).status) == ("sms", Status.ACCEPTED)
    assert home.state("day_1") == "asked"


def test_a_second_attempt_waits_for_the_morning(home, provider):
    is_asked_in_an_outage(home, ASKED, provider)
    home.nothing_until(NIGHT)
    assert home.state("day_1") == "planned asleep"

    home.until(MORNING)

    assert home.state("day_1") == "asked"
    assert home.told(home.child).count("check_in.mood") == 2
    assert sent(home, home.child).count("check_in.mood") == 1


def test_what_is_out_of_date_in_the_morning_is_not_said(life, provider):
    life.until("2026-12-19 14:00", CHICAGO)
    is_asked_in_an_outage(life, "2026-12-19 15:20", provider, CHICAGO)
    life.nothing_until("2026-12-19 20:30", CHICAGO)
    life.until("2026-12-20 12:00", CHICAGO)
    assert life.state("countdown_one") == "skipped late"
    assert "check_in.countdown_one" not in sent(life, life.child)


def test_a_reminder_that_waited_for_the_morning_does_not_come_after_the_answer(home, provider):
    home.until("2026-12-22 09:00")
    is_asked_in_an_outage(home, "2026-12-22 16:50", provider)
    assert newest(home).message_ids[0] == "check_in.remind"
    home.nothing_until("2026-12-22 23:00")
    home.answers(home.child)

    home.until("2026-12-23 08:30")

    assert "check_in.remind" not in sent(home, home.child)


def test_an_answer_leaves_at_any_hour(arrives, provider):
    arrives.nothing_until("2026-12-20 23:30")
    before = len(provider.parcels)
    arrives.child.says("hola")
    assert len(provider.parcels) > before


def test_questions_that_have_not_left_end_with_a_danger(home, provider):
    is_asked_in_an_outage(home, ASKED, provider)
    waiting = newest(home)
    assert (home.state("day_1"), waiting.status) == ("asked", Status.QUEUED)

    home.child.says(DANGER)
    home.lives_on(hours=1)

    assert home.state("day_1") == "interrupted at_risk"
    assert newest(home).id == waiting.id
    assert newest(home).status == Status.CANCELLED


def test_a_danger_that_is_disclosed_while_the_clock_stores_the_questions_ends_them(
    home, monkeypatch
):
    home.time.moment = local(ASKED)
    carry_out = open_check_in.say_first

    def says_while_a_danger_is_written(*args):
        home.child.phone.write(DANGER)
        while screen_next(home.parts):
            pass
        return carry_out(*args)

    monkeypatch.setattr(open_check_in, "say_first", says_while_a_danger_is_written)
    run_due(home.parts)
    assert home.state("day_1") == "asked"

    home.tick()

    assert home.state("day_1") == "interrupted at_risk"
    assert "check_in.mood" not in sent(home, home.child)


def sent(life, person) -> list[str]:
    """The message ids of everything that nobody asked for and that left."""
    left = [row for row in life.unasked(person) if row.status == Status.ACCEPTED]
    return [message for row in left for message in row.message_ids]


def test_a_younger_child_who_arrives_before_bedtime_is_asked_in_the_morning(life):
    life.journey(arrival_time="18:15", pick_up_time="19:00")
    life.nothing_until("2026-12-20 17:30").until("2026-12-21 08:01")
    assert life.state("arrived") == "asked"
    assert ("stranded_silence", "arrived") not in life.tasks(life.child)


def test_who_has_the_child_at_home_says_so_for_the_child(arrives):
    arrives.until("2026-12-20 17:00")
    arrives.answers(arrives.caregiver)
    arrives.tick()
    assert arrives.due("day_1") == "2026-12-21 16:30"
    assert arrives.child.contact.arrived_at is not None


def test_a_good_bye_that_reaches_nobody_ends_the_programme_too(home):
    with database.unit_of_work(home.parts.engine) as session:
        close_case(session, home.family.child, home.parts)
    home.change_addresses(home.family.child, opted_out_at=home.time.now())
    home.lives_on(days=200)
    assert home.state("good_bye") == "skipped opted_out"
    assert home.child.contact.ended_at is not None


def test_nobody_is_asked_about_a_child_who_was_erased(home, provider):
    home.until("2026-12-22 18:30")
    asked = [row for row in home.rows(home.family.caregiver) if row.state == "asked"]
    with database.unit_of_work(home.parts.engine) as session:
        erase(session, home.family.child, home.parts, although_open=True)
    before = len(provider.parcels)

    home.lives_on(days=60)

    assert len(provider.parcels) == before
    assert [row.step for row in asked] == ["home_day_2"]
    assert {row.state for row in home.rows(home.family.caregiver)} <= OVER
