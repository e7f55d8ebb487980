"""Whatever happens in whatever order: once, awake, with a consent, never after STOP, and always an end."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, event, select, update

from bot.domain.anchors import anchors_of
from bot.domain.check_in import OVER, State, due_steps
from bot.domain.consent import Agreement, Consent, may_be_written_to_unasked
from bot.domain.contacts import COUNTRIES, Role
from bot.domain.delivery import Status
from bot.gateways.dialogue import DialogueDown
from bot.gateways.sending import (
    AddressOptedOut,
    AddressUnreachable,
    Parcel,
    Refused,
    TryLater,
    UseOtherChannel,
)
from bot.services import handle_escalation
from bot.services.plan_check_ins import case_facts
from bot.services.programme import programme
from bot.services.record_delivery import record_delivery
from bot.store import contacts, database, escalations, journeys
from bot.store.tables import AddressRow, ConsentRow, ContactRow, OutboundRow, SenderPaceRow
from bot.store.time_tables import CheckInRow
from tests.builders import make_family
from tests.check_ins.conftest import AT_HOME, DANGER, DOUBT, welcome
from tests.check_ins.life import Life, facts, with_template
from tests.doubles.provider import AcceptingProvider

NOT_THE_FIRST = {"check_in.remind", "check_in.invite", "contact_change.shared_ask_who"}
"""What may be said more than once for one check-in."""

ZONES = [*COUNTRIES.values(), "America/New_York", "America/Tijuana"]
BEGIN = datetime(2026, 10, 20, 15, 0, tzinfo=ZoneInfo("UTC"))
"""Not long before the clocks of the United States go back."""

MOST_MOMENTS = 400
"""So many looks of the clock are more than the rest of any life."""


# What was said, and what held at that moment


@dataclass
class Overheard:
    """Looks at every outbound row as it is written, in the same transaction, for what must not be."""

    wrong: list[str] = field(default_factory=list)

    def __call__(self, _mapper, connection, row: OutboundRow) -> None:
        if row.inbound_id is None:
            self._look(connection, row)

    def _look(self, connection, row):
        contact = one(connection, ContactRow, row.contact_id)
        plain = contacts.as_contact(contact)
        found = {
            "without a consent": not has_consent(connection, plain.role, row.contact_id),
            "while they pause": contact.paused_at is not None,
            "after STOP": one(connection, AddressRow, row.address_id).opted_out_at is not None,
        }
        here = row.created_at.astimezone(ZoneInfo(plain.time_zone))
        what = f"{row.message_ids} to a {plain.role} at {here:%F %R} in {plain.time_zone}"
        self.wrong += [f"{what}: {why}" for why, is_so in found.items() if is_so]


def one(connection, table, row_id):
    return connection.execute(select(table.__table__).where(table.id == row_id)).one()


def has_consent(connection, role: Role, contact_id: UUID) -> bool:
    rows = connection.execute(
        select(ConsentRow.__table__).where(ConsentRow.contact_id == contact_id)
    )
    given = [Consent(Agreement(r.kind), r.given, r.recorded_at, r.withdrawn_at) for r in rows]
    return may_be_written_to_unasked(role, given)


class MoodyProvider(AcceptingProvider):
    """Takes everything, or refuses everything on one channel until its mood changes.

    What nobody asked for and comes while they sleep or after the good-bye is noted, whichever attempt
    or copy it is.
    """

    def __init__(self, parts, time) -> None:
        super().__init__()
        self.parts, self.time = parts, time
        self.mood: tuple[str, Exception] | None = None
        self.wrong: list[str] = []

    def send(self, parcel: Parcel) -> str:
        with database.unit_of_work(self.parts.engine) as session:
            self._look(session, session.get_one(OutboundRow, parcel.id))
        if self.mood and self.mood[0] in ("", parcel.to.channel):
            raise self.mood[1]
        return super().send(parcel)

    def _look(self, session, row):
        stored, now = contacts.get(session, row.contact_id), self.time.now()
        contact = contacts.as_contact(stored)
        is_awake = programme().waking[contact.audience(now.date())].covers(now, contact.time_zone)
        is_after_all = stored.ended_at is not None and row.message_ids != ["check_in.good_bye"]
        if row.inbound_id is None and (not is_awake or is_after_all):
            here = now.astimezone(ZoneInfo(contact.time_zone))
            what = "after the good-bye" if is_awake else "at night"
            self.wrong.append(f"{row.message_ids} {what}: {here:%F %R} in {contact.time_zone}")


# What happens

people = st.sampled_from(["child", "child", "caregiver"])
channels = st.sampled_from(["sms", "sms", "whatsapp"])
hours = st.sampled_from(["04:00", "08:30", "12:45", "16:00", "19:30", "23:15", None])
mostly = st.sampled_from([True, True, True, False])
pauses = st.sampled_from(
    [{}, {"minutes": 25}, {"hours": 3}, {"hours": 9}, {"days": 1}, {"days": 1}]
)
"""How long they live on after something happened, with the clock looking whenever anything is due."""

OUTAGES = [{"hours": 5}, {"days": 1}, {"days": 3}, {"days": 9}, {"days": 31}, {"days": 95}]
WORDS = ["hola", "y la comida", "1", "2", "3", "no quiero", DOUBT, DANGER, AT_HOME]
TAPS = ["open_check_in", "check_in_later", "danger_no", "danger_yes"]
MOODS = [
    TryLater(503),
    AddressUnreachable(30005),
    UseOtherChannel(63003),
    AddressOptedOut(21610),
    Refused(63013),
]


class Happenings(RuleBasedStateMachine):
    """A child and a caregiver, a clock that is moved, and everything that can happen to them."""

    def __init__(self, parts, time, overheard):
        super().__init__()
        self.provider, self.time, self.overheard = MoodyProvider(parts, time), time, overheard
        self.parts = replace(parts, provider=self.provider)

    @initialize(leaves_in=st.integers(1, 9), is_approved=st.booleans(), zone=st.sampled_from(ZONES))
    def begins(self, leaves_in, is_approved, zone):
        silence_the_others(self.parts)
        self.overheard.wrong.clear()
        self.parts.dialogue.failure = None
        self.time.moment = BEGIN
        parts = with_template(self.parts) if is_approved else self.parts
        self.life = Life(parts, self.time, make_family(parts, self._journey(leaves_in)))
        welcome(parts, self.life.family)
        self.life.change(zone=zone)
        self.life.tick()

    def _journey(self, leaves_in, travels=0, **changes):
        first = self.time.now().date() + timedelta(days=leaves_in)
        last = (first + timedelta(days=travels)).isoformat()
        there = dict.fromkeys(("arrival_on", "pick_up_on", "first_call_on"), last)
        return facts(first.isoformat(), **(there | changes))

    # The journey and the case

    @rule(
        leaves_in=st.integers(-4, 9),
        travels=st.integers(1, 3),
        at=hours,
        to=st.sampled_from(["GT", "HN", "SV", "MX"]),
        then=pauses,
    )
    def journey_is_entered(self, leaves_in, travels, at, to, then):
        zone = COUNTRIES[to] if leaves_in % 2 else "America/Tijuana"
        there = {"destination": to, "arrival_zone": zone, "arrival_time": at, "pick_up_time": None}
        self.life.set(self._journey(leaves_in, travels, departure_time=at, **there))
        self.life.lives_on(**then)

    @rule(is_whole=st.booleans(), then=pauses)
    def journey_is_called_off(self, is_whole, then):
        keep = {"destination": "GT"} | ({} if is_whole else self._journey(9))
        self.life.set({k: v for k, v in keep.items() if not k.startswith("arrival")})
        self.life.lives_on(**then)

    @rule(years=st.integers(6, 17), days=st.integers(0, 500), then=pauses)
    def birthday_is_corrected(self, years, days, then):
        born = self.time.now().date() - timedelta(days=365 * years + days)
        self.life.change(birth_year=born.year, born_on=born.isoformat())
        self.life.lives_on(**then)

    @rule(then=pauses)
    def somebody_says_that_they_arrived(self, then):
        self.life.change(arrived_at=self.time.now())
        self.life.lives_on(**then)

    @rule(is_open=mostly, then=pauses)
    def case_is_closed_or_reopened(self, is_open, then):
        self.life.change(closed_at=None if is_open else self.time.now())
        self.life.lives_on(**then)

    @rule(who=people, zone=st.sampled_from(ZONES), then=pauses)
    def moves_to_another_zone(self, who, zone, then):
        self.life.change(self._id(who), zone=zone)
        self.life.lives_on(**then)

    # What they say

    @rule(who=people, number=st.integers(0, 5), then=pauses)
    def answers(self, who, number, then):
        person = self._asked(who)
        if question := self.life.question(person):
            options = list(question.options)
            person.phone.tap(options[number % len(options)])
            person.work()
        self.life.lives_on(**then)

    @rule(who=people, then=pauses)
    def answers_to_the_end(self, who, then):
        if self.parts.dialogue.failure is None:
            self.life.answers(self._asked(who))
        self.life.lives_on(**then)

    @rule(who=people, channel=channels, word=st.sampled_from(WORDS), then=pauses)
    def writes(self, who, channel, word, then):
        self._on(who, channel, lambda phone: phone.write(word))
        self.life.lives_on(**then)

    @rule(who=people, channel=channels, choice=st.sampled_from(TAPS), then=pauses)
    def taps(self, who, channel, choice, then):
        self._on(who, channel, lambda phone: phone.tap(choice))
        self.life.lives_on(**then)

    @rule(who=people, channel=channels, comes=mostly, then=pauses)
    def leaves_or_comes_back(self, who, channel, comes, then):
        self._on(who, channel, lambda phone: phone.write("ALTA" if comes else "ALTO"))
        self.life.lives_on(**then)

    def _on(self, who, channel, does):
        with self._person(who).on(channel) as person:
            does(person.phone)
            person.work()

    # What the staff does

    @rule(who=people, is_over=mostly, then=pauses)
    def pauses_or_goes_on(self, who, is_over, then):
        self.life.change(self._id(who), paused_at=None if is_over else self.time.now())
        self.life.lives_on(**then)

    @rule(who=people, is_over=mostly, then=pauses)
    def is_handed_over_or_back(self, who, is_over, then):
        staff_id = None if is_over else self.life.family.case_manager
        self.life.change(self._id(who), held_by_id=staff_id)
        self.life.lives_on(**then)

    @rule(who=people, given=mostly, then=pauses)
    def consent_is_withdrawn_or_given(self, who, given, then):
        kind = Agreement.GUARDIAN_CONSENT if who == "child" else Agreement.OWN_CONSENT
        with database.unit_of_work(self.parts.engine) as session:
            contacts.record_consent(session, self._id(who), kind, given, self.time.now())
        self.life.lives_on(**then)

    @rule(who=people, then=pauses)
    def danger_is_closed(self, who, then):
        with database.unit_of_work(self.parts.engine) as session:
            row = escalations.unclosed_of(session, self._id(who))
            if row is not None:
                staff_id = self.life.family.case_manager
                handle_escalation.record_action(session, row, staff_id, "Fui a verla.", self.parts)
                handle_escalation.close(session, row, staff_id, "Ya está bien.", self.parts)
        self.life.lives_on(**then)

    # Outages and the clock

    @rule(
        channel=st.sampled_from(["", "sms", "whatsapp"]), mood=st.sampled_from(MOODS), then=pauses
    )
    def provider_refuses(self, channel, mood, then):
        self.provider.mood = (channel, mood)
        self.life.lives_on(**then)
        self.provider.mood = None

    @rule(failure=st.sampled_from(MOODS[1:4]), then=pauses)
    def the_last_message_is_reported_lost(self, failure, then):
        """Reports come hours later, at night too."""
        if self.provider.parcels:
            lost = self.provider.parcels[-1].id
            record_delivery(lost, f"SM{lost.hex}", "undelivered", failure, self.parts)
            self.life.tick()
        self.life.lives_on(**then)

    @rule(is_up=mostly, then=pauses)
    def dialogue_engine_fails_or_comes_back(self, is_up, then):
        self.parts.dialogue.failure = None if is_up else DialogueDown("for a while")
        self.life.lives_on(**then)

    @rule(outage=st.sampled_from(OUTAGES), then=pauses)
    def nobody_looks_for_a_while(self, outage, then):
        self.time.passes(**outage)
        self.life.tick()
        self.life.lives_on(**then)

    @rule(minutes=st.integers(1, 90), then=pauses)
    def the_clock_is_put_back(self, minutes, then):
        self.time.passes(minutes=-minutes)
        self.life.tick()
        self.life.lives_on(**then)

    def _asked(self, who):
        """Whoever is asked something just now, this one first."""
        both = [self._person(who), self.life.child, self.life.caregiver]
        return next((person for person in both if self.life.question(person)), both[0])

    def _id(self, who):
        return getattr(self.life.family, who)

    def _person(self, who):
        return getattr(self.life, who)

    # What holds

    @invariant()
    def all_is_as_it_should_be(self):
        assert self.overheard.wrong == []
        assert self.provider.wrong == []
        with database.unit_of_work(self.parts.engine) as session:
            rows = self._rows(session)
            nothing_is_said_twice(session, rows)
            one_questionnaire_at_a_time(rows)
            what_is_over_has_a_reason(rows)
            for contact_id in (self.life.family.child, self.life.family.caregiver):
                theirs = [row for row in rows if row.contact_id == contact_id]
                the_plan_is_that_of_the_facts(session, contacts.get(session, contact_id), theirs)

    def _rows(self, session):
        family = (self.life.family.child, self.life.family.caregiver)
        return list(session.scalars(select(CheckInRow).where(CheckInRow.contact_id.in_(family))))

    def teardown(self):
        """Thirty months later, and then to the last moment at which anything is due: all is over."""
        if not hasattr(self, "life"):
            return
        self._all_is_well_again()
        self.time.passes(days=915)
        self.life.tick()
        for _ in range(MOST_MOMENTS):
            moment = self.life.next_moment()
            if moment is None:
                break
            self.life.goes_on_until(moment)
        self.all_is_as_it_should_be()
        with database.unit_of_work(self.parts.engine) as session:
            assert {row.state for row in self._rows(session)} <= OVER
        self.life.close()

    def _all_is_well_again(self):
        """Only so that the end comes sooner: what is held is looked at every two hours."""
        self.parts.dialogue.failure = None
        for who in ("child", "caregiver"):
            self.danger_is_closed(who, {})
            self.life.change(self._id(who), held_by_id=None, journey_held_at=None)


def nothing_is_said_twice(session, rows):
    """Only reminders repeat; pieces of one message differ, and a copy for another channel is one."""
    steps = {row.id: row.step for row in rows}
    unasked = OutboundRow.check_in_id.in_(steps), OutboundRow.inbound_id.is_(None)
    query = select(OutboundRow).where(*unasked, OutboundRow.status != Status.FAILED)
    said = list(session.scalars(query))
    first = [row for row in said if not NOT_THE_FIRST & set(row.message_ids)]
    times = Counter(i for i, _ in {(row.check_in_id, row.created_at) for row in first})
    words = Counter((row.check_in_id, row.channel, row.text) for row in first)
    assert {steps[i]: n for i, n in times.items() if n > 1} == {}
    assert {steps[i]: n for (i, _, _), n in words.items() if n > 1} == {}


def one_questionnaire_at_a_time(rows):
    asked = Counter(row.contact_id for row in rows if row.state == State.ASKED)
    assert max(asked.values(), default=0) <= 1


def what_is_over_has_a_reason(rows):
    for row in rows:
        is_over, is_plain = row.state in OVER, row.state in (State.SAID, State.ANSWERED)
        assert is_plain or not is_over or row.reason, row.step
        assert is_over == (row.wake_at is None) == (row.settled_at is not None), row.step


def the_plan_is_that_of_the_facts(session, contact, rows):
    """What is planned is due when the plan, worked out afresh, says; and all that it wants is there."""
    if contact.planned_at is None or contact.ended_at is not None:
        return
    child = contacts.child_of(session, contact)
    anchors = anchors_of(journeys.current(session, child.id), case_facts(child, []))
    steps, zone = programme().of_track(Role(contact.role)), contacts.as_contact(contact).time_zone
    wanted = due_steps(steps, anchors, zone, contact.id, programme().spread)
    ahead = [r for r in rows if programme().steps[r.step].anchor not in ("event", "risk")]
    planned = {row.step: row.due_at for row in ahead if row.state == State.PLANNED}
    assert planned == {s: wanted[s].at if s in wanted else None for s in planned}
    to_come = {s for s, due in wanted.items() if due.until > contact.planned_at}
    assert to_come <= {row.step for row in rows if row.state != State.SUPERSEDED}


def silence_the_others(parts):
    """Let no clock look at the families of earlier examples."""
    with database.unit_of_work(parts.engine) as session:
        session.execute(update(CheckInRow).values(wake_at=None))
        session.execute(update(ContactRow).values(planned_at=parts.now()))
        session.execute(delete(SenderPaceRow))


@pytest.fixture
def overheard():
    found = Overheard()
    event.listen(OutboundRow, "after_insert", found)
    yield found
    event.remove(OutboundRow, "after_insert", found)


@pytest.mark.timeout(300)
def test_whatever_happens_it_is_said_once_awake_with_a_consent_or_not_at_all(
    timed_parts, time, overheard
):
    run_state_machine_as_test(
        lambda: Happenings(timed_parts, time, overheard),
        settings=settings(
            max_examples=8,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
