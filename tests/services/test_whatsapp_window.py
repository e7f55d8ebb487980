"""Check-ins on WhatsApp: the window of a day, the template before it, and SMS where neither arrives.

The real services, web entrance and Twilio SDK against the double of Twilio's API, at a pretended time.
"""

from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from sqlalchemy import select

from bot.app.compose import provider_for
from bot.cli.doctor import templates_without_approval
from bot.domain.channels import Channel
from bot.domain.check_in import State
from bot.domain.risk import Decision, Screening
from bot.gateways.twilio import sign
from bot.phrasebook.templates import Template
from bot.services.parts import Parts
from bot.services.plan_check_ins import plan_event
from bot.services.run_check_ins import run_due
from bot.store import check_ins, contacts, database, tasks
from bot.store.tables import AddressRow, ContactRow, OutboundRow
from bot.store.time_tables import CheckInRow
from tests.builders import make_child, make_staff
from tests.conversation import Conversation
from tests.doubles import twilio_api as answers
from tests.doubles.twilio_api import TwilioApi
from tests.doubles.twilio_whatsapp import Approval
from tests.outbox import address_on
from tests.pretended_time import PretendedTime

SMS, WHATSAPP = Channel.SMS, Channel.WHATSAPP
INVITE = "HX" + "1" * 32
INVITATION = "Hola. ¿Es un buen momento para escribir aquí un ratito?"
BUTTONS = [
    {"id": "open_check_in", "title": "Sí, ahora"},
    {"id": "check_in_later", "title": "Luego"},
]
DAY_7 = ["check_in.home", "check_in.mood"]
"""What the check-in of a week says first; its silence is the usual one."""

NO_SIGN = Screening(Decision.NONE)


@dataclass
class Person:
    """Wendy with a phone that has SMS and WhatsApp; Twilio posts back what becomes of each message."""

    parts: Parts
    time: PretendedTime
    twilio: TwilioApi
    id: UUID
    channel: Channel

    def __post_init__(self) -> None:
        self.talk = Conversation(self.parts, self.id, self.channel)

    def by(self, channel: Channel) -> "Person":
        return replace(self, channel=channel)

    def writes(self, text: str = "", **form: str) -> "Person":
        """She writes, on WhatsApp to the sender that is set unless `To` says another one."""
        self._opens_the_window(form.get("To"))
        self.talk.says(text, **form)
        self.settles()
        return self

    def taps(self, choice_id: str) -> "Person":
        return self.writes("", ButtonPayload=choice_id, ButtonText="")

    def is_due(self, step: str = "day_7") -> UUID:
        """The time of a check-in has come."""
        with database.unit_of_work(self.parts.engine) as session:
            contact = contacts.get(session, self.id)
            plan_event(session, contact, step, len(self.check_ins), self.parts)
        self.clock_ticks()
        return self.check_ins[-1].id

    def passes(self, **delta: float) -> "Person":
        self.time.passes(**delta)
        return self

    def clock_ticks(self) -> None:
        """The clock looks, the worker sends, and Twilio reports, until nothing is due any more."""
        is_due = is_reported = True
        while is_due or is_reported:
            is_due = run_due(self.parts) > 0
            self.talk.work()
            is_reported = self._is_reported()

    def settles(self) -> None:
        """The worker sends, and what Twilio reports is followed up at once."""
        self.talk.work()
        if self._is_reported():
            self.clock_ticks()

    def _is_reported(self) -> bool:
        reports = self.twilio.reports()
        for report in reports:
            self._post(report)
        return bool(reports)

    def _post(self, report) -> None:
        settings = self.parts.settings
        signature = sign(settings.signing_token, report.url, report.form)
        path = report.url.removeprefix(settings.reached_at)
        assert self.talk._post(path, report.form, signature) == 204

    def _opens_the_window(self, sender: str | None) -> None:
        if self.channel is WHATSAPP:
            sender = sender or self.parts.settings.sender(WHATSAPP)
            self.twilio.whatsapp.somebody_writes(self.number, sender)

    @property
    def number(self) -> str:
        return self.address(self.channel).number

    def address(self, channel: Channel) -> AddressRow:
        with database.unit_of_work(self.parts.engine) as session:
            return address_on(session, self.id, channel)

    def change_address(self, channel: Channel, **changes: object) -> None:
        with database.unit_of_work(self.parts.engine) as session:
            for name, value in changes.items():
                setattr(address_on(session, self.id, channel), name, value)

    @property
    def check_ins(self) -> list[CheckInRow]:
        """Her check-ins, oldest first."""
        with database.unit_of_work(self.parts.engine) as session:
            query = select(CheckInRow).where(CheckInRow.contact_id == self.id)
            return list(session.scalars(query.order_by(CheckInRow.occurrence)))

    @property
    def check_in(self) -> CheckInRow:
        return self.check_ins[-1]

    @property
    def heard(self) -> list[tuple[Channel, list[str]]]:
        """What arrived on her phone, in order: the channel and the message ids."""
        rows = {row.provider_reference: row for row in self.rows}
        arrived = [m.sid for m in self.twilio.messages if m.status in ("delivered", "read")]
        return [(Channel(rows[s].channel), rows[s].message_ids) for s in arrived if s in rows]

    @property
    def rows(self) -> list[OutboundRow]:
        return self.talk.outbound()

    @property
    def tasks(self) -> list[tuple[str, str]]:
        with database.unit_of_work(self.parts.engine) as session:
            return [(task.kind, task.about) for task in tasks.open_of(session, self.id)]


