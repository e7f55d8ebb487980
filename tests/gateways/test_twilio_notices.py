"""Notifications through Twilio's own SDK: what leaves on each channel, and what each refusal is called."""

import socket
from dataclasses import replace
from uuid import uuid4
from xml.etree import ElementTree

import pytest

from bot.gateways import twilio
from bot.gateways.notifying import Call, NotifierByChannel
from bot.gateways.sending import (
    AddressOptedOut,
    AddressUnreachable,
    OutcomeUnknown,
    Refused,
    SendingFailed,
    TryLater,
    UseOtherChannel,
)
from bot.gateways.stand_in_notices import StandInNotifier
from bot.gateways.twilio_notices import TwilioNotifier, spoken, spoken_question
from tests.doubles import twilio_api as answers
from tests.doubles.notifier import RecordingNotifier
from tests.doubles.twilio_api import Garbled, Lost, Slow
from tests.doubles.twilio_rules import Refusal

NUMBER = "+50255501234"
OURS = "+15005550006"
APPROVED = "HX" + "7" * 32
TEMPLATES = {("staff.alert", "es"): APPROVED}
TEMPLATE = {"types": {"twilio/text": {"body": "Acompaña {{1}}: {{2}}, {{3}}. {{4}}"}}}
VARIABLES = {"1": "K7M", "2": "muy urgente", "3": "peligro", "4": "https://acompana.example"}


def notification(channel="sms", **changes):
    call = Call(
        id=uuid4(),
        channel=channel,
        number=NUMBER,
        email=None,
        language="es",
        text="Acompaña K7M: muy urgente, peligro. Responda 1 lo tomo, 2 no puedo, 3 llamada.",
        subject="Acompaña K7M: muy urgente",
        template="staff.alert",
        variables=VARIABLES,
    )
    return replace(call, **changes)


@pytest.fixture
def account(twilio_settings):
    senders = {"sms_senders": OURS, "whatsapp_senders": f"whatsapp:{OURS}"}
    return twilio_settings.model_copy(update=senders)


@pytest.fixture
def notifier(account, twilio_api):
    """The account holds one template that Meta has approved."""
    twilio_api.contents[APPROVED] = TEMPLATE
    return TwilioNotifier(account, TEMPLATES)


def failure_of(notifier, call):
    with pytest.raises(SendingFailed) as caught:
        notifier.send(call)
    return caught.value


def address_of(settings, call, what):
    return f"{settings.reached_at}/twilio/notice/{call.id}/{what}"


def test_an_sms_leaves_with_its_text_and_brings_its_fate_to_the_notice(
    notifier, twilio_api, account
):
    call = notification()
    reference = notifier.send(call)

    (message,) = twilio_api.messages
    assert reference == message.sid
    assert message.form["To"] == NUMBER
    assert message.form["From"] == OURS
    assert message.text == call.text
    assert message.form["StatusCallback"] == address_of(account, call, "status")


def test_a_messaging_service_chooses_the_sender_of_an_sms(account, twilio_api):
    service = "MG" + "1" * 32
    settings = account.model_copy(update={"messaging_service_sid": service})
    TwilioNotifier(settings, {}).send(notification())

    assert twilio_api.messages[0].form["MessagingServiceSid"] == service
    assert "From" not in twilio_api.messages[0].form


def test_whatsapp_leaves_as_the_approved_template_with_its_values(notifier, twilio_api, account):
    call = notification("whatsapp")
    reference = notifier.send(call)

    (message,) = twilio_api.messages
    assert reference == message.sid
    assert message.form["To"] == f"whatsapp:{NUMBER}"
    assert message.form["From"] == f"whatsapp:{OURS}"
    assert message.form["ContentSid"] == APPROVED
    assert "Body" not in message.form
    assert message.text == "Acompaña K7M: muy urgente, peligro. https://acompana.example"
    assert message.form["StatusCallback"] == address_of(account, call, "status")


@pytest.mark.parametrize(
    "change",
    [{"template": "staff.not_reached"}, {"language": "en"}],
    ids=["no such template", "not in this language"],
)
def test_whatsapp_without_an_approved_template_is_refused_and_nothing_leaves(
    notifier, twilio_api, change
):
    assert isinstance(failure_of(notifier, notification("whatsapp", **change)), Refused)
    assert twilio_api.asked == []


def test_whatsapp_without_a_sender_is_refused_and_nothing_leaves(account, twilio_api):
    settings = account.model_copy(update={"whatsapp_senders": ""})
    failure = failure_of(TwilioNotifier(settings, TEMPLATES), notification("whatsapp"))

    assert isinstance(failure, Refused)
    assert twilio_api.asked == []


