"""Twilio's own SDK against its API: what leaves, and which name each failure gets."""

import json
import socket
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from bot.domain.channels import Address, Channel
from bot.domain.menus import Choice
from bot.gateways import twilio
from bot.gateways.sending import (
    AddressOptedOut,
    AddressUnreachable,
    OutcomeUnknown,
    Parcel,
    Refused,
    SendingFailed,
    TemplateRefused,
    TryLater,
    UseOtherChannel,
)
from bot.gateways.twilio import TwilioProvider, account_problem, sign, valid_signature
from bot.gateways.twilio_outcomes import OUTCOME_BY_CODE, outcome_of_report
from tests.doubles import twilio_api as answers
from tests.doubles.twilio_api import Garbled, Lost, Slow
from tests.doubles.twilio_rules import Refusal

NUMBER = "+50255501234"
INVITE = "HX" + "7" * 32
YES_NO = (Choice("yes", "Sí", "/affirm"), Choice("no", "No", "/deny"))


def parcel(text="Hola", channel=Channel.SMS, form="none", choices=(), language="es"):
    return Parcel(uuid4(), Address(channel, NUMBER), text, form, choices, language)


def question(text="¿Seguimos?", choices=YES_NO, form="buttons", language="es"):
    return parcel(text, Channel.WHATSAPP, form, choices, language)


def invitation(channel=Channel.WHATSAPP):
    return replace(parcel("¿Hay un momento?", channel), template=INVITE)


def many(count):
    return tuple(Choice(f"c{n}", f"Opción {n}", f"/c{n}") for n in range(count))


@pytest.fixture
def memory():
    return {}


@pytest.fixture
def provider(twilio_settings, memory):
    return provider_with(twilio_settings, memory)


def provider_with(settings, memory):
    def remember(fingerprint, create):
        if fingerprint not in memory:
            memory[fingerprint] = create()
        return memory[fingerprint]

    return TwilioProvider(settings, remember)


def failure_of(provider, sent=None):
    with pytest.raises(SendingFailed) as caught:
        provider.send(sent or parcel())
    return caught.value


def test_an_sms_leaves_with_its_text_and_our_sender(provider, twilio_api, twilio_settings):
    reference = provider.send(parcel("Mañana a las 8"))

    (message,) = twilio_api.messages
    assert reference == message.sid
    assert message.form["To"] == NUMBER
    assert message.form["From"] == twilio_settings.sender(Channel.SMS)
    assert message.text == "Mañana a las 8"


def test_whatsapp_leaves_to_and_from_whatsapp_addresses(provider, twilio_api):
    provider.send(parcel(channel=Channel.WHATSAPP))
    form = twilio_api.messages[0].form
    assert form["To"] == f"whatsapp:{NUMBER}"
    assert form["From"].startswith("whatsapp:+")


def test_a_messaging_service_chooses_the_sender_itself(twilio_settings, twilio_api):
    service = "MG" + "1" * 32
    settings = twilio_settings.model_copy(update={"messaging_service_sid": service})
    provider_with(settings, {}).send(parcel())
    assert twilio_api.messages[0].form["MessagingServiceSid"] == service
    assert "From" not in twilio_api.messages[0].form


@pytest.mark.parametrize("channel", list(Channel))
def test_a_message_leaves_from_the_sender_of_the_country_where_the_contact_is(
    twilio_settings, twilio_api, channel
):
    prefix = "whatsapp:" if channel is Channel.WHATSAPP else ""
    several = f"{prefix}+15005550006,GT={prefix}+50222000000,HN={prefix}+50422000000"
    settings = twilio_settings.model_copy(update={f"{channel}_senders": several})
    provider = provider_with(settings, {})
    for country in ("US", "GT", "HN", "SV", None):
        provider.send(replace(parcel(channel=channel), country=country))
    assert [m.form["From"].removeprefix(prefix) for m in twilio_api.messages] == [
        "+15005550006",
        "+50222000000",
        "+50422000000",
        "+15005550006",
        "+15005550006",
    ]


