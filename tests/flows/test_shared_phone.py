"""Two people on one phone, and a phone that an adult keeps."""

import pytest

from bot.domain.channels import Channel
from bot.domain.dialogue import Reply
from bot.domain.reach import Way, route
from bot.errors import AcompanaError
from bot.gateways.dialogue import DialogueDown
from bot.services.circumstances import reaches_of, read_known
from bot.services.erase import erase
from bot.services.open_check_in import carry_out
from bot.services.programme import programme
from bot.store import contacts, database
from bot.store.time_tables import CheckInRow
from tests.builders import fresh_number, make_caregiver, make_child, make_staff
from tests.conversation import Conversation
from tests.one_phone import OnePhone, at_time, contact_of, say, tasks_of

ASKS_WHO = ["contact_change.shared_ask_who"]
HIT = "mi tio me pega con el cinturon"


@pytest.fixture
def parts(quiet_parts, time):
    """Parts without Rasa, on a clock that stands still until the test moves it."""
    return at_time(quiet_parts, time)


class Family:
    """Wendy and her mother Marta, reached at one number."""

    def __init__(self, parts, time, **changes):
        self.parts, self.number = parts, fresh_number()
        shared = {"number": self.number, "case_manager_id": make_staff(parts)}
        self.child = make_child(parts, **shared)
        self.caregiver = make_caregiver(parts, self.child, **shared | changes)
        self.phone = OnePhone(parts, self.number, time=time)


@pytest.fixture
def home(parts, time):
    return Family(parts, time)


@pytest.fixture
def phone(home):
    return home.phone


def test_a_child_and_a_caregiver_may_be_reached_at_one_number(parts, home):
    assert {row.contact_id for row in home.phone.everybody()} == {home.child, home.caregiver}
    assert all(row.shared for row in home.phone.everybody())


def test_a_child_may_be_enrolled_with_the_number_of_the_caregiver_who_was_there_first(parts):
    number = fresh_number()
    caregiver = make_caregiver(parts, None, number=number)
    with pytest.raises(AcompanaError, match="Another contact has this number"):
        make_child(parts, number=number)
    child = make_child(parts, number=number, caregiver_id=caregiver)

    assert contact_of(parts, caregiver).child_id == child
    assert all(row.shared for row in OnePhone(parts, number).everybody())


def test_nobody_else_may_have_the_number(parts, home):
    other_child = make_child(parts)
    attempts = (
        lambda: make_child(parts, number=home.number),
        lambda: make_caregiver(parts, other_child, number=home.number),
        lambda: make_caregiver(parts, home.child, number=home.number),
    )
    for attempt in attempts:
        with pytest.raises(AcompanaError, match="Another contact has this number"):
            attempt()
    assert len({row.contact_id for row in home.phone.everybody()}) == 2


def test_who_writes_is_asked_before_anything_else_is_said(phone, dialogue, home):
    phone.says("hola")

    assert phone.said == ASKS_WHO
    assert phone.writer == home.child
    assert dialogue.requests == []
    assert "Wendy" not in phone.text
    assert "Marta" not in phone.text


@pytest.mark.parametrize("answer", ["1", "2", "menor de 18", "una persona adulta", "la mamá"])
def test_the_answer_decides_whose_words_they_were_and_they_are_answered(
    phone, dialogue, home, answer
):
    phone.says("a que hora me voy").says(answer)

    speaker = home.child if answer in {"1", "menor de 18"} else home.caregiver
    assert [r.text for r in dialogue.requests] == ["a que hora me voy"]
    assert dialogue.requests[0].contact_id == speaker
    assert phone.said == ["requests.greet"]
    assert phone.hearer == speaker
    assert tasks_of(phone.parts, home.child) == tasks_of(phone.parts, home.caregiver) == []


def test_several_messages_wait_and_are_answered_in_their_order(phone, dialogue, home):
    phone.says("hola").says("a que hora me voy").taps("shared_adult")

    assert [r.text for r in dialogue.requests] == ["hola", "a que hora me voy"]
    assert {r.contact_id for r in dialogue.requests} == {home.caregiver}


