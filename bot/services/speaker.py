"""Everything that words may say about a contact: names, numbers, confirmed facts."""

from dataclasses import fields
from functools import cache

from sqlalchemy.orm import Session

from bot.domain.channels import Channel
from bot.domain.contacts import Audience, wordings
from bot.domain.journey import Journey
from bot.phrasebook.facts import Reader, journey_values
from bot.phrasebook.lazy_values import LazyValues
from bot.phrasebook.rendering import Speaker
from bot.phrasebook.values import JOURNEY_VALUES, SAFETY_VALUES
from bot.services.parts import Parts
from bot.services.safety_values import safety_values
from bot.store import contacts, journeys, number_changes
from bot.store.tables import ContactRow

PROGRAMME = "Acompaña"

OWN = frozenset({"name", "programme"})
CHILD = frozenset({"child_name"})
CASE_MANAGER = frozenset({"case_manager", "case_manager_phone"})
NUMBERS = frozenset({"emergency_here", "emergency_destination", "destination_country"})
NUMBER_CODE = frozenset({"number_code"})
FACTS = frozenset(f.name for f in fields(Journey))


def speaker_for(
    session: Session,
    row: ContactRow,
    channel: Channel,
    parts: Parts,
    simpler: bool = False,
) -> Speaker:
    """Return for whom to render; `simpler` takes the wording of the next younger audience."""
    contact = contacts.as_contact(row)
    reader = Reader(contact.locale, contact.time_zone)
    audience = contact.audience(parts.now().date())

    @cache
    def journey() -> Journey:
        child = contacts.child_of(session, row)
        return journeys.current(session, child.id if child else None)

    return Speaker(
        audience=_younger(audience) if simpler else audience,
        locale=contact.locale,
        channel=channel,
        values=LazyValues(
            (OWN, lambda: {"name": _first(row.name), "programme": PROGRAMME}),
            (CHILD, lambda: _child(session, row)),
            (CASE_MANAGER, lambda: _case_manager(session, row, contact.locale, parts)),
            (NUMBERS, lambda: _numbers(row, contact.locale, parts)),
            (JOURNEY_VALUES, lambda: journey_values(journey(), reader, parts.words)),
            (NUMBER_CODE, lambda: _number_code(session, row)),
            (SAFETY_VALUES, lambda: safety_values(session, row, reader, parts)),
        ),
        facts=LazyValues((FACTS, lambda: journey().as_facts())),
    )


def _younger(audience: Audience) -> Audience:
    """Return the next simpler wording; an adult keeps the adult one, only its words can be simple."""
    if audience is Audience.CAREGIVER:
        return audience
    return wordings(audience)[:2][-1]


def _child(session: Session, row: ContactRow) -> dict[str, str]:
    child = contacts.child_of(session, row)
    return {"child_name": _first(child.name)} if child is not None else {}


def _case_manager(session: Session, row: ContactRow, locale: str, parts: Parts) -> dict[str, str]:
    """Who is responsible; where there is nobody at all the team, with the programme's own line."""
    staff = contacts.case_manager_of(session, row)
    if staff is None:
        team = parts.words.value("value.told_person.team", locale)
        return {"case_manager": team, "case_manager_phone": parts.settings.standing_line_number}
    return {"case_manager": staff.name, "case_manager_phone": staff.number}


def _number_code(session: Session, row: ContactRow) -> dict[str, str]:
    """Return the digits that prove the contact's new number, while they are waited for."""
    change = number_changes.open_of(session, row.id)
    return {"number_code": change.digits} if change is not None else {}


def _first(name: str) -> str:
    return name.split(maxsplit=1)[0] if name.strip() else ""


def _numbers(row: ContactRow, locale: str, parts: Parts) -> dict[str, str]:
    emergency = parts.words.emergency
    return {
        "emergency_here": emergency[row.country].number,
        "emergency_destination": emergency[row.destination].number,
        "destination_country": parts.words.value(f"value.country.{row.destination}", locale),
    }
