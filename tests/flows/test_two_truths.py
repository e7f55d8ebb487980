"""What a child tells stays between the child and the case manager; a caregiver's words do too."""

import logging
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.domain.channels import Channel
from bot.gateways.dialogue import DialogueDown
from bot.gateways.sending import AddressUnreachable
from bot.store import database
from bot.store.risk_tables import EscalationStepRow, NoticeRow
from tests.builders import fresh_number, make_caregiver, make_child, make_family, make_staff
from tests.conversation import Conversation
from tests.flows.overhearing import Overheard, remembered, transcript, values_of
from tests.flows.signs import HIT, WANTS_TO_DIE, is_believed

TELLS = "mi tio me pega con el cinturon y se llama Zacarias"
TELLTALE = ("zacarias", "cinturon", "pega")
NAMES = ("Wendy", "Cux", "Marta")
HITS_THE_CHILD = "le pego a mi hija con el cinturon"
ABOUT_AN_ALERT = (
    "alert", "avis", "report", "denunci", "autoridad", "policía", "Elena", "contó", "dijo",
)  # fmt: skip
CAREGIVER_SAYS = (
    "que escribio mi hija", "otra vez", "como esta mi hija", "quiero hablar con una persona",
    "a que hora llega mi hija", "menu", "mas facil",
)  # fmt: skip


@pytest.fixture
def parts(parts, time):
    """The real dialogue engine, overheard, on a clock that the test moves."""
    overheard = Overheard(parts.dialogue)
    return replace(parts, now=time.now, pause=time.pause, dialogue=overheard)


def caregiver_talks(parts, family):
    with Conversation(parts, family.caregiver) as talk:
        talk.is_welcomed()
        for text in CAREGIVER_SAYS:
            talk.says(text)
        return talk


def child_tells(parts, family, *texts):
    with Conversation(parts, family.child) as talk:
        for text in texts or (TELLS,):
            talk.says(text)
        return talk


def test_the_caregiver_hears_the_same_whether_or_not_the_child_told(parts):
    told, quiet = make_family(parts), make_family(parts)
    assert is_believed(child_tells(parts, told))

    after, without = caregiver_talks(parts, told), caregiver_talks(parts, quiet)
    assert transcript(after, told) == transcript(without, quiet)
    assert after.tasks == without.tasks
    assert after.escalations == []
    assert set(values_of(parts, told.caregiver)) == set(values_of(parts, quiet.caregiver))


def test_a_caregiver_who_is_in_the_middle_of_a_talk_notices_nothing(parts, family):
    with Conversation(parts, family.caregiver) as caregiver:
        caregiver.is_welcomed().says("siguiente")
        before = len(caregiver.outbound())
        child_tells(parts, family)
        assert len(caregiver.outbound()) == before
        caregiver.says("siguiente")

    assert caregiver.said[-1] == "orientation.step_menu"
    assert not any(m.startswith("disclosure.") for m in caregiver.said)


def test_nothing_of_it_is_in_what_the_dialogue_engine_knows_of_the_caregiver(parts, family):
    child_tells(parts, family)
    caregiver_talks(parts, family)

    known = parts.dialogue.told_about(family.caregiver) + remembered(parts, family.caregiver)
    assert known
    for word in (*TELLTALE, "disclos", "/safety", "abuse"):
        assert word not in known.lower()


def test_the_dialogue_engine_is_not_even_told_the_childs_words(parts, family):
    child_tells(parts, family)

    known = parts.dialogue.told_about(family.child) + remembered(parts, family.child)
    assert "/safety" in known
    for word in (*TELLTALE, *(name.lower() for name in NAMES)):
        assert word not in known.lower()


def test_staff_are_called_without_a_name_or_a_word(parts, family, notifier):
    child_tells(parts, family, TELLS, WANTS_TO_DIE)

    assert notifier.calls
    with database.unit_of_work(parts.engine) as session:
        rows = session.scalars(select(NoticeRow)).all()
        steps = session.scalars(select(EscalationStepRow)).all()
        stored = [f"{row.message_id} {row.values}" for row in rows]
        stored += [f"{step.detail} {step.note}" for step in steps]
    sent = [f"{c.text} {c.subject} {c.variables} {c!r}" for c in notifier.calls]
    for text in (*sent, *stored):
        assert not any(word.lower() in text.lower() for word in (*TELLTALE, *NAMES))


