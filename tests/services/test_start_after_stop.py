"""START after STOP: whoever comes back is written to again, whichever way they left and came back."""

import pytest

from bot.domain.channels import Channel
from bot.domain.consent import Agreement, may_be_written_to_unasked
from bot.domain.contacts import Role
from bot.store import contacts, database
from tests.builders import fresh_number, make_caregiver, make_child
from tests.conversation import Conversation
from tests.one_phone import OnePhone, at_time, contact_of, tasks_of

BACK = ["subscription.opted_in"]
ASKS_WHO = ["contact_change.shared_ask_who"]


@pytest.fixture
def parts(quiet_parts, time):
    """Parts without Rasa, on a clock that stands still until the test moves it."""
    return at_time(quiet_parts, time)


def agreed(parts, contact_id, given=True):
    """They agreed for themselves in the first conversation, or refused."""
    is_child = contact_of(parts, contact_id).role == Role.CHILD
    kind = Agreement.ASSENT if is_child else Agreement.OWN_CONSENT
    with database.unit_of_work(parts.engine) as session:
        contacts.record_consent(session, contact_id, kind, given, parts.now())


def is_written_to(parts, contact_id):
    role = Role(contact_of(parts, contact_id).role)
    with database.unit_of_work(parts.engine) as session:
        return may_be_written_to_unasked(role, contacts.consents(session, contact_id))


# A phone of their own


@pytest.fixture
def wendy(parts, time):
    with Conversation(parts, make_child(parts)) as talk:
        agreed(parts, talk.contact_id)
        time.passes(minutes=1)
        yield talk


def test_stop_on_one_channel_is_undone_by_start_on_the_other(parts, wendy):
    wendy.says("ALTO")
    assert not is_written_to(parts, wendy.contact_id)

    with wendy.on(Channel.WHATSAPP) as whatsapp:
        whatsapp.says("ALTA")
        assert whatsapp.said == BACK
    assert is_written_to(parts, wendy.contact_id)


def test_a_second_start_agrees_to_nothing_more(parts, wendy):
    wendy.says("ALTO").says("ALTA").says("ALTA")
    with database.unit_of_work(parts.engine) as session:
        own = [c for c in contacts.consents(session, wendy.contact_id) if c.kind == "assent"]
    assert [c.stands for c in own] == [False, True]


def test_start_does_not_undo_a_refusal(parts, wendy):
    agreed(parts, wendy.contact_id, given=False)
    wendy.says("ALTO").says("ALTA")
    assert not is_written_to(parts, wendy.contact_id)


# A phone of two


@pytest.fixture
def phone(parts, time):
    return OnePhone(parts, fresh_number(), time=time)


@pytest.fixture
def child(parts, phone):
    return make_child(parts, number=phone.number)


@pytest.fixture
def mother(parts, phone, child):
    return make_caregiver(parts, child, number=phone.number)


@pytest.fixture
def left(parts, phone, time, child, mother):
    """The child agreed, said who holds the phone, and then STOP. Hours later nobody knows who holds it."""
    agreed(parts, child)
    agreed(parts, mother)
    phone.says("hola").says("1").says("ALTO")
    assert not is_written_to(parts, child)
    time.passes(hours=5)
    return phone


def test_who_comes_back_is_asked_who_they_are_and_nothing_is_promised_yet(parts, left, child):
    left.says("ALTA")
    assert left.said == ASKS_WHO
    assert tasks_of(parts, child) == [("not_understood", "who_holds")]


def test_the_child_who_left_is_written_to_again_once_it_is_known_that_it_is_they(
    parts, left, child
):
    left.says("ALTA").says("1")
    assert (left.said, left.hearer) == (BACK, child)
    assert is_written_to(parts, child)
    assert tasks_of(parts, child) == []


def test_the_mother_does_not_agree_for_the_child(parts, left, child, mother):
    left.says("ALTA").says("2")
    assert (left.said, left.hearer) == (BACK, mother)
    assert not is_written_to(parts, child)
    assert is_written_to(parts, mother)


def test_start_on_another_channel_of_that_phone_asks_as_well(parts, left, child):
    whatsapp = left.on(Channel.WHATSAPP)
    whatsapp.says("ALTA")
    assert whatsapp.said == ASKS_WHO
    whatsapp.says("1")
    assert whatsapp.said == BACK
    assert is_written_to(parts, child)


def test_where_the_provider_has_welcomed_them_back_they_are_asked_all_the_same(parts, left, child):
    left.says("alta", OptOutType="START")
    assert left.said == ASKS_WHO
    left.says("1")
    assert left.said == []  # the provider has said it
    assert is_written_to(parts, child)


def test_where_nobody_took_back_anything_nobody_is_asked(phone, child, mother):
    phone.says("ALTO").says("ALTA")
    assert phone.said == BACK