@pytest.fixture(scope="session")
def screen():
    """Nothing here is a sign of danger."""
    return lambda text, earlier: NO_SIGN


@pytest.fixture
def approved(words):
    """The invitation has a ContentSid in Spanish."""
    invite = Template("acompana_check_in_invite", (), {"es": INVITE})
    return replace(words, templates={**words.templates, "check_in.invite": invite})


@pytest.fixture
def on_twilio(quiet_parts, twilio_settings, twilio_api, engine, time, approved) -> Parts:
    twilio_api.approve(INVITE, INVITATION, actions=BUTTONS)
    return replace(
        quiet_parts,
        settings=twilio_settings,
        provider=provider_for(twilio_settings, engine),
        words=approved,
        now=time.now,
        pause=time.pause,
    )


@pytest.fixture
def wendy(on_twilio, time, twilio_api) -> Person:
    """She was welcomed before, and wrote on WhatsApp last: three days ago."""
    person = welcomed(on_twilio, time, twilio_api)
    person.writes("hola").passes(days=3)
    twilio_api.messages.clear()
    return person


def welcomed(parts, time, twilio_api, channel=WHATSAPP, **changes) -> Person:
    child = make_child(parts, case_manager_id=make_staff(parts), **changes)
    with database.unit_of_work(parts.engine) as session:
        session.get_one(ContactRow, child).onboarded_at = parts.now()
    return Person(parts, time, twilio_api, child, channel)


def sids(twilio_api):
    """The templates that Twilio took, in order."""
    return [m.form["ContentSid"] for m in twilio_api.messages if m.form.get("ContentSid") == INVITE]


# --- the window ---------------------------------------------------------------------------


def test_outside_the_window_a_neutral_template_goes_first(wendy, twilio_api):
    wendy.is_due()
    (message,) = twilio_api.messages
    assert message.form["ContentSid"] == INVITE
    assert "Body" not in message.form
    assert message.text == INVITATION
    assert wendy.heard == [(WHATSAPP, ["check_in.invite"])]
    assert wendy.check_in.state == State.INVITED


def test_within_a_day_of_her_last_word_the_check_in_is_said_at_once(wendy, twilio_api):
    wendy.writes("ya casi").passes(hours=23, minutes=59)
    wendy.is_due()
    assert wendy.heard[-1] == (WHATSAPP, DAY_7)
    assert wendy.check_in.state == State.ASKED
    assert sids(twilio_api) == []


def test_after_exactly_a_day_the_window_is_closed(wendy, twilio_api):
    wendy.writes("ya casi").passes(hours=24)
    wendy.is_due()
    assert wendy.heard[-1] == (WHATSAPP, ["check_in.invite"])
    assert sids(twilio_api) == [INVITE]


