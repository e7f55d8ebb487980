"""Play the scripted stories of `acompana demo` against a running system and judge them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import SystemRandom
from typing import Any
from uuid import UUID

import yaml

from bot.app.phone import Phone, Post
from bot.domain.channels import Channel
from bot.domain.contacts import Role
from bot.services.demo_programme import enrol_family_of
from bot.services.erase import erase
from bot.services.parts import Parts
from bot.settings import CONTENT
from bot.store import database, tasks
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
        _take_step(step, phone, played)
    played.tasks = _open_tasks(phone.contact_id, parts)
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


def _open_tasks(contact_id: UUID, parts: Parts) -> list[str]:
    with database.unit_of_work(parts.engine) as session:
        return [task.kind for task in tasks.open_of(session, contact_id)]


def _take_leave(people: Mapping[str, UUID], parts: Parts) -> None:
    """Erase the people of a story: the simulator shows the programme, not yesterday's demo."""
    with database.unit_of_work(parts.engine) as session:
        for contact_id in people.values():
            erase(session, contact_id, parts)


def _fresh_number(role: Role) -> str:
    """Return a number that no carrier gives out and nobody in the programme has."""
    digits = SystemRandom().randrange(10**7)
    return f"+1500{digits:07d}" if role is Role.CHILD else f"+5020{digits:07d}"
