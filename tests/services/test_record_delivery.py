"""Delivery reports come late, twice, out of order and about nothing we know; nothing goes backwards."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from bot.domain.channels import Channel
from bot.domain.delivery import MAY_BECOME, Status, latest, status_of
from bot.gateways.sending import TryLater
from bot.gateways.twilio import sign
from bot.services.send_outbound import send_next
from bot.store import database
from bot.store.tables import OutboundRow
from bot.web.application import create_application
from tests.builders import make_child
from tests.outbox import MENU

WORDS = (
    "accepted", "scheduled", "queued", "sending", "sent", "partially_delivered", "delivered",
    "read", "undelivered", "failed", "canceled", "receiving", "received", "something_new", "",
)  # fmt: skip
"""All statuses of Twilio's message resource, and some that are none."""

ORDER = [
    {Status.QUEUED}, {Status.SENDING}, {Status.ACCEPTED}, {Status.SENT},
    {Status.UNDELIVERED, Status.FAILED}, {Status.DELIVERED}, {Status.READ},
]  # fmt: skip


def rank(status):
    return next(place for place, equals in enumerate(ORDER) if status in equals)


@pytest.fixture
def message(outbox, child):
    """A message that the provider has accepted."""
    queued = outbox.queue(child)
    outbox.work()
    return queued


# --- never backwards ---------------------------------------------------------------------


@given(st.sampled_from(Status), st.lists(st.sampled_from(Status)))
def test_no_order_of_reports_moves_a_status_backwards(start, reports):
    seen = [start]
    for reported in reports:
        seen.append(latest(seen[-1], reported))
    if start is Status.CANCELLED:
        assert set(seen) == {start}
        return
    assert Status.CANCELLED not in seen[1:]
    assert [rank(s) for s in seen] == sorted(rank(s) for s in seen)


@given(st.permutations(WORDS))
def test_all_reports_in_any_order_end_in_the_same_status(words):
    status = Status.ACCEPTED
    for word in words:
        if (reported := status_of(word)) is not None:
            status = latest(status, reported)
    assert status is Status.READ


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(reports=st.lists(st.sampled_from(WORDS), min_size=1, max_size=8))
def test_no_order_of_stored_reports_moves_a_message_backwards(outbox, reports):
    message = outbox.queue(make_child(outbox.parts))
    send_next(outbox.parts)
    ranks = [rank(outbox.status(message))]
    for word in reports:
        outbox.report(message, word)
        ranks.append(rank(outbox.status(message)))

    known = [rank(status) for word in reports if (status := status_of(word))]
    assert ranks == sorted(ranks)
    assert ranks[-1] == max([ranks[0], *known])


def test_what_may_follow_is_stated_for_every_status():
    assert set(MAY_BECOME) == set(Status)


# --- one report --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("sent", Status.SENT),
        ("delivered", Status.DELIVERED),
        ("read", Status.READ),
        ("READ", Status.READ),
        ("undelivered", Status.UNDELIVERED),
        ("failed", Status.FAILED),
    ],
)
def test_a_report_moves_the_message_on(outbox, message, word, status):
    outbox.time.passes(seconds=5)
    outbox.report(message, word)
    assert outbox.status(message) == status
    assert outbox.row(message).status_at == outbox.time.now()


def test_a_report_twice_is_one_report(outbox, message):
    outbox.report(message, "delivered")
    first = outbox.row(message).status_at
    outbox.time.passes(minutes=1)
    outbox.report(message, "delivered")
    assert outbox.row(message).status_at == first


def test_a_late_sent_takes_nothing_from_read(outbox, message):
    for word in ("read", "delivered", "sent", "queued", "undelivered"):
        outbox.report(message, word)
    assert outbox.status(message) == Status.READ


def test_delivered_after_a_wrong_undelivered_counts(outbox, message):
    outbox.report(message, "undelivered", 30003)
    outbox.report(message, "delivered")
    assert outbox.status(message) == Status.DELIVERED


def test_a_word_that_we_do_not_know_changes_nothing(outbox, message):
    before = outbox.row(message).status_at
    outbox.time.passes(minutes=1)
    for word in ("received", "something_new", ""):
        outbox.report(message, word)
    assert outbox.status(message) == Status.ACCEPTED
    assert outbox.row(message).status_at == before


def test_a_report_about_nothing_we_know_changes_nothing(outbox, message):
    stranger = "00000000-0000-0000-0000-000000000000"
    outbox.report(None, "delivered", reference="SMunknown")
    outbox.report(None, "delivered", reference="")
    with database.unit_of_work(outbox.parts.engine) as session:
        assert session.get(OutboundRow, stranger) is None
    assert outbox.status(message) == Status.ACCEPTED


def test_without_our_own_id_the_providers_reference_finds_the_message(outbox, message):
    outbox.report(None, "delivered", reference=outbox.row(message).provider_reference)
    assert outbox.status(message) == Status.DELIVERED


def test_a_report_about_a_withdrawn_message_changes_nothing(outbox, child):
    message = outbox.queue(child)
    outbox.change_address(child, opted_out_at=outbox.time.now())
    outbox.work()
    outbox.report(message, "delivered")
    assert outbox.status(message) == Status.CANCELLED


