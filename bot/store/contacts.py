"""Queries about contacts, their addresses and their agreements."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.channels import Address, Channel
from bot.domain.consent import Agreement, Consent
from bot.domain.contacts import Audience, Contact, Role
from bot.errors import NotFound
from bot.store.base import any_of
from bot.store.encryption import keyring
from bot.store.risk_tables import EscalationRow, SafetyQuestionRow, StaffRow
from bot.store.staff import STANDS_IN
from bot.store.tables import (
    AddressRow,
    ConsentRow,
    ContactRow,
    ConversationRow,
    InboundRow,
    OutboundRow,
    TaskRow,
)
from bot.store.time_tables import CheckInRow

WITH_IDS = select(ContactRow).where(ContactRow.id == any_of("ids"))
RECEIVES_THE_CHILD = and_(
    ContactRow.child_id == bindparam("child_id"),
    ContactRow.role == Role.CAREGIVER,
    ContactRow.erased_at.is_(None),
)
CAREGIVERS = (
    select(ContactRow.id).where(RECEIVES_THE_CHILD).order_by(ContactRow.created_at, ContactRow.id)
)
OF_THE_FAMILY = or_(ContactRow.id == bindparam("child_id"), RECEIVES_THE_CHILD)
FAMILY = (
    select(ContactRow)
    .where(OF_THE_FAMILY)
    .order_by(ContactRow.role != Role.CHILD, ContactRow.created_at, ContactRow.id)
)
ADDRESSES = (
    select(AddressRow)
    .where(AddressRow.contact_id == bindparam("contact_id"))
    .order_by(AddressRow.retired_at.is_not(None), AddressRow.channel, AddressRow.id)
)
OF_CONTACT = ConsentRow.contact_id == bindparam("contact_id")
CONSENTS = select(ConsentRow).where(OF_CONTACT).order_by(ConsentRow.id)
LATEST_CONSENT = (
    select(ConsentRow)
    .where(OF_CONTACT, ConsentRow.kind == bindparam("kind"))
    .order_by(ConsentRow.id.desc())
    .limit(1)
)
ADDRESS = (
    select(AddressRow)
    .join(ContactRow, ContactRow.id == AddressRow.contact_id)
    .where(AddressRow.channel == bindparam("channel"), AddressRow.number_hash == bindparam("hash"))
    .order_by(
        AddressRow.retired_at.is_not(None),
        AddressRow.speaking_at.desc().nulls_last(),
        (ContactRow.role == Role.CHILD).desc(),
        AddressRow.id,
    )
    .limit(1)
)


def get(session: Session, contact_id: UUID) -> ContactRow:
    """Return the contact; an unknown id is a sentence."""
    row = session.get(ContactRow, contact_id)
    if row is None or row.erased_at is not None:
        raise NotFound(f"There is no contact {contact_id}.")
    return row


def as_contact(row: ContactRow) -> Contact:
    """Return the plain contact that the domain works with."""
    return Contact(
        id=row.id,
        role=Role(row.role),
        name=row.name,
        language=row.language,
        country=row.country,
        destination=row.destination,
        birth_year=row.birth_year,
        age_band=Audience(row.age_band) if row.age_band else None,
        child_id=row.child_id,
        zone=row.zone,
    )


def everyone(session: Session) -> Sequence[ContactRow]:
    """Return all contacts that were not erased, oldest first."""
    query = select(ContactRow).where(ContactRow.erased_at.is_(None))
    return session.scalars(query.order_by(ContactRow.created_at, ContactRow.id)).all()


def child_of(session: Session, row: ContactRow) -> ContactRow | None:
    """Return the child whose journey concerns this contact: themselves, or whom they receive."""
    if row.role == Role.CHILD:
        return row
    return session.get(ContactRow, row.child_id) if row.child_id else None


def children_of(session: Session, rows: Sequence[ContactRow]) -> dict[UUID, ContactRow]:
    """Return the child whose journey concerns each of these contacts; who has none is left out."""
    ids = list({row.child_id for row in rows if row.child_id})
    theirs = {c.id: c for c in session.scalars(WITH_IDS, {"ids": ids})}
    own = {row.id: row for row in rows if row.role == Role.CHILD}
    received = {row.id: theirs[row.child_id] for row in rows if row.child_id in theirs}
    return own | received


def caregivers_of(session: Session, child_id: UUID) -> Sequence[UUID]:
    """Return the ids of those who receive a child."""
    return session.scalars(CAREGIVERS, {"child_id": child_id}).all()


def family_of(session: Session, child_id: UUID) -> Sequence[ContactRow]:
    """Return a child and everybody who receives the child; the child comes first."""
    return session.scalars(FAMILY, {"child_id": child_id}).all()


def add_stranger(session: Session, country: str, now: datetime) -> ContactRow:
    """Keep a contact for a number that nobody enrolled, so that what it says is not lost."""
    row = ContactRow(
        role=Role.UNKNOWN,
        name="",
        language="en" if country == "US" else "es",
        country=country,
        destination=country,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def hash_of(address: Address) -> bytes:
    """Return the keyed hash under which an address is stored."""
    return keyring().lookup_hash(f"{address.channel}:{address.number}")


def find_address(session: Session, address: Address) -> AddressRow | None:
    """Return the stored address, None for a number that nobody had.

    On a shared phone it is that of the person who was last known to hold it, else the child's. A
    number of the past is found only where nobody is reached at it now.
    """
    known_as = {"channel": address.channel, "hash": hash_of(address)}
    return session.scalars(ADDRESS, known_as).one_or_none()


def add_address(session: Session, contact_id: UUID, address: Address) -> AddressRow:
    """Store where a contact is reached."""
    row = AddressRow(
        contact_id=contact_id,
        channel=address.channel,
        number=address.number,
        number_hash=hash_of(address),
    )
    session.add(row)
    session.flush()
    return row


def addresses(session: Session, contact_id: UUID) -> Sequence[AddressRow]:
    """Return where a contact is reached, SMS before WhatsApp; numbers of the past come last."""
    return session.scalars(ADDRESSES, {"contact_id": contact_id}).all()


def address(session: Session, address_id: UUID) -> AddressRow:
    """Return one address."""
    return session.get_one(AddressRow, address_id)


def plain_address(row: AddressRow) -> Address:
    """Return the readable address."""
    return Address(Channel(row.channel), row.number)


def consents(session: Session, contact_id: UUID) -> list[Consent]:
    """Return everything that was agreed to or refused."""
    return [
        Consent(Agreement(r.kind), r.given, r.recorded_at, r.withdrawn_at)
        for r in session.scalars(CONSENTS, {"contact_id": contact_id})
    ]


def latest_consent(session: Session, contact_id: UUID, kind: Agreement) -> ConsentRow | None:
    """Return the newest record of one kind of agreement."""
    return session.scalars(LATEST_CONSENT, {"contact_id": contact_id, "kind": kind}).one_or_none()


def record_consent(
    session: Session, contact_id: UUID, kind: Agreement, given: bool, now: datetime
) -> None:
    """Add one agreement or refusal; nothing is overwritten."""
    session.add(ConsentRow(contact_id=contact_id, kind=kind, given=given, recorded_at=now))


def case_manager_of(session: Session, row: ContactRow) -> StaffRow | None:
    """Return who is responsible, or a supervisor where nobody was assigned or that person has left."""
    assigned = session.get(StaffRow, row.case_manager_id) if row.case_manager_id else None
    if assigned is not None and assigned.left_at is None:
        return assigned
    return session.scalars(STANDS_IN).one_or_none()


def move_messages(session: Session, from_id: UUID, to_id: UUID) -> None:
    """Give a contact what was said under another id, such as a stranger's before enrolment.

    A danger that the stranger told of stays open and is the contact's from now on.
    """
    for known in addresses(session, from_id):
        if same := _own(session, to_id, known):
            _join(session, known, same)
    for table in (InboundRow, OutboundRow, TaskRow, AddressRow, EscalationRow, SafetyQuestionRow):
        session.execute(update(table).where(table.contact_id == from_id).values(contact_id=to_id))
    session.execute(delete(ConversationRow).where(ConversationRow.contact_id == from_id))
    if child := child_of(session, session.get_one(ContactRow, to_id)):
        theirs = EscalationRow.contact_id == to_id, EscalationRow.child_id.is_(None)
        session.execute(update(EscalationRow).where(*theirs).values(child_id=child.id))


def _own(session: Session, contact_id: UUID, like: AddressRow) -> AddressRow | None:
    """Return the same address as this contact had it before."""
    query = select(AddressRow).where(
        AddressRow.contact_id == contact_id,
        AddressRow.channel == like.channel,
        AddressRow.number_hash == like.number_hash,
    )
    return session.scalars(query).one_or_none()


def _join(session: Session, known: AddressRow, into: AddressRow) -> None:
    """Let a number of the past be in use again, with what was said there since."""
    for table in (InboundRow, OutboundRow, CheckInRow):
        there = table.address_id == known.id
        session.execute(update(table).where(there).values(address_id=into.id))
    into.retired_at, into.unreachable_at = None, None
    into.opted_out_at, into.last_inbound_at = known.opted_out_at, known.last_inbound_at
    session.delete(known)
    session.flush()
