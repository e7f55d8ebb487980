"""The tester of the programme: one family, a clock that a test moves, and everything that is due is done."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from bot.domain import check_in
from bot.domain.contacts import Audience
from bot.domain.delivery import Status
from bot.domain.dialogue import Reply
from bot.domain.questionnaire import OWN_WORDS
from bot.gateways.dialogue import Turn, TurnRequest
from bot.services import handle_escalation
from bot.services.follow_programme import follow_programme
from bot.services.keep_watch import keep_watch
from bot.services.parts import Parts
from bot.services.programme import programme
from bot.services.send_outbound import send_next
from bot.services.set_journey import set_journey
from bot.store import check_in_answers, check_ins, contacts, database, escalations, outbox, tasks
from bot.store.outbox import ORDER_GRACE
from bot.store.tables import AddressRow, ContactRow, OutboundRow, TaskRow
from bot.store.time_tables import CheckInRow
from tests.builders import Family, facts_on
from tests.conversation import Conversation
from tests.doubles.dialogue import ScriptedDialogue
from tests.pretended_time import PretendedTime

CHICAGO, GUATEMALA = "America/Chicago", "America/Guatemala"
_CHOICE = re.compile(r'/choose{"choice":"(\w+)"}')
MOST_PIECES = 9
MOST_MOMENTS = 3000
"""So many looks of the clock are more than any life has."""


class AskingDialogue(ScriptedDialogue):
    """Asks the questions of a check-in one after another, as its form does; else says what it is told."""

    def take_turn(self, request: TurnRequest) -> Turn:
        waiting = request.metadata.get("check_in")
        if request.text in ("/pause", "/resume"):
            return self._turn("requests.paused", ({"do": request.text[1:]},))
        if waiting is None or request.text.startswith("/safety") or self.failure:
            return super().take_turn(request)
        self.requests.append(request)
        return self._next(request, waiting)

    def _next(self, request: TurnRequest, waiting: Mapping[str, Any]) -> Turn:
        questionnaire = programme().questionnaires[waiting["questionnaire"]]
        audience, answers = Audience(request.metadata["audience"]), dict(waiting["answers"])
        question = questionnaire.next_question(answers, audience)
        effects: tuple[dict[str, Any], ...] = ()
        if question is not None and request.text == "/open_check_in":
            return self._turn(question.say, effects)
        if question is not None:
            answers[question.id] = _choice(request.text, question.options)
            answer = {"question": question.id, "choice": answers[question.id]}
            effects = ({"do": "record_answer", "check_in": waiting["id"], **answer},)
        following = questionnaire.next_question(answers, audience)
        if following is not None:
            return self._turn(following.say, effects)
        done = {"do": "finish_check_in", "check_in": waiting["id"]}
        return self._turn(questionnaire.thanks, (*effects, done))

    def _turn(self, say: str, effects: tuple[dict[str, Any], ...]) -> Turn:
        return Turn((Reply((say,), effects=effects),), self.intent, [])


def _choice(text: str, options: Mapping[str, int | None]) -> str:
    tapped = _CHOICE.fullmatch(text)
    chosen = tapped[1] if tapped else {"/affirm": "yes", "/deny": "no"}.get(text)
    return chosen if chosen in options else OWN_WORDS


def facts(departs: str = "2026-12-20", **changes: Any) -> dict[str, Any]:
    """Return a journey in which everything is confirmed and happens on one day; None takes a fact out."""
    return facts_on(departs, **changes)


class Life:
    """A child, the mother who receives them, and what the programme says to both."""

    def __init__(self, parts: Parts, time: PretendedTime, family: Family) -> None:
        self.parts, self.time, self.family = parts, time, family
        self.child = Conversation(parts, family.child)
        self.caregiver = Conversation(parts, family.caregiver)

    # Time

    def tick(self) -> None:
        """Let the clock and the worker do everything that is due at this moment."""
        while keep_watch(self.parts):
            pass
        self._look()
        self.child.work()

    def _look(self) -> None:
        """What is due is said; nobody has written, so nothing is to be answered.

        A message that follows another one leaves a little after it.
        """
        for _ in range(MOST_PIECES):
            for work in (follow_programme, send_next):
                while work(self.parts):
                    pass
            if not self._waits_for_another():
                break
            self.time.moment += ORDER_GRACE

    def _waits_for_another(self) -> bool:
        with database.unit_of_work(self.parts.engine) as session:
            return outbox.anything_due(session, self.time.now())

    def goes_on_until(self, moment: datetime) -> "Life":
        """Live on: at every moment at which something is due, it is done."""
        for _ in range(MOST_MOMENTS):
            due = self.next_moment()
            if due is None or due > moment:
                break
            self.time.moment = max(self.time.moment, due)
            self._look()
        else:
            raise AssertionError("the clock did not come to rest")
        self.time.moment = max(self.time.moment, moment)
        self.tick()
        return self

    def until(self, text: str, zone: str = GUATEMALA) -> "Life":
        """Live on until that hour of somebody's own day."""
        return self.goes_on_until(local(text, zone))

    def lives_on(self, **delta: float) -> "Life":
        """Live on for so long."""
        return self.goes_on_until(self.time.now() + timedelta(**delta))

    def nothing_until(self, text: str, zone: str = GUATEMALA) -> "Life":
        """No clock runs until that hour, as in an outage; what was due meanwhile is late."""
        self.time.moment = local(text, zone)
        self.tick()
        return self

    def next_moment(self) -> datetime | None:
        """When the clock looks next, or a message leaves that was put off."""
        put_off = select(func.min(OutboundRow.next_attempt_at)).where(
            OutboundRow.status == Status.QUEUED, OutboundRow.next_attempt_at > self.time.now()
        )
        with database.unit_of_work(self.parts.engine) as session:
            due = [check_ins.next_wake_at(session), session.scalar(put_off)]
            return min((moment for moment in due if moment is not None), default=None)

    # What happens to them

    def journey(self, **changes: Any) -> None:
        """A case manager enters the journey anew."""
        self.set(facts(**changes))

    def set(self, journey: Mapping[str, Any]) -> None:
        with database.unit_of_work(self.parts.engine) as session:
            set_journey(session, self.family.child, journey, "Elena", self.parts)

    def change(self, contact_id: UUID | None = None, **values: Any) -> None:
        """Note something about the child, or another contact, and let the clock plan anew."""
        with database.unit_of_work(self.parts.engine) as session:
            row = contacts.get(session, contact_id or self.family.child)
            for name, value in values.items():
                setattr(row, name, value)
            family = [self.family.child, self.family.caregiver]
            check_ins.plan_again(session, family)

    def change_addresses(self, contact_id: UUID, channel: str | None = None, **values: Any) -> None:
        with database.unit_of_work(self.parts.engine) as session:
            for row in contacts.addresses(session, contact_id):
                if channel in (None, row.channel):
                    for name, value in values.items():
                        setattr(row, name, value)

    def closes_the_case(self, on: datetime | None = None) -> None:
        self.change(closed_at=on or self.time.now())

    def closes_the_danger(self) -> None:
        """The case manager has acted, and ends the risk state of the child."""
        with database.unit_of_work(self.parts.engine) as session:
            row = escalations.unclosed_of(session, self.family.child)
            assert row is not None
            staff_id = self.family.case_manager
            handle_escalation.record_action(session, row, staff_id, "Fui a verla.", self.parts)
            handle_escalation.close(session, row, staff_id, "Está con su tía.", self.parts)
        self._look()  # the clock plans anew at once, not when something else is due

    def answers(self, person: Conversation, **choices: str) -> None:
        """Tap the answer to every question that waits, by default the best choice that calls nobody.

        Nobody asks on after STOP, or while a person holds the conversation.
        """
        before = None
        while (question := self.question(person)) and question != before:
            before = question
            options = [
                c for c in question.options if c not in (*question.call, *question.ask_danger)
            ]
            best = max(options, key=lambda choice: question.score(choice) or 0)
            person.taps(choices.get(question.id, best))

    def question(self, person: Conversation) -> Any:
        """The question that waits for an answer of theirs; None where none does."""
        with database.unit_of_work(self.parts.engine) as session:
            row = check_ins.running(session, person.contact_id)
            if row is None or row.state != "asked" or programme().steps[row.step].ask is None:
                return None
            known = check_in_answers.given_to(session, row.id)
            contact = contacts.as_contact(contacts.get(session, person.contact_id))
            questionnaire = programme().questionnaires[programme().steps[row.step].ask or ""]
            audience = contact.audience(self.time.now().date())
            return questionnaire.next_question(known, audience)

    # What is there

    def check_ins(self, contact_id: UUID | None = None) -> dict[str, CheckInRow]:
        """Everything that was ever planned for the child, or another contact, by step."""
        rows = self.rows(contact_id)
        assert len({row.step for row in rows}) == len(rows), "ask for one by its occurrence"
        return {row.step: row for row in rows}

    def rows(self, contact_id: UUID | None = None) -> list[CheckInRow]:
        with database.unit_of_work(self.parts.engine) as session:
            query = select(CheckInRow).where(
                CheckInRow.contact_id == (contact_id or self.family.child)
            )
            return list(session.scalars(query.order_by(CheckInRow.due_at, CheckInRow.step)))

    def check_in(self, step: str, contact_id: UUID | None = None) -> CheckInRow:
        """The newest check-in of a step, whoever it is for."""
        owner = contact_id or self._owner(step)
        found = [row for row in self.rows(owner) if row.step == step]
        assert found, f"{step} was never planned"
        return found[-1]

    def _owner(self, step: str) -> UUID:
        is_child = programme().steps[step].track == "child"
        return self.family.child if is_child else self.family.caregiver

    def state(self, step: str) -> str:
        """State and reason of the newest check-in of a step."""
        row = self.check_in(step)
        return f"{row.state} {row.reason}".strip()

    def due(self, step: str, zone: str = GUATEMALA) -> str:
        """When a step is due on somebody's own clock, but for their place in the spread."""
        row = self.check_in(step)
        begins = row.due_at - check_in.share_of(programme().spread, row.contact_id)
        return begins.astimezone(ZoneInfo(zone)).strftime("%F %R")

    def unasked(self, person: Conversation) -> list[OutboundRow]:
        return [row for row in person.outbound() if row.inbound_id is None]

    def told(self, person: Conversation) -> list[str]:
        """The message ids of everything that was said unasked, oldest first."""
        return [message for row in self.unasked(person) for message in row.message_ids]

    def tasks(self, person: Conversation) -> list[tuple[str, str]]:
        """What a case manager finds open, with what it is about."""
        return [(task.kind, task.about) for task in self.task_rows(person)]

    def task_rows(self, person: Conversation) -> list[TaskRow]:
        with database.unit_of_work(self.parts.engine) as session:
            return list(tasks.open_of(session, person.contact_id))

    def contact(self, contact_id: UUID) -> ContactRow:
        with database.unit_of_work(self.parts.engine) as session:
            return contacts.get(session, contact_id)

    def addresses(self, contact_id: UUID) -> list[AddressRow]:
        with database.unit_of_work(self.parts.engine) as session:
            return list(contacts.addresses(session, contact_id))

    def close(self) -> None:
        self.child.client.close()
        self.caregiver.client.close()


def with_template(parts: Parts) -> Parts:
    """The same parts after somebody has approved the neutral messages."""
    approved = {
        name: replace(template, references={"es": "HX" + name, "en": "HX" + name})
        for name, template in parts.words.templates.items()
    }
    return replace(parts, words=replace(parts.words, templates=approved))


def local(text: str, zone: str = GUATEMALA) -> datetime:
    """Return an hour of somebody's own day."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))


def day(text: str) -> date:
    return date.fromisoformat(text)
