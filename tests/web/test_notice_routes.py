"""Twilio's webhooks about staff: who rings, what is said, which digit does what, what became of it."""

from dataclasses import replace
from urllib.parse import urlsplit
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from bot.domain.contacts import Audience
from bot.errors import ContentError
from bot.gateways.notifying import NotifierByChannel
from bot.gateways.twilio import sign
from bot.gateways.twilio_notices import TwilioNotifier
from bot.services.notify_staff import queue_notice
from bot.store import database
from bot.store.risk_tables import NoticeRow
from tests.builders import ALWAYS, make_child, make_staff, number_of
from tests.conversation import Conversation
from tests.doubles.twilio_api import NO_SUCH_NUMBER
from tests.doubles.twilio_rules import Refusal

DANGER = "me van a matar los de la mara"
DELIVERY_FAILED = {"MessageStatus": "undelivered", "ErrorCode": "30003"}


class Twilio:
    """Twilio's side: it asks our webhooks, signed, and reads what they answer."""

    def __init__(self, talk, api):
        self.talk, self.api = talk, api
        self.heard = None

    def post(self, url, signature=None, **form):
        form = {"AccountSid": "AC" + "5" * 32, **form}
        signed = sign(self.talk.parts.settings.signing_token, url, form)
        headers = {"X-Twilio-Signature": signed if signature is None else signature}
        return self.talk.client.post(urlsplit(url).path, data=form, headers=headers)

    @property
    def ringing(self):
        """The newest call."""
        return self.api.calls[-1].form

    def somebody_answers(self):
        return self._hears(self.post(self.ringing["Url"], CallStatus="in-progress"))

    def presses(self, digit):
        """The person presses a key while they hear the question."""
        pressed = {"Digits": digit} if digit else {}
        return self._hears(self.post(self.heard.find("Gather").get("action"), **pressed))

    def presses_again(self, digit, action):
        """Twilio asks a second time, or the person was quicker than the line."""
        return self._hears(self.post(action, Digits=digit))

    def call_ends(self, word="completed"):
        assert self.post(self.ringing["StatusCallback"], CallStatus=word).status_code == 204
        self.talk.work()

    def reports(self, message, **form):
        """What became of a message."""
        form = {"MessageSid": message.sid, "To": message.form["To"], **form}
        assert self.post(message.form["StatusCallback"], **form).status_code == 204
        self.talk.work()

    def _hears(self, answer):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/xml")
        self.heard = ElementTree.fromstring(answer.content)
        self.talk.work()
        return self

    @property
    def words(self):
        """Everything that is said, each sentence once."""
        return list(dict.fromkeys(say.text for say in self.heard.iter("Say")))

    @property
    def asks(self):
        return self.heard.find("Gather") is not None


@pytest.fixture
def timed_parts(quiet_parts, twilio_settings, time):
    """Staff are called through Twilio's SDK and the double of its API; nobody serves e-mail."""
    notifier = TwilioNotifier(twilio_settings, {})
    by_channel = NotifierByChannel(dict.fromkeys(("sms", "voice", "whatsapp"), notifier))
    safety = replace(quiet_parts.safety, notifier=by_channel)
    return replace(
        quiet_parts, settings=twilio_settings, safety=safety, now=time.now, pause=time.pause
    )


@pytest.fixture
def elena(timed_parts):
    return make_staff(timed_parts)


@pytest.fixture
def marvin(timed_parts):
    """Second on the rota."""
    second = [ALWAYS | {"country": country, "rank": 2} for country in ("US", "GT")]
    return make_staff(timed_parts, "Marvin Coy", duty=second)


@pytest.fixture
def talk(timed_parts, elena, marvin):
    """Wendy, whose case manager is Elena."""
    child = make_child(timed_parts, case_manager_id=elena)
    with Conversation(timed_parts, child) as conversation:
        yield conversation


@pytest.fixture
def twilio(talk, twilio_api):
    return Twilio(talk, twilio_api)


@pytest.fixture
def rings(talk, twilio, twilio_api):
    """Elena's telephone rings: her number takes no SMS."""
    twilio_api.next_answers = [Refusal(400, 21614)]
    talk.says(DANGER)
    assert twilio.ringing["To"] == number_of(talk.parts, talk.escalation.called_id)
    return twilio


def notices(talk):
    with database.unit_of_work(talk.parts.engine) as session:
        return list(session.scalars(select(NoticeRow).order_by(NoticeRow.created_at)))