def test_who_goes_on_writing_is_not_asked_again(phone, time, home):
    phone.says("hola").says("1")
    for _ in range(4):
        time.passes(minutes=100)
        phone.says("y que mas")
        assert phone.said == ["requests.greet"]
        assert phone.hearer == home.child


def test_after_two_hours_of_silence_they_are_asked_again(phone, time, home):
    phone.says("hola").says("1")
    time.passes(hours=2)
    phone.says("hola otra vez")

    assert phone.said == ASKS_WHO


def test_two_people_take_turns_on_one_phone(phone, time, dialogue, home):
    turns = [home.child, home.caregiver, home.child, home.caregiver]
    for number, person in enumerate(turns):
        phone.says(f"palabra {number}")
        phone.says("1" if person == home.child else "2")
        assert phone.hearer == person
        time.passes(hours=3)

    assert [r.contact_id for r in dialogue.requests] == turns


def test_a_button_that_is_tapped_in_between_changes_who_speaks(phone, dialogue, home):
    phone.says("hola").says("1")
    phone.taps("shared_adult").says("a que hora llega")

    assert dialogue.requests[-1].contact_id == home.caregiver
    assert phone.hearer == home.caregiver


def test_words_for_the_child_that_have_not_left_are_taken_back_when_the_adult_speaks(
    phone, parts, home
):
    phone.says("hola").says("1")
    queued = say(parts, home.child, "onboarding.welcome")
    phone.taps("shared_adult")

    assert queued not in {row.id for row in phone.left()}
    assert {row.contact_id for row in phone.left()[-1:]} == {home.caregiver}


def test_an_answer_that_comes_late_waits_for_the_child_while_the_adult_holds_the_phone(
    phone, dialogue, time, home
):
    phone.says("hola").says("1")
    dialogue.failure = DialogueDown("ConnectError")
    phone.says("me da pena ir")
    phone.taps("shared_adult")
    dialogue.failure = None
    time.passes(minutes=5)
    phone.works()
    assert "me da pena ir" not in [
        r.text for r in dialogue.requests if r.contact_id == home.caregiver
    ]
    assert phone.hearer == home.caregiver

    phone.taps("shared_child")
    assert dialogue.requests[-1].text == "me da pena ir"
    assert dialogue.requests[-1].contact_id == home.child


def test_an_answer_that_comes_after_two_hours_asks_first_and_never_changes_hands(
    phone, dialogue, time, home
):
    phone.says("hola").says("1")
    dialogue.failure = DialogueDown("ConnectError")
    phone.says("me da pena ir")
    dialogue.failure = None
    time.passes(hours=3)
    phone.works()
    assert phone.said == ASKS_WHO

    phone.says("2")
    asked = [r.text for r in dialogue.requests if r.contact_id == home.caregiver]
    assert "me da pena ir" not in asked
    time.passes(hours=3)
    phone.says("hola").says("1")
    assert [r.text for r in dialogue.requests[-2:]] == ["me da pena ir", "hola"]
    assert {r.contact_id for r in dialogue.requests[-2:]} == {home.child}


def test_danger_is_answered_at_once_whoever_holds_the_phone(phone, parts, home):
    phone.says(HIT)

    assert phone.said[0] == "disclosure.thank_you"
    with Conversation(parts, home.child) as child:
        assert child.escalation.state == "open"


def test_danger_that_the_adult_tells_of_is_answered_as_an_adults(phone, parts, home):
    phone.says("hola").says("2")
    phone.says("le pego a mi hija con el cinturon")

    assert phone.said[0] == "disclosure.concern"
    with Conversation(parts, home.caregiver) as caregiver:
        assert caregiver.escalation.child_id == home.child


