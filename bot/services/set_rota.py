"""Enter staff and their duty hours, as a programme writes them in YAML."""

from collections.abc import Mapping
from datetime import time
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.domain.channels import plain_number
from bot.domain.contacts import COUNTRIES
from bot.domain.opening_hours import DAYS
from bot.domain.risk import Phase
from bot.errors import AcompanaError
from bot.gateways.email import is_one_address
from bot.gateways.twilio_notices import VOICES
from bot.services.recognise_staff import Entered, recognise
from bot.store import phones, staff
from bot.store.risk_tables import DutyShiftRow, StaffRow

ROLES = ("case_manager", "supervisor", "child_advocate")
LANGUAGES = tuple(VOICES)
"""Who is called in another language could be neither written to nor spoken to."""


def set_rota(
    session: Session, people: Mapping[str, Any], *, whole: bool = False
) -> dict[str, UUID]:
    """Store everybody with their hours and return the ids by key; a second run changes nothing more.

    In a `whole` rota a known name with another number is the same person. Else a name tells nothing:
    two people may be called Ana.
    """
    if not isinstance(people, Mapping):
        raise AcompanaError("Staff are entries by key, as in content/demo/programme.yml.")
    numbers = _numbers(session, people)
    entered = [Entered(k, str(people[k]["name"]), number) for k, number in numbers.items()]
    known = recognise(staff.ever(session), entered, by_name=whole)
    return {
        key: _person(session, str(key), people[key], known.get(key), number)
        for key, number in numbers.items()
    }


def _numbers(session: Session, people: Mapping[str, Any]) -> dict[str, str]:
    """Return the number of each; what somebody entered wrongly is refused before anything is stored."""
    found: dict[str, str] = {}
    for key, entry in people.items():
        _refuse_unfit(str(key), entry)
        number = _number(str(key), entry["number"])
        if other := next((k for k, n in found.items() if n == number), None):
            raise AcompanaError(f"{key} and {other} have the same number.")
        _refuse_number_of_contact(session, str(key), number)
        found[key] = number
    return found


def _refuse_number_of_contact(session: Session, key: str, number: str) -> None:
    """What comes from a number of the staff is not screened: a contact's words would be lost."""
    if phones.known_at(session, number):
        raise AcompanaError(
            f"{key}: a contact is reached at this number; enter another one, or give the contact "
            "theirs first with `acompana contacts number`."
        )


def _person(session: Session, key: str, entry: Any, known: StaffRow | None, number: str) -> UUID:
    row = known or StaffRow()
    row.number, row.number_hash, row.left_at = number, staff.hash_of(number), None
    row.name, row.role, row.country = entry["name"], entry["role"], _country(key, entry["country"])
    row.email, row.language = entry.get("email"), entry.get("language", "es")
    session.add(row)
    session.flush()
    session.execute(delete(DutyShiftRow).where(DutyShiftRow.staff_id == row.id))
    session.add_all(_shift(key, row.id, shift) for shift in entry.get("duty") or ())
    session.flush()
    return row.id


def _refuse_unfit(key: str, entry: Any) -> None:
    """Refuse what would only be noticed when somebody has to be called."""
    given = set(entry) if isinstance(entry, Mapping) else set()
    if missing := {"name", "role", "number", "country"} - given:
        raise AcompanaError(f"{key} lacks {', '.join(sorted(missing))}.")
    if not isinstance(entry["name"], str) or not entry["name"].strip():
        raise AcompanaError(f"{key}: the name must be words.")
    if entry["role"] not in ROLES:
        raise AcompanaError(f"{key}: the role must be one of {', '.join(ROLES)}.")
    if entry.get("language", "es") not in LANGUAGES:
        raise AcompanaError(f"{key}: the language must be one of {', '.join(LANGUAGES)}.")
    if entry.get("email") is not None and not is_one_address(str(entry["email"])):
        raise AcompanaError(f"{key}: the email must be one address such as elena@example.org.")


def _number(key: str, written: Any) -> str:
    try:
        return plain_number(str(written))
    except AcompanaError as wrong:
        raise AcompanaError(f"{key}: {wrong}") from None


def _shift(key: str, staff_id: UUID, entry: Any) -> DutyShiftRow:
    try:
        days = [DAYS.index(day) for day in entry.get("days", DAYS)]
        starts, ends = _hour(entry["from"]), _hour(entry["to"])
        phases = [Phase(phase).value for phase in entry.get("phases", ())]
        rank = int(entry.get("rank", 1))
    except (KeyError, ValueError, TypeError, AttributeError):
        raise AcompanaError(f'{key}: duty needs days, "from" and "to" such as "08:00".') from None
    return DutyShiftRow(
        staff_id=staff_id,
        country=_country(key, entry.get("country")),
        weekdays=days,
        starts=starts,
        ends=ends,
        rank=rank,
        on_holidays=bool(entry.get("on_holidays", False)),
        phases=phases,
    )


def _hour(written: str) -> str:
    """Return the hour as it is stored; it is the country's own, so it carries no zone."""
    hour = time.fromisoformat(written)
    if hour.tzinfo is not None:
        raise ValueError
    return hour.isoformat("minutes")


def _country(key: str, code: Any) -> str:
    if code not in tuple(COUNTRIES):
        raise AcompanaError(f"{key}: the country must be one of {', '.join(COUNTRIES)}.")
    return str(code)
