"""People and journeys for tests, with defaults."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from bot.domain.channels import Channel
from bot.domain.contacts import Role
from bot.services.enrol import Enrolment, enrol
from bot.services.parts import Parts
from bot.services.set_journey import set_journey
from bot.services.set_rota import set_rota
from bot.store import database, staff

_numbers = count(1)

FACTS: dict[str, Any] = {
    "destination": "GT",
    "departure_on": "2026-12-03",
    "departure_time": "08:30",
    "departure_zone": "America/Chicago",
    "vehicle": "plane",
    "travel_hours": 4,
    "companions": ["Lucía Paz"],
    "companion_languages": ["es", "quc"],
    "meals": ["breakfast", "lunch"],
    "night_places": [],
    "arrival_on": "2026-12-03",
    "arrival_time": "12:45",
    "arrival_zone": "America/Guatemala",
    "reception_centre": "Casa Luz del Camino",
    "reception_city": "Ciudad de Guatemala",
    "receiving_adults": ["Marta Cux"],
    "first_call_on": "2026-12-03",
    "first_call_time": "14:00",
    "home_place": "Nebaj",
    "home_vehicle": "bus",
    "home_hours": 5,
    "home_companions": ["Marta Cux"],
    "pick_up_place": "Casa Luz del Camino",
    "pick_up_on": "2026-12-03",
    "pick_up_time": "16:00",
    "pick_up_papers": ["identity_card"],
}
"""A journey in which everything is confirmed."""

FAR_AHEAD = timedelta(days=300)
"""So far ahead that nothing of the programme is due in a test that is about something else."""


def facts_on(departs: date | str, **changes: Any) -> dict[str, Any]:
    """Return a journey in which everything happens on one day; None takes a fact out."""
    days = dict.fromkeys((name for name in FACTS if name.endswith("_on")), str(departs))
    return {k: v for k, v in (FACTS | days | changes).items() if v is not None}


@dataclass(frozen=True)
class Family:
    """A child, who receives them, and who is responsible."""

    child: UUID
    caregiver: UUID
    case_manager: UUID


def fresh_number(prefix: str = "+1500777") -> str:
    """Return a number that no other test uses."""
    return f"{prefix}{next(_numbers):04d}"


ALWAYS = {"from": "00:00", "to": "00:00", "on_holidays": True}
"""Duty by day and night."""


def make_staff(
    parts: Parts,
    name: str = "Elena Paz",
    role: str = "case_manager",
    duty: Sequence[Mapping[str, Any]] | None = None,
    **changes: Any,
) -> UUID:
    """Enter a person of the staff; a case manager is on duty for the US and Guatemala, always."""
    if duty is None:
        duty = [ALWAYS | {"country": country} for country in ("US", "GT")]
    entry = {
        "name": name,
        "role": role,
        "number": fresh_number("+5025550"),
        "email": "elena@acompana.example",
        "country": "GT",
        "duty": duty,
        **changes,
    }
    with database.unit_of_work(parts.engine) as session:
        return set_rota(session, {"somebody": entry})["somebody"]


def number_of(parts: Parts, staff_id: UUID) -> str:
    with database.unit_of_work(parts.engine) as session:
        return staff.get(session, staff_id).number


def make_child(parts: Parts, **changes: Any) -> UUID:
    """Enrol a child of seven with the guardian's consent."""
    new = Enrolment(
        **{
            "role": Role.CHILD,
            "name": "Wendy Cux",
            "number": fresh_number(),
            "language": "es",
            "channels": tuple(Channel),
            "birth_year": parts.now().year - 7,
            "country": "US",
            "destination": "GT",
            "zone": "America/Chicago",
            "consent": True,
            **changes,
        }
    )
    with database.unit_of_work(parts.engine) as session:
        return enrol(session, new, parts)


def make_caregiver(parts: Parts, child: UUID | None, **changes: Any) -> UUID:
    """Enrol a mother with her own consent."""
    defaults = {
        "role": Role.CAREGIVER,
        "name": "Marta Cux",
        "number": fresh_number("+5027770"),
        "birth_year": None,
        "child_id": child,
        "country": "GT",
        "zone": None,
    }
    return make_child(parts, **(defaults | changes))


def make_family(parts: Parts, facts: dict[str, Any] | None = None, **changes: Any) -> Family:
    """Enrol a family, by default with a journey far ahead; `changes` are the child's."""
    if facts is None:
        facts = facts_on((parts.now() + FAR_AHEAD).date())
    case_manager = make_staff(parts)
    child = make_child(parts, case_manager_id=case_manager, **changes)
    caregiver = make_caregiver(parts, child)
    with database.unit_of_work(parts.engine) as session:
        set_journey(session, child, facts, "test", parts)
    return Family(child, caregiver, case_manager)
