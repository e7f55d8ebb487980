"""Outbound messages leave once, in order, at the sender's pace, to whoever may be written to."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.domain.channels import Channel
from bot.domain.consent import Agreement
from bot.domain.delivery import Status
from bot.domain.dialogue import Reply
from bot.domain.retry import SENDING
from bot.errors import AcompanaError
from bot.gateways.sending import (
    AddressOptedOut,
    AddressUnreachable,
    OutcomeUnknown,
    Refused,
    TryLater,
    UseOtherChannel,
)
from bot.services.erase import erase
from bot.services.record_delivery import record_delivery
from bot.services.say import Lane
from bot.services.say_unasked import say_unasked
from bot.services.send_outbound import find_out_interrupted, send_next
from bot.store import contacts, database
from bot.store.outbox import ORDER_GRACE, OUTCOME_UNKNOWN_AFTER
from tests.builders import fresh_number, make_caregiver, make_child
from tests.conversation import Conversation
from tests.doubles import twilio_api as answers
from tests.doubles.provider import AcceptingProvider
from tests.doubles.twilio_api import Lost
from tests.outbox import MENU, Outbox

AFTER_THE_GRACE = {"seconds": ORDER_GRACE.total_seconds() + 0.1}
AFTER_A_CRASH = {"seconds": OUTCOME_UNKNOWN_AFTER.total_seconds() + 1}


class Killed(BaseException):
    """The process ends here."""


class DyingProvider(AcceptingProvider):
    """Kills the process around handing over the message."""

    def __init__(self, takes):
        super().__init__()
        self.takes = takes

    def send(self, parcel):
        if self.takes:
            self.left[parcel.text] = super().send(parcel)
        raise Killed


class ReportingProvider(AcceptingProvider):
    """Reports about a message before the worker has written down that it was accepted."""

    def __init__(self, word, code=None):
        super().__init__()
        self.word, self.code, self.outbox = word, code, None

    def send(self, parcel):
        reference = f"{super().send(parcel)}{len(self.parcels)}"
        self.outbox.report(parcel.id, self.word, self.code, reference)
        return reference


def with_provider(outbox, provider):
    made = Outbox(replace(outbox.parts, provider=provider), outbox.time)
    if isinstance(provider, ReportingProvider):
        provider.outbox = made
    return made


def crash(outbox, takes):
    """Send one message with a process that dies on the way, and give the provider to the next one."""
    provider = DyingProvider(takes)
    with pytest.raises(Killed):
        send_next(with_provider(outbox, provider).parts)
    survivor = AcceptingProvider()
    survivor.left = provider.left
    return with_provider(outbox, survivor)


def taken(outbox):
    return [parcel.text for parcel in outbox.parts.provider.parcels]


# --- again after a failure ---------------------------------------------------------------


def test_a_message_leaves_and_is_accepted(outbox, child):
    message = outbox.queue(child)
    outbox.work()
    row = outbox.row(message)
    assert row.status == Status.ACCEPTED
    assert row.provider_reference == f"SM{row.id.hex}"


def test_a_busy_provider_is_asked_again_after_growing_waits(outbox, child, provider):
    provider.refuse_next = [TryLater(20429) for _ in range(4)]
    message = outbox.queue(child)
    waits = []
    while outbox.status(message) != Status.ACCEPTED:
        outbox.work()
        wait = outbox.row(message).next_attempt_at - outbox.time.now()
        waits.append(wait.total_seconds())
        outbox.time.passes(seconds=max(wait.total_seconds(), 0))
    assert waits[:4] == [2, 4, 8, 16]
    assert taken(outbox) == ["Hola"]


def test_nothing_leaves_before_its_wait_is_over(outbox, child, provider):
    provider.refuse_next = [TryLater()]
    outbox.queue(child)
    outbox.work()
    outbox.time.passes(seconds=1.9)
    outbox.work()
    assert taken(outbox) == []


def test_after_an_hour_and_a_half_of_refusals_a_person_is_told(outbox, child, provider):
    message, started = outbox.queue(child), outbox.time.now()
    provider.refuse_next = [TryLater(20429) for _ in range(SENDING.attempts)]
    while outbox.status(message) == Status.QUEUED:
        outbox.work()
        outbox.time.passes(minutes=10)
    assert outbox.status(message) == Status.FAILED
    assert outbox.tasks(child) == ["undeliverable"]
    assert outbox.address(child).opted_out_at is None
    waits = sum((SENDING.wait_after(n) for n in range(1, SENDING.attempts)), timedelta())
    assert timedelta(minutes=80) < waits < timedelta(minutes=100)
    assert outbox.time.now() > started


def test_twilio_busy_then_free_sends_once(twilio_outbox, child, twilio_api):
    twilio_api.next_answers = [answers.BUSY, answers.BUSY]
    message = twilio_outbox.queue(child)
    for _ in range(3):
        twilio_outbox.work()
        twilio_outbox.time.passes(seconds=10)
    assert twilio_api.texts == ["Hola"]
    assert twilio_outbox.status(message) == Status.ACCEPTED


def test_a_wrong_token_loses_no_message(twilio_outbox, child, twilio_api):
    twilio_api.next_answers = [answers.UNAUTHENTICATED]
    message = twilio_outbox.queue(child)
    twilio_outbox.work()
    assert twilio_outbox.status(message) == Status.QUEUED


# --- order -------------------------------------------------------------------------------


def test_the_next_message_waits_until_the_one_before_has_left(outbox, child):
    first, _ = outbox.queue(child, "uno"), outbox.queue(child, "dos")
    outbox.work()
    assert taken(outbox) == ["uno"]

    outbox.report(first, "sent")
    outbox.work()
    assert taken(outbox) == ["uno", "dos"]


def test_without_news_the_next_message_leaves_after_a_grace(outbox, child):
    for text in ("uno", "dos", "tres"):
        outbox.queue(child, text)
    for seen in (["uno"], ["uno", "dos"], ["uno", "dos", "tres"]):
        outbox.work()
        assert taken(outbox) == seen
        outbox.time.passes(**AFTER_THE_GRACE)


@pytest.mark.parametrize("word", ["queued", "sending", "accepted"])
def test_news_that_twilio_has_it_is_not_news_that_it_left(outbox, child, word):
    first, _ = outbox.queue(child, "uno"), outbox.queue(child, "dos")
    outbox.work()
    outbox.report(first, word)
    outbox.work()
    assert taken(outbox) == ["uno"]


def test_a_message_that_is_retried_holds_back_those_behind_it(outbox, child, provider):
    provider.refuse_next = [TryLater()]
    for text in ("uno", "dos"):
        outbox.queue(child, text)
    outbox.work()
    assert taken(outbox) == []
    for _ in range(2):
        outbox.time.passes(seconds=3)
        outbox.work()
    assert taken(outbox) == ["uno", "dos"]


def test_a_message_that_is_lost_for_good_holds_nothing_back(outbox, child, provider):
    provider.refuse_next = [Refused(21617)]
    for text in ("uno", "dos"):
        outbox.queue(child, text)
    outbox.work()
    assert taken(outbox) == ["dos"]


def test_order_holds_across_both_channels_of_a_contact(outbox, child):
    outbox.queue(child, "uno", Channel.WHATSAPP)
    outbox.queue(child, "dos", Channel.SMS)
    outbox.work()
    assert taken(outbox) == ["uno"]


@pytest.fixture
def short_sms(monkeypatch):
    """Texts are cut after thirty characters."""
    monkeypatch.setattr("bot.phrasebook.splitting.split.__defaults__", (30,))


def test_a_split_sms_arrives_in_order(outbox, child, dialogue, short_sms):
    dialogue.replies = (Reply(("requests.confirm_delete",)),)
    with Conversation(outbox.parts, child) as talk:
        talk.says("borra todo")
    assert len(taken(outbox)) == 1
    for _ in range(10):
        outbox.time.passes(**AFTER_THE_GRACE)
        outbox.work()
    assert taken(outbox) == [row.text for row in talk.answers]
    assert len(taken(outbox)) >= 3


def test_a_long_unasked_sms_is_cut_and_only_its_end_has_the_choices(outbox, child, short_sms):
    say_to(outbox, child, "requests.confirm_delete")
    rows = outbox.rows(child)
    assert len(rows) > 1
    assert [bool(row.menu) for row in rows] == [False] * (len(rows) - 1) + [True]
    assert [row.form for row in rows[:-1]] == ["none"] * (len(rows) - 1)


def test_one_contact_who_waits_holds_nobody_else_up(outbox, child, provider):
    provider.refuse_next = [TryLater()]
    outbox.queue(child, "espera")
    for number in range(5):
        outbox.queue(make_child(outbox.parts), f"otro {number}")
    outbox.work()
    assert taken(outbox) == [f"otro {number}" for number in range(5)]


def test_the_most_urgent_lane_goes_first(outbox):
    for lane in reversed(Lane):
        for turn in (1, 2):
            outbox.queue(make_child(outbox.parts), f"{lane.name} {turn}", lane=lane)
    outbox.work()
    assert taken(outbox) == [f"{lane.name} {turn}" for lane in Lane for turn in (1, 2)]


def test_an_urgent_message_overtakes_what_waits_for_the_same_contact(outbox, child):
    for lane in (Lane.BULK, Lane.CHECK_IN, Lane.INTERACTIVE, Lane.RISK):
        outbox.queue(child, lane.name, lane=lane)
    outbox.work()
    assert taken(outbox)[0] == "RISK"


def test_an_urgent_message_does_not_wait_for_a_retry_of_a_lesser_one(outbox, child, provider):
    provider.refuse_next = [TryLater()]
    outbox.queue(child, "saludo", lane=Lane.BULK)
    outbox.work()
    outbox.queue(child, "auxilio", lane=Lane.RISK)
    outbox.work()
    assert taken(outbox) == ["auxilio"]


def test_many_workers_send_each_message_once_and_in_order(outbox):
    busy = with_provider(outbox, ReportingProvider("sent"))
    families = [make_child(busy.parts) for _ in range(6)]
    for number in range(5):
        for contact_id in families:
            busy.queue(contact_id, f"{contact_id} {number}")

    workers = [threading.Thread(target=busy.work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    busy.work()

    for contact_id in families:
        mine = [text for text in taken(busy) if text.startswith(str(contact_id))]
        assert mine == [f"{contact_id} {number}" for number in range(5)]
    assert len(taken(busy)) == 30


# --- pace --------------------------------------------------------------------------------


class TimedProvider(AcceptingProvider):
    """Notes when each message was handed over."""

    def __init__(self, time):
        super().__init__()
        self.time, self.moments = time, []

    def send(self, parcel):
        self.moments.append((parcel.to.channel, self.time.now()))
        return super().send(parcel)


def paced(outbox, **rates):
    parts = replace(
        outbox.parts,
        settings=outbox.parts.settings.model_copy(update=rates),
        provider=TimedProvider(outbox.time),
    )
    return Outbox(parts, outbox.time)


def test_two_workers_together_keep_to_the_rate_of_one_sender(outbox):
    one = paced(outbox, sms_rate=4)
    two = replace(one, parts=replace(one.parts))
    for number in range(9):
        one.queue(make_child(one.parts), str(number))
    while [send_next(one.parts), send_next(two.parts)] != [False, False]:
        pass

    moments = [moment for _, moment in one.parts.provider.moments]
    assert len(moments) == 9
    assert all(later - earlier >= timedelta(seconds=0.25) for earlier, later in pairwise(moments))
    assert moments[-1] - moments[0] == timedelta(seconds=2)


def test_at_one_moment_only_one_of_many_workers_may_send(outbox):
    slow = paced(outbox, sms_rate=1)
    slow.parts = replace(slow.parts, pause=lambda _: None)
    for number in range(9):
        slow.queue(make_child(slow.parts), str(number))
    send_next(slow.parts)
    slow.time.passes(seconds=1)
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(send_next, [slow.parts] * 8))
    assert len(slow.parts.provider.moments) == 2


def test_a_slow_sender_holds_no_worker_long_and_not_the_other_channel(outbox):
    slow = paced(outbox, sms_rate=0.1, whatsapp_rate=1000)
    for number in range(2):
        slow.queue(make_child(slow.parts), str(number))
    send_next(slow.parts)
    slow.queue(make_child(slow.parts), "whatsapp", Channel.WHATSAPP)
    slow.work()

    channels = [channel for channel, _ in slow.parts.provider.moments]
    assert channels == [Channel.SMS, Channel.WHATSAPP, Channel.SMS]
    assert max(outbox.time.pauses) <= 0.25


OURS, IN_GUATEMALA = "+15005550006", "+50222000000"


def with_two_senders(outbox, **rates):
    """A programme with an SMS sender of its own in Guatemala."""
    return paced(outbox, sms_senders=f"{OURS},GT={IN_GUATEMALA}", **rates)


def queue_for(outbox, *countries):
    for number, country in enumerate(countries):
        outbox.queue(make_child(outbox.parts, country=country), f"{country} {number}")


def moments_of(outbox, country):
    """When the messages of a country left."""
    provider = outbox.parts.provider
    pairs = zip(provider.parcels, provider.moments, strict=True)
    return [moment for parcel, (_, moment) in pairs if parcel.text.startswith(country)]


def test_each_sender_keeps_a_pace_of_its_own(outbox):
    two = with_two_senders(outbox, sms_rate=4)
    queue_for(two, *("US", "GT") * 4)
    two.work()
    for country in ("US", "GT"):
        moments = moments_of(two, country)
        assert len(moments) == 4
        assert all(b - a >= timedelta(seconds=0.25) for a, b in pairwise(moments))
    assert moments_of(two, "US") == moments_of(two, "GT")


def test_a_message_whose_own_sender_is_busy_is_left_as_it_was(outbox):
    two = with_two_senders(outbox, sms_rate=1)
    two.parts = replace(two.parts, pause=lambda _: None)
    queue_for(two, "GT")
    waiting = two.queue(make_child(two.parts, country="GT"), "GT espera")
    assert send_next(two.parts)
    assert send_next(two.parts)
    row = two.row(waiting)
    assert (row.status, row.attempts, row.sending_at) == (Status.QUEUED, 0, None)
    two.time.passes(seconds=1)
    assert send_next(two.parts)
    assert two.status(waiting) == Status.ACCEPTED


def test_a_busy_sender_of_one_country_does_not_hold_up_the_other_channel(outbox):
    two = with_two_senders(outbox, sms_rate=0.1, whatsapp_rate=1000)
    two.parts = replace(two.parts, pause=lambda _: None)
    queue_for(two, "GT", "GT")
    two.queue(make_child(two.parts), "whatsapp", Channel.WHATSAPP, lane=Lane.BULK)
    for _ in range(2):
        assert send_next(two.parts)
    assert taken(two) == ["GT 0", "whatsapp"]


def test_many_workers_on_several_senders_send_each_message_once(outbox):
    two = with_two_senders(outbox, sms_rate=1e9)
    queue_for(two, *("US", "GT", "HN") * 10)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: two.work(), range(4)))
    assert sorted(taken(two)) == sorted(set(taken(two)))
    assert len(taken(two)) == 30


def test_the_provider_is_told_where_the_contact_is_now(outbox, child, provider):
    outbox.queue(child)
    outbox.work()
    assert provider.parcels[0].country == "US"


def test_withdrawn_messages_cost_the_sender_no_time(outbox):
    slow = paced(outbox, sms_rate=1)
    for _ in range(20):
        contact_id = make_child(slow.parts, consent=False)
        slow.queue(contact_id, unasked=True)
    slow.queue(make_child(slow.parts), "sigue")
    assert send_next(slow.parts)
    assert taken(slow) == ["sigue"]
    assert outbox.time.pauses == []


# --- the other channel -------------------------------------------------------------------


@pytest.mark.parametrize("code", [63016, 63024])
def test_where_whatsapp_cannot_reach_somebody_the_words_go_by_sms(
    twilio_outbox, child, twilio_api, code
):
    message = twilio_outbox.queue(
        child, "¿Cómo está tu mamá?", Channel.WHATSAPP, form="buttons", menu=MENU
    )
    twilio_outbox.work()
    twilio_outbox.report(message, "failed", code)
    twilio_outbox.work()

    first, second = twilio_api.messages
    assert first.form["To"].startswith("whatsapp:")
    assert not second.form["To"].startswith("whatsapp:")
    assert second.text == "¿Como esta tu mama?\n1 Si\n2 No"
    assert twilio_outbox.tasks(child) == []


def test_a_refusal_at_once_falls_back_as_well(twilio_outbox, child, twilio_api):
    twilio_api.answer_to[f"whatsapp:{twilio_outbox.address(child).number}"] = (
        answers.OUTSIDE_THE_WINDOW
    )
    message = twilio_outbox.queue(child, "Hola", Channel.WHATSAPP)
    twilio_outbox.work()
    assert twilio_api.texts == ["Hola"]
    assert twilio_outbox.status(message) == Status.FAILED


def test_the_copy_is_the_answer_now_and_needs_no_consent(outbox, provider):
    contact_id = make_child(outbox.parts, consent=False)
    provider.refuse_next = [UseOtherChannel(63016)]
    original = outbox.queue(contact_id, "Hola", Channel.WHATSAPP)
    inbound_id = outbox.row(original).inbound_id
    outbox.work()
    copy = outbox.rows(contact_id)[-1]
    assert copy.inbound_id == inbound_id
    assert copy.status == Status.ACCEPTED


def test_a_long_text_falls_back_in_pieces_that_leave_in_order(outbox, provider, short_sms):
    contact_id = make_child(outbox.parts, consent=False)
    text = "Uno va primero. Dos va en medio. Tres va al final."
    provider.refuse_next = [UseOtherChannel(63016)]
    outbox.queue(contact_id, text, Channel.WHATSAPP, form="buttons", menu=MENU)
    for _ in range(5):
        outbox.work()
        outbox.time.passes(**AFTER_THE_GRACE)
    assert len(taken(outbox)) == 3
    assert " ".join(taken(outbox)) == f"{text}\n1 Si\n2 No"
    assert [bool(row.menu) for row in outbox.rows(contact_id)[1:]] == [False, False, True]


def test_the_words_never_go_to_an_address_that_opted_out(outbox, child, provider):
    outbox.change_address(child, opted_out_at=outbox.time.now())
    for lane in (Lane.INTERACTIVE, Lane.RISK):
        provider.refuse_next = [UseOtherChannel(63024)]
        outbox.queue(child, "Hola", Channel.WHATSAPP, lane=lane)
        outbox.work()
    assert taken(outbox) == []
    assert outbox.tasks(child) == ["undeliverable"]


def test_the_words_never_go_into_somebody_elses_thread_on_a_shared_phone(outbox, provider):
    number = fresh_number()
    child = make_child(outbox.parts, number=number, channels=(Channel.WHATSAPP,))
    mother = make_caregiver(outbox.parts, child, number=number, channels=(Channel.SMS,))
    provider.refuse_next = [UseOtherChannel(63016)]
    outbox.queue(child, "Solo para ti", Channel.WHATSAPP)
    outbox.work()
    assert taken(outbox) == []
    assert outbox.tasks(child) == ["undeliverable"]
    assert outbox.rows(mother) == []


def test_whoever_has_only_whatsapp_gets_an_sms_address(outbox, provider):
    contact_id = make_child(outbox.parts, channels=(Channel.WHATSAPP,))
    provider.refuse_next = [UseOtherChannel(63003)]
    outbox.queue(contact_id, "Hola", Channel.WHATSAPP)
    outbox.work()
    (parcel,) = provider.parcels
    assert parcel.to.channel is Channel.SMS
    assert parcel.to.number == outbox.address(contact_id, Channel.WHATSAPP).number


def test_sms_has_no_other_channel_a_person_is_told(outbox, child, provider):
    provider.refuse_next = [UseOtherChannel(63016)]
    message = outbox.queue(child)
    outbox.work()
    assert outbox.status(message) == Status.FAILED
    assert outbox.tasks(child) == ["undeliverable"]


# --- leaving, and numbers that do not answer ----------------------------------------------


def test_somebody_who_told_twilio_to_stop_gets_nothing_more_there(twilio_outbox, child, twilio_api):
    twilio_api.answer_to[twilio_outbox.address(child).number] = answers.OPTED_OUT
    queued = [twilio_outbox.queue(child, text) for text in ("uno", "dos", "tres")]
    twilio_outbox.work()

    states = [twilio_outbox.status(message) for message in queued]
    assert states == [Status.FAILED, Status.CANCELLED, Status.CANCELLED]
    assert twilio_outbox.address(child).opted_out_at == twilio_outbox.time.now()
    assert twilio_outbox.address(child, Channel.WHATSAPP).opted_out_at is None
    assert [path for method, path in twilio_api.asked if method == "POST"] == [
        f"/2010-04-01/Accounts/{answers.ACCOUNT}/Messages.json"
    ]


def test_the_first_time_of_opting_out_is_kept(outbox, child, provider):
    before = outbox.time.now()
    outbox.change_address(child, opted_out_at=before)
    outbox.time.passes(hours=1)
    provider.refuse_next = [AddressOptedOut(21610)]
    outbox.queue(child, lane=Lane.RISK)
    outbox.work()
    assert outbox.address(child).opted_out_at == before


def test_a_number_that_does_not_exist_is_a_task_and_no_opt_out(twilio_outbox, child, twilio_api):
    twilio_api.next_answers = [answers.NO_SUCH_NUMBER]
    message = twilio_outbox.queue(child)
    twilio_outbox.work()
    assert twilio_outbox.status(message) == Status.FAILED
    assert twilio_outbox.row(message).error_code == 21211
    assert twilio_outbox.tasks(child) == ["undeliverable"]
    assert twilio_outbox.address(child).opted_out_at is None
    assert twilio_outbox.address(child).unreachable_at == twilio_outbox.time.now()


def test_several_lost_messages_are_one_task(outbox, child, provider):
    provider.refuse_next = [AddressUnreachable(30003), Refused(30007), AddressUnreachable(30006)]
    for _ in range(3):
        outbox.queue(child)
    outbox.work()
    assert outbox.tasks(child) == ["undeliverable"]


def test_whoever_opts_out_after_queueing_gets_nothing(outbox, child):
    message = outbox.queue(child)
    outbox.change_address(child, opted_out_at=outbox.time.now())
    outbox.work()
    assert outbox.status(message) == Status.CANCELLED
    assert taken(outbox) == []


def test_an_answer_about_safety_leaves_after_stop_too(outbox, child):
    outbox.change_address(child, opted_out_at=outbox.time.now())
    outbox.queue(child, "Te creemos", lane=Lane.RISK)
    outbox.work()
    assert taken(outbox) == ["Te creemos"]


def test_unasked_nothing_leaves_after_stop_not_even_about_safety(outbox, child):
    outbox.change_address(child, opted_out_at=outbox.time.now())
    message = outbox.queue(child, lane=Lane.RISK, unasked=True)
    outbox.work()
    assert outbox.status(message) == Status.CANCELLED


def test_a_withdrawn_message_does_not_stop_the_worker(outbox, child):
    other = make_child(outbox.parts)
    outbox.queue(child)
    outbox.queue(other, "sigue")
    outbox.change_address(child, opted_out_at=outbox.time.now())
    assert send_next(outbox.parts)
    assert taken(outbox) == ["sigue"]


# --- nobody knows whether it left ----------------------------------------------------------


@pytest.mark.parametrize("answer", [Lost(), Lost(drop=True)], ids=["500", "broken connection"])
def test_a_message_whose_answer_was_lost_is_not_sent_twice(
    twilio_outbox, child, twilio_api, answer
):
    twilio_api.next_answers = [answer]
    message = twilio_outbox.queue(child)
    twilio_outbox.work()
    assert twilio_outbox.status(message) == Status.SENDING

    twilio_outbox.time.passes(**AFTER_A_CRASH)
    twilio_outbox.look_after_interrupted()
    twilio_outbox.work()
    assert len(twilio_api.messages) == 1
    assert twilio_outbox.status(message) == Status.ACCEPTED
    assert twilio_outbox.row(message).provider_reference == twilio_api.messages[0].sid


def test_a_message_that_was_lost_on_the_way_is_sent_after_all(twilio_outbox, child, twilio_api):
    twilio_api.next_answers = [Lost(drop=True, stored=False)]
    message = twilio_outbox.queue(child)
    twilio_outbox.work()
    twilio_outbox.time.passes(**AFTER_A_CRASH)
    twilio_outbox.look_after_interrupted()
    twilio_outbox.time.passes(seconds=3)
    twilio_outbox.work()
    assert len(twilio_api.messages) == 1
    assert twilio_outbox.status(message) == Status.ACCEPTED


def test_nobody_looks_before_a_minute_is_over(twilio_outbox, child, twilio_api):
    twilio_api.next_answers = [Lost()]
    twilio_outbox.queue(child)
    twilio_outbox.work()
    twilio_outbox.time.passes(seconds=59)
    assert twilio_outbox.look_after_interrupted() == 0


def test_while_the_provider_cannot_say_nothing_is_sent_again(twilio_outbox, child, twilio_api):
    twilio_api.next_answers = [Lost()]
    twilio_api.answer_to["list"] = answers.BUSY
    message = twilio_outbox.queue(child)
    twilio_outbox.work()
    for _ in range(5):
        twilio_outbox.time.passes(**AFTER_A_CRASH)
        twilio_outbox.look_after_interrupted()
        twilio_outbox.work()
    assert twilio_outbox.status(message) == Status.SENDING
    assert len(twilio_api.messages) == 1


def test_the_same_words_sent_before_are_not_taken_for_the_lost_ones(
    twilio_outbox, child, twilio_api
):
    twilio_outbox.queue(child, "Menú")
    twilio_outbox.work()
    twilio_outbox.time.passes(seconds=3)
    twilio_api.next_answers = [Lost(stored=False)]
    second = twilio_outbox.queue(child, "Menú")
    twilio_outbox.work()

    twilio_outbox.time.passes(seconds=61)
    twilio_outbox.look_after_interrupted()
    twilio_outbox.time.passes(seconds=3)
    twilio_outbox.work()
    assert len(twilio_api.messages) == 2
    assert twilio_outbox.row(second).provider_reference == twilio_api.messages[1].sid


@pytest.mark.parametrize("takes", [True, False], ids=["after it left", "before it left"])
def test_a_crash_between_claim_and_answer_sends_once(outbox, child, takes):
    message = outbox.queue(child)
    survivor = crash(outbox, takes)
    assert survivor.status(message) == Status.SENDING
    survivor.work()
    assert taken(survivor) == []

    survivor.time.passes(**AFTER_A_CRASH)
    survivor.look_after_interrupted()
    survivor.time.passes(seconds=3)
    survivor.work()
    assert survivor.status(message) == Status.ACCEPTED
    assert len(taken(survivor)) == (0 if takes else 1)


def test_an_unknown_outcome_holds_back_the_contacts_next_message(outbox, child, provider):
    provider.refuse_next = [OutcomeUnknown(500)]
    outbox.queue(child, "uno")
    outbox.queue(child, "dos")
    outbox.work()
    outbox.time.passes(seconds=30)
    outbox.work()
    assert taken(outbox) == []


def test_a_report_settles_an_unknown_outcome_at_once(twilio_outbox, child, twilio_api):
    twilio_api.next_answers = [Lost()]
    message = twilio_outbox.queue(child)
    twilio_outbox.work()
    sid = twilio_api.messages[0].sid
    twilio_outbox.report(message, "sent", reference=sid)
    assert twilio_outbox.row(message).provider_reference == sid
    twilio_outbox.time.passes(**AFTER_A_CRASH)
    assert twilio_outbox.look_after_interrupted() == 0


@pytest.mark.parametrize("word", ["sent", "delivered", "read"])
def test_a_lost_answer_takes_nothing_back_that_a_report_said(outbox, child, word):
    class Losing(ReportingProvider):
        def send(self, parcel):
            super().send(parcel)
            raise OutcomeUnknown(500)

    losing = with_provider(outbox, Losing(word))
    message = losing.queue(child)
    losing.work()
    assert losing.status(message) == word
    losing.time.passes(**AFTER_A_CRASH)
    assert losing.look_after_interrupted() == 0


def test_two_workers_that_look_after_one_crash_send_once(outbox, child):
    class SlowToFind(AcceptingProvider):
        """While it looks, another worker has found out, waited and sent."""

        is_first = True

        def find(self, parcel, since):
            if self.is_first:
                self.is_first = False
                find_out_interrupted(slow.parts)
                slow.time.passes(seconds=3)
                slow.work()
            return []

    message = outbox.queue(child)
    slow = with_provider(crash(outbox, takes=False), SlowToFind())
    slow.time.passes(**AFTER_A_CRASH)
    slow.look_after_interrupted()
    slow.time.passes(minutes=1)
    slow.work()
    assert taken(slow) == ["Hola"]
    assert slow.status(message) == Status.ACCEPTED


# --- reports that are faster than our own commit -------------------------------------------


@pytest.mark.parametrize("word", ["queued", "sent", "delivered", "read"])
def test_a_report_before_our_own_commit_is_kept(outbox, child, word):
    fast = with_provider(outbox, ReportingProvider(word))
    message = fast.queue(child)
    fast.work()
    assert fast.status(message) == (Status.ACCEPTED if word == "queued" else word)
    assert fast.row(message).provider_reference.startswith("SM")


def test_a_failure_reported_before_our_own_commit_is_acted_on(outbox, child):
    fast = with_provider(outbox, ReportingProvider("undelivered", 30003))
    message = fast.queue(child)
    fast.work()
    assert fast.status(message) == Status.UNDELIVERED
    assert fast.tasks(child) == ["undeliverable"]


def test_a_passing_failure_reported_before_our_own_commit_is_tried_again(outbox, child):
    fast = with_provider(outbox, ReportingProvider("failed", 63018))
    message = fast.queue(child)
    fast.work()
    assert fast.status(message) == Status.QUEUED
    fast.parts.provider.word, fast.parts.provider.code = "delivered", None
    fast.time.passes(seconds=3)
    fast.work()
    assert fast.status(message) == Status.DELIVERED
    assert taken(fast) == ["Hola", "Hola"]


# --- what nobody asked for -----------------------------------------------------------------


def say_to(outbox, contact_id, message_id="onboarding.welcome", lane=Lane.BULK):
    with database.unit_of_work(outbox.parts.engine) as session:
        contact = contacts.get(session, contact_id)
        return say_unasked(session, contact, [message_id], outbox.parts, lane).id


def withdraw(outbox, contact_id, kind):
    with database.unit_of_work(outbox.parts.engine) as session:
        contacts.latest_consent(session, contact_id, kind).withdrawn_at = outbox.time.now()


def test_without_a_consent_nobody_is_written_to_unasked(outbox):
    contact_id = make_child(outbox.parts, consent=False)
    with pytest.raises(AcompanaError, match="consent"):
        say_to(outbox, contact_id)
    assert outbox.rows(contact_id) == []


def test_with_a_consent_the_first_hello_leaves(outbox, child):
    say_to(outbox, child)
    outbox.work()
    assert len(taken(outbox)) == 1


def test_a_child_who_refused_is_not_written_to_unasked(outbox, child):
    with database.unit_of_work(outbox.parts.engine) as session:
        contacts.record_consent(session, child, Agreement.ASSENT, False, outbox.time.now())
    with pytest.raises(AcompanaError, match="consent"):
        say_to(outbox, child)
    assert outbox.rows(child) == []


def test_a_consent_that_is_withdrawn_after_queueing_cancels(outbox, child):
    message = say_to(outbox, child)
    withdraw(outbox, child, Agreement.GUARDIAN_CONSENT)
    outbox.work()
    assert outbox.status(message) == Status.CANCELLED
    assert taken(outbox) == []


def test_a_withdrawn_consent_does_not_silence_answers(outbox, child):
    withdraw(outbox, child, Agreement.GUARDIAN_CONSENT)
    outbox.queue(child, "respuesta")
    outbox.work()
    assert taken(outbox) == ["respuesta"]


def pause(outbox, contact_id):
    with database.unit_of_work(outbox.parts.engine) as session:
        contacts.get(session, contact_id).paused_at = outbox.time.now()


def test_whoever_paused_is_not_written_to_unasked(outbox, child):
    pause(outbox, child)
    with pytest.raises(AcompanaError, match="unasked"):
        say_to(outbox, child)
    assert outbox.rows(child) == []


def test_whoever_pauses_after_queueing_gets_only_answers(outbox, child):
    unasked = say_to(outbox, child)
    pause(outbox, child)
    outbox.queue(child, "respuesta")
    outbox.work()
    assert taken(outbox) == ["respuesta"]
    assert outbox.status(unasked) == Status.CANCELLED


def test_where_every_address_opted_out_nobody_is_written_to(outbox, child):
    for channel in Channel:
        outbox.change_address(child, channel, opted_out_at=outbox.time.now())
    with pytest.raises(AcompanaError, match="unasked"):
        say_to(outbox, child)
    assert outbox.rows(child) == []


def test_people_are_written_to_where_they_wrote_last(outbox, child):
    outbox.change_address(child, Channel.SMS, last_inbound_at=outbox.time.now())
    outbox.time.passes(minutes=1)
    outbox.change_address(child, Channel.WHATSAPP, last_inbound_at=outbox.time.now())
    assert outbox.row(say_to(outbox, child)).channel == Channel.WHATSAPP


def test_an_address_that_was_unreachable_is_used_again_once_somebody_writes_from_it(outbox, child):
    outbox.change_address(child, Channel.WHATSAPP, last_inbound_at=outbox.time.now())
    outbox.time.passes(minutes=1)
    outbox.change_address(child, Channel.WHATSAPP, unreachable_at=outbox.time.now())
    assert outbox.row(say_to(outbox, child)).channel == Channel.SMS

    outbox.time.passes(minutes=1)
    outbox.change_address(child, Channel.WHATSAPP, last_inbound_at=outbox.time.now())
    assert outbox.row(say_to(outbox, child)).channel == Channel.WHATSAPP


def test_whoever_is_erased_while_a_message_leaves_stops_nobody(outbox, child):
    class Erasing(AcceptingProvider):
        def send(self, parcel):
            with database.unit_of_work(outbox.parts.engine) as session:
                erase(session, child, outbox.parts)
            return super().send(parcel)

    erasing = with_provider(outbox, Erasing())
    erasing.queue(child)
    erasing.work()
    assert erasing.rows(child) == []
    record_delivery(None, "SM1", "delivered", None, erasing.parts)
