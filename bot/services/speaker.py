"""Everything that words may say about a contact: names, numbers, confirmed facts."""

from sqlalchemy.orm import Session

from bot.domain.channels import Channel
from bot.domain.contacts import Audience, wordings
from bot.phrasebook.facts import Reader, journey_values
from bot.phrasebook.rendering import Speaker
from bot.services.parts import Parts
from bot.services.safety_values import safety_values
from bot.store import contacts, journeys
from bot.store.risk_tables import StaffRow
from bot.store.tables import ContactRow

PROGRAMME = "Acompaña"


def speaker_for(
    session: Session,
    row: ContactRow,
    channel: Channel,
    parts: Parts,
    simpler: bool = False,
) -> Speaker:
    """Return for whom to render; `simpler` takes the wording of the next younger audience."""
    contact = contacts.as_contact(row)
    child = contacts.child_of(session, row)
    journey = journeys.current(session, child.id if child else None)
    reader = Reader(contact.locale, contact.time_zone)
    audience = contact.audience(parts.now().date())
    return Speaker(
        audience=_younger(audience) if simpler else audience,
        locale=contact.locale,
        channel=channel,
        values={
            **_people(row, child, contacts.case_manager_of(session, row)),
            **_numbers(row, contact.locale, parts),
            **journey_values(journey, reader, parts.words),
            **safety_values(session, row, reader, parts),
        },
        no_nights=journey.night_places == (),
        facts=journey.as_facts(),
    )


def _younger(audience: Audience) -> Audience:
    """Return the next simpler wording; an adult keeps the adult one, only its words can be simple."""
    if audience is Audience.CAREGIVER:
        return audience
    return wordings(audience)[:2][-1]


def _people(row: ContactRow, child: ContactRow | None, staff: StaffRow | None) -> dict[str, str]:
    known = {"name": _first(row.name), "programme": PROGRAMME}
    if child is not None:
        known["child_name"] = _first(child.name)
    if staff is not None:
        known["case_manager"] = staff.name
        known["case_manager_phone"] = staff.number
    return known


def _first(name: str) -> str:
    return name.split(maxsplit=1)[0] if name.strip() else ""


def _numbers(row: ContactRow, locale: str, parts: Parts) -> dict[str, str]:
    emergency = parts.words.emergency
    return {
        "emergency_here": emergency[row.country].number,
        "emergency_destination": emergency[row.destination].number,
        "destination_country": parts.words.value(f"value.country.{row.destination}", locale),
    }
