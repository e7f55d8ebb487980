"""What WhatsApp lets through, as the double behaves and Twilio documents it: seen through the real SDK."""

import json

import pytest
from twilio.base.exceptions import TwilioRestException

from bot.gateways.sending import TemplateRefused, TryLater, UseOtherChannel
from bot.gateways.twilio import twilio_client
from bot.gateways.twilio_outcomes import outcome_of_report
from tests.doubles.twilio_whatsapp import Approval

NUMBER, OURS, OTHER_OF_OURS = "+50255501234", "whatsapp:+15005550006", "whatsapp:+50222000000"
INVITE = "HX" + "7" * 32
CALLBACK = "https://acompana.example/twilio/whatsapp/status?message=1"


@pytest.fixture
def client(twilio_settings):
    return twilio_client(twilio_settings)


@pytest.fixture
def send(client):
    """Create a message to the person's WhatsApp."""

    def create(sender=OURS, **what):
        return client.messages.create(
            to=f"whatsapp:{NUMBER}",
            from_=sender,
            status_callback=CALLBACK,
            **(what or {"body": "Hola"}),
        )

    return create


def fate(twilio_api):
    """Return the last word and the code that Twilio reports about what it took last."""
    last = twilio_api.reports()[-1]
    return last.form["MessageStatus"], last.form.get("ErrorCode")


def test_free_words_are_taken_and_fail_later_where_nobody_wrote(send, twilio_api):
    taken = send()
    assert taken.status == "queued"
    assert taken.error_code is None
    assert fate(twilio_api) == ("undelivered", "63016")


def test_after_a_word_of_theirs_free_words_arrive_for_a_day(send, twilio_api, time):
    twilio_api.whatsapp.somebody_writes(NUMBER, OURS)
    time.passes(hours=23, minutes=59)
    send()
    assert fate(twilio_api) == ("read", None)
    time.passes(minutes=1)
    send()
    assert fate(twilio_api) == ("undelivered", "63016")


def test_the_day_counts_only_for_the_sender_that_was_written_to(send, twilio_api):
    twilio_api.whatsapp.somebody_writes(NUMBER, OURS)
    send(OTHER_OF_OURS)
    assert fate(twilio_api) == ("undelivered", "63016")


def test_the_older_form_refuses_in_the_answer(send, twilio_api):
    twilio_api.whatsapp.refuses_at_once = True
    with pytest.raises(TwilioRestException) as refused:
        send()
    assert refused.value.code == 63016
    assert twilio_api.messages == []


@pytest.mark.parametrize(
    ("approval", "code"),
    [
        (Approval.APPROVED, None),
        (Approval.PENDING, "63016"),
        (Approval.REJECTED, "63040"),
        (Approval.PAUSED, "63041"),
        (Approval.DISABLED, "63042"),
        (Approval.OTHER_LANGUAGE, "63027"),
    ],
)
def test_outside_the_window_only_an_approved_template_arrives(send, twilio_api, approval, code):
    twilio_api.approve(INVITE, "¿Es un buen momento?", approval)
    send(content_sid=INVITE)
    assert fate(twilio_api)[1] == code


def test_inside_the_window_a_content_needs_no_approval(send, twilio_api):
    twilio_api.approve(INVITE, "¿Es un buen momento?", Approval.PENDING)
    twilio_api.whatsapp.somebody_writes(NUMBER, OURS)
    send(content_sid=INVITE)
    assert fate(twilio_api)[1] is None


def test_a_list_never_begins_a_conversation(send, twilio_api):
    twilio_api.approve(INVITE, "¿Cuál?")
    twilio_api.contents[INVITE] = {"types": {"twilio/list-picker": {"body": "¿Cuál?"}}}
    send(content_sid=INVITE)
    assert fate(twilio_api)[1] == "63016"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"1": "Wendy"}, None),
        ({"1": "Wendy", "2": "mañana"}, "63028"),
        ({"1": "Wendy    Cux"}, "63013"),
    ],
)
def test_values_have_to_fit_the_template(send, twilio_api, values, code):
    twilio_api.approve(INVITE, "Hola {{1}}, hay un mensaje.")
    send(content_sid=INVITE, content_variables=json.dumps(values))
    assert fate(twilio_api)[1] == code


@pytest.mark.parametrize("values", ["{}", '{"1": ""}', "no json", '{"1": null}'])
def test_values_that_are_none_are_refused_in_the_answer(send, twilio_api, values):
    twilio_api.approve(INVITE, "Hola {{1}}, hay un mensaje.")
    with pytest.raises(TwilioRestException) as refused:
        send(content_sid=INVITE, content_variables=values)
    assert refused.value.code == 21656


def test_a_content_that_the_account_does_not_hold_is_refused_in_the_answer(send):
    with pytest.raises(TwilioRestException) as refused:
        send(content_sid=INVITE)
    assert refused.value.code == 21655


def test_above_the_limit_of_a_day_everything_is_refused_until_a_day_is_over(send, twilio_api, time):
    twilio_api.daily_limit = 1
    send()
    with pytest.raises(TwilioRestException) as refused:
        send()
    assert (refused.value.status, refused.value.code) == (429, 63038)
    time.passes(days=1)
    assert send().status == "queued"


def test_what_arrives_is_reported_step_by_step_and_once(send, twilio_api):
    twilio_api.whatsapp.somebody_writes(NUMBER, OURS)
    taken = send()
    reports = twilio_api.reports()
    assert [r.form["MessageStatus"] for r in reports] == ["sent", "delivered", "read"]
    assert {r.url for r in reports} == {CALLBACK}
    assert {r.form["MessageSid"] for r in reports} == {taken.sid}
    assert twilio_api.reports() == []


def test_a_fate_that_a_test_sets_is_reported(send, twilio_api):
    twilio_api.fate_of[f"whatsapp:{NUMBER}"] = 63024
    send()
    assert fate(twilio_api) == ("undelivered", "63024")
    twilio_api.next_fates = [63018]
    send()
    assert fate(twilio_api) == ("failed", "63018")


@pytest.mark.parametrize(
    ("code", "named"),
    [
        (63016, UseOtherChannel),
        (63024, UseOtherChannel),
        (63018, TryLater),
        (63027, TemplateRefused),
        (63041, TemplateRefused),
    ],
)
def test_a_report_says_what_to_do_next(code, named):
    assert type(outcome_of_report(code)) is named