@pytest.mark.parametrize("channel", list(Channel))
def test_the_status_callback_carries_our_own_id(provider, twilio_api, channel):
    sent = parcel(channel=channel)
    provider.send(sent)
    callback = urlsplit(twilio_api.messages[0].form["StatusCallback"])
    assert callback.path == f"/twilio/{channel}/status"
    assert parse_qs(callback.query) == {"message": [str(sent.id)]}


def test_two_messages_have_two_references(provider):
    assert provider.send(parcel()) != provider.send(parcel())


def test_up_to_three_choices_are_buttons(provider, twilio_api):
    provider.send(question())
    (content,) = twilio_api.contents.values()
    actions = content["types"]["twilio/quick-reply"]["actions"]
    assert [(a["title"], a["id"]) for a in actions] == [("Sí", "yes"), ("No", "no")]
    assert twilio_api.texts == ["¿Seguimos?"]


def test_more_choices_are_a_list_with_a_label_in_the_persons_language(provider, twilio_api):
    provider.send(question(choices=many(10), form="list", language="en"))
    (content,) = twilio_api.contents.values()
    picker = content["types"]["twilio/list-picker"]
    assert [item["id"] for item in picker["items"]] == [f"c{n}" for n in range(10)]
    assert picker["button"] == "Choose"


def test_titles_are_cut_to_what_whatsapp_shows(provider, twilio_api):
    long = (Choice("a", "x" * 40, "/a"),)
    provider.send(question(choices=long))
    provider.send(question(choices=long, form="list"))
    buttons, picker = [next(iter(c["types"].values())) for c in twilio_api.contents.values()]
    assert buttons["actions"][0]["title"] == "x" * 20
    assert picker["items"][0]["item"] == "x" * 24


def test_the_same_buttons_are_created_once(provider, twilio_api, memory, twilio_settings):
    provider.send(question("¿Seguimos?"))
    provider.send(question("¿Paramos?"))
    provider_with(twilio_settings, memory).send(question("¿Y ahora?"))
    assert len(twilio_api.contents) == 1
    assert twilio_api.texts == ["¿Seguimos?", "¿Paramos?", "¿Y ahora?"]


@pytest.mark.parametrize(
    "other",
    [
        question(choices=YES_NO[:1]),
        question(language="en"),
        question(form="list"),
        question("Dos\nlíneas"),
    ],
    ids=["other choices", "other language", "other form", "other shape"],
)
def test_different_buttons_are_created_for_themselves(provider, twilio_api, other):
    provider.send(question())
    provider.send(other)
    assert len(twilio_api.contents) == 2


def test_another_account_does_not_know_the_buttons_of_the_first(provider, twilio_settings, memory):
    provider.send(question())
    sandbox = twilio_settings.model_copy(update={"twilio_account_sid": "AC" + "6" * 32})
    assert isinstance(failure_of(provider_with(sandbox, memory), question()), TryLater)
    assert len(memory) == 1


@pytest.mark.parametrize(
    "text",
    ["Uno\n\nDos\nTres", "Uno\tdos", "Uno      dos", " Uno \n", "Uno\n \nDos", "It's {{1}} \\n"],
)
def test_no_variable_holds_what_twilio_refuses(provider, twilio_api, text):
    """Twilio, error 21656: no value with a line break, a tab or more than four spaces."""
    provider.send(question(text))
    assert twilio_api.texts[0].split() == text.split()


def test_paragraphs_stay_paragraphs_beside_buttons(provider, twilio_api):
    provider.send(question("Viajas en avión.\n\nVas con Lucía.\nHay comida."))
    assert twilio_api.texts == ["Viajas en avión.\n\nVas con Lucía.\nHay comida."]


def test_a_text_too_long_for_buttons_keeps_its_choices_as_numbers(provider, twilio_api):
    provider.send(question("a" * 1100))
    assert twilio_api.contents == {}
    assert twilio_api.texts == ["a" * 1100 + "\n1 Sí\n2 No"]


