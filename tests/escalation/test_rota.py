"""Who is called at a given hour: shifts, holidays, phases, waiting for a shift, people who left."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from bot.domain.dialogue import Reply
from bot.domain.risk import Decision, Screening, Tier
from bot.services import rota, tell_advocate
from bot.services.replace_rota import replace_rota
from bot.services.set_journey import set_journey
from bot.services.set_rota import set_rota
from bot.services.tasks import open_task
from bot.store import database, escalations, staff
from bot.store.tables import ContactRow
from tests.builders import ALWAYS, FACTS, make_staff, number_of
from tests.conversation import Conversation

CRITICAL, HIGH, MEDIUM, LOW = "peligro", "golpes", "rechazo", "burla"
SIGNS = {
    CRITICAL: Screening(Decision.ALERT, "gang_threat", Tier.CRITICAL, "lexicon"),
    HIGH: Screening(Decision.ALERT, "mistreatment_in_custody", Tier.HIGH, "lexicon"),
    MEDIUM: Screening(Decision.ALERT, "medical", Tier.MEDIUM, "lexicon"),
    LOW: Screening(Decision.ALERT, "stigma_bullying", Tier.LOW, "lexicon"),
}


@pytest.fixture
def safety(safety):
    """Four words, one for each tier."""
    quiet = Screening(Decision.NONE)
    return replace(safety, screen=lambda text, earlier: SIGNS.get(text, quiet))


@pytest.fixture
def planned(talk, timed_parts):
    """Enter Elena's hours, and Rosa as the supervisor."""
    rosa = make_staff(timed_parts, "Rosa Lima", role="supervisor", duty=[])

    def plan(*shifts):
        number = number_of(timed_parts, talk.family.case_manager)
        make_staff(timed_parts, "Elena Paz", duty=list(shifts), number=number)
        return rosa

    return plan


def ticks(talk, time, **delta):
    time.passes(**delta)
    talk.clock_ticks()


def shift(begin, end, **more):
    return {"country": "US", "from": begin, "to": end, "on_holidays": True, **more}


@pytest.mark.parametrize("word", [CRITICAL, HIGH])
def test_what_burns_calls_the_supervisor_when_nobody_is_on_duty(talk, planned, word):
    rosa = planned(shift("12:00", "20:00"))  # it is nine in the morning
    talk.says(word)

    assert talk.escalation.called_id == rosa
    assert "rota_gap" in talk.chain


@pytest.mark.parametrize("word", [MEDIUM, LOW])
def test_what_can_wait_waits_for_a_shift_and_nobody_forgets_it(talk, planned, time, notifier, word):
    planned(shift("12:00", "20:00"))
    talk.says(word)
    assert notifier.calls == []
    assert time.now() < talk.escalation.next_call_at < talk.escalation.acknowledge_by

    ticks(talk, time, hours=3)
    assert talk.escalation.called_id == talk.family.case_manager


def test_what_can_wait_does_not_wait_beyond_half_of_its_time(talk, planned):
    rosa = planned(shift("08:00", "08:30"))  # tomorrow, in 23 hours; the deadline is in 24
    talk.says(MEDIUM)

    assert talk.escalation.called_id == rosa


def test_a_shift_that_was_cancelled_while_it_was_waited_for(talk, planned, time):
    rosa = planned(shift("12:00", "20:00"))
    talk.says(MEDIUM)
    planned()
    ticks(talk, time, hours=3, minutes=1)

    assert talk.escalation.called_id == rosa


def test_what_waits_and_gets_urgent_waits_no_longer(talk, planned):
    rosa = planned(shift("12:00", "20:00"))
    talk.says(MEDIUM)
    talk.says(CRITICAL)

    assert talk.escalation.called_id == rosa


def test_a_further_sign_of_what_waits_does_not_wake_anybody_and_is_not_lost(
    talk, planned, time, notifier
):
    planned(shift("12:00", "20:00"))
    talk.says(MEDIUM)
    talk.says(MEDIUM)
    assert notifier.calls == []

    ticks(talk, time, hours=3)
    assert len(notifier.calls) == 1


def test_a_shift_that_is_only_for_another_phase_is_not_called(talk, planned):
    rosa = planned(shift("00:00", "00:00", phases=["after"]))
    talk.says(CRITICAL)  # Wendy has not left yet

    assert talk.escalation.phase == "before"
    assert talk.escalation.called_id == rosa


def test_hours_that_only_one_phase_has_are_shown_as_a_gap(timed_parts):
    make_staff(timed_parts, duty=[shift("00:00", "00:00", phases=["after"])])
    begin = datetime(2026, 12, 1, tzinfo=UTC)
    with database.unit_of_work(timed_parts.engine) as session:
        gaps = [gap for gap in rota.unstaffed(session, begin, 1) if gap.country == "US"]

    assert gaps


