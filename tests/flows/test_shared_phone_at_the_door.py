"""What was queued for one person does not leave while the other one holds the phone."""

import pytest

from bot.domain.channels import Channel
from bot.gateways.sending import AddressOptedOut
from bot.services.change_number import enter_number
from bot.services.erase import erase
from bot.services.follow_programme import follow_programme
from bot.services.keep_watch import keep_watch
from bot.store import database, phones
from tests.builders import fresh_number, make_caregiver, make_child, make_staff
from tests.one_phone import OnePhone, at_time, numbers_of, say, tasks_of

HIT = "mi tio me pega con el cinturon"


@pytest.fixture
def parts(quiet_parts, time):
    return at_time(quiet_parts, time)


@pytest.fixture
def phone(parts, time):
    """Wendy and her mother Marta, reached at one number."""
    number = fresh_number()
    shared = {"number": number, "case_manager_id": make_staff(parts)}
    phone = OnePhone(parts, number, time=time)
    phone.child = make_child(parts, **shared)
    phone.caregiver = make_caregiver(parts, phone.child, **shared)
    return phone


def test_what_was_queued_after_the_phone_changed_hands_does_not_leave(phone):
    phone.says("hola").taps("shared_adult")
    say(phone.parts, phone.child, "onboarding.welcome")
    phone.works()
    assert phone.said == []

    say(phone.parts, phone.child, "contact_change.shared_ask_who")
    phone.works()
    assert phone.said == ["contact_change.shared_ask_who"]


def test_whether_somebody_came_is_not_asked_while_the_adult_holds_the_phone(phone, time):
    phone.says(HIT)
    phone.says("hola").says("1").taps("shared_adult")
    time.passes(minutes=100)
    while keep_watch(phone.parts):
        pass
    phone.works()

    assert "disclosure.proof" not in [m for row in phone.left() for m in row.message_ids]


def test_a_stop_that_only_the_provider_knows_of_is_for_everybody(phone, provider):
    phone.says("hola").says("1")
    provider.refuse_next = [AddressOptedOut(21610)]
    say(phone.parts, phone.child, "onboarding.welcome")
    phone.works()

    sms = [row for row in phone.everybody() if row.channel == Channel.SMS]
    assert len(sms) == 2
    assert all(row.opted_out_at for row in sms)


def test_the_stranger_to_whom_a_new_number_belongs_can_be_erased(parts, phone, time):
    number = fresh_number()
    with database.unit_of_work(parts.engine) as session:
        enter_number(session, phone.child, number, parts)
    OnePhone(parts, number, time=time).works()
    with database.unit_of_work(parts.engine) as session:
        (row,) = phones.everybody_at(session, number)
        erase(session, row.contact_id, parts)

    assert number not in numbers_of(parts, phone.child)


def test_the_clock_leaves_to_a_person_what_nobody_proved(parts, phone, time):
    with database.unit_of_work(parts.engine) as session:
        enter_number(session, phone.child, fresh_number(), parts)
    time.passes(days=3)
    while follow_programme(parts):
        pass

    assert ("contact_change", "expired") in tasks_of(parts, phone.child)
