"""What a person has to do: opened once, told of once when it is past its time, one queue for all."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, func, select, text

from bot.clock import now
from bot.domain.dialogue import Reply
from bot.domain.risk import Decision, Screening, Tier
from bot.gateways.sending import Refused
from bot.services import tell_task, watch_tasks
from bot.services.follow_programme import follow_programme
from bot.services.handle_escalation import record_action
from bot.services.keep_watch import AGAIN_AFTER, keep_watch
from bot.services.task_queue import Wanted, task_queue
from bot.services.tasks import open_task
from bot.store import database, escalations
from bot.store.risk_tables import NoticeRow
from bot.store.tables import ContactRow, TaskRow
from tests.builders import ALWAYS, FACTS, Family, make_child, make_family, make_staff, number_of
from tests.conversation import Conversation
from tests.together import together

VOICE = {"NumMedia": "1", "MediaUrl0": "https://media.example/1", "MediaContentType0": "audio/ogg"}
DANGER, LATER = "peligro", "burla"
SIGNS = {
    DANGER: Screening(Decision.ALERT, "gang_threat", Tier.CRITICAL, "lexicon"),
    LATER: Screening(Decision.ALERT, "stigma_bullying", Tier.LOW, "lexicon"),
}


@pytest.fixture
def safety(safety):
    """One word that is a danger now, and one that is a small one."""
    quiet = Screening(Decision.NONE)
    return replace(safety, screen=lambda written, earlier: SIGNS.get(written, quiet))


@pytest.fixture
def parts(quiet_parts, time):
    """Parts without Rasa, on a clock that stands still until the test moves it."""
    return replace(quiet_parts, now=time.now, pause=time.pause)


@dataclass(frozen=True)
class Scene:
    """Wendy, whom Elena looks after; Marvin is on duty second, Rosa supervises, nobody is called yet."""

    family: Family
    marvin: object
    rosa: object
    talk: Conversation
    notifier: object

    @property
    def told(self):
        """Who got which notification so far, in order."""
        parts, family = self.talk.parts, self.family
        people = {"elena": family.case_manager, "marvin": self.marvin, "rosa": self.rosa}
        known = {number_of(parts, person): name for name, person in people.items()}
        return [
            (known.get(call.number, "standing line"), call.channel, call.template)
            for call in self.notifier.calls
        ]

    def opens(self, kind, contact_id=None, **more):
        with database.unit_of_work(self.talk.parts.engine) as session:
            open_task(session, contact_id or self.family.child, kind, self.talk.parts, **more)

    def task(self, kind=None):
        with database.unit_of_work(self.talk.parts.engine) as session:
            query = select(TaskRow).where(TaskRow.kind == kind if kind else text("true"))
            return session.scalars(query).one()

    def is_done(self):
        with database.unit_of_work(self.talk.parts.engine) as session:
            session.scalars(select(TaskRow)).one().done_at = self.talk.parts.now()


@pytest.fixture
def scene(parts, notifier):
    family = make_family(parts, FACTS)
    second = [ALWAYS | {"country": country, "rank": 2} for country in ("US", "GT")]
    marvin = make_staff(parts, "Marvin Coy", duty=second)
    rosa = make_staff(parts, "Rosa Lima", role="supervisor", duty=[])
    with Conversation(parts, family.child) as talk:
        yield Scene(family, marvin, rosa, talk, notifier)


def nobody_is_on_duty(scene):
    for name, person in (("Elena Paz", scene.family.case_manager), ("Marvin Coy", scene.marvin)):
        make_staff(scene.talk.parts, name, duty=[], number=number_of(scene.talk.parts, person))


def passes(scene, time, **delta):
    time.passes(**delta)
    scene.talk.clock_ticks()


OPENED, OVERDUE = "staff.task_opened", "staff.task_overdue"


# Somebody is told


def test_a_voice_note_unheard_past_its_time_reaches_the_case_managers_phone_once(scene, time):
    scene.talk.says("", **VOICE)
    passes(scene, time, hours=3, minutes=59)
    assert scene.told == []

    passes(scene, time, minutes=1)
    passes(scene, time, minutes=1)
    passes(scene, time, hours=1)
    assert scene.told == [("elena", "sms", OVERDUE)]


def test_the_notification_says_what_how_urgent_and_where_and_nothing_of_the_contact(scene, time):
    scene.talk.says("me llamo Wendy", **VOICE)
    passes(scene, time, hours=4)

    (call,) = scene.notifier.calls
    words = scene.talk.parts.words
    for value in ("value.task.media", "value.tier.high"):
        assert words.value(value, "es") in call.text
    assert "https://acompana.example/console" in call.text
    assert "{" not in call.text
    assert "Wendy" not in call.text + call.subject
    assert len(call.text) <= 150


def test_still_open_a_further_deadline_later_a_supervisor_is_told_once(scene, time):
    scene.opens("question")
    passes(scene, time, hours=24)
    passes(scene, time, hours=23, minutes=59)
    assert [who for who, _, _ in scene.told] == ["elena"]

    for _ in range(5):
        passes(scene, time, hours=24)
    assert [who for who, _, _ in scene.told] == ["elena", "rosa"]


def test_what_was_done_in_time_reaches_nobody(scene, time):
    scene.opens("question")
    scene.is_done()
    passes(scene, time, days=3)

    assert scene.told == []


def test_what_was_done_after_the_first_notification_does_not_reach_the_supervisor(scene, time):
    scene.opens("question")
    passes(scene, time, hours=25)
    scene.is_done()
    passes(scene, time, days=3)

    assert [who for who, _, _ in scene.told] == ["elena"]


def test_the_deadline_is_what_it_was_after_somebody_was_told(scene, time):
    scene.opens("question")
    deadline = scene.task().due_at
    passes(scene, time, hours=25)

    assert scene.task().due_at == deadline
    assert scene.task().told_at == time.now()


def test_a_low_one_waits_in_the_queue_and_calls_nobody(scene, time):
    scene.opens("free_answer")
    passes(scene, time, days=20)

    assert scene.told == []
    assert [entry["overdue"] for entry in queue_of(scene)] == [True]


def test_who_else_is_on_duty_is_told_when_the_case_manager_is_not(scene, time):
    number = number_of(scene.talk.parts, scene.family.case_manager)
    make_staff(scene.talk.parts, "Elena Paz", duty=[], number=number)
    scene.opens("media")
    passes(scene, time, hours=4)

    assert scene.told == [("marvin", "sms", OVERDUE)]


def test_nobody_on_duty_a_supervisor_is_told(scene, time):
    nobody_is_on_duty(scene)
    scene.opens("media")
    passes(scene, time, hours=4)

    assert scene.told == [("rosa", "sms", OVERDUE)]


def test_nobody_at_all_the_standing_line_is_told(parts, notifier, time):
    child = make_child(parts)
    with Conversation(parts, child) as talk, database.unit_of_work(parts.engine) as session:
        open_task(session, child, "media", parts)
    time.passes(hours=4)
    talk.clock_ticks()

    assert [call.number for call in notifier.calls] == [parts.settings.standing_line_number]


def test_who_cannot_be_told_by_sms_is_told_by_e_mail(scene, time, notifier):
    notifier.refuses["sms"] = Refused(21610)
    scene.opens("media")
    passes(scene, time, hours=4)

    assert scene.told == [("elena", "email", OVERDUE)]


def test_who_cannot_be_told_at_all_leaves_it_to_a_supervisor_and_the_standing_line(
    scene, time, notifier
):
    elena, rosa = scene.family.case_manager, scene.rosa
    for name, role, person in (("Elena", "case_manager", elena), ("Rosa", "supervisor", rosa)):
        make_staff(
            scene.talk.parts, name, role, number=number_of(scene.talk.parts, person), email=None
        )
    notifier.refuses["sms"] = Refused(21610)
    scene.opens("media")
    passes(scene, time, hours=4)

    with database.unit_of_work(scene.talk.parts.engine) as session:
        tried = list(session.scalars(select(NoticeRow.staff_id).order_by(NoticeRow.created_at)))
    assert set(tried) == {elena, rosa, None}
    assert len(tried) == 3


def test_the_caregivers_task_goes_to_the_case_manager_of_the_child(scene, time):
    with database.unit_of_work(scene.talk.parts.engine) as session:
        session.get_one(ContactRow, scene.family.caregiver).case_manager_id = None
    scene.opens("media", scene.family.caregiver)
    passes(scene, time, hours=4)

    assert scene.told == [("elena", "sms", OVERDUE)]


def test_no_clock_ran_until_both_deadlines_were_over_both_are_told_at_once(scene, time):
    scene.opens("media")
    passes(scene, time, hours=9)
    passes(scene, time, hours=9)

    assert [who for who, _, _ in scene.told] == ["elena", "rosa"]


def test_a_digit_that_answers_it_takes_nothing(scene, time):
    scene.opens("media")
    passes(scene, time, hours=4)
    scene.talk.staff_answers(scene.family.case_manager, "1")

    assert scene.told[-1] == ("elena", "sms", "staff.nothing_open")
    assert scene.task().done_at is None


# Told at once


def test_the_silence_on_the_travel_day_is_told_at_once_and_to_a_supervisor_soon_after(scene, time):
    time.moment = datetime(2026, 12, 3, 20, 10, tzinfo=UTC)  # they should have arrived by now
    while "stranded_silence" not in scene.talk.tasks:
        assert time.now() < datetime(2026, 12, 3, 23, 0, tzinfo=UTC)
        assert scene.told == []
        time.passes(minutes=5)
        the_programme_goes_on(scene)
    assert scene.told == [("elena", "sms", OPENED)]

    passes(scene, time, minutes=14)
    assert len(scene.told) == 1
    passes(scene, time, minutes=1)
    passes(scene, time, hours=1)
    assert [who for who, _, _ in scene.told] == ["elena", "rosa"]


def the_programme_goes_on(scene):
    while follow_programme(scene.talk.parts):
        pass
    scene.talk.work()


ASKED_FOR = ["person", "read_aloud", "after_stop", "delete"]
"""What somebody asks a person for, or says where nobody else answers: it must not wait for a deadline."""


@pytest.mark.parametrize("kind", ASKED_FOR)
def test_a_wish_for_a_person_is_told_when_it_is_said(scene, time, kind):
    scene.opens(kind)
    passes(scene, time, minutes=1)

    assert scene.told == [("elena", "sms", OPENED)]
    (call,) = scene.notifier.calls
    assert scene.talk.parts.words.value(f"value.task.{kind}", "es") in call.text
    assert "plazo" not in call.text


def test_what_a_child_hears_who_asks_for_a_person_is_true(scene, dialogue):
    dialogue.replies = (
        Reply(("requests.person",), effects=({"do": "queue_task", "kind": "person"},)),
    )
    scene.talk.says("quiero hablar con alguien")

    assert "Le voy a avisar a Elena Paz" in scene.talk.text
    assert scene.told == [("elena", "sms", OPENED)]


@pytest.mark.parametrize("kind", ASKED_FOR)
def test_asked_for_again_days_later_somebody_is_told_again_with_a_new_deadline(scene, time, kind):
    scene.opens(kind)
    passes(scene, time, days=1)
    passes(scene, time, days=2)
    told = len(scene.told)
    scene.opens(kind)
    scene.talk.work()

    assert scene.told[told:] == [("elena", "sms", OPENED)]
    assert scene.task().due_at > time.now()


def test_asked_for_again_in_the_same_hour_nobody_is_told_twice(scene, time):
    for _ in range(3):
        scene.opens("person")
        passes(scene, time, minutes=19)
    assert scene.told == [("elena", "sms", OPENED)]

    passes(scene, time, minutes=4)
    scene.opens("person")
    scene.talk.work()
    assert scene.told == [("elena", "sms", OPENED)] * 2


def test_asked_for_again_after_it_was_done_somebody_is_told_at_once(scene, time):
    scene.opens("person")
    scene.is_done()
    passes(scene, time, minutes=1)
    scene.opens("person")
    scene.talk.work()

    assert len(scene.told) == 2


def test_a_wish_for_a_person_that_nobody_looks_at_reaches_a_supervisor_at_its_deadline(scene, time):
    scene.opens("person")
    passes(scene, time, hours=4)
    passes(scene, time, hours=24)

    assert [(who, what) for who, _, what in scene.told] == [("elena", OPENED), ("rosa", OVERDUE)]


def is_on_duty_from_eight(scene):
    nobody_is_on_duty(scene)
    number = number_of(scene.talk.parts, scene.family.case_manager)
    early = {"country": "US", "from": "08:00", "to": "16:00", "on_holidays": True}
    make_staff(scene.talk.parts, "Elena Paz", duty=[early], number=number)


@pytest.mark.parametrize("kind", ["read_aloud", "after_stop", "delete"])
def test_at_night_what_can_wait_wakes_nobody_and_is_told_when_the_shift_begins(scene, time, kind):
    is_on_duty_from_eight(scene)
    time.moment = datetime(2026, 12, 2, 6, 0, tzinfo=UTC)  # it is one in the morning in New York
    for _ in range(2):
        scene.opens(kind)
        passes(scene, time, hours=3)
    assert scene.told == []

    passes(scene, time, hours=2)
    passes(scene, time, hours=1)
    assert scene.told == [("elena", "sms", OPENED)]


def test_at_night_a_wish_for_a_person_is_told_to_a_supervisor(scene, time):
    is_on_duty_from_eight(scene)
    time.moment = datetime(2026, 12, 2, 6, 0, tzinfo=UTC)
    scene.opens("person")
    scene.talk.work()

    assert scene.told == [("rosa", "sms", OPENED)]


def test_what_cannot_wait_for_a_shift_in_time_is_told_to_a_supervisor(scene, time):
    nobody_is_on_duty(scene)
    scene.opens("read_aloud")
    scene.talk.work()

    assert scene.told == [("rosa", "sms", OPENED)]


# Several clocks, and clocks that are killed


def test_two_clocks_tell_once(scene, time):
    children = [
        make_child(scene.talk.parts, case_manager_id=scene.family.case_manager) for _ in range(6)
    ]
    for child in children:
        scene.opens("media", child)
    for hours in (4, 4):
        time.passes(hours=hours)
        together(scene.talk.parts, *[keep_watch] * 4)

    with database.unit_of_work(scene.talk.parts.engine) as session:
        notices = Counter(session.scalars(select(NoticeRow.staff_id)))
    assert notices == {scene.family.case_manager: 6, scene.rosa: 6}


def test_what_a_killed_clock_had_claimed_is_told_by_another(scene, time, monkeypatch):
    scene.opens("media")
    time.passes(hours=4)
    dies_while_telling(scene, monkeypatch)
    scene.talk.clock_ticks()
    assert scene.told == []

    passes(scene, time, seconds=31)
    assert scene.told == [("elena", "sms", OVERDUE)]


def dies_while_telling(scene, monkeypatch):
    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(tell_task, "tell", die)
        with pytest.raises(KeyboardInterrupt):
            watch_tasks.tell_next_overdue(scene.talk.parts, AGAIN_AFTER)


def test_one_that_fails_again_and_again_holds_up_no_other(scene, time, monkeypatch):
    broken = make_child(scene.talk.parts)
    scene.opens("media", broken)
    time.passes(minutes=1)
    scene.opens("media")
    tell = tell_task.first_to_tell

    def stumble(session, row, parts):
        if row.contact_id == broken:
            raise ValueError("this one cannot be told")
        return tell(session, row, parts)

    monkeypatch.setattr(tell_task, "first_to_tell", stumble)
    time.passes(hours=4)
    with pytest.raises(ValueError, match="cannot be told"):
        keep_watch(scene.talk.parts)
    scene.talk.clock_ticks()
    assert scene.told == [("elena", "sms", OVERDUE)]


@pytest.mark.parametrize("due", ["now() + interval '1 hour'", "now() - interval '90 days'"])
def test_the_clock_reads_only_what_is_past_its_time_since_its_last_long_look(scene, parts, due):
    many_tasks(parts, scene.family.child, due)
    live = replace(parts, now=now)
    watch_tasks.tell_next_overdue(live, AGAIN_AFTER)
    asked = []
    event.listen(parts.engine, "before_cursor_execute", lambda *said: asked.append(said[2:4]))
    watch_tasks.tell_next_overdue(live, AGAIN_AFTER)
    query, values = next(each for each in asked if "FROM task" in each[0])

    with parts.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN (ANALYZE) {query}", values).scalars().all()
    assert any("task_open" in line for line in plan)
    assert not any("Removed by Filter" in line for line in plan)


def test_what_was_overlooked_is_found_by_the_next_long_look(scene, time):
    scene.opens("media")
    row = scene.task()
    passes(scene, time, hours=1)
    with database.unit_of_work(scene.talk.parts.engine) as session:
        session.merge(row).due_at = time.now() - timedelta(days=300)
    passes(scene, time, minutes=9)
    assert scene.told == []

    passes(scene, time, minutes=1)
    assert [who for who, _, _ in scene.told] == ["elena", "rosa"]


def many_tasks(parts, contact_id, due, count=5000):
    insert = f"""INSERT INTO task (id, contact_id, kind, about, tier, due_at, created_at, told_at)
        SELECT gen_random_uuid(), :contact, 'question', '', 'medium', {due}, now(), now()
        FROM generate_series(1, :count)"""
    with database.unit_of_work(parts.engine) as session:
        session.execute(text(insert), {"contact": contact_id, "count": count})
        session.execute(text("ANALYZE task"))


# The same once more


def test_the_same_task_is_kept_and_writing_again_does_not_put_it_off(scene, time):
    scene.opens("question", about="meals")
    deadline = scene.task().due_at
    time.passes(hours=5)
    scene.opens("question", about="meals")

    assert scene.task().due_at == deadline


def test_the_same_task_that_is_more_urgent_now_is_raised_and_due_sooner(scene, time):
    scene.opens("silence", about="day_7")
    time.passes(hours=5)
    scene.opens("silence", about="day_7", tier=Tier.HIGH)

    assert scene.task().tier == "high"
    assert scene.task().due_at == time.now() + timedelta(hours=4)


def test_raised_shortly_before_its_deadline_it_keeps_that(scene, time):
    scene.opens("silence", about="day_7")
    deadline = scene.task().due_at
    time.passes(hours=23)
    scene.opens("silence", about="day_7", tier=Tier.HIGH)

    assert (scene.task().tier, scene.task().due_at) == ("high", deadline)


def test_the_same_task_that_is_less_urgent_now_stays_as_it_is(scene):
    scene.opens("silence", about="day_7", tier=Tier.HIGH)
    scene.opens("silence", about="day_7")

    assert scene.task().tier == "high"


def test_what_was_done_is_opened_anew(scene, parts):
    scene.opens("question", about="meals")
    scene.is_done()
    scene.opens("question", about="meals")

    with database.unit_of_work(parts.engine) as session:
        assert session.scalar(select(func.count()).select_from(TaskRow)) == 2


# As urgent as the danger


@pytest.mark.parametrize("kind", ["media", "language", "unanswered"])
def test_what_nobody_has_understood_is_as_urgent_as_the_danger_that_is_open(scene, time, kind):
    scene.talk.says(DANGER)
    scene.opens(kind)

    assert scene.task().tier == "critical"
    assert scene.task().due_at == time.now() + timedelta(minutes=15)


def test_a_small_danger_makes_nothing_less_urgent(scene):
    scene.talk.says(LATER)
    scene.talk.says("", **VOICE)

    assert scene.task("media").tier == "high"


def test_a_danger_that_is_over_makes_nothing_more_urgent(scene, parts):
    scene.talk.says(DANGER)
    with database.unit_of_work(parts.engine) as session:
        session.merge(scene.talk.escalation).state = "closed"
    scene.opens("media")

    assert scene.task().tier == "high"


def test_other_kinds_have_the_tier_of_their_kind(scene):
    scene.talk.says(DANGER)
    scene.opens("question")

    assert scene.task().tier == "medium"


# One queue


def queue_of(scene, **wanted):
    with database.unit_of_work(scene.talk.parts.engine) as session:
        return task_queue(session, scene.talk.parts, Wanted(**wanted))


def kinds(entries):
    return [(entry["kind"], entry["overdue"]) for entry in entries]


def test_the_overdue_come_first_then_what_is_due_sooner_whatever_kind_it_is(scene, time):
    scene.opens("question")  # in 24 hours
    scene.opens("review")  # in 72
    time.passes(hours=25)
    scene.opens("media")  # in four
    scene.talk.says(DANGER)  # in a quarter of an hour
    assert kinds(queue_of(scene)) == [
        ("question", True), ("disclosure", False), ("media", False), ("review", False),
    ]  # fmt: skip

    time.passes(minutes=16)
    assert kinds(queue_of(scene))[:2] == [("question", True), ("disclosure", True)]


def test_with_the_same_deadline_the_more_urgent_comes_first(scene, time):
    scene.opens("silence", about="day_7", tier=Tier.HIGH)
    time.passes(hours=3, minutes=45)
    scene.talk.says(DANGER)

    assert [entry["tier"] for entry in queue_of(scene)] == ["critical", "high"]


def test_a_disclosure_has_the_deadline_that_holds_now(scene):
    scene.talk.says(DANGER)
    row = scene.talk.escalation
    assert [entry["due_at"] for entry in queue_of(scene)] == [row.acknowledge_by.isoformat()]

    scene.talk.staff_answers(scene.family.case_manager, "1")
    (entry,) = queue_of(scene)
    assert (entry["state"], entry["due_at"]) == ("acknowledged", row.contact_by.isoformat())


def test_a_disclosure_on_which_somebody_acted_waits_behind_what_is_due(scene, time):
    scene.talk.says(DANGER)
    time.passes(hours=2)
    assert kinds(queue_of(scene)) == [("disclosure", True)]

    with database.unit_of_work(scene.talk.parts.engine) as session:
        row = escalations.lock(session, scene.talk.escalation.id)
        record_action(session, row, scene.family.case_manager, "Fui a verla.", scene.talk.parts)
    scene.opens("question")
    assert kinds(queue_of(scene)) == [("question", False), ("disclosure", False)]


def test_the_queue_names_nobody_unless_it_is_asked_to(scene):
    scene.opens("question")
    scene.talk.says(DANGER)

    assert "Wendy" not in str(queue_of(scene))
    assert [entry["name"] for entry in queue_of(scene, names=True)] == ["Wendy Cux"] * 2
    assert {entry["contact"] for entry in queue_of(scene)} == {str(scene.family.child)}


def test_a_case_manager_sees_their_own_and_what_they_have_taken(scene, parts):
    other = make_child(parts, name="Luis", case_manager_id=scene.marvin)
    scene.opens("question", scene.family.caregiver)
    scene.opens("media", other)
    scene.talk.says(DANGER)
    scene.talk.staff_answers(scene.marvin, f"1 {scene.talk.escalation.code}")

    assert kinds(queue_of(scene, staff_id=scene.family.case_manager)) == [
        ("disclosure", False), ("question", False),
    ]  # fmt: skip
    assert kinds(queue_of(scene, staff_id=scene.marvin)) == [
        ("disclosure", False), ("media", False),
    ]  # fmt: skip


def test_one_kind_alone(scene):
    scene.opens("question")
    scene.talk.says(DANGER)

    assert kinds(queue_of(scene, kind="question")) == [("question", False)]
    assert kinds(queue_of(scene, kind="disclosure")) == [("disclosure", False)]


def test_what_is_done_is_shown_only_where_it_is_asked_for_and_last(scene, time):
    scene.opens("question")
    scene.is_done()
    time.passes(days=9)
    scene.opens("media")

    assert kinds(queue_of(scene)) == [("media", False)]
    assert kinds(queue_of(scene, done=True)) == [("media", False), ("question", False)]
