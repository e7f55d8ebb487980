"""Take a child or a caregiver into the programme."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.channels import Address, Channel
from bot.domain.consent import Agreement
from bot.domain.contacts import COUNTRIES, Role, country_of_number
from bot.errors import AcompanaError
from bot.services.parts import Parts
from bot.store import contacts
from bot.store.tables import AddressRow, ContactRow

YOUNGEST, OLDEST = 4, 18
"""Ages of children whom the programme goes with; the texts are written from six on."""


@dataclass(frozen=True)
class Enrolment:
    """What a case manager enters. `consent` is the guardian's for a child, their own for an adult."""

    role: Role
    name: str = field(repr=False)
    number: str = field(repr=False)
    language: str
    channels: tuple[Channel, ...] = (Channel.SMS, Channel.WHATSAPP)
    birth_year: int | None = None
    child_id: UUID | None = None
    country: str | None = None
    destination: str | None = None
    zone: str | None = None
    consent: bool = False
    case_manager_id: UUID | None = None


def enrol(session: Session, new: Enrolment, parts: Parts) -> UUID:
    """Store the contact and return its id; every refusal is one plain sentence."""
    now = parts.now()
    _check(new, parts, now)
    addresses = [Address.of(channel, new.number) for channel in new.channels]
    row = _row(session, new, addresses[0].number, now)
    for address in addresses:
        _take_address(session, row, address)
    if new.consent:
        kind = Agreement.GUARDIAN_CONSENT if new.role is Role.CHILD else Agreement.OWN_CONSENT
        contacts.record_consent(session, row.id, kind, True, now)
    return row.id


def _check(new: Enrolment, parts: Parts, now: datetime) -> None:
    if not new.name.strip():
        raise AcompanaError("A contact needs a name.")
    if new.language not in parts.words.languages:
        known = ", ".join(sorted(parts.words.languages))
        raise AcompanaError(f"There are no texts in {new.language!r}; there are {known}.")
    if not {new.country, new.destination} <= {None, *COUNTRIES}:
        raise AcompanaError(f"The country must be one of {', '.join(COUNTRIES)}.")
    if new.role is Role.UNKNOWN:
        raise AcompanaError("A contact is a child or a caregiver.")
    _check_age(new, now)


def _check_age(new: Enrolment, now: datetime) -> None:
    if new.role is not Role.CHILD or new.birth_year is None:
        return
    age = now.year - new.birth_year
    if not YOUNGEST <= age <= OLDEST:
        raise AcompanaError(f"A child who is {age} years old cannot be enrolled as a child.")


def _row(session: Session, new: Enrolment, number: str, now: datetime) -> ContactRow:
    child = _child(session, new)
    here = new.country or country_of_number(number)
    home = child.destination if child else (here if here != "US" else "GT")
    row = ContactRow(
        role=new.role,
        name=new.name.strip(),
        language=new.language,
        country=here,
        destination=new.destination or home,
        zone=new.zone,
        birth_year=new.birth_year if new.role is Role.CHILD else None,
        child_id=child.id if child else None,
        case_manager_id=new.case_manager_id or (child.case_manager_id if child else None),
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def _child(session: Session, new: Enrolment) -> ContactRow | None:
    if new.role is Role.CHILD or new.child_id is None:
        return None
    child = contacts.get(session, new.child_id)
    if child.role != Role.CHILD:
        raise AcompanaError("A caregiver is enrolled for a child, and that contact is none.")
    return child


def _take_address(session: Session, row: ContactRow, address: Address) -> None:
    """Give the contact this address; a stranger who wrote from it before becomes this contact."""
    known = contacts.find_address(session, address)
    if known is None:
        contacts.add_address(session, row.id, address)
        return
    stranger = session.get(ContactRow, known.contact_id)
    if stranger is None or stranger.role != Role.UNKNOWN:
        raise AcompanaError("Another contact has this number on this channel.")
    _hand_over(session, known, row)


def _hand_over(session: Session, address: AddressRow, row: ContactRow) -> None:
    contacts.move_messages(session, address.contact_id, row.id)
    address.contact_id = row.id
    session.flush()