def test_every_word_of_hers_opens_the_window_for_another_day(wendy):
    wendy.writes("hola").passes(hours=20).writes("y otra cosa").passes(hours=5)
    wendy.is_due()
    assert wendy.heard[-1] == (WHATSAPP, DAY_7)


def test_an_sms_opens_no_window_on_whatsapp(wendy, twilio_api):
    wendy.by(SMS).writes("hola")
    wendy.change_address(SMS, opted_out_at=wendy.time.now())
    wendy.passes(hours=2).is_due()
    assert sids(twilio_api) == [INVITE]


def test_whoever_never_wrote_hears_by_sms(on_twilio, time, twilio_api):
    person = welcomed(on_twilio, time, twilio_api)
    person.is_due()
    assert person.heard == [(SMS, DAY_7)]


def test_whoever_has_only_whatsapp_and_never_wrote_is_asked_with_the_template(
    on_twilio, time, twilio_api
):
    person = welcomed(on_twilio, time, twilio_api, channels=(WHATSAPP,))
    person.is_due()
    assert person.heard == [(WHATSAPP, ["check_in.invite"])]


# --- the answer to the template -----------------------------------------------------------


def test_a_tap_opens_the_check_in(wendy):
    wendy.is_due()
    wendy.passes(minutes=10).taps("open_check_in")
    assert wendy.heard == [(WHATSAPP, ["check_in.invite"]), (WHATSAPP, DAY_7)]
    assert wendy.check_in.state == State.ASKED


@pytest.mark.parametrize("typed", ["si", "Sí", "claro que si", "1", "👍", "Sí, ahora"])
def test_a_typed_yes_opens_it_as_well(wendy, typed):
    wendy.is_due()
    wendy.passes(minutes=10).writes(typed)
    assert wendy.heard[1:] == [(WHATSAPP, DAY_7)]


def test_other_words_are_answered_first_and_the_check_in_follows(wendy, dialogue):
    wendy.is_due()
    wendy.passes(hours=2).writes("oye te queria preguntar algo")
    assert dialogue.requests[-1].text == "oye te queria preguntar algo"
    assert wendy.heard[1:] == [(WHATSAPP, ["requests.greet"]), (WHATSAPP, DAY_7)]
    assert wendy.check_in.state == State.ASKED


def test_a_voice_note_is_taken_up_first_too(wendy):
    wendy.is_due()
    voice = {"NumMedia": "1", "MediaUrl0": "https://x/1", "MediaContentType0": "audio/ogg"}
    wendy.passes(hours=2).writes("", **voice)
    assert wendy.heard[1:] == [(WHATSAPP, ["fallback.media"]), (WHATSAPP, DAY_7)]
    assert ("media", "") in wendy.tasks


@pytest.mark.parametrize("answer", ["check_in_later", "luego", "ahorita no puedo", "2"])
def test_later_puts_it_off_for_three_hours(wendy, answer):
    wendy.is_due()
    wendy.passes(minutes=10)
    wendy.taps(answer) if answer.startswith("check") else wendy.writes(answer)
    assert wendy.heard[1:] == [(WHATSAPP, ["check_in.later"])]

    wendy.passes(hours=2, minutes=59).clock_ticks()
    assert len(wendy.heard) == 2
    wendy.passes(minutes=2).clock_ticks()
    assert wendy.heard[2:] == [(WHATSAPP, DAY_7)]


def test_an_answer_by_sms_opens_the_check_in_there(wendy):
    wendy.is_due()
    wendy.by(SMS).passes(minutes=10).writes("aqui estoy")
    assert wendy.heard[-1] == (SMS, DAY_7)
    assert wendy.check_in.address_id == wendy.address(SMS).id


def test_a_second_answer_opens_nothing_twice(wendy):
    wendy.is_due()
    wendy.passes(minutes=10).taps("open_check_in").passes(minutes=1).taps("open_check_in")
    assert [ids for _, ids in wendy.heard].count(DAY_7) == 1