def test_day_and_night_has_no_gap(timed_parts):
    make_staff(timed_parts, duty=[ALWAYS | {"country": "US"}])
    begin = datetime(
        2026, 10, 30, tzinfo=UTC
    )  # the clocks of the United States go back on the first
    with database.unit_of_work(timed_parts.engine) as session:
        assert [g for g in rota.unstaffed(session, begin, 7) if g.country == "US"] == []


@pytest.mark.parametrize(
    ("country", "day"),
    [
        ("US", datetime(2026, 11, 26, 18, tzinfo=UTC)),  # Thanksgiving
        ("GT", datetime(2026, 9, 15, 18, tzinfo=UTC)),  # independence
        ("HN", datetime(2026, 9, 15, 18, tzinfo=UTC)),
        ("SV", datetime(2026, 9, 15, 18, tzinfo=UTC)),
        ("MX", datetime(2026, 9, 16, 18, tzinfo=UTC)),
    ],
)
def test_on_a_holiday_only_those_are_on_duty_who_said_so(timed_parts, country, day):
    hours = {"country": country, "from": "00:00", "to": "00:00"}
    make_staff(timed_parts, duty=[hours])
    with database.unit_of_work(timed_parts.engine) as session:
        assert rota.on_duty_for(session, country, "after", day) == []
        before = rota.on_duty_for(session, country, "after", day - timedelta(days=7))
        assert len(before) == 1

    working = make_staff(timed_parts, "Ana", duty=[hours | {"on_holidays": True}])
    with database.unit_of_work(timed_parts.engine) as session:
        assert rota.on_duty_for(session, country, "after", day) == [working]


def test_the_own_case_manager_comes_first_then_the_rank(timed_parts):
    last, own, first = (
        make_staff(timed_parts, name, duty=[ALWAYS | {"country": "GT", "rank": rank}])
        for name, rank in (("C", 3), ("B", 2), ("A", 1))
    )
    with database.unit_of_work(timed_parts.engine) as session:
        assert rota.on_duty_for(session, "GT", "after", timed_parts.now()) == [first, own, last]
        found = rota.on_duty_for(session, "GT", "after", timed_parts.now(), own)
        assert found == [own, first, last]


def test_who_has_left_is_not_called(talk, team, timed_parts, called):
    with database.unit_of_work(timed_parts.engine) as session:
        staff.get(session, team.elena).left_at = timed_parts.now()
    talk.says(CRITICAL)

    assert called() == [("marvin", "sms")]


def test_who_leaves_while_being_called_is_passed_over(talk, team, timed_parts, time, called):
    talk.says(CRITICAL)
    with database.unit_of_work(timed_parts.engine) as session:
        staff.get(session, team.elena).left_at = time.now()
    ticks(talk, time, minutes=5)

    assert called()[-1] == ("marvin", "sms")


def test_who_leaves_with_an_escalation_in_hand_loses_it_at_the_promised_time(
    talk, team, timed_parts, time
):
    talk.says(CRITICAL)
    talk.staff_answers(team.elena, "1")
    with database.unit_of_work(timed_parts.engine) as session:
        staff.get(session, team.elena).left_at = time.now()
    ticks(talk, time, hours=1)
    ticks(talk, time, minutes=10)

    assert talk.escalation.called_id == team.rosa


@pytest.fixture
def leaves(team, timed_parts):
    """Enter the rota anew without one of the team."""

    def without(person):
        with database.unit_of_work(timed_parts.engine) as session:
            here = [row for row in staff.everyone(session) if row.id != person]
            people = {str(row.id): as_entered(row) for row in here}
            return replace_rota(session, people, timed_parts)

    return without


def as_entered(row):
    duty = [ALWAYS | {"country": country, "rank": 2} for country in ("US", "GT")]
    who = {"name": row.name, "role": row.role, "number": row.number, "country": row.country}
    return who | {"duty": duty if row.role == "case_manager" else []}


def test_who_is_taken_off_the_rota_while_being_called_is_passed_over_at_once(
    talk, team, leaves, called
):
    talk.says(CRITICAL)
    leaves(team.elena)
    talk.work()

    assert called() == [("elena", "sms"), ("marvin", "sms")]


def test_who_is_taken_off_the_rota_with_an_escalation_in_hand_hands_it_on_at_once(
    talk, team, leaves, called
):
    talk.says(CRITICAL)
    talk.staff_answers(team.elena, "1")
    leaves(team.elena)
    talk.work()

    assert (talk.escalation.state, talk.escalation.assigned_id) == ("open", None)
    assert called()[-1] == ("marvin", "sms")