def test_no_log_holds_a_name_or_a_word(parts, family, caplog, settings):
    caplog.set_level(logging.DEBUG)
    files = [settings.home / "logs" / name for name in ("dialogue.log", "test-actions.log")]
    begins = [path.stat().st_size for path in files]
    child_tells(parts, family)
    caregiver_talks(parts, family)

    logged = caplog.text
    for path, begin in zip(files, begins, strict=True):
        logged += path.read_bytes()[begin:].decode("utf-8", "replace")
    assert caplog.records
    for word in (*TELLTALE[:2], *NAMES):
        assert word.lower() not in logged.lower()


@pytest.mark.parametrize("is_down", [False, True])
def test_a_caregiver_who_hits_the_child_hears_no_word_of_an_alert(parts, family, is_down):
    with Conversation(parts, family.caregiver) as talk:
        talk.is_welcomed()
        if is_down:
            talk.parts = replace(parts, dialogue=Down())
        talk.says(HITS_THE_CHILD)
        assert talk.said == ["disclosure.concern", "disclosure.number"]
        first = talk.text
        talk.says("hoy le pego otra vez a la niña porque no me hace caso")

    assert talk.said[0] == "disclosure.concern"
    assert talk.escalation.category == "abuse_neglect"
    assert talk.escalation.child_id == family.child
    assert len(talk.escalations) == 1
    for word in ABOUT_AN_ALERT:
        assert word.lower() not in (first + talk.text).lower()


class Down:
    """A dialogue engine that is not there."""

    def take_turn(self, request):
        raise DialogueDown("ConnectError")

    def ready(self):
        return False


def test_what_a_caregiver_tells_does_not_show_in_the_childs_thread(parts, family):
    with Conversation(parts, family.caregiver) as caregiver:
        caregiver.says(HITS_THE_CHILD)
    with Conversation(parts, family.child) as child:
        child.says("hola")
        assert child.said == ["onboarding.welcome", "onboarding.ask_language"]

    assert "disclos" not in parts.dialogue.told_about(family.child)


def test_both_tell_and_each_hears_only_their_own_answer(parts, family):
    child = child_tells(parts, family)
    with Conversation(parts, family.caregiver) as caregiver:
        caregiver.says(HITS_THE_CHILD)

    assert caregiver.said[0] == "disclosure.concern"  # not "thank you for telling me more"
    assert len(child.escalations) == len(caregiver.escalations) == 1
    assert child.escalation.code != caregiver.escalation.code


@pytest.fixture
def shared_phone(parts):
    """One number: the child has one channel of it and the caregiver the other one."""

    def make(of_child, of_caregiver):
        family = {"number": fresh_number(), "case_manager_id": make_staff(parts)}
        child = make_child(parts, channels=(of_child,), **family)
        caregiver = make_caregiver(parts, child, channels=(of_caregiver,), **family)
        return Conversation(parts, child, of_child), Conversation(parts, caregiver, of_caregiver)

    return make


def test_on_a_shared_phone_what_the_caregiver_gets_shows_nothing(shared_phone, provider):
    child, caregiver = shared_phone(Channel.SMS, Channel.WHATSAPP)
    child.says(TELLS)
    assert is_believed(child)
    caregiver.is_welcomed().says("otra vez").says("que escribio mi hija")

    got = [p for p in provider.parcels if p.to.channel is Channel.WHATSAPP]
    assert got
    assert not any(word in p.text.lower() for p in got for word in TELLTALE)
    assert not any(
        m.startswith("disclosure.") for row in caregiver.outbound() for m in row.message_ids
    )


def test_an_answer_that_cannot_arrive_never_falls_into_the_caregivers_thread(
    shared_phone, provider
):
    child, caregiver = shared_phone(Channel.WHATSAPP, Channel.SMS)
    provider.refuse_next = [AddressUnreachable(63003)]
    child.says(TELLS)
    child.work()

    assert caregiver.outbound() == []
    assert provider.parcels == []
    assert child.escalation.state == "open"
    assert "undeliverable" in child.tasks


def test_what_is_said_again_on_a_borrowed_phone_promises_nothing_that_has_passed(
    parts, family, time
):
    with Conversation(parts, family.child) as talk:
        talk.is_welcomed().says(HIT)
        time.passes(hours=5)
        talk.says("otra vez")

    assert talk.said == ["disclosure.thank_you", "disclosure.number"]