@pytest.mark.parametrize(
    ("button", "said"), [("open_check_in", "check_in.over"), ("check_in_later", "check_in.later")]
)
def test_a_button_that_is_tapped_when_the_questions_are_over_gets_a_kind_answer(
    wendy, button, said
):
    wendy.is_due()
    with database.unit_of_work(wendy.parts.engine) as session:
        check_ins.settle_running(session, wendy.id, State.SUPERSEDED, wendy.time.now())
    wendy.passes(minutes=10).taps(button)
    assert wendy.heard[1:] == [(WHATSAPP, [said])]


def test_without_an_answer_the_template_comes_once_more_and_then_the_words_by_sms(
    wendy, twilio_api
):
    wendy.is_due()
    wendy.passes(hours=24).clock_ticks()
    assert sids(twilio_api) == [INVITE, INVITE]
    wendy.passes(hours=24).clock_ticks()
    assert wendy.heard[2:] == [(SMS, DAY_7)]
    assert wendy.check_in.state == State.ASKED


# --- the template is refused, or there is none ----------------------------------------------


@pytest.mark.parametrize("approval", [a for a in Approval if a is not Approval.APPROVED])
def test_a_template_that_meta_does_not_take_is_replaced_by_the_check_in_by_sms(
    wendy, twilio_api, approval
):
    twilio_api.whatsapp.approvals[INVITE] = approval
    wendy.is_due()
    assert wendy.heard == [(SMS, DAY_7)]
    assert wendy.check_in.state == State.ASKED
    assert wendy.check_in.address_id == wendy.address(SMS).id
    assert sids(twilio_api) == [INVITE]
    assert wendy.tasks == []


@pytest.mark.parametrize("code", [21655, 21656, 63005, 63013, 63021, 63028, 63049])
def test_whatever_is_wrong_with_the_template_sms_says_it(wendy, twilio_api, code):
    twilio_api.fate_of[f"whatsapp:{wendy.number}"] = code
    wendy.is_due()
    assert wendy.heard == [(SMS, DAY_7)]


def test_a_template_that_was_deleted_at_twilio_is_refused_at_once(wendy, twilio_api):
    del twilio_api.contents[INVITE]
    wendy.is_due()
    assert wendy.rows[-2].error_code == 21655
    assert wendy.heard == [(SMS, DAY_7)]


def test_a_refusal_in_the_answer_is_the_same_as_one_in_a_report(wendy, twilio_api):
    twilio_api.whatsapp.refuses_at_once = True
    twilio_api.whatsapp.approvals[INVITE] = Approval.PAUSED
    wendy.is_due()
    assert wendy.rows[-2].error_code == 63041
    assert wendy.heard == [(SMS, DAY_7)]


def without_template(person, words, **references):
    """The same person where the invitation is approved in these languages only."""
    invite = Template("acompana_check_in_invite", (), references)
    changed = replace(words, templates={**words.templates, "check_in.invite": invite})
    return replace(person, parts=replace(person.parts, words=changed))


def test_without_a_template_the_check_in_goes_by_sms_and_whatsapp_is_not_lost(wendy, words):
    wendy = without_template(wendy, words)
    wendy.is_due()
    assert wendy.heard == [(SMS, DAY_7)]
    assert wendy.address(WHATSAPP).unreachable_at is None


def test_a_template_in_a_language_that_she_does_not_read_is_none(wendy, words, twilio_api):
    wendy = without_template(wendy, words, en=INVITE)
    wendy.is_due()
    assert sids(twilio_api) == []
    assert wendy.heard == [(SMS, DAY_7)]


def test_a_reminder_that_is_refused_late_is_said_by_sms_after_all(wendy, twilio_api):
    wendy.is_due("day_1")
    twilio_api.whatsapp.approvals[INVITE] = Approval.PAUSED
    wendy.passes(hours=24, minutes=30).clock_ticks()
    assert wendy.heard[-1][0] is SMS
    assert wendy.check_in.state == State.ASKED


