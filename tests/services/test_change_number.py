"""A contact has another number: it proves itself before anything personal is said there."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from bot.domain.channels import Channel
from bot.domain.contacts import Role
from bot.domain.dialogue import Reply
from bot.domain.reach import route
from bot.domain.risk import Decision, Screening
from bot.errors import AcompanaError
from bot.gateways.dialogue import DialogueDown
from bot.services.change_number import DIGITS, MOST_A_DAY, enter_number
from bot.services.circumstances import reaches_of
from bot.services.enrol import Enrolment, enrol
from bot.services.erase import erase
from bot.services.keep_watch import keep_watch
from bot.services.prove_number import MOST_WRONG, settle_expired
from bot.store import contacts, database, staff
from bot.store.risk_tables import EscalationRow
from bot.store.time_tables import NumberChangeRow
from tests.builders import fresh_number, make_caregiver, make_child, make_family, make_staff
from tests.one_phone import OnePhone, at_time, contact_of, numbers_of, tasks_of

ASKS = ["contact_change.number_ask"]
TELLS_THE_DIGITS = ["contact_change.number_sent"]
IS_NEUTRAL = ["contact_change.number_verify"]
HIT = "mi tio me pega con el cinturon"
PERSONAL = ("Wendy", "Cux", "Marta", "Elena", "viaje", "regreso")


@pytest.fixture
def parts(quiet_parts, time):
    """Parts without Rasa, on a clock that stands still until the test moves it."""
    return at_time(quiet_parts, time)


@pytest.fixture
def family(parts):
    return make_family(parts)


@pytest.fixture
def old(parts, family, time):
    """The phone that Wendy has had so far."""
    (number,) = numbers_of(parts, family.child)
    return OnePhone(parts, number, time=time)


@pytest.fixture
def new(parts, time):
    """A phone that nobody knows."""
    return OnePhone(parts, fresh_number(), time=time)


@pytest.fixture
def wants(old, dialogue):
    """The child says that she has a new number; the dialogue understands it and asks for it."""

    def says(text="tengo otro numero"):
        dialogue.intent = "new_phone_number"
        dialogue.replies = (Reply(tuple(ASKS)),) if text == "tengo otro numero" else (Reply(()),)
        old.says(text)
        dialogue.intent, dialogue.replies = "greet", (Reply(("requests.greet",)),)
        return old

    return says


@pytest.fixture
def digits(old, new, wants):
    """The digits that were told on the old phone."""
    wants().says(new.number)
    new.works()
    return told_on(old)


def told_on(old):
    assert old.said == TELLS_THE_DIGITS
    (digits,) = re.findall(rf"\d{{{DIGITS}}}", old.text)
    return digits


def other_than(digits):
    return "13579" if digits != "13579" else "24680"


def test_the_number_is_asked_for_and_the_digits_are_told_on_the_old_phone(wants, old, new):
    wants()
    assert old.said == ASKS
    old.says(f"es el {new.number}")

    assert len(told_on(old)) == DIGITS
    assert new.works().said == IS_NEUTRAL


def test_a_number_in_the_same_message_is_not_asked_for(wants, old, new):
    wants(f"cambie de numero ahora es {new.number}")

    assert old.said == TELLS_THE_DIGITS


@pytest.mark.parametrize("typed", ["+502 5555-1234", "55551234", "5555 1234", "502 5555 1234", "es el 5555-1234 gracias"])  # fmt: skip
def test_a_number_may_be_written_as_people_write_it(wants, old, parts, time, typed):
    wants()
    old.says(typed)

    assert old.said == TELLS_THE_DIGITS
    assert OnePhone(parts, "+50255551234", time=time).works().said == IS_NEUTRAL


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("5555 12", ["requests.greet"]),
        ("123456789012345678", ASKS),
        ("+502 5555 1234 o 4444 5678", ASKS),
    ],
)
def test_what_is_no_number_or_not_one_begins_no_change(wants, old, parts, typed, answer):
    wants()
    old.says(typed)

    assert old.said == answer
    assert outcome(parts) == []


def test_nobody_who_was_not_asked_changes_their_number_by_writing_one(old, new):
    old.says(f"mi prima tiene el {new.number}")

    assert new.left() == []


def test_what_was_asked_yesterday_is_not_answered_by_a_number_of_today(wants, old, new, time):
    wants()
    time.passes(hours=25)
    old.says(new.number)

    assert new.left() == []


def test_nothing_personal_goes_to_the_new_number_before_it_proved_itself(digits, new, old, parts):
    new.says("hola quien es")
    assert new.said == ["fallback.unknown_number"]
    new.says(other_than(digits))

    everything = "\n".join(row.text for row in new.left())
    assert digits not in everything
    assert not [word for word in PERSONAL if word in everything]


def test_the_right_digits_make_the_number_the_contacts(digits, new, old, parts, family):
    new.says(digits)

    assert new.said == ["contact_change.number_verified"]
    assert new.hearer == family.child
    assert numbers_of(parts, family.child) == {new.number: ["sms", "whatsapp"]}
    assert ("contact_change", "verified") in tasks_of(parts, family.child)
    assert outcome(parts) == ["verified"]


@pytest.mark.parametrize("typed", ["{} ", "{}.", "el codigo es {}", "{0[0]}{0[1]} {0[2]}{0[3]}{0[4]}"])  # fmt: skip
def test_digits_may_be_written_with_words_and_gaps(digits, new, typed):
    new.says(typed.format(digits))

    assert new.said == ["contact_change.number_verified"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("el codigo es {}", "el codigo es"),
        ("me dijeron que es {0[0]}{0[1]} {0[2]}{0[3]}{0[4]}.", "me dijeron que es"),
        ("tengo miedo {}", "tengo miedo"),
        ("quieren 100000 o vienen por mi {}", "quieren 100000 o vienen por mi"),
    ],
)
def test_what_is_screened_are_the_words_without_our_digits(digits, new, parts, time, typed, read):
    screened = screening_of(parts)
    OnePhone(screened.parts, new.number, time=time).says(typed.format(digits))

    assert [text.strip(" .") for text in screened.texts] == [read]


def test_other_digits_are_screened_as_they_stand(digits, new, parts, time):
    screened = screening_of(parts)
    OnePhone(screened.parts, new.number, time=time).says(f"quieren {other_than(digits)} lempiras")

    assert screened.texts == [f"quieren {other_than(digits)} lempiras"]


def screening_of(parts):
    """Parts whose screening remembers what it was shown, and finds nothing."""
    texts = []

    def screen(text, earlier=()):
        texts.append(text)
        return Screening(Decision.NONE)

    return SimpleNamespace(
        parts=replace(parts, safety=replace(parts.safety, screen=screen)), texts=texts
    )


def test_the_conversation_goes_on_on_the_new_phone(digits, new, dialogue, family):
    new.says("hola").says(digits).says("a que hora me voy")

    assert dialogue.requests[-1].contact_id == family.child
    assert new.hearer == family.child
    assert new.inbound().intent == "greet"


def test_what_the_stranger_wrote_before_is_the_contacts_from_then_on(digits, new, parts, family):
    new.says("hola")
    reference, stranger = new.last, new.writer
    new.says(digits)

    assert stranger != family.child
    assert new.inbound(reference).contact_id == family.child
    assert contact_of(parts, stranger).erased_at is not None


def test_what_comes_next_goes_to_the_new_number_only(digits, new, old, parts, family):
    new.says(digits)
    with database.unit_of_work(parts.engine) as session:
        addresses = contacts.addresses(session, family.child)
        found = route(reaches_of(addresses), parts.now(), has_template=True)
        assert {a.id: a.number for a in addresses}[found.address.id] == new.number


def test_what_was_still_to_be_answered_is_answered_on_the_new_phone(
    digits, new, old, dialogue, time
):
    dialogue.failure = DialogueDown("ConnectError")
    old.says("a que hora me voy")
    new.says(digits)
    dialogue.failure = None
    time.passes(minutes=2)
    new.works()

    assert new.said == ["requests.greet"]
    assert dialogue.requests[-1].text == "a que hora me voy"


def test_whether_somebody_came_is_asked_on_the_new_phone(digits, new, old, parts, time, family):
    old.says(HIT)
    new.says(digits)
    escalation = escalated(parts, family.child)[0]
    time.moment = escalation.proof_at
    while keep_watch(new.parts):
        pass
    new.works()

    assert new.said == ["disclosure.proof"]


def test_on_whatsapp_the_digits_are_as_good(digits, new, parts, family):
    whatsapp = new.on(Channel.WHATSAPP)
    whatsapp.says(digits)

    assert whatsapp.said == ["contact_change.number_verified"]
    assert numbers_of(parts, family.child) == {new.number: ["sms", "whatsapp"]}


def test_the_old_phone_is_a_strangers_from_then_on_and_a_person_hears_of_it(
    digits, new, old, parts, family
):
    new.says(digits)
    old.says("hola")

    assert old.said == ["fallback.unknown_number"]
    assert old.writer != family.child
    assert ("contact_change", "old_number") in tasks_of(parts, family.child)


def test_until_then_the_old_phone_stays(digits, old, dialogue, family):
    old.says("hola")

    assert old.said == ["requests.greet"]
    assert dialogue.requests[-1].contact_id == family.child


def test_the_way_back_to_an_old_number_is_the_same(digits, new, old, parts, family, dialogue):
    new.says(digits)
    old.says("hola")
    code = entered(parts, family.child, old.number)
    old.works().says(code)

    assert old.said == ["contact_change.number_verified"]
    assert numbers_of(parts, family.child) == {old.number: ["sms", "whatsapp"]}
    new.says("hola")
    assert new.said == ["fallback.unknown_number"]


def test_wrong_digits_are_said_so_and_after_some_a_person_asks(digits, new, parts, family):
    for _ in range(MOST_WRONG):
        new.says(other_than(digits))
        assert new.said == ["contact_change.number_wrong"]
    assert outcome(parts) == ["refused"]
    assert ("contact_change", "refused") in tasks_of(parts, family.child)

    new.says(digits)
    assert new.said == ["fallback.unknown_number"]
    assert new.number not in numbers_of(parts, family.child)


def test_after_three_days_the_digits_prove_nothing(digits, new, parts, family, time):
    time.passes(days=3)
    new.says(digits)

    assert new.said == ["fallback.unknown_number"]
    assert outcome(parts) == ["expired"]
    assert ("contact_change", "expired") in tasks_of(parts, family.child)


def test_what_expired_becomes_a_task_although_nobody_writes(digits, parts, family, time):
    assert not settle_expired(parts)
    time.passes(days=3)

    assert settle_expired(parts)
    assert not settle_expired(parts)
    assert ("contact_change", "expired") in tasks_of(parts, family.child)


def test_a_newer_number_takes_the_place_of_one_that_was_not_proved(
    digits, new, wants, old, parts, time
):
    newer = OnePhone(parts, fresh_number(), time=time)
    wants().says(newer.number)
    second = told_on(old)
    new.says(digits)
    assert new.said == ["fallback.unknown_number"]

    newer.says(second)
    assert newer.said == ["contact_change.number_verified"]
    assert outcome(parts) == ["replaced", "verified"]


def test_the_digits_of_another_phone_prove_nothing(digits, parts, time):
    somebody = OnePhone(parts, fresh_number(), time=time)
    somebody.says(digits)

    assert somebody.said == ["fallback.unknown_number"]


def test_the_number_of_somebody_else_is_refused_and_never_merged(wants, old, parts, family):
    other = make_child(parts, number="+50255550099")
    wants().says("+502 5555 0099")

    assert old.said == ["contact_change.number_refused"]
    assert ("contact_change", "in_use") in tasks_of(parts, family.child)
    assert list(numbers_of(parts, other)) == ["+50255550099"]


def test_the_number_of_staff_is_refused(wants, old, parts, family):
    with database.unit_of_work(parts.engine) as session:
        number = staff.get(session, family.case_manager).number
    wants().says(number)

    assert old.said == ["contact_change.number_refused"]


def test_a_number_that_somebody_else_was_enrolled_with_meanwhile_is_not_taken(
    digits, new, parts, family
):
    other = make_child(parts, number=new.number)
    new.says(digits)

    assert new.writer == other
    assert new.said == ["contact_change.number_wrong"]
    assert new.number not in numbers_of(parts, family.child)
    assert ("contact_change", "in_use") in tasks_of(parts, family.child)


def test_the_caregivers_phone_may_become_the_childs_too_and_is_shared_then(
    wants, old, parts, family, time
):
    (number,) = numbers_of(parts, family.caregiver)
    mothers = OnePhone(parts, number, time=time)
    wants().says(number)
    digits = told_on(old)
    mothers.works().says(digits)
    assert mothers.said == ["contact_change.number_verified"]
    assert numbers_of(parts, family.child) == {number: ["sms", "whatsapp"]}
    assert all(row.shared for row in mothers.everybody())

    mothers.says("hola")
    assert mothers.said == ["contact_change.shared_ask_who"]


def test_a_child_who_has_an_own_phone_now_leaves_the_other_to_the_caregiver(parts, time, dialogue):
    number = fresh_number()
    child = make_child(parts, number=number, case_manager_id=make_staff(parts))
    caregiver = make_caregiver(parts, child, number=number)
    own, mothers = OnePhone(parts, fresh_number(), time=time), OnePhone(parts, number, time=time)
    own.says(entered(parts, child, own.number))
    assert own.hearer == child
    mothers.says("hola")

    assert mothers.said == ["requests.greet"]
    assert mothers.hearer == caregiver


def test_danger_told_from_a_number_that_is_not_proved_calls_a_person(digits, new, parts, family):
    new.says(HIT)
    stranger = new.writer
    assert new.said[0].startswith("disclosure.")
    assert escalated(parts, stranger)

    new.says(f"{digits} mi tio me pega con el cinturon")
    assert new.said[0].startswith("disclosure.")


def test_what_a_stranger_told_of_danger_stays_open_and_is_the_contacts_then(
    digits, new, parts, family
):
    new.says(HIT)
    new.says(digits)

    (row,) = escalated(parts, family.child)
    assert row.child_id == family.child
    assert row.state == "open"
    with database.unit_of_work(parts.engine) as session:
        erase(session, family.child, parts, although_open=True)


def test_digits_are_not_taken_for_a_choice_of_a_menu(digits, new, old, dialogue, parts):
    old.says(digits)

    assert dialogue.requests[-1].text == digits
    assert outcome(parts) == [None]


def test_stop_from_the_new_number_is_heeded_and_nothing_more_is_said_there(digits, new, parts):
    new.says("ALTO")
    assert new.said == ["subscription.opted_out"]
    new.says(digits)

    assert new.said == ["subscription.already_out"]
    assert outcome(parts) == [None]


def test_a_number_that_said_stop_is_not_written_to_a_person_looks(wants, old, new, parts, family):
    new.says("ALTO")
    wants().says(new.number)

    assert old.said == ["requests.new_number"]
    assert IS_NEUTRAL not in [row.message_ids for row in new.left()]
    assert ("contact_change", "") in tasks_of(parts, family.child)


def test_nobody_makes_us_write_to_many_strangers(wants, old):
    for _ in range(MOST_A_DAY):
        wants().says(fresh_number())
        assert old.said == TELLS_THE_DIGITS
        old.works()
    wants().says(fresh_number())
    assert old.said == ["requests.new_number"]


def test_a_case_manager_enters_a_number_and_tells_the_digits_by_voice(new, old, parts, family):
    digits = entered(parts, family.child, new.number)
    new.works()
    assert [row.message_ids for row in new.left()] == [IS_NEUTRAL]
    assert old.left() == []

    new.says(digits)
    assert new.hearer == family.child


def test_what_a_case_manager_enters_wrongly_is_refused_in_a_sentence(parts, family, old):
    (mothers,) = numbers_of(parts, make_caregiver(parts, make_child(parts)))
    stranger = OnePhone(parts, fresh_number()).says("hola").writer
    with database.unit_of_work(parts.engine) as session:
        case_managers = staff.get(session, family.case_manager).number
    for contact_id, number, sentence in (
        (family.child, "1234", "country code"),
        (family.child, old.number, "already"),
        (family.child, mothers, "Another contact has this number"),
        (family.child, case_managers, "staff"),
        (make_child(parts, consent=False), fresh_number(), "consent"),
        (stranger, fresh_number(), "enrol"),
    ):
        with pytest.raises(AcompanaError, match=sentence):
            entered(parts, contact_id, number)


def test_who_is_enrolled_with_a_number_of_the_past_has_it(digits, new, old, parts):
    new.says(digits)
    with database.unit_of_work(parts.engine) as session:
        somebody = Enrolment(Role.CHILD, "Ana", old.number, "es", consent=True)
        ana = enrol(session, somebody, parts)
    old.says("hola")

    assert old.writer == ana
    assert old.said == ["requests.greet"]


def test_a_contact_can_be_erased_while_a_number_waits_for_its_proof(digits, new, parts, family):
    with database.unit_of_work(parts.engine) as session:
        erase(session, family.child, parts)
    new.says(digits)

    assert new.said == ["fallback.unknown_number"]
    assert outcome(parts) == []


def entered(parts, contact_id, number):
    with database.unit_of_work(parts.engine) as session:
        return enter_number(session, contact_id, number, parts)


def outcome(parts):
    with database.unit_of_work(parts.engine) as session:
        query = select(NumberChangeRow).order_by(NumberChangeRow.requested_at)
        return [row.outcome for row in session.scalars(query)]


def escalated(parts, contact_id):
    with database.unit_of_work(parts.engine) as session:
        query = select(EscalationRow).where(EscalationRow.contact_id == contact_id)
        return list(session.scalars(query))