def test_a_template_of_ours_that_nobody_has_approved_yet_is_refused(words, account, twilio_api):
    assert words.templates
    for message_id, template in words.templates.items():
        approved = {(message_id, language): r for language, r in template.references.items()}
        for language in {"es", "en"} - set(template.references):
            call = notification("whatsapp", template=message_id, language=language)
            assert isinstance(failure_of(TwilioNotifier(account, approved), call), Refused)
    assert twilio_api.asked == []


def test_a_call_rings_and_asks_us_what_to_say(notifier, twilio_api, account):
    call = notification("voice")
    reference = notifier.send(call)

    (ringing,) = twilio_api.calls
    assert reference == ringing.sid
    assert ringing.form["To"] == NUMBER
    assert ringing.form["From"] == OURS
    assert ringing.form["Url"] == address_of(account, call, "voice")
    assert ringing.form["StatusCallback"] == address_of(account, call, "status")
    assert ringing.events == ["completed"]


def test_a_call_stops_ringing_before_a_mailbox_answers(notifier, twilio_api):
    notifier.send(notification("voice"))
    assert 10 <= int(twilio_api.calls[0].form["Timeout"]) <= 30


def test_nothing_about_the_case_stands_in_what_a_call_asks_for(notifier, twilio_api):
    """What is said is fetched when somebody answers; Twilio's log of calls keeps nothing of it."""
    call = notification("voice")
    notifier.send(call)

    sent = str(twilio_api.calls[0].form)
    assert [word for word in ("K7M", "urgente", "peligro") if word in sent] == []


def test_a_deployment_without_a_number_cannot_ring_and_says_so(account, twilio_api):
    """A messaging service sends, but cannot call: Twilio refuses a call that comes from nowhere."""
    update = {"mode": "production", "sms_senders": "", "messaging_service_sid": "MG" + "1" * 32}
    failure = failure_of(
        TwilioNotifier(account.model_copy(update=update), {}), notification("voice")
    )

    assert isinstance(failure, Refused)
    assert failure.code == 21213
    assert twilio_api.calls == []


@pytest.mark.parametrize("channel", ["sms", "voice", "whatsapp"])
@pytest.mark.parametrize(
    ("answer", "named", "code"),
    [
        (answers.BUSY, TryLater, 20429),
        (Refusal(401, 20003), TryLater, 20003),
        (answers.NO_SUCH_NUMBER, AddressUnreachable, 21211),
        (answers.OPTED_OUT, AddressOptedOut, 21610),
        (Refusal(400, 63024), UseOtherChannel, 63024),
        (Refusal(400, 21215), Refused, 21215),  # calls to that country are not enabled
        (Refusal(400, 99999), Refused, 99999),
        (Lost(), OutcomeUnknown, 20500),
        (Lost(drop=True), OutcomeUnknown, None),
        (Garbled("<html>"), OutcomeUnknown, None),
        (Garbled("{}"), OutcomeUnknown, None),
    ],
    ids=str,
)
def test_each_refusal_says_what_to_do_next(notifier, twilio_api, channel, answer, named, code):
    twilio_api.next_answers = [answer]
    failure = failure_of(notifier, notification(channel))

    assert type(failure) is named
    assert failure.code == code


@pytest.mark.parametrize("channel", ["sms", "voice", "whatsapp"])
def test_a_number_that_is_none_is_unreachable(notifier, channel):
    failure = failure_of(notifier, notification(channel, number="+0"))
    assert type(failure) is AddressUnreachable


@pytest.mark.parametrize("channel", ["sms", "voice", "whatsapp"])
def test_nobody_to_call_is_a_refusal(notifier, twilio_api, channel):
    """The standing line has no number where a deployer has not set one."""
    failure = failure_of(notifier, notification(channel, number=""))

    assert isinstance(failure, AddressUnreachable | Refused)
    assert twilio_api.messages == []
    assert twilio_api.calls == []


@pytest.mark.parametrize("channel", ["sms", "voice"])
def test_twilio_away_has_surely_sent_nothing(account, channel):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = {"twilio_api_url": f"http://127.0.0.1:{closed.getsockname()[1]}"}
        notifier = TwilioNotifier(account.model_copy(update=url), {})
        assert isinstance(failure_of(notifier, notification(channel)), TryLater)


def test_a_call_whose_answer_takes_too_long_may_ring(account, twilio_api, monkeypatch):
    monkeypatch.setattr(twilio, "ANSWER_SECONDS", 0.1)
    twilio_api.next_answers = [Slow(5)]
    failure = failure_of(TwilioNotifier(account, {}), notification("voice"))

    assert isinstance(failure, OutcomeUnknown)
    assert len(twilio_api.calls) == 1


def test_neither_numbers_nor_words_are_logged(notifier, twilio_api, caplog):
    caplog.set_level("INFO")
    for channel in ("sms", "voice", "whatsapp"):
        notifier.send(notification(channel))
        twilio_api.next_answers = [answers.NO_SUCH_NUMBER]
        failure_of(notifier, notification(channel))

    assert caplog.text
    assert [w for w in (NUMBER, NUMBER[1:], "urgente", "K7M") if w in caplog.text] == []