def test_more_than_ten_choices_are_numbers(provider, twilio_api):
    provider.send(question(choices=many(11), form="list"))
    assert twilio_api.texts[0].endswith("\n11 Opción 10")


@pytest.mark.parametrize("refusal", [Refusal(400, 20001), Refusal(403, 20005)])
def test_where_buttons_are_refused_the_words_leave_with_numbers(provider, twilio_api, refusal):
    twilio_api.next_content_answers = [refusal]
    provider.send(question())
    assert twilio_api.texts == ["¿Seguimos?\n1 Sí\n2 No"]


@pytest.mark.parametrize("answer", [Lost(), Lost(drop=True), Garbled(""), Garbled("<html>")])
def test_while_buttons_cannot_be_created_nothing_has_left(provider, twilio_api, memory, answer):
    twilio_api.next_content_answers = [answer]
    assert isinstance(failure_of(provider, question()), TryLater)
    assert twilio_api.messages == []
    assert memory == {}


def test_sms_never_has_buttons(provider, twilio_api):
    provider.send(parcel("¿Seguimos?\n1 Sí\n2 No", form="numbers", choices=YES_NO))
    assert twilio_api.contents == {}
    assert twilio_api.texts == ["¿Seguimos?\n1 Sí\n2 No"]


def test_buttons_that_somebody_deleted_at_twilio_leave_as_numbers(provider, twilio_api):
    provider.send(question("¿Seguimos?"))
    twilio_api.contents.clear()
    provider.send(question("¿Paramos?"))
    assert twilio_api.texts == ["¿Seguimos?", "¿Paramos?\n1 Sí\n2 No"]


def test_an_approved_message_leaves_by_its_reference_and_nothing_else(provider, twilio_api):
    twilio_api.approve(INVITE, "¿Es un buen momento?")
    provider.send(invitation())
    form = twilio_api.messages[0].form
    assert form["ContentSid"] == INVITE
    assert {"Body", "ContentVariables"}.isdisjoint(form)


def test_an_approved_message_that_is_unknown_at_twilio_has_no_other_form(provider, twilio_api):
    failure = failure_of(provider, invitation())
    assert type(failure) is TemplateRefused
    assert failure.code == 21655
    assert twilio_api.messages == []


def test_a_lost_approved_message_is_found_whatever_it_says_at_meta(provider, twilio_api, time):
    twilio_api.approve(INVITE, "Otras palabras")
    twilio_api.next_answers = [Lost()]
    failure_of(provider, invitation())
    assert provider.find(invitation(), time.now()) == [twilio_api.messages[0].sid]
    time.passes(minutes=5)
    assert provider.find(invitation(), time.now()) == []


@pytest.mark.parametrize(
    ("answer", "named", "code"),
    [
        (answers.BUSY, TryLater, 20429),
        (answers.DAILY_LIMIT, TryLater, 63038),
        (Refusal(400, 21606), TryLater, 21606),
        (Refusal(404, 20404), TryLater, 20404),
        (Refusal(400, 63007), UseOtherChannel, 63007),
        (Refusal(400, 21655), TemplateRefused, 21655),
        (Refusal(400, 21656), TemplateRefused, 21656),
        (Refusal(400, 63041), TemplateRefused, 63041),
        (Refusal(400, 21611), TryLater, 21611),
        (answers.OPTED_OUT, AddressOptedOut, 21610),
        (answers.NO_SUCH_NUMBER, AddressUnreachable, 21211),
        (answers.OUTSIDE_THE_WINDOW, UseOtherChannel, 63016),
        (Refusal(400, 63024), UseOtherChannel, 63024),
        (Refusal(400, 21617), Refused, 21617),
        (Refusal(400, 99999), Refused, 99999),
        (Refusal(401, 20003), TryLater, 20003),
        (Refusal(503, 20503), OutcomeUnknown, 20503),
        (Lost(), OutcomeUnknown, 20500),
        (Lost(drop=True), OutcomeUnknown, None),
        (Garbled("<html>"), OutcomeUnknown, None),
        (Garbled(""), OutcomeUnknown, None),
        (Garbled("{}"), OutcomeUnknown, None),
    ],
    ids=str,
)
def test_each_failure_says_what_to_do_next(provider, twilio_api, answer, named, code):
    twilio_api.next_answers = [answer]
    failure = failure_of(provider)
    assert type(failure) is named
    assert failure.code == code


