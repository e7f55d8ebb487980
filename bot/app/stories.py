"""Play the scripted stories of `acompana demo` against a running system and judge them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import SystemRandom
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import yaml

from bot.app.phone import LOOK_SECONDS, Phone, Post
from bot.domain.channels import Channel
from bot.domain.contacts import Role
from bot.services.demo_programme import enrol_family_of
from bot.services.erase import erase
from bot.services.handle_escalation import close
from bot.services.parts import Parts
from bot.settings import CONTENT
from bot.store import database, escalations, staff, tasks
from bot.store.risk_tables import EscalationRow
from bot.store.tables import OutboundRow

STORIES = CONTENT / "demo" / "stories.yml"


@dataclass
class Line:
    """One line of a played story."""

    speaker: str
    text: str
    at: datetime


@dataclass
class Played:
    """A story as it went: what was said, what a case manager would see, which promises broke."""

    title: str
    lines: list[Line] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    chain: list[str] = field(default_factory=list)
    """The steps of the escalation that the story led to, if any."""
    broken: list[str] = field(default_factory=list)


def play_all(parts: Parts, post: Post) -> Iterator[Played]:
    """Play every story with people of its own, so that a second run finds the same beginning."""
    for story in yaml.safe_load(STORIES.read_text(encoding="utf-8")):
        yield _play(story, parts, post)


def _play(story: Mapping[str, Any], parts: Parts, post: Post) -> Played:
    with database.unit_of_work(parts.engine) as session:
        people = enrol_family_of(session, story["who"], _fresh_number, parts)
    phone = Phone(parts, people[story["who"]], Channel(story["channel"]), post)
    played = Played(story["title"])
    for step in story["steps"]:
        if "staff" in step:
            _staff_answers(step, phone, played)
        else:
            _take_step(step, phone, played)
    played.tasks = _open_tasks(phone.contact_id, parts)
    wanted = story.get("escalation")
    played.broken += _wait_for_escalation(wanted, phone, played)
    _take_leave(people, parts)
    for kind in story["tasks"]:
        if kind not in played.tasks:
            played.broken.append(f"no task of the kind {kind} is open")
    return played


def _take_step(step: Mapping[str, Any], phone: Phone, played: Played) -> None:
    shown = step.get("writes") or f"[{step['taps']}]"
    played.lines.append(Line("person", shown, phone.parts.now()))
    taps = step.get("taps")
    reference = phone.tap(taps, step.get("writes", "")) if taps else phone.write(step["writes"])
    answers = phone.answers_to(reference)
    for answer in answers:
        played.lines.append(Line("acompana", answer.text, answer.created_at))
    played.broken += _broken(step, shown, answers)


def _broken(step: Mapping[str, Any], shown: str, answers: list[OutboundRow]) -> Iterator[str]:
    said = {message_id for answer in answers for message_id in answer.message_ids}
    text = "\n".join(answer.text for answer in answers)
    unheard = [m for m in step.get("hears", []) if m not in said]
    forbidden = [m for m in step.get("never", []) if m in said]
    lacking = [words for words in step.get("says", []) if words not in text]
    yield from (f"after {shown!r}: {message_id} was not said" for message_id in unheard)
    yield from (f"after {shown!r}: {message_id} was said" for message_id in forbidden)
    yield from (f"after {shown!r}: the answer lacks {words!r}" for words in lacking)


def _staff_answers(step: Mapping[str, Any], phone: Phone, played: Played) -> None:
    """Whoever is being called answers the notification from their own phone, at any hour of the rota."""
    deadline = monotonic() + phone.patience_seconds
    while (number := _called_number(phone)) is None and monotonic() < deadline:
        sleep(LOOK_SECONDS)
    if number is None:
        played.broken.append("nobody was called")
        return
    played.lines.append(Line("case manager", step["staff"], phone.parts.now()))
    phone.write_from(number, step["staff"])


def _called_number(phone: Phone) -> str | None:
    with database.unit_of_work(phone.parts.engine) as session:
        row = escalations.latest_of(session, phone.contact_id)
        return staff.get(session, row.called_id).number if row and row.called_id else None


def _wait_for_escalation(
    wanted: Mapping[str, Any] | None, phone: Phone, played: Played
) -> Iterator[str]:
    """Look at the whole chain until every promised step was taken; say what is missing."""
    deadline = monotonic() + phone.patience_seconds
    while True:
        row, played.chain = _escalation(phone)
        missing = [s for s in (wanted or {}).get("steps", []) if s not in played.chain]
        if (row is not None or wanted is None) and not missing:
            break
        if monotonic() > deadline:
            yield f"the escalation lacks {', '.join(missing) or 'everything'}"
            return
        sleep(LOOK_SECONDS)
    if wanted is None and row is not None:
        yield f"an escalation was opened ({row.category})"
    if wanted is not None and row is not None and row.tier != wanted["tier"]:
        yield f"the escalation is {row.tier}, not {wanted['tier']}"


def _escalation(phone: Phone) -> tuple[EscalationRow | None, list[str]]:
    with database.unit_of_work(phone.parts.engine) as session:
        row = escalations.latest_of(session, phone.contact_id)
        steps = escalations.chain(session, row.id) if row else ()
        return row, [step.step for step in steps]


def _open_tasks(contact_id: UUID, parts: Parts) -> list[str]:
    with database.unit_of_work(parts.engine) as session:
        return [task.kind for task in tasks.open_of(session, contact_id)]


def _take_leave(people: Mapping[str, UUID], parts: Parts) -> None:
    """Erase the people of a story: the simulator shows the programme, not yesterday's demo."""
    with database.unit_of_work(parts.engine) as session:
        supervisor = staff.with_role(session, "supervisor")[0].id
        for contact_id in people.values():
            if row := escalations.unclosed_of(session, contact_id):
                close(session, row, supervisor, "The story has ended.", parts)
            erase(session, contact_id, parts)


def _fresh_number(role: Role) -> str:
    """Return a number that no carrier gives out and nobody in the programme has."""
    digits = SystemRandom().randrange(10**7)
    return f"+1500{digits:07d}" if role is Role.CHILD else f"+5020{digits:07d}"