def state_of(talk):
    """Everything that a digit or a report may change."""
    row = talk.escalation
    return (row.state, row.assigned_id, row.called_id, talk.chain, len(notices(talk)))


def spoken(words, message_id, locale="es_GT", **values):
    return words.text(message_id, Audience.CAREGIVER, locale).format(**values)


def called(twilio_api):
    return [message.form["To"] for message in twilio_api.messages]


def url_of(talk, notice_id, what):
    return f"{talk.parts.settings.reached_at}/twilio/notice/{notice_id}/{what}"


@pytest.mark.parametrize("what", ["status", "voice", "digits"])
@pytest.mark.parametrize("signature", ["", "forged", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="])
def test_only_twilio_may_ask_and_answer(rings, talk, what, signature):
    before = state_of(talk)
    url = url_of(talk, notices(talk)[-1].id, what)
    answer = rings.post(url, signature, Digits="1", CallStatus="failed")

    assert answer.status_code == 403
    assert state_of(talk) == before


def test_a_signature_fits_one_address_and_one_form_only(rings, talk):
    before = state_of(talk)
    settings, notice_id = talk.parts.settings, notices(talk)[-1].id
    url, form = url_of(talk, notice_id, "digits"), {"Digits": "3", "AccountSid": "AC" + "5" * 32}
    signature = sign(settings.signing_token, url, form)

    assert rings.post(url, signature, Digits="3").status_code == 200
    assert rings.post(url, signature, Digits="1").status_code == 403
    other = url_of(talk, uuid4(), "digits")
    assert rings.post(other, signature, Digits="3").status_code == 403
    assert state_of(talk) == before


@pytest.mark.parametrize("what", ["voice", "digits"])
def test_an_unknown_notice_is_not_found(rings, talk, what):
    assert rings.post(url_of(talk, uuid4(), what), Digits="1").status_code == 404


@pytest.mark.parametrize("what", ["status", "voice", "digits"])
def test_what_is_no_id_is_wrong(rings, talk, what):
    assert 400 <= rings.post(url_of(talk, "1", what), Digits="1").status_code < 500


def test_a_report_about_an_unknown_notice_is_not_an_error_to_the_provider(rings, talk):
    before = state_of(talk)
    url = url_of(talk, uuid4(), "status")

    assert rings.post(url, MessageStatus="failed", ErrorCode="30003").status_code == 204
    assert state_of(talk) == before


def test_a_report_in_words_that_we_do_not_know_changes_nothing(rings, talk):
    before = state_of(talk)
    url = url_of(talk, notices(talk)[-1].id, "status")

    for form in ({}, {"CallStatus": "dancing"}, {"MessageStatus": "x", "ErrorCode": "many"}):
        assert rings.post(url, **form).status_code == 204
    assert state_of(talk) == before


def test_who_answers_hears_the_question_and_one_digit_is_awaited(rings, talk, words):
    rings.somebody_answers()

    assert rings.words == [spoken(words, "staff.voice", tier="muy urgente")]
    action = url_of(talk, notices(talk)[-1].id, "digits")
    for gather in rings.heard:
        assert (gather.tag, gather.get("numDigits")) == ("Gather", "1")
        assert gather.get("action") == action
    assert {say.get("language") for say in rings.heard.iter("Say")} == {"es-MX"}


def test_one_takes_it(rings, talk, elena, words):
    rings.somebody_answers().presses("1")

    assert rings.words == [spoken(words, "staff.voice_taken")]
    assert not rings.asks
    assert rings.heard.find("Hangup") is not None
    assert (talk.escalation.state, talk.escalation.assigned_id) == ("acknowledged", elena)


def test_two_declines_and_the_next_person_is_called_at_once(rings, talk, marvin, words, twilio_api):
    rings.somebody_answers().presses("2")

    assert rings.words == [spoken(words, "staff.voice_declined")]
    assert not rings.asks
    assert talk.escalation.state == "open"
    assert talk.chain[-3:] == ["declined", "passed_on", "notified"]
    assert called(twilio_api) == [number_of(talk.parts, marvin)]


def test_three_says_it_all_again(rings, talk):
    question = rings.somebody_answers().words
    before = state_of(talk)
    rings.presses("3")

    assert rings.words == question
    assert rings.asks
    assert state_of(talk) == before


@pytest.mark.parametrize("digit", ["0", "4", "9", "*", "#", "", "x"])
def test_any_other_key_asks_again(rings, talk, words, digit):
    rings.somebody_answers()
    before = state_of(talk)
    rings.presses(digit)

    assert rings.words == [spoken(words, "staff.voice_again")]
    assert rings.asks
    assert state_of(talk) == before
    rings.presses("1")
    assert talk.escalation.state == "acknowledged"


@pytest.mark.parametrize("digit", ["1", "2"])
def test_a_digit_that_arrives_twice_changes_nothing(rings, talk, digit):
    action = rings.somebody_answers().heard.find("Gather").get("action")
    answer = rings.presses(digit).words
    before = state_of(talk)

    rings.presses_again(digit, action)
    assert rings.words == answer
    assert state_of(talk) == before


def test_who_declined_by_mistake_may_still_take_it(rings, talk, elena):
    action = rings.somebody_answers().heard.find("Gather").get("action")
    rings.presses("2").presses_again("1", action)
    assert (talk.escalation.state, talk.escalation.assigned_id) == ("acknowledged", elena)

    rings.presses_again("2", action)
    assert talk.escalation.state == "open"
    assert talk.chain.count("declined") == 2


def test_who_comes_second_hears_who_has_it(rings, talk, time, elena, marvin, words):
    rings.somebody_answers()
    time.passes(minutes=6)
    talk.clock_ticks()
    talk.staff_answers(marvin, "1")
    rings.presses("1")

    taken = spoken(words, "staff.taken_by_other", other="Marvin Coy", code=talk.escalation.code)
    assert rings.words == [taken]
    assert talk.escalation.assigned_id == marvin


def test_a_mailbox_presses_no_key_and_the_calling_goes_on(rings, talk, time, marvin, twilio_api):
    rings.somebody_answers().call_ends()

    assert talk.escalation.state == "open"
    assert called(twilio_api) == []
    time.passes(minutes=6)
    talk.clock_ticks()
    assert called(twilio_api) == [number_of(talk.parts, marvin)]


@pytest.mark.parametrize("word", ["busy", "no-answer", "failed", "canceled"])
def test_a_call_that_nobody_takes_is_followed_by_the_next_at_once(
    rings, talk, marvin, twilio_api, word
):
    rings.call_ends(word)

    assert "notification_failed" in talk.chain
    assert called(twilio_api) == [number_of(talk.parts, marvin)]


@pytest.mark.parametrize("word", ["queued", "initiated", "ringing", "in-progress", "answered"])
def test_a_call_on_its_way_is_no_failure(rings, talk, word):
    before = state_of(talk)
    rings.call_ends(word)
    assert state_of(talk) == before


def test_an_sms_that_fails_after_it_was_accepted_is_followed_by_a_call_at_once(
    talk, twilio, twilio_api, elena
):
    talk.says(DANGER)
    assert twilio_api.calls == []
    twilio.reports(twilio_api.messages[0], **DELIVERY_FAILED)

    assert talk.chain == ["opened", "notified", "notification_failed", "notified"]
    assert twilio.ringing["To"] == number_of(talk.parts, elena)
    failed = notices(talk)[0]
    assert (failed.status, failed.error_code) == ("failed", 30003)


@pytest.mark.parametrize("word", ["failed", "undelivered", "canceled"])
def test_a_failure_that_is_reported_twice_calls_once(talk, twilio, twilio_api, word):
    talk.says(DANGER)
    for _ in range(3):
        twilio.reports(twilio_api.messages[0], MessageStatus=word, ErrorCode="30003")

    assert len(twilio_api.calls) == 1
    assert talk.chain.count("notification_failed") == 1


@pytest.mark.parametrize("word", ["queued", "sent", "delivered", "read"])
def test_a_message_on_its_way_is_no_failure(talk, twilio, twilio_api, word):
    talk.says(DANGER)
    before = state_of(talk)
    twilio.reports(twilio_api.messages[0], MessageStatus=word)

    assert state_of(talk) == before
    assert twilio_api.calls == []


def test_a_failure_that_is_reported_before_twilio_has_answered_counts(talk, twilio, twilio_api):
    """Twilio reports as soon as it knows; our own note that it was accepted may come later."""
    real = talk.parts.safety.notifier

    class Hasty:
        def send(self, call):
            reference = real.send(call)
            if call.channel == "sms":
                url = url_of(talk, call.id, "status")
                twilio.post(url, **DELIVERY_FAILED)
            return reference

    safety = replace(talk.parts.safety, notifier=Hasty())
    talk.parts = replace(talk.parts, safety=safety)
    talk.says(DANGER)

    assert [(n.channel, n.status) for n in notices(talk)] == [
        ("sms", "failed"),
        ("voice", "accepted"),
    ]
    assert talk.chain == ["opened", "notification_failed", "notified"]
    assert len(twilio_api.calls) == 1


def test_a_failure_after_somebody_has_it_calls_nobody(talk, twilio, twilio_api, elena):
    talk.says(DANGER)
    talk.staff_answers(elena, "1")
    twilio.reports(twilio_api.messages[0], **DELIVERY_FAILED)

    assert twilio_api.calls == []
    assert talk.escalation.state == "acknowledged"


def test_a_failure_for_who_is_no_longer_called_calls_nobody_twice(talk, twilio, twilio_api, time):
    talk.says(DANGER)
    time.passes(minutes=6)
    talk.clock_ticks()  # Marvin is being called now
    rung = len(twilio_api.calls)
    before = len(notices(talk))
    twilio.reports(twilio_api.messages[0], **DELIVERY_FAILED)

    assert len(twilio_api.calls) == rung
    assert len(notices(talk)) == before


def test_the_standing_line_rings_and_no_digit_there_pretends_that_somebody_has_it(
    timed_parts, twilio_api
):
    with Conversation(timed_parts, make_child(timed_parts)) as talk:
        twilio = Twilio(talk, twilio_api)
        talk.says(DANGER)
        assert twilio.ringing["To"] == timed_parts.settings.standing_line_number

        twilio.somebody_answers()
        assert twilio.heard.find("Gather") is None
        assert talk.escalation.state == "open"


@pytest.mark.parametrize("country", ["US", "GT", "HN", "SV", "MX"])
def test_who_speaks_english_is_called_in_english_in_every_country(
    timed_parts, twilio_api, words, country
):
    rose = make_staff(timed_parts, "Rose Hill", language="en", country=country)
    with Conversation(timed_parts, make_child(timed_parts, case_manager_id=rose)) as talk:
        twilio = Twilio(talk, twilio_api)
        twilio_api.next_answers = [NO_SUCH_NUMBER]
        talk.says(DANGER)
        twilio.somebody_answers()

        assert twilio.words == [spoken(words, "staff.voice", "en_US", tier="very urgent")]
        assert {say.get("language") for say in twilio.heard.iter("Say")} == {"en-US"}


def test_a_notification_that_has_no_words_holds_up_nobody_else(talk, twilio_api, elena):
    with database.unit_of_work(talk.parts.engine) as session:
        broken = queue_notice(session, None, elena, "sms", "staff.alert", talk.parts).id
        session.get_one(NoticeRow, broken).message_id = "staff.no_such_message"

    with pytest.raises(ContentError):  # the lane logs it and goes on
        talk.says(DANGER)
    talk.work()

    assert called(twilio_api) == [number_of(talk.parts, elena)]


def test_a_whole_night_shows_no_name_and_no_word_of_the_contact(
    talk, twilio, twilio_api, elena, marvin, caplog
):
    caplog.set_level("INFO")
    heard = []
    talk.says(DANGER)
    twilio.reports(twilio_api.messages[0], **DELIVERY_FAILED)
    for digit in ("", "3", "2"):
        if digit == "":
            twilio.somebody_answers()
        heard.append(ElementTree.tostring(twilio.heard, "unicode"))
        twilio.presses(digit)
    heard.append(ElementTree.tostring(twilio.heard, "unicode"))
    twilio.reports(twilio_api.messages[-1], **DELIVERY_FAILED)
    twilio.somebody_answers().presses("1")
    heard.append(ElementTree.tostring(twilio.heard, "unicode"))

    assert (talk.escalation.state, talk.escalation.assigned_id) == ("acknowledged", marvin)
    sent = [str(stored.form) for stored in (*twilio_api.messages, *twilio_api.calls)]
    assert len(sent) == 4
    assert len(heard) == 5
    names = ("Wendy", "Cux", "mara", "matar", talk.phone._number(), str(talk.contact_id))
    for shown in (*sent, *heard, caplog.text):
        assert [word for word in names if word in shown] == []
    numbers = [number_of(talk.parts, person) for person in (elena, marvin)]
    assert [word for word in (*numbers, "Elena", "Marvin") if word in caplog.text] == []
