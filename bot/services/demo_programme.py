"""Load the fictional programme into an empty database."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.contacts import Role
from bot.phrasebook.source import read_yaml
from bot.services.enrol import Enrolment, enrol
from bot.services.parts import Parts
from bot.services.set_journey import set_journey
from bot.services.set_rota import set_rota
from bot.settings import CONTENT
from bot.store.tables import ContactRow

PROGRAMME = CONTENT / "demo" / "programme.yml"

Entry = Mapping[str, Any]


def load_demo_programme(session: Session, parts: Parts) -> bool:
    """Load it unless there is any contact already; return whether it was loaded."""
    if session.scalars(select(ContactRow.id).limit(1)).first() is not None:
        return False
    programme = read_yaml(PROGRAMME)
    staff = set_rota(session, programme["staff"])
    for child in programme["children"]:
        _family(session, child, staff, parts)
    return True


def enrol_family_of(
    session: Session, name: str, number: Callable[[Role], str], parts: Parts
) -> dict[str, UUID]:
    """Enrol the family of one fictional person once more under other numbers; return ids by name."""
    programme = read_yaml(PROGRAMME)
    children = programme["children"]
    child = next(c for c in children if name in (c["name"], c["caregiver"]["name"]))
    copy = child | {"number": number(Role.CHILD)}
    copy["caregiver"] = child["caregiver"] | {"number": number(Role.CAREGIVER)}
    return _family(session, copy, set_rota(session, programme["staff"]), parts)


def notes() -> dict[str, str]:
    """Return the sentence that describes each fictional person, by name."""
    children = read_yaml(PROGRAMME)["children"]
    people = [p for child in children for p in (child, child["caregiver"])]
    return {person["name"]: person["note"] for person in people}


def _family(
    session: Session, child: Entry, staff: Mapping[str, UUID], parts: Parts
) -> dict[str, UUID]:
    today = parts.now().date()
    child_id = enrol(session, _child(child, staff, today), parts)
    set_journey(session, child_id, dated(child["journey"], today), "demo", parts)
    caregiver = child["caregiver"]
    receiving = Enrolment(
        role=Role.CAREGIVER,
        name=caregiver["name"],
        number=caregiver["number"],
        language=caregiver["language"],
        country=child["destination"],
        destination=child["destination"],
        child_id=child_id,
        consent=True,
    )
    caregiver_id = enrol(session, receiving, parts)
    return {child["name"]: child_id, caregiver["name"]: caregiver_id}


def _child(entry: Entry, staff: Mapping[str, UUID], today: date) -> Enrolment:
    return Enrolment(
        role=Role.CHILD,
        name=entry["name"],
        number=entry["number"],
        language=entry["language"],
        birth_year=today.year - entry["age"] if "age" in entry else None,
        country="US",
        destination=entry["destination"],
        zone=entry["zone"],
        consent=True,
        case_manager_id=staff[entry["case_manager"]],
    )


def dated(entry: Entry, today: date) -> dict[str, Any]:
    """Replace days that count from today (`departs_in`, `arrives_after` ...) by dates."""
    facts = dict(entry)
    departure = today + timedelta(days=facts.pop("departs_in"))
    facts["departure_on"] = departure
    for key in [k for k in facts if k.endswith("_after")]:
        name = "arrival" if key == "arrives_after" else key.removesuffix("_after")
        facts[f"{name}_on"] = departure + timedelta(days=facts.pop(key))
    return facts