def test_who_left_can_take_nothing_any_more_and_is_named_to_nobody(talk, team, leaves, dialogue):
    number = number_of(talk.parts, team.elena)
    talk.says(CRITICAL)
    unassigned = leaves(team.elena).without_case_manager
    assert set(unassigned) == {talk.contact_id, talk.family.caregiver}
    reference = talk.phone.write_from(number, "1")
    talk.work()
    assert talk.escalation.state == "open"
    assert talk.inbound(reference).contact_id != talk.contact_id

    dialogue.replies = (Reply(("requests.person",)),)
    talk.says("quiero hablar con alguien")
    assert "Elena" not in talk.text
    assert "Rosa Lima" in talk.text


def test_what_waited_to_be_told_to_who_left_is_told_to_a_supervisor(talk, team, leaves, called):
    with database.unit_of_work(talk.parts.engine) as session:
        open_task(session, talk.contact_id, "person", talk.parts)
    leaves(team.elena)
    talk.work()

    assert called() == [("rosa", "sms")]


def test_who_comes_back_is_called_and_named_again(talk, team, leaves, called):
    with database.unit_of_work(talk.parts.engine) as session:
        entry = as_entered(staff.get(session, team.elena))
    leaves(team.elena)
    with database.unit_of_work(talk.parts.engine) as session:
        assert set_rota(session, {"elena": entry}) == {"elena": team.elena}
    talk.says(CRITICAL)

    assert called() == [("elena", "sms")]


def test_the_rota_is_taken_in_twice_without_doubling_anybody(timed_parts):
    people = {
        "ana": {
            "name": "Ana",
            "role": "case_manager",
            "number": "+50255500999",
            "country": "GT",
            "duty": [ALWAYS | {"country": "GT"}],
        }
    }
    for _ in range(2):
        with database.unit_of_work(timed_parts.engine) as session:
            set_rota(session, people)
    with database.unit_of_work(timed_parts.engine) as session:
        assert len(rota.on_duty_for(session, "GT", "after", timed_parts.now())) == 1
        assert len(staff.everyone(session)) == 1


def test_a_child_who_has_arrived_is_answered_for_by_the_country_of_arrival(
    talk, team, timed_parts, time
):
    with database.unit_of_work(timed_parts.engine) as session:
        set_journey(session, talk.contact_id, FACTS, "test", timed_parts)
        session.get_one(ContactRow, talk.contact_id).country = "GT"
    time.moment = datetime(2026, 12, 10, 15, tzinfo=UTC)
    talk.says(CRITICAL)

    assert (talk.escalation.country, talk.escalation.phase) == ("GT", "after")


def test_on_the_way_the_tier_is_raised_as_the_policy_says(talk, team, timed_parts, time):
    with database.unit_of_work(timed_parts.engine) as session:
        set_journey(session, talk.contact_id, FACTS, "test", timed_parts)
    time.moment = datetime(2026, 12, 3, 16, tzinfo=UTC)
    talk.says(MEDIUM)

    assert (talk.escalation.phase, talk.escalation.tier) == ("journey", "high")


def test_a_stranger_is_called_for_as_well(talk, team, called):
    with Conversation(talk.parts, uuid4()) as nobody:
        reference = nobody.phone.write_from("+50277712345", CRITICAL)
        stranger = Conversation(talk.parts, nobody.inbound(reference).contact_id)
    stranger.work()

    assert stranger.escalation.country == "GT"
    assert len(called()) == 1


def tell_advocate_of(conversation):
    """Tell who is told of a fear of the return, about what is open for this person."""
    with database.unit_of_work(conversation.parts.engine) as session:
        row = escalations.lock(session, conversation.escalation.id)
        contact = session.get_one(ContactRow, conversation.contact_id)
        tell_advocate.tell_also(session, contact, row, "child_advocate", conversation.parts)
    conversation.work()


def test_the_advocate_of_the_child_is_told_also_when_the_caregiver_writes(
    talk, team, timed_parts, notifier
):
    theirs, _ = (
        make_staff(timed_parts, name, role="child_advocate", duty=[]) for name in ("Luz", "Iris")
    )
    mother = Conversation(timed_parts, talk.family.caregiver)
    with database.unit_of_work(timed_parts.engine) as session:
        session.get_one(ContactRow, talk.contact_id).advocate_id = theirs
    mother.says(CRITICAL)
    for _ in range(2):
        tell_advocate_of(mother)

    told = [call.number for call in notifier.calls if call.template == "staff.advocate"]
    assert told == [number_of(timed_parts, theirs)] * 2  # once by SMS, once by e-mail


def test_an_advocate_who_has_left_is_not_told(talk, team, timed_parts, notifier):
    gone = make_staff(timed_parts, "Luz", role="child_advocate", duty=[])
    with database.unit_of_work(timed_parts.engine) as session:
        staff.get(session, gone).left_at = timed_parts.now()
        session.get_one(ContactRow, talk.contact_id).advocate_id = gone
    talk.says(CRITICAL)
    tell_advocate_of(talk)

    assert [call for call in notifier.calls if call.template == "staff.advocate"] == []
    assert talk.tasks == ["advocate"]
