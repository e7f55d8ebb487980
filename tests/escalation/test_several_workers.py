"""Any number of workers and clocks: one escalation per disclosure, nobody called twice, nothing lost."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from bot.domain.disclosure import OPENING
from bot.domain.escalation import State, Step
from bot.domain.risk import Decision, Screening, Tier
from bot.gateways.sending import AddressUnreachable
from bot.services import handle_escalation
from bot.services.answer_inbound import answer_next
from bot.services.keep_watch import keep_watch, longest_waits
from bot.services.screen_inbound import screen_next
from bot.services.send_notice import send_next_notice
from bot.store import database, escalations, safety_questions
from bot.store.risk_tables import EscalationRow, EscalationStepRow, NoticeRow, SafetyQuestionRow
from bot.store.tables import InboundRow
from tests.builders import ALWAYS, make_child, make_staff, number_of
from tests.conversation import Conversation
from tests.together import thinks_about_it, together

DANGER, FURTHER, LATER, SOON, DOUBT, CHAT = "peligro", "golpes", "enfermo", "burla", "duda", "hola"
SIGNS = {
    DANGER: Screening(Decision.ALERT, "gang_threat", Tier.CRITICAL, "lexicon"),
    FURTHER: Screening(Decision.ALERT, "mistreatment_in_custody", Tier.HIGH, "lexicon"),
    LATER: Screening(Decision.ALERT, "medical", Tier.MEDIUM, "lexicon"),
    SOON: Screening(Decision.ALERT, "stigma_bullying", Tier.LOW, "lexicon"),
    DOUBT: Screening(Decision.ASK, "medical", Tier.MEDIUM, "classifier", 0.4),
}
CROWD = 6


@pytest.fixture
def safety(safety):
    """One word for each tier, and one that leaves it in doubt."""
    quiet = Screening(Decision.NONE)
    return replace(safety, screen=lambda text, earlier: SIGNS.get(text, quiet))


@pytest.fixture
def crowd(talk, team):
    """Several children of the same team."""
    people = [Conversation(talk.parts, make_child(talk.parts)) for _ in range(CROWD)]
    for person in people:
        with database.unit_of_work(talk.parts.engine) as session:
            person.contact.case_manager_id = team.elena
            session.merge(person.contact)
    return people


def rows(parts, table, *conditions):
    with database.unit_of_work(parts.engine) as session:
        return list(session.scalars(select(table).where(*conditions)))


def steps(person):
    return Counter(person.chain)


WORKERS = (screen_next, screen_next, keep_watch, keep_watch, send_next_notice, send_next_notice)


def test_several_workers_open_one_escalation_for_many_signs_of_one_contact(crowd, timed_parts):
    for person in crowd:
        for word in (DANGER, FURTHER, DANGER):
            person.phone.write(word)
    together(timed_parts, *WORKERS, answer_next, answer_next)
    together(timed_parts, *WORKERS)

    for person in crowd:
        assert len(person.escalations) == 1
        assert steps(person) == {"opened": 1, "notified": 1, "joined": 2}


def test_several_clocks_pass_each_escalation_on_once(crowd, timed_parts, time, team):
    for person in crowd:
        person.says(DANGER)
    time.passes(minutes=5)
    together(timed_parts, *[keep_watch] * 4)

    for person in crowd:
        assert steps(person)["passed_on"] == 1
        told = rows(timed_parts, NoticeRow, NoticeRow.escalation_id == person.escalation.id)
        assert Counter((n.staff_id, n.channel) for n in told) == {
            (team.elena, "sms"): 1,
            (team.marvin, "sms"): 1,
        }


def test_every_notification_is_sent_once(crowd, timed_parts, notifier):
    for person in crowd:
        person.phone.write(DANGER)
    while screen_next(timed_parts):
        pass
    together(timed_parts, *[send_next_notice] * 4)

    assert len(notifier.calls) == len({call.id for call in notifier.calls}) == CROWD


@pytest.mark.parametrize("word", [DANGER, DOUBT, "1", "3"])
def test_silence_and_a_message_at_the_same_moment_open_one_escalation(
    crowd, timed_parts, time, word
):
    for person in crowd:
        person.says(DOUBT)
    time.passes(minutes=10)
    for person in crowd:
        person.phone.write(word)
    together(timed_parts, screen_next, keep_watch, screen_next, keep_watch)

    for person in crowd:
        assert len(person.escalations) == 1
        assert person.escalation.state == "open"


def test_no_and_silence_at_the_same_moment_are_settled_once(crowd, timed_parts, time):
    for person in crowd:
        person.says(DOUBT)
    time.passes(minutes=10)
    for person in crowd:
        person.phone.write("2")
    together(timed_parts, screen_next, keep_watch, screen_next, keep_watch)

    for person in crowd:
        answers = rows(
            timed_parts, SafetyQuestionRow, SafetyQuestionRow.contact_id == person.contact_id
        )
        assert [q.answer for q in answers] in (["no"], ["silence"])
        assert len(person.escalations) == (answers[0].answer == "silence")


@pytest.mark.parametrize("answer", ["1", "2"])
def test_the_answer_about_proof_and_its_silence_at_the_same_moment(
    crowd, timed_parts, time, team, answer
):
    for person in crowd:
        person.says(DANGER)
        person.staff_answers(team.elena, f"1 {person.escalation.code}")
    time.passes(hours=1)
    while keep_watch(timed_parts):
        pass
    time.passes(minutes=10)
    for person in crowd:
        person.phone.write(answer)
    together(timed_parts, screen_next, keep_watch, screen_next, keep_watch)

    for person in crowd:
        assert rows(timed_parts, SafetyQuestionRow, SafetyQuestionRow.settled_at.is_(None)) == []
        assert person.escalation.state in ("open", "acknowledged")
        assert person.escalation.next_call_at or "proof_yes" in person.chain


def test_somebody_takes_it_while_the_clock_passes_it_on(crowd, timed_parts, time, team):
    for person in crowd:
        person.says(DANGER)
    time.passes(minutes=5)
    codes = [person.escalation.code for person in crowd]

    def answer_all(_):
        for person, code in zip(crowd, codes, strict=True):
            person.phone.write_from(number_of(timed_parts, team.elena), f"1 {code}")
        return False

    together(timed_parts, answer_all, keep_watch, send_next_notice)

    for person in crowd:
        assert person.escalation.state == "acknowledged"
        assert person.escalation.next_call_at is None


def test_two_people_take_it_at_the_same_moment_and_one_has_it(crowd, timed_parts, time, team):
    for person in crowd:
        person.says(DANGER)
    codes = [person.escalation.code for person in crowd]

    def takes(staff_id):
        def take(_):
            for person, code in zip(crowd, codes, strict=True):
                person.phone.write_from(number_of(timed_parts, staff_id), f"1 {code}")
            return False

        return take

    together(timed_parts, takes(team.elena), takes(team.marvin), takes(team.rosa))

    for person in crowd:
        assert steps(person)["acknowledged"] == 1


def test_a_refusal_while_the_clock_passes_it_on_calls_nobody_twice(
    crowd, timed_parts, time, team, notifier
):
    notifier.refuses["sms"] = AddressUnreachable(30003)
    for person in crowd:
        person.phone.write(DANGER)
    while screen_next(timed_parts):
        pass
    time.passes(minutes=5)
    together(timed_parts, send_next_notice, send_next_notice, keep_watch, keep_watch)

    for person in crowd:
        told = rows(timed_parts, NoticeRow, NoticeRow.escalation_id == person.escalation.id)
        calls = Counter((n.staff_id, n.channel) for n in told)
        assert set(calls.values()) == {1}
        assert person.escalation.next_call_at is not None


def test_a_sign_is_screened_while_the_dialogue_engine_still_thinks(talk, team, timed_parts, called):
    talk.phone.write(CHAT)
    screen_next(timed_parts)

    with thinks_about_it(timed_parts) as worker:
        talk.phone.write(DANGER)  # the contact is locked by the worker that answers "hola"
        together(timed_parts, screen_next)
        together(timed_parts, send_next_notice)
        assert worker.is_alive()
        assert called() == [("elena", "sms")]


# Whatever happens in whatever order, somebody is called or has it.

PAUSES = [
    {"seconds": 31},
    {"minutes": 5},
    {"minutes": 11},
    {"minutes": 61},
    {"hours": 9},
    {"days": 3},
]
WORDS = [DANGER, DANGER, FURTHER, LATER, SOON, DOUBT, DOUBT, CHAT, "ALTO"]
CHOICES = [
    "danger_yes",
    "danger_no",
    "danger_cannot_talk",
    "reached_yes",
    "reached_yes",
    "reached_no",
]
TROUBLES = ["sms", "voice", "email", "whatsapp", "nobody on duty", "no trouble", "no trouble"]


class Happenings(RuleBasedStateMachine):
    """A child, a team of three, a clock, and everything that can go wrong between them."""

    def __init__(self, parts, time, team, notifier):
        super().__init__()
        self.parts, self.time, self.team, self.notifier = parts, time, team, notifier
        self.talk = Conversation(parts, make_child(parts, case_manager_id=team.elena))
        self.longest = longest_waits(parts)

    @rule(word=st.sampled_from(WORDS), ticks=st.booleans())
    def writes(self, word, ticks):
        self.talk.phone.write(word)
        self._is_worked_on(ticks)

    @rule(choice=st.sampled_from(CHOICES))
    def taps(self, choice):
        self.talk.phone.tap(choice)
        self._is_worked_on(False)

    def _is_worked_on(self, everything):
        if everything:
            self.talk.work()
        while screen_next(self.parts):
            pass

    @rule(digit=st.sampled_from("1123"), other=st.booleans())
    def staff_answer(self, digit, other):
        row = self._unclosed()
        asked = row and (row.assigned_id if row.state != State.OPEN else row.called_id)
        who = self.team.marvin if other or not asked else asked
        self.talk.phone.write_from(number_of(self.parts, who), digit)

    @rule(end=st.sampled_from([False, False, False, True]))
    def acts(self, end):
        do = handle_escalation.close if end else handle_escalation.record_action
        with database.unit_of_work(self.parts.engine) as session:
            row = escalations.unclosed_of(session, self.talk.contact_id)
            if row is not None and (end or row.state in (State.OPEN, State.ACKNOWLEDGED)):
                do(session, row, row.assigned_id or self.team.elena, "Fui a verla.", self.parts)

    @rule(pause=st.sampled_from(PAUSES), ticks=st.sampled_from([True, True, False]))
    def time_passes(self, pause, ticks):
        self.time.passes(**pause)
        while ticks and keep_watch(self.parts):
            pass

    @rule()
    def the_promised_time_comes(self):
        row = self._unclosed()
        if row is not None and row.proof_at is not None:
            self.time.moment = max(self.time.moment, row.proof_at)
            self.talk.clock_ticks()

    @rule(what=st.sampled_from(TROUBLES))
    def trouble(self, what):
        if what == "no trouble":
            self.notifier.refuses.clear()
        elif what != "nobody on duty":
            self.notifier.refuses[what] = AddressUnreachable(30003)
        plan_rota(self.parts, self.team, on_duty=what != "nobody on duty")

    def _unclosed(self):
        theirs = EscalationRow.contact_id == self.talk.contact_id
        return next(
            iter(rows(self.parts, EscalationRow, theirs, EscalationRow.state != "closed")), None
        )

    @invariant()
    def nobody_is_forgotten(self):
        """Open: called at the latest when the longest wait is over. Taken: the proof is still to come."""
        theirs = EscalationRow.contact_id == self.talk.contact_id
        with database.unit_of_work(self.parts.engine) as session:
            query = select(EscalationRow).where(theirs, EscalationRow.state != State.CLOSED)
            unclosed = list(session.scalars(query))
            assert len(unclosed) <= 1
            for row in unclosed:
                check = {State.OPEN: self._is_called, State.CONFIRMED: self._is_proved}
                check.get(row.state, self._will_be_proved)(session, row)

    def _is_called(self, session, row):
        assert row.next_call_at is not None
        assert row.next_call_at <= self.time.now() + self.longest[Tier(row.tier)]

    def _will_be_proved(self, session, row):
        assert row.assigned_id is not None
        is_asked = safety_questions.open_proof(session, row.id) is not None
        said_last = escalations.latest_step(session, row.id, [*escalations.PROOF, Step.JOINED])
        assert row.proof_at or is_asked or said_last == Step.PROOF_YES

    def _is_proved(self, session, row):
        said = [step.step for step in escalations.chain(session, row.id)]
        begun = max(i for i, step in enumerate(said) if step in (Step.OPENED, Step.REOPENED))
        assert {Step.ACTED, Step.PROOF_YES} <= set(said[begun:])

    @invariant()
    def every_sign_is_in_a_chain(self):
        signs = (InboundRow.contact_id == self.talk.contact_id) & InboundRow.safety.in_(OPENING)
        linked = select(EscalationStepRow.inbound_id).where(
            EscalationStepRow.inbound_id.is_not(None)
        )
        assert rows(self.parts, InboundRow, signs, InboundRow.id.not_in(linked)) == []

    def teardown(self):
        """Whatever went before: an open one is called again, and one that was taken is asked about."""
        self.notifier.refuses.clear()
        plan_rota(self.parts, self.team, on_duty=True)
        self.talk.work()
        row, calls = self._unclosed(), len(self.notifier.calls)
        if row is not None and row.state == State.OPEN:
            self.time.moment += self.longest[Tier(row.tier)]
            self.talk.clock_ticks()
            assert len(self.notifier.calls) > calls
        self.acts(end=True)
        self.talk.client.close()


def plan_rota(parts, team, *, on_duty):
    duty = [ALWAYS | {"country": "US"}] if on_duty else []
    for person in (team.elena, team.marvin):
        make_staff(parts, "Elena o Marvin", duty=duty, number=number_of(parts, person))


@pytest.mark.timeout(300)
def test_whatever_happens_somebody_is_called_or_has_it(timed_parts, time, team, notifier):
    run_state_machine_as_test(
        lambda: Happenings(timed_parts, time, team, notifier),
        settings=settings(
            max_examples=12,
            stateful_step_count=35,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