def test_a_digit_is_never_taken_for_the_answer_to_a_question_of_somebody_else(
    phone, parts, time, home
):
    """The child was asked whether somebody came; the adult says with a 2 that an adult is there."""
    phone.says("hola").says("1").says(HIT)
    say(parts, home.child, "disclosure.proof")
    phone.works()
    time.passes(seconds=5)
    say(parts, home.caregiver, *ASKS_WHO)
    phone.works().says("2")

    with Conversation(parts, home.child) as child:
        assert "proof_no" not in child.chain
    assert phone.writer == home.caregiver


def test_a_voice_note_reaches_a_person_although_nobody_says_who_sent_it(phone, parts, home):
    phone.says(NumMedia="1", MediaUrl0="https://x.example/1", MediaContentType0="audio/ogg")

    assert phone.said == ASKS_WHO
    assert tasks_of(parts, home.child) == [("media", "who_holds")]
    phone.says("2")
    assert tasks_of(parts, home.child) == []
    assert tasks_of(parts, home.caregiver) == [("media", "")]


def test_words_of_nobody_are_read_by_a_person_in_the_end(phone, parts, home, time):
    phone.says("a que hora me voy")
    time.passes(hours=3)
    phone.says("hola").says("2")

    assert tasks_of(parts, home.child) == [("not_understood", "who_holds")]


def test_an_answer_to_the_childs_menu_is_not_the_adults(phone, time, home, dialogue):
    dialogue.replies = (Reply(("requests.menu",)),)
    phone.says("hola").says("1")
    assert phone.said == ["requests.menu"]
    time.passes(hours=3)
    phone.says("2")
    assert phone.said == ASKS_WHO
    phone.says("2")

    assert [r.text for r in dialogue.requests if r.contact_id == home.caregiver] == ["/greet"]


def test_somebody_who_says_who_they_are_after_an_unasked_question_is_greeted(
    phone, parts, home, dialogue
):
    say(parts, home.child, *ASKS_WHO)
    phone.works().says("1")

    assert [r.text for r in dialogue.requests] == ["/greet"]
    assert dialogue.requests[0].contact_id == home.child


def test_while_the_adult_holds_the_phone_the_childs_check_in_only_asks_who_is_there(phone, home):
    phone.says("hola").says("2")

    assert way_to(phone, home.child) is Way.ASK_WHO
    assert way_to(phone, home.caregiver) is Way.DIRECT
    phone.taps("shared_child")
    assert way_to(phone, home.child) is Way.DIRECT
    assert way_to(phone, home.caregiver) is Way.ASK_WHO


def test_what_was_announced_is_said_once_the_right_one_is_there(phone, parts, home, dialogue):
    announce(parts, home.child)
    phone.works()
    assert phone.said == ASKS_WHO
    phone.says("2")
    assert phone.said == ["contact_change.shared_later"]
    phone.taps("shared_child")

    assert phone.said == ["onboarding.welcome"]
    assert phone.hearer == home.child
    assert dialogue.requests == []


def test_stop_is_for_everybody_on_that_number_and_start_too(phone, parts, home):
    phone.says("ALTO")
    assert phone.said == ["subscription.opted_out"]
    assert stopped(phone) == {(home.child, "sms"), (home.caregiver, "sms")}

    phone.says("ALTA")
    assert phone.said == ["subscription.opted_in"]
    assert stopped(phone) == set()


def test_stop_by_nobody_knows_whom_takes_no_agreement_back(phone, parts, home):
    phone.says("ALTO").says("ALTA")

    with database.unit_of_work(parts.engine) as session:
        for person in (home.child, home.caregiver):
            assert all(c.stands for c in contacts.consents(session, person))


def test_who_joins_a_number_that_was_stopped_is_not_written_to_there(parts):
    number = fresh_number()
    child = make_child(parts, number=number)
    OnePhone(parts, number).says("ALTO")
    make_caregiver(parts, child, number=number)

    assert len(stopped(OnePhone(parts, number))) == 2