def test_a_refusal_in_the_newer_error_form_is_read_as_well(provider, twilio_api):
    newer = {"type": "https://x", "title": "busy", "status": 429, "code": 20429}
    twilio_api.next_answers = [NewerRefusal(429, 20429, "busy", newer)]
    assert type(failure_of(provider)) is TryLater


class NewerRefusal(Refusal):
    """RFC 9457, as `TwilioServiceException` reads it."""

    def __init__(self, status, code, message, form):
        super().__init__(status, code, message)
        object.__setattr__(self, "form", form)

    def as_json(self):
        return self.form


def test_an_answer_that_takes_too_long_is_unknown(twilio_settings, twilio_api, monkeypatch):
    monkeypatch.setattr(twilio, "ANSWER_SECONDS", 0.1)
    twilio_api.next_answers = [Slow(5)]
    assert isinstance(failure_of(provider_with(twilio_settings, {})), OutcomeUnknown)
    assert len(twilio_api.messages) == 1


def test_nobody_waits_for_twilio_without_end(provider):
    assert provider._client.http_client.timeout == twilio.ANSWER_SECONDS == 10


def test_a_refused_connection_has_surely_sent_nothing(twilio_settings):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        settings = twilio_settings.model_copy(update={"twilio_api_url": url})
        assert isinstance(failure_of(provider_with(settings, {})), TryLater)


def test_an_unknown_host_has_surely_sent_nothing(twilio_settings):
    url = "http://nobody.invalid"
    settings = twilio_settings.model_copy(update={"twilio_api_url": url})
    assert isinstance(failure_of(provider_with(settings, {})), TryLater)


def test_a_text_may_be_looked_for_after_its_answer_was_lost(provider, twilio_api, time):
    twilio_api.next_answers = [Lost()]
    sent = parcel("¿Cómo estás?")
    failure_of(provider, sent)

    assert provider.find(sent, time.now()) == [twilio_api.messages[0].sid]
    assert provider.find(replace(sent, text="Otra cosa"), time.now()) == []


def test_a_message_that_still_waits_at_twilio_is_found(provider, twilio_api, time):
    """Its date of sending is empty, and a search by that date would miss it."""
    sent = parcel()
    provider.send(sent)
    assert twilio_api.messages[0].sent_at is None
    assert provider.find(sent, time.now())


def test_buttons_and_numbers_are_found_by_their_words(provider, twilio_api, time):
    for sent in (question("Uno\n\nDos"), question("b" * 1100)):
        provider.send(sent)
        assert provider.find(sent, time.now()) == [twilio_api.messages[-1].sid]


def test_what_was_said_long_before_is_not_found(provider, time):
    sent = parcel()
    provider.send(sent)
    time.passes(minutes=5)
    assert provider.find(sent, time.now()) == []
    assert provider.find(sent, time.now() - timedelta(minutes=4, seconds=30)) != []


def test_what_was_said_to_somebody_else_is_not_found(provider, time):
    provider.send(replace(parcel(), to=Address(Channel.SMS, "+50255509999")))
    assert provider.find(parcel(), time.now()) == []


def test_the_same_words_twice_are_two_finds_newest_first(provider, twilio_api, time):
    provider.send(parcel())
    provider.send(parcel())
    assert provider.find(parcel(), time.now()) == [m.sid for m in reversed(twilio_api.messages)]