def test_the_stand_in_takes_everything_and_logs_neither_words_nor_numbers(caplog):
    caplog.set_level("DEBUG")
    call = notification(text="Marvin Coy tiene K7M: peligro.")

    assert StandInNotifier().send(call) == StandInNotifier().send(call)
    assert str(call.id) in caplog.text
    assert [w for w in ("Marvin", "peligro", NUMBER) if w in caplog.text] == []


def test_each_channel_goes_where_it_is_served():
    first, second = RecordingNotifier(), RecordingNotifier()
    by_channel = NotifierByChannel({"sms": first, "email": second})
    sms, mail = notification("sms"), notification("email")

    assert by_channel.send(sms) != by_channel.send(mail)
    assert (first.calls, second.calls) == ([sms], [mail])


@pytest.mark.parametrize("channel", ["voice", "fax", ""])
def test_a_channel_that_nobody_serves_refuses_so_that_the_next_is_tried(channel):
    by_channel = NotifierByChannel({"sms": RecordingNotifier()})
    assert isinstance(failure_of(by_channel, notification(channel)), Refused)


def test_a_question_is_said_twice_and_each_time_waits_for_one_digit():
    response = ElementTree.fromstring(spoken_question("¿Puede?", "es", "https://x.example/digits"))

    assert response.tag == "Response"
    assert [verb.tag for verb in response] == ["Gather", "Gather"]
    for gather in response:
        assert gather.get("numDigits") == "1"
        assert gather.get("action") == "https://x.example/digits"
        assert gather.get("method") == "POST"
        assert [(say.tag, say.text) for say in gather] == [("Say", "¿Puede?")]


@pytest.mark.parametrize(
    ("language", "voice"), [("es", "es-MX"), ("en", "en-US"), ("quc", "es-MX")]
)
def test_words_are_spoken_in_the_language_of_who_is_called(language, voice):
    question = ElementTree.fromstring(spoken_question("1", language, "https://x.example"))
    answer = ElementTree.fromstring(spoken("1", language))

    assert {say.get("language") for say in question.iter("Say")} == {voice}
    assert {say.get("language") for say in answer.iter("Say")} == {voice}


def test_an_answer_is_said_once_and_the_call_ends():
    response = ElementTree.fromstring(spoken("Gracias.", "es"))
    assert [verb.tag for verb in response] == ["Say", "Hangup"]


@pytest.mark.parametrize("text", ["a < b & c > d", '"]]>', "<Dial>+1900</Dial>", "ñ á ¿ 😀"])
def test_no_text_can_become_a_verb(text):
    for twiml in (spoken(text, "es"), spoken_question(text, "es", "https://x.example/?a=1&b=2")):
        response = ElementTree.fromstring(twiml)
        assert {say.text for say in response.iter("Say")} == {text}
        assert list(response.iter("Dial")) == []


GOOD_CALL = {"To": NUMBER, "From": OURS, "Url": "https://acompana.example/voice"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": ""}, 21201),
        ({"To": "5550001"}, 21211),
        ({"To": f"whatsapp:{NUMBER}"}, 21211),
        ({"To": OURS}, 21211),
        ({"From": ""}, 21213),
        ({"From": "Acompaña"}, 21212),
        ({"Url": ""}, 21205),
        ({"Url": "acompana.example/voice"}, 21205),
        ({"Url": "https://our_host.example/voice"}, 21205),
        ({"Twiml": "<Response/>"}, 21200),
        ({"StatusCallback": "/status"}, 21609),
        ({"StatusCallbackEvent": "failed"}, 20001),
        ({"Timeout": "601"}, 20001),
        ({"Method": "PUT"}, 20001),
        ({"Colour": "red"}, 20001),
    ],
    ids=str,
)
def test_the_double_refuses_a_call_that_twilio_refuses(notifier, twilio_api, change, code):
    answer = posted(notifier, twilio_api, GOOD_CALL | change)

    assert answer.status_code == 400
    assert f'"code": {code}' in answer.text
    assert twilio_api.calls == []


def test_the_double_takes_a_call_as_twilio_does(notifier, twilio_api):
    answer = posted(
        notifier, twilio_api, GOOD_CALL | {"StatusCallbackEvent": ["ringing", "completed"]}
    )

    assert answer.status_code == 201
    assert '"status": "queued"' in answer.text
    assert twilio_api.calls[0].events == ["ringing", "completed"]


def posted(notifier, twilio_api, form):
    path = f"{twilio_api.url}/2010-04-01/Accounts/{answers.ACCOUNT}/Calls.json"
    account = (answers.ACCOUNT, answers.TOKEN)
    return notifier._client.http_client.request("POST", path, data=form, auth=account)
