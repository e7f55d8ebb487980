"""Fictional children who have been welcomed already, each with a confirmed journey."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.channels import Channel
from bot.domain.consent import Agreement
from bot.domain.contacts import Role
from bot.phrasebook.source import read_yaml
from bot.services.demo_programme import PROGRAMME, dated
from bot.services.enrol import Enrolment, enrol
from bot.services.parts import Parts
from bot.services.set_journey import set_journey
from bot.services.set_rota import set_rota
from bot.store import contacts, database

ROTA = {
    "elena": {
        "name": "Elena Paz",
        "role": "case_manager",
        "number": "+50200000101",
        "country": "GT",
        "duty": [{"country": "US", "from": "00:00", "to": "00:00", "on_holidays": True}],
    }
}
"""One case manager by day and night: the rota is not what is measured."""


@dataclass(frozen=True)
class Person:
    """Where one contact writes from."""

    channel: Channel
    number: str

    @property
    def address(self) -> str:
        """The number as the provider writes it."""
        return f"whatsapp:{self.number}" if self.channel is Channel.WHATSAPP else self.number


def welcome(count: int, parts: Parts) -> list[Person]:
    """Enrol so many contacts, SMS and WhatsApp in turn, as if each had finished the welcome."""
    people = [Person(list(Channel)[n % 2], f"+1500556{n:04d}") for n in range(count)]
    facts = dated(read_yaml(PROGRAMME)["children"][0]["journey"], parts.now().date())
    with database.unit_of_work(parts.engine) as session:
        staff_id = set_rota(session, ROTA)["elena"]
        for n, person in enumerate(people):
            _welcome_one(session, n, person, facts, staff_id, parts)
    return people


def _welcome_one(
    session: Session,
    n: int,
    person: Person,
    facts: Mapping[str, Any],
    staff_id: UUID,
    parts: Parts,
) -> None:
    now = parts.now()
    child = Enrolment(
        role=Role.CHILD,
        name=f"Child {n}",
        number=person.number,
        language="en" if n % 5 == 0 else "es",
        channels=(person.channel,),
        birth_year=now.year - (7 + n % 10),
        country="US",
        destination="GT",
        zone="America/Chicago",
        consent=True,
        case_manager_id=staff_id,
    )
    child_id = enrol(session, child, parts)
    set_journey(session, child_id, facts, "bench", parts)
    contacts.record_consent(session, child_id, Agreement.ASSENT, True, now)
    contacts.get(session, child_id).onboarded_at = now - timedelta(days=1)