@pytest.mark.parametrize("answer", [answers.BUSY, Refusal(500, 20500), answers.UNAUTHENTICATED])
def test_a_search_that_fails_is_not_an_empty_search(provider, twilio_api, time, answer):
    twilio_api.answer_to["list"] = answer
    with pytest.raises(SendingFailed):
        provider.find(parcel(), time.now())


def test_a_good_account_has_no_problem(twilio_settings):
    assert account_problem(twilio_settings) is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"twilio_auth_token": "wrong"}, "refuses"),
        ({"twilio_account_sid": "AC" + "7" * 32}, "refuses"),
        ({"twilio_api_url": "http://127.0.0.1:9"}, "cannot be reached"),
    ],
)
def test_a_problem_with_the_account_is_one_sentence(twilio_settings, change, problem):
    sentence = account_problem(twilio_settings.model_copy(update=change))
    assert problem in sentence
    assert "wrong" not in sentence


def test_a_suspended_account_is_named(twilio_settings, twilio_api):
    twilio_api.account_status = "suspended"
    assert account_problem(twilio_settings) == "The Twilio account is suspended."


def test_every_code_of_the_table_means_the_same_in_a_report():
    assert OUTCOME_BY_CODE
    for code, kind in OUTCOME_BY_CODE.items():
        assert type(outcome_of_report(code)) is kind
    assert outcome_of_report(12345) is None
    assert outcome_of_report(None) is None


def test_a_refused_template_is_a_reason_for_another_channel_and_none_against_the_address():
    refused = [code for code, kind in OUTCOME_BY_CODE.items() if issubclass(kind, TemplateRefused)]
    assert {21655, 21656, 63013, 63027, 63028, 63040, 63041, 63042} <= set(refused)
    assert issubclass(TemplateRefused, UseOtherChannel)
    assert not issubclass(TemplateRefused, AddressUnreachable | AddressOptedOut | Refused)


def test_nothing_printed_about_a_parcel_holds_words_or_numbers():
    printed = repr(parcel("secreto"))
    assert "secreto" not in printed
    assert NUMBER not in printed


def test_only_twilios_own_signature_is_valid():
    url, form = "https://acompana.example/twilio/sms/status?message=1", {"MessageSid": "SM1"}
    signature = sign("token", url, form)
    assert valid_signature("token", url, form, signature)
    assert not valid_signature("token", url, {"MessageSid": "SM2"}, signature)
    assert not valid_signature("other", url, form, signature)
    assert not valid_signature("", url, form, sign("", url, form))


@pytest.mark.parametrize(
    "form",
    [
        {"To": NUMBER, "From": "+15005550006", "Body": "x", "Colour": "red"},
        {"From": "+15005550006", "Body": "x"},
        {"To": NUMBER, "Body": "x"},
        {"To": NUMBER, "From": "+15005550006"},
        {"To": NUMBER, "From": "whatsapp:+15005550006", "Body": "x"},
        {"To": NUMBER, "From": "+15005550006", "ContentSid": "HX0"},
        {"To": NUMBER, "From": "+15005550006", "Body": "x" * 1601},
    ],
)
def test_the_double_refuses_what_twilio_refuses(provider, twilio_api, form):
    path = f"{twilio_api.url}/2010-04-01/Accounts/{answers.ACCOUNT}/Messages.json"
    account = (answers.ACCOUNT, answers.TOKEN)
    answer = provider._client.http_client.request("POST", path, data=form, auth=account)
    assert answer.status_code == 400
    assert json.loads(answer.text)["code"] >= 20001
    assert twilio_api.messages == []


def test_the_double_pages_and_filters_as_twilio_does(provider, twilio_api, time):
    for _ in range(3):
        provider.send(parcel())
    twilio_api.messages[0].sent_at = time.now()
    listed = provider._client.messages.list

    assert len(listed(to=NUMBER, page_size=2)) == 3
    assert len(listed(to="+50255509999")) == 0
    assert len(listed(date_sent_after=time.now() - timedelta(minutes=1))) == 1
    assert len(listed(date_sent_after=time.now() + timedelta(minutes=1))) == 0
