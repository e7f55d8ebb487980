"""Where an unasked message goes, and whether it may be the words themselves."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.channels import Channel
from bot.domain.reach import SESSION_WINDOW, SPEAKS_FOR, Reach, Way, route

NOW = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
A_MOMENT = timedelta(seconds=1)


def ago(**delta):
    return NOW - timedelta(**delta)


def sms(**changes):
    return Reach(**{"id": uuid4(), "channel": Channel.SMS} | changes)


def whatsapp(**changes):
    return Reach(**{"id": uuid4(), "channel": Channel.WHATSAPP} | changes)


def way_to(*addresses, has_template=True, avoid=None):
    """Return the channel and the way, as words."""
    found = route(addresses, NOW, has_template=has_template, avoid=avoid)
    return found and (found.address.channel.value, found.way.value)


# --- the window ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heard_at", "is_open"),
    [
        (NOW, True),
        (ago(hours=23, minutes=59), True),
        (NOW - SESSION_WINDOW + A_MOMENT, True),
        (NOW - SESSION_WINDOW, False),
        (ago(days=30), False),
        (None, False),
    ],
)
def test_whatsapp_is_open_for_a_day_after_their_last_word(heard_at, is_open):
    assert whatsapp(heard_at=heard_at).window_is_open(NOW) is is_open


def test_sms_has_no_window():
    assert sms().window_is_open(NOW)


# --- where --------------------------------------------------------------------------------


def test_it_goes_where_they_wrote_last():
    assert way_to(sms(heard_at=ago(days=9)), whatsapp(heard_at=ago(hours=2))) == (
        "whatsapp",
        "direct",
    )
    assert way_to(sms(heard_at=ago(hours=1)), whatsapp(heard_at=ago(hours=2))) == ("sms", "direct")


def test_who_never_wrote_hears_on_the_first_address():
    assert way_to(sms(), whatsapp()) == ("sms", "direct")


def test_outside_the_window_a_template_comes_first():
    assert way_to(sms(), whatsapp(heard_at=ago(days=2))) == ("whatsapp", "template")


def test_without_a_template_sms_is_used():
    addresses = (sms(), whatsapp(heard_at=ago(days=2)))
    assert way_to(*addresses, has_template=False) == ("sms", "direct")


def test_without_a_template_and_without_sms_nothing_arrives():
    assert way_to(whatsapp(heard_at=ago(days=2)), has_template=False) is None


def test_without_a_template_an_open_window_is_enough():
    assert way_to(whatsapp(heard_at=ago(hours=2)), has_template=False) == ("whatsapp", "direct")


@pytest.mark.parametrize("change", [{"opted_out": True}, {"retired": True}])
def test_where_they_left_nothing_goes(change):
    assert way_to(sms(), whatsapp(heard_at=NOW, **change)) == ("sms", "direct")
    assert way_to(whatsapp(heard_at=NOW, **change)) is None


# --- an address at which nothing arrived --------------------------------------------------


def test_a_lost_address_is_left_out():
    lost = whatsapp(heard_at=ago(days=3), unreachable_at=ago(days=2))
    assert way_to(sms(), lost) == ("sms", "direct")
    assert way_to(lost) is None


def test_it_counts_again_once_they_wrote_from_there():
    assert way_to(sms(), whatsapp(heard_at=ago(hours=1), unreachable_at=ago(hours=2))) == (
        "whatsapp",
        "direct",
    )


def test_and_after_that_window_for_templates_too():
    assert way_to(sms(), whatsapp(heard_at=ago(days=2), unreachable_at=ago(days=3))) == (
        "whatsapp",
        "template",
    )


def test_a_number_that_never_wrote_and_is_lost_stays_lost():
    assert whatsapp(unreachable_at=ago(days=300)).is_lost


# --- another one, and who holds the phone -------------------------------------------------


def test_the_address_that_met_silence_comes_last():
    silent = whatsapp(heard_at=ago(hours=2))
    assert way_to(sms(), silent, avoid=silent.id) == ("sms", "direct")
    assert way_to(silent, avoid=silent.id) == ("whatsapp", "direct")


def test_on_a_shared_phone_it_is_asked_first_who_is_there():
    assert way_to(sms(shared=True)) == ("sms", "ask_who")


def test_who_said_who_they_are_is_taken_to_be_there_for_a_while():
    assert way_to(sms(shared=True, speaking_at=NOW - SPEAKS_FOR + A_MOMENT)) == ("sms", "direct")
    assert way_to(sms(shared=True, speaking_at=NOW - SPEAKS_FOR)) == ("sms", "ask_who")


MOMENTS = st.none() | st.integers(0, 60 * 24 * 10).map(lambda minutes: ago(minutes=minutes))
ANY_REACH = st.builds(
    Reach,
    id=st.uuids(),
    channel=st.sampled_from(Channel),
    heard_at=MOMENTS,
    opted_out=st.booleans(),
    unreachable_at=MOMENTS,
    retired=st.booleans(),
    shared=st.booleans(),
    speaking_at=MOMENTS,
)


@given(st.lists(ANY_REACH, max_size=4), st.booleans(), st.none() | st.integers(0, 3))
def test_no_way_breaks_a_rule_of_whatsapp_or_a_wish_of_theirs(addresses, has_template, avoided):
    is_there = avoided is not None and avoided < len(addresses)
    avoid = addresses[avoided].id if is_there else None
    found = route(addresses, NOW, has_template=has_template, avoid=avoid)
    open_ways = [
        a
        for a in addresses
        if a.is_usable and not a.is_lost and (has_template or a.window_is_open(NOW))
    ]
    assert (found is None) == (not open_ways)
    if found is None:
        return
    assert found.address in open_ways
    assert found.way is not Way.TEMPLATE or (has_template and not found.address.window_is_open(NOW))
    assert found.way is not Way.DIRECT or found.address.window_is_open(NOW)
    assert found.address.id != avoid or len({a.id for a in open_ways}) == 1