def test_after_a_refusal_she_hears_by_sms_until_she_writes_on_whatsapp(wendy, twilio_api):
    twilio_api.whatsapp.approvals[INVITE] = Approval.PAUSED
    wendy.is_due()
    twilio_api.whatsapp.approvals[INVITE] = Approval.APPROVED
    wendy.passes(days=2).is_due("day_14")
    assert {channel for channel, _ in wendy.heard} == {SMS}

    wendy.passes(hours=6).writes("ya tengo internet").passes(hours=17)
    wendy.is_due("day_30")
    assert wendy.heard[-1] == (WHATSAPP, ["check_in.month", "check_in.mood"])


def test_in_a_later_window_templates_are_tried_again_as_well(wendy, twilio_api):
    twilio_api.whatsapp.approvals[INVITE] = Approval.PAUSED
    wendy.is_due()
    twilio_api.whatsapp.approvals[INVITE] = Approval.APPROVED
    wendy.passes(hours=2).writes("hola").passes(days=2)
    wendy.is_due("day_14")
    assert wendy.heard[-1] == (WHATSAPP, ["check_in.invite"])


def test_who_wrote_before_the_refusal_came_is_not_lost_on_whatsapp(wendy, twilio_api):
    twilio_api.fate_of[f"whatsapp:{wendy.number}"] = 63041
    with_late_report = twilio_api.reports
    twilio_api.reports = list
    wendy.is_due()
    del twilio_api.fate_of[f"whatsapp:{wendy.number}"]
    wendy.passes(minutes=5).writes("hola, aqui estoy")
    twilio_api.reports = with_late_report
    wendy.passes(minutes=1).settles()

    assert wendy.heard == [(WHATSAPP, ["requests.greet"]), (WHATSAPP, DAY_7)]
    wendy.passes(hours=23).is_due("day_14")
    assert wendy.heard[2:] == [(WHATSAPP, DAY_7)]


def test_an_invitation_that_nobody_needs_any_more_is_never_copied_to_sms(wendy, twilio_api):
    twilio_api.fate_of[f"whatsapp:{wendy.number}"] = 63024
    with_late_report = twilio_api.reports
    twilio_api.reports = list
    wendy.is_due()
    wendy.by(SMS).passes(minutes=5).writes("si")
    twilio_api.reports = with_late_report
    wendy.passes(minutes=1).settles()
    assert [ids for channel, ids in wendy.heard if channel is SMS] == [["requests.greet"], DAY_7]


# --- not on WhatsApp ------------------------------------------------------------------------


@pytest.mark.parametrize("code", [63003, 63024])
def test_who_is_not_on_whatsapp_hears_by_sms_from_then_on(wendy, twilio_api, code):
    twilio_api.fate_of[f"whatsapp:{wendy.number}"] = code
    wendy.is_due()
    assert wendy.heard == [(SMS, DAY_7)]
    assert wendy.address(WHATSAPP).unreachable_at is not None

    wendy.passes(hours=23).is_due("day_14")
    assert wendy.heard[1:] == [(SMS, DAY_7)]
    assert sids(twilio_api) == [INVITE]


def test_back_on_whatsapp_she_is_answered_and_asked_there_again(wendy, twilio_api):
    twilio_api.fate_of[f"whatsapp:{wendy.number}"] = 63024
    wendy.is_due()
    del twilio_api.fate_of[f"whatsapp:{wendy.number}"]
    wendy.passes(hours=3).writes("ya puse whatsapp")
    assert wendy.heard[-1] == (WHATSAPP, ["requests.greet"])
    wendy.passes(hours=20).is_due("day_14")
    assert wendy.heard[-1] == (WHATSAPP, DAY_7)


def test_words_that_do_not_arrive_in_an_open_window_go_by_sms_and_so_do_the_next(wendy, twilio_api):
    wendy.writes("hola").passes(hours=1)
    twilio_api.messages.clear()
    twilio_api.fate_of[f"whatsapp:{wendy.number}"] = 63024
    wendy.is_due()
    assert wendy.heard == [(SMS, DAY_7)]
    assert wendy.check_in.address_id == wendy.address(SMS).id

    wendy.passes(hours=22).is_due("day_14")
    by_whatsapp = [m.form["To"].startswith("whatsapp:") for m in twilio_api.messages]
    assert by_whatsapp == [True, False, False]


