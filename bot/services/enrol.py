"""Take a child or a caregiver into the programme."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.channels import Address, Channel
from bot.domain.consent import Agreement
from bot.domain.contacts import COUNTRIES, Role, country_of_number
from bot.errors import AcompanaError
from bot.services.parts import Parts
from bot.services.share_phone import in_the_way, may_share, share
from bot.store import contacts, phones
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
    born_on: date | None = None
    """Where it is known: the eighteenth birthday ends the programme to the day."""
    child_id: UUID | None = None
    country: str | None = None
    destination: str | None = None
    zone: str | None = None
    consent: bool = False
    case_manager_id: UUID | None = None
    caregiver_id: UUID | None = None
    """Who receives this child, where the caregiver was enrolled first."""
    shared_phone: bool = False
    """Somebody else keeps the phone: who holds it is asked before anything personal."""


def enrol(session: Session, new: Enrolment, parts: Parts) -> UUID:
    """Store the contact and return its id; every refusal is one plain sentence."""
    now = parts.now()
    _check(new, parts, now)
    addresses = [Address.of(channel, new.number) for channel in new.channels]
    row = _row(session, new, addresses[0].number, now)
    _refuse_number_of_staff(session, row, addresses[0].number)
    for address in addresses:
        taken = _take_address(session, row, address)
        taken.shared = taken.shared or new.shared_phone
    if new.consent:
        kind = Agreement.GUARDIAN_CONSENT if new.role is Role.CHILD else Agreement.OWN_CONSENT
        contacts.record_consent(session, row.id, kind, True, now)
    return row.id


def _refuse_number_of_staff(session: Session, row: ContactRow, number: str) -> None:
    """What comes from a number of the staff answers notifications: a contact's words would be lost."""
    if in_the_way(session, row, number) == "staff_number":
        raise AcompanaError(
            "A person of the staff has this number; enter the contact's own, or take it off the "
            "rota first with `acompana rota set`."
        )


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
    year = _birth_year(new)
    if new.role is not Role.CHILD or year is None:
        return
    if new.born_on is not None and new.birth_year not in (None, new.born_on.year):
        raise AcompanaError("The year of birth and the day of birth contradict each other.")
    age = now.year - year
    if not YOUNGEST <= age <= OLDEST:
        raise AcompanaError(f"A child who is {age} years old cannot be enrolled as a child.")


def _birth_year(new: Enrolment) -> int | None:
    return new.born_on.year if new.born_on is not None else new.birth_year


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
        birth_year=_birth_year(new) if new.role is Role.CHILD else None,
        born_on=new.born_on.isoformat() if new.born_on and new.role is Role.CHILD else None,
        child_id=child.id if child else None,
        case_manager_id=new.case_manager_id or (child.case_manager_id if child else None),
        created_at=now,
    )
    session.add(row)
    session.flush()
    _receive(session, new, row)
    return row


def _receive(session: Session, new: Enrolment, row: ContactRow) -> None:
    """Note that a caregiver who was enrolled first receives this child."""
    if new.caregiver_id is None:
        return
    caregiver = contacts.get(session, new.caregiver_id)
    if row.role != Role.CHILD or caregiver.role != Role.CAREGIVER or caregiver.child_id is not None:
        raise AcompanaError("A child is received by a caregiver who receives nobody yet.")
    caregiver.child_id, caregiver.planned_at = row.id, None
    session.flush()


def _child(session: Session, new: Enrolment) -> ContactRow | None:
    if new.role is Role.CHILD or new.child_id is None:
        return None
    child = contacts.get(session, new.child_id)
    if child.role != Role.CHILD:
        raise AcompanaError("A caregiver is enrolled for a child, and that contact is none.")
    return child


def _take_address(session: Session, row: ContactRow, address: Address) -> AddressRow:
    """Give the contact this address; a stranger who wrote from it before becomes this contact."""
    for stranger_id in _strangers(session, address):
        contacts.move_messages(session, stranger_id, row.id)
        session.get_one(ContactRow, stranger_id).erased_at = row.created_at
    here = _reached_at(session, address)
    own = next((r for r in here if r.contact_id == row.id), None)
    own = own or contacts.add_address(session, row.id, address)
    others = [r for r in here if r.contact_id != row.id]
    if others:
        _share(session, row, own, others)
    return own


def _reached_at(session: Session, address: Address) -> list[AddressRow]:
    session.flush()
    return [r for r in phones.in_use(session, address.number) if r.channel == address.channel]


def _strangers(session: Session, address: Address) -> set[UUID]:
    ids = {r.contact_id for r in _reached_at(session, address)}
    return {i for i in ids if session.get_one(ContactRow, i).role == Role.UNKNOWN}


def _share(
    session: Session, row: ContactRow, own: AddressRow, others: Sequence[AddressRow]
) -> None:
    """A child and one caregiver may have one phone; anybody else's number is refused."""
    if not may_share(session, row, others):
        raise AcompanaError(
            "Another contact has this number on this channel. A child and one caregiver of this "
            "child may share a phone."
        )
    share(session, [own, *others])
