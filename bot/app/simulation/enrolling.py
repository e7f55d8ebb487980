"""Enrol families: the rows that `enrol` and the first conversation leave, for many people at once.

Their ids come from the seed, because a contact's place within the spread of a check-in follows from it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot.app.simulation.people import Person
from bot.app.simulation.world import Colleague
from bot.domain.channels import Address
from bot.domain.consent import Agreement
from bot.store.contacts import hash_of
from bot.store.tables import AddressRow, ConsentRow, ContactRow

WELCOME = timedelta(minutes=40)
"""How long after the enrolment the first conversation is over."""


def enrol_all(
    session: Session, people: Iterable[Person], staff: Mapping[str, Colleague], now: datetime
) -> None:
    """Store contacts, addresses and agreements; children stand before those who receive them."""
    everybody = sorted(people, key=lambda person: not person.is_child)
    session.execute(insert(ContactRow), [_contact(p, staff, now) for p in everybody])
    session.execute(insert(AddressRow), [a for p in everybody for a in addresses_of(p, now)])
    session.execute(insert(ConsentRow), [c for p in everybody for c in _consents(p, now)])


def _contact(person: Person, staff: Mapping[str, Colleague], now: datetime) -> dict[str, Any]:
    family = person.family
    return {
        "id": person.id,
        "role": person.role,
        "name": person.name,
        "language": person.language,
        "country": person.country,
        "destination": person.destination,
        "zone": person.zone,
        "birth_year": person.birth_year,
        "child_id": None if person.is_child else family.child.id,
        "case_manager_id": staff[family.case_manager].id,
        "onboarded_at": now + WELCOME if person.is_welcomed else None,
        "created_at": now,
    }


def addresses_of(person: Person, now: datetime) -> list[dict[str, Any]]:
    """Return the rows of a person's addresses; who was welcomed wrote on the first of them."""
    rows = []
    for channel in person.channels:
        wrote = person.is_welcomed and channel is person.channels[-1]
        address = Address(channel, person.number)
        rows.append(
            {
                "contact_id": person.id,
                "channel": channel,
                "number": person.number,
                "number_hash": hash_of(address),
                "last_inbound_at": now + WELCOME if wrote else None,
            }
        )
    return rows


def _consents(person: Person, now: datetime) -> list[dict[str, Any]]:
    if not person.is_child:
        return [_given(person, Agreement.OWN_CONSENT, now)]
    guardian = _given(person, Agreement.GUARDIAN_CONSENT, now)
    return [guardian, _given(person, Agreement.ASSENT, now + WELCOME)][: 1 + person.is_welcomed]


def _given(person: Person, kind: Agreement, at: datetime) -> dict[str, Any]:
    return {"contact_id": person.id, "kind": kind, "given": True, "recorded_at": at}