def test_a_choice_by_its_number_answers_the_copy(wendy, twilio_api, dialogue):
    twilio_api.fate_of[f"whatsapp:{wendy.number}"] = 63024
    wendy.is_due()
    wendy.by(SMS).passes(minutes=5).writes("1")
    assert dialogue.requests[-1].text == '/choose{"choice":"face_good"}'


def test_words_that_left_too_late_for_the_window_say_nothing_about_the_address(wendy, twilio_api):
    wendy.writes("hola").passes(hours=23, minutes=59)
    twilio_api.next_answers = [answers.BUSY] * 8
    wendy.is_due()
    for _ in range(8):
        wendy.passes(minutes=5).clock_ticks()
    assert wendy.heard[-1] == (SMS, DAY_7)
    assert wendy.address(WHATSAPP).unreachable_at is None


def test_her_silence_is_not_asked_again_where_nothing_arrived(wendy, twilio_api):
    twilio_api.fate_of[f"whatsapp:{wendy.number}"] = 63024
    wendy.is_due()
    for _ in range(5):
        wendy.passes(hours=24).clock_ticks()
    assert sids(twilio_api) == [INVITE]
    assert {channel for channel, _ in wendy.heard} == {SMS}
    assert wendy.check_in.state == State.MISSED
    assert wendy.tasks == [("silence", "day_7")]


# --- no SMS either ----------------------------------------------------------------------------


def test_where_sms_was_stopped_a_person_is_told_and_the_template_is_tried_again_later(
    wendy, twilio_api
):
    wendy.change_address(SMS, opted_out_at=wendy.time.now())
    twilio_api.whatsapp.approvals[INVITE] = Approval.PAUSED
    wendy.is_due()
    assert wendy.heard == []
    assert wendy.tasks == [("undeliverable", "whatsapp")]

    twilio_api.whatsapp.approvals[INVITE] = Approval.APPROVED
    wendy.passes(hours=24).clock_ticks()
    assert wendy.heard == [(WHATSAPP, ["check_in.invite"])]


def test_what_was_for_a_child_is_never_said_to_who_answers_sms_on_the_same_phone(
    on_twilio, time, twilio_api
):
    child = welcomed(on_twilio, time, twilio_api, channels=(WHATSAPP,))
    make_child(on_twilio, number=child.number, channels=(SMS,))
    twilio_api.fate_of[f"whatsapp:{child.number}"] = 63024
    child.is_due()
    assert twilio_api.messages[-1].form["To"].startswith("whatsapp:")
    assert child.tasks == [("undeliverable", "whatsapp")]


def test_without_a_template_and_without_sms_a_person_is_told(on_twilio, words, time, twilio_api):
    child = welcomed(on_twilio, time, twilio_api)
    child.change_address(SMS, opted_out_at=time.now())
    child = without_template(child, words)
    child.is_due()
    assert twilio_api.messages == []
    assert child.check_in.state == State.SKIPPED
    assert child.tasks == [("silence", "no_template")]


# --- too much at once, and STOP ---------------------------------------------------------------


def test_a_template_above_whatsapps_rate_leaves_a_little_later_and_once(wendy, twilio_api):
    twilio_api.next_fates = [63018]
    wendy.is_due()
    assert wendy.heard == []
    wendy.passes(seconds=5).clock_ticks()
    assert wendy.heard == [(WHATSAPP, ["check_in.invite"])]
    wendy.taps("open_check_in")
    assert wendy.heard[-1] == (WHATSAPP, DAY_7)


def test_above_the_accounts_limit_of_a_day_everything_waits(wendy, twilio_api):
    twilio_api.daily_limit = 0
    wendy.is_due()
    assert twilio_api.messages == []
    twilio_api.daily_limit = None
    wendy.passes(minutes=10).clock_ticks()
    assert wendy.heard == [(WHATSAPP, ["check_in.invite"])]