def test_on_whatsapp_the_same_two_people_are_asked_too(parts, time):
    home = Family(parts, time, channels=(Channel.SMS,))
    whatsapp = home.phone.on(Channel.WHATSAPP)
    whatsapp.says("hola")
    assert whatsapp.said == ["requests.greet"]  # only the child is reached there

    home = Family(parts, time)
    whatsapp = home.phone.on(Channel.WHATSAPP)
    whatsapp.says("hola")
    assert whatsapp.said == ASKS_WHO
    whatsapp.taps("shared_adult")
    home.phone.says("a que hora llega")
    assert home.phone.hearer == home.caregiver


def test_either_of_the_two_can_be_erased(phone, parts, home):
    phone.says("hola").says("2").says("a que hora llega")
    for person in (home.caregiver, home.child):
        with database.unit_of_work(parts.engine) as session:
            erase(session, person, parts)

    assert phone.everybody() == []


@pytest.fixture
def kept(parts, time):
    """Wendy's phone is kept by an adult whom nobody enrolled."""
    number = fresh_number()
    child = make_child(parts, number=number, shared_phone=True, case_manager_id=make_staff(parts))
    phone = OnePhone(parts, number, time=time)
    phone.child = child
    return phone


def test_on_a_phone_that_an_adult_keeps_the_child_is_asked_for_first(kept, dialogue):
    kept.says("hola")
    assert kept.said == ASKS_WHO
    kept.says("1")

    assert [r.text for r in dialogue.requests] == ["hola"]
    assert kept.hearer == kept.child


def test_an_adult_who_is_not_enrolled_is_told_nothing(kept, dialogue):
    kept.says("hola").says("2")
    assert kept.said == ["contact_change.shared_later"]
    kept.says("a que hora llega")
    assert kept.said == ASKS_WHO

    assert dialogue.requests == []


def test_what_the_adult_wrote_is_never_answered_to_the_child(kept, dialogue, parts):
    kept.says("buenas tardes").says("2")
    kept.says("hola").says("1")

    assert [r.text for r in dialogue.requests] == ["hola"]
    assert ("not_understood", "who_holds") in tasks_of(parts, kept.child)


def test_nothing_that_was_said_to_one_leaves_while_the_other_was_the_last_to_speak(
    phone, home, time, dialogue
):
    """The property itself, over a day of turns with gaps, outages and buttons."""
    heard, heard_late = set(), set()
    for number in range(24):
        dialogue.failure = DialogueDown("ConnectError") if number % 5 == 3 else None
        speaker = home.child if number % 3 else home.caregiver
        phone.taps("shared_child" if speaker == home.child else "shared_adult")
        before = {row.id for row in phone.left()}
        phone.says(f"palabra {number}")
        fresh = [row for row in phone.left() if row.id not in before]
        heard |= (fresh_to := {row.contact_id for row in fresh})
        assert fresh_to <= {speaker}
        time.passes(minutes=7 * number)
        if number % 2:
            dialogue.failure = None  # it is back before anybody writes again
        before = {row.id for row in phone.left()}
        phone.works()
        late = [row for row in phone.left() if row.id not in before]
        heard_late |= (late_to := {row.contact_id for row in late if row.message_ids != ASKS_WHO})
        assert late_to <= {speaker}
    assert heard == {home.child, home.caregiver}
    assert heard_late == {home.child, home.caregiver}


def stopped(phone):
    return {(row.contact_id, row.channel) for row in phone.everybody() if row.opted_out_at}


def way_to(phone, contact_id):
    with database.unit_of_work(phone.parts.engine) as session:
        reaches = reaches_of(contacts.addresses(session, contact_id))
        found = route(reaches, phone.parts.now(), has_template=False)
        return found.way if found else None


def announce(parts, contact_id):
    """Let a check-in of this contact come due: on a shared phone it is only announced."""
    step = next(s for s in programme().steps.values() if s.ask and s.silence.rungs)
    now = parts.now()
    with database.unit_of_work(parts.engine) as session:
        row = CheckInRow(
            contact_id=contact_id, step=step.id, due_at=now, not_after=now, wake_at=now
        )
        session.add(row)
        session.flush()
        contact = contacts.get(session, contact_id)
        known = read_known(session, [(row, contact)])
        carry_out(session, row, contact, step, known, parts)