# --- what a bad report leads to -------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "code"),
    [("failed", None), ("undelivered", 12345), ("undelivered", 30003), ("failed", 30007)],
)
def test_what_did_not_arrive_is_a_task_and_never_an_opt_out(outbox, message, child, word, code):
    outbox.report(message, word, code)
    assert outbox.status(message) == word
    assert outbox.row(message).error_code in (None, code)
    assert outbox.tasks(child) == ["undeliverable"]
    assert outbox.address(child).opted_out_at is None


def test_a_bad_report_twice_is_one_task_and_one_copy(outbox, child):
    message = outbox.queue(child, "¿Sí?", Channel.WHATSAPP, form="buttons", menu=MENU)
    outbox.work()
    for _ in range(3):
        outbox.report(message, "undelivered", 63016)
    assert [row.channel for row in outbox.rows(child)] == ["whatsapp", "sms"]


def test_a_report_that_somebody_said_stop_ends_what_waits_there(outbox, message, child):
    waiting = outbox.queue(child)
    outbox.report(message, "failed", 21610)
    assert outbox.status(waiting) == Status.CANCELLED
    assert outbox.address(child).opted_out_at == outbox.time.now()
    assert outbox.tasks(child) == []


def test_a_bad_report_after_read_changes_nothing(outbox, message, child):
    outbox.report(message, "read")
    outbox.report(message, "undelivered", 63016)
    assert outbox.status(message) == Status.READ
    assert len(outbox.rows(child)) == 1


# --- reports about an attempt that was made again --------------------------------------------


@pytest.fixture
def second_attempt(outbox, message):
    """A message whose first attempt was reported as lost in the rush; the second was accepted."""
    first = outbox.row(message).provider_reference
    outbox.report(message, "failed", 63018)
    assert outbox.status(message) == Status.QUEUED
    return first


def accept_again(outbox, message):
    """The provider takes the second attempt under a new reference."""
    outbox.time.passes(seconds=3)
    outbox.parts.provider.send = lambda parcel: "SMsecond"
    outbox.work()
    assert outbox.row(message).provider_reference == "SMsecond"


@pytest.mark.parametrize("word", ["failed", "sent", "undelivered"])
def test_a_repeated_report_does_not_touch_the_attempt_that_waits(
    outbox, message, second_attempt, word
):
    due = outbox.row(message).next_attempt_at
    outbox.time.passes(seconds=1)
    outbox.report(message, word, 63018, reference=second_attempt)
    assert outbox.status(message) == Status.QUEUED
    assert outbox.row(message).next_attempt_at == due


@pytest.mark.parametrize("word", ["failed", "undelivered", "delivered"])
def test_a_repeated_report_does_not_touch_the_attempt_that_was_accepted(
    outbox, message, second_attempt, word
):
    accept_again(outbox, message)
    outbox.report(message, word, 63018, reference=second_attempt)
    assert outbox.status(message) == Status.ACCEPTED


def test_a_report_about_the_second_attempt_counts(outbox, message, second_attempt):
    accept_again(outbox, message)
    outbox.report(message, "delivered", reference="SMsecond")
    assert outbox.status(message) == Status.DELIVERED


def test_the_grace_of_a_second_attempt_is_counted_from_its_own_acceptance(
    outbox, message, child, second_attempt
):
    outbox.time.passes(minutes=5)
    accept_again(outbox, message)
    following = outbox.queue(child)
    outbox.work()
    assert outbox.status(following) == Status.QUEUED


def test_a_report_about_a_message_that_was_thought_lost_stops_its_repetition(
    outbox, child, provider
):
    provider.refuse_next = [TryLater()]
    message = outbox.queue(child)
    outbox.work()
    outbox.report(message, "delivered", reference="SMafterall")
    outbox.time.passes(minutes=1)
    outbox.work()
    assert provider.parcels == []
    assert outbox.status(message) == Status.DELIVERED


# --- through the signed webhook -----------------------------------------------------------


def post_report(outbox, path, form):
    settings = outbox.parts.settings
    with TestClient(create_application(outbox.parts), base_url=settings.own_url) as client:
        signature = sign(settings.signing_token, settings.reached_at + path, form)
        return client.post(path, data=form, headers={"X-Twilio-Signature": signature}).status_code


def test_the_address_that_twilio_was_given_takes_its_report(twilio_outbox, child, twilio_api):
    message = twilio_outbox.queue(child)
    twilio_outbox.work()
    (taken,) = twilio_api.messages
    base = twilio_outbox.parts.settings.reached_at
    path = taken.form["StatusCallback"].removeprefix(base)
    form = {"MessageSid": taken.sid, "MessageStatus": "delivered", "To": taken.form["To"]}

    assert post_report(twilio_outbox, path, form) == 204
    assert twilio_outbox.status(message) == Status.DELIVERED


NONSENSE = (
    {"MessageSid": "SMunknown", "MessageStatus": "delivered"},
    {"MessageSid": "SMunknown", "MessageStatus": "failed", "ErrorCode": "x²"},
    {"MessageSid": "SMunknown", "MessageStatus": "???"},
    {"MessageStatus": "failed", "ErrorCode": "99999999999999999999"},
    {"SmsSid": "SMunknown", "SmsStatus": "sent"},
    {},
)


def test_a_report_about_nothing_is_no_error_to_twilio(outbox, message):
    for query in ("", "?message=", "?message=nonsense", "?message=%00"):
        for form in NONSENSE:
            assert post_report(outbox, f"/twilio/sms/status{query}", form) == 204
    assert outbox.status(message) == Status.ACCEPTED