def test_a_stop_that_only_twilio_knows_is_kept_and_sms_is_still_hers(wendy, twilio_api):
    twilio_api.answer_to[f"whatsapp:{wendy.number}"] = answers.OPTED_OUT
    wendy.is_due()
    assert wendy.heard == []
    assert wendy.address(WHATSAPP).opted_out_at is not None
    assert wendy.address(SMS).opted_out_at is None

    wendy.passes(hours=24).clock_ticks()
    assert wendy.heard[-1][0] is SMS


# --- a sender for each country ----------------------------------------------------------------

OURS, IN_GUATEMALA = "+15005550006", "+50222000000"


@pytest.fixture
def several(on_twilio):
    """We have an SMS sender of our own in Guatemala."""
    senders = f"{OURS},GT={IN_GUATEMALA}"
    settings = on_twilio.settings.model_copy(update={"sms_senders": senders})
    provider = provider_for(settings, on_twilio.engine)
    return replace(on_twilio, settings=settings, provider=provider)


def is_now_in(person, country):
    with database.unit_of_work(person.parts.engine) as session:
        session.get_one(ContactRow, person.id).country = country


def senders_of(twilio_api):
    return [m.form["From"] for m in twilio_api.messages]


def test_an_sms_comes_from_the_country_where_the_contact_is(several, time, twilio_api):
    wendy = welcomed(several, time, twilio_api, SMS)
    wendy.is_due()
    is_now_in(wendy, "GT")
    wendy.passes(hours=1).writes("ya llegue")
    is_now_in(wendy, "MX")
    wendy.passes(hours=1).writes("hola")
    assert senders_of(twilio_api) == [OURS, IN_GUATEMALA, OURS]


def test_whoever_writes_to_another_of_our_senders_is_the_same_person(several, time, twilio_api):
    wendy = welcomed(several, time, twilio_api, SMS)
    for written_to in (OURS, IN_GUATEMALA, "+15005550199"):
        wendy.passes(hours=1).writes("hola", To=written_to)
    assert [ids for _, ids in wendy.heard] == [["requests.greet"]] * 3
    assert set(senders_of(twilio_api)) == {OURS}


def test_the_sms_instead_of_a_template_comes_from_the_contacts_country(several, time, twilio_api):
    wendy = welcomed(several, time, twilio_api, country="GT")
    wendy.writes("hola").passes(days=2)
    twilio_api.messages.clear()
    twilio_api.whatsapp.approvals[INVITE] = Approval.PAUSED
    wendy.is_due()
    assert senders_of(twilio_api) == [several.settings.sender(WHATSAPP), IN_GUATEMALA]


def test_a_window_with_one_whatsapp_sender_is_none_with_another(on_twilio, time, twilio_api):
    """Why one WhatsApp sender for all countries is the better choice: the words arrive, but by SMS."""
    senders = f"whatsapp:{OURS},GT=whatsapp:{IN_GUATEMALA}"
    settings = on_twilio.settings.model_copy(update={"whatsapp_senders": senders})
    provider = provider_for(settings, on_twilio.engine)
    wendy = welcomed(replace(on_twilio, settings=settings, provider=provider), time, twilio_api)
    wendy.writes("hola")
    is_now_in(wendy, "GT")
    wendy.passes(hours=1).writes("ya pase la frontera")
    assert wendy.heard == [(WHATSAPP, ["requests.greet"]), (SMS, ["requests.greet"])]


# --- what is not approved ---------------------------------------------------------------------


def test_the_doctor_names_each_template_that_nobody_has_approved(words):
    templates = {
        "check_in.invite": Template("invite", (), {"es": INVITE}),
        "check_in.remind": Template("remind", (), {}),
        "staff.alert": Template("alert", (), {"es": INVITE, "en": INVITE}),
    }
    rows = list(templates_without_approval(replace(words, templates=templates)))
    assert [state for _, state, _ in rows] == ["note", "note"]
    assert "check_in.invite has no ContentSid for en (" in rows[0][2]
    assert "check_in.remind has no ContentSid for en, es (" in rows[1][2]
