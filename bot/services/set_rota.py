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
from bot.store import staff
from bot.store.risk_tables import DutyShiftRow, StaffRow

ROLES = ("case_manager", "supervisor", "child_advocate")


def set_rota(session: Session, people: Mapping[str, Any]) -> dict[str, UUID]:
    """Store everybody with their hours and return the ids by key; a second run changes nothing more."""
    return {key: _person(session, key, entry) for key, entry in people.items()}


def _person(session: Session, key: str, entry: Mapping[str, Any]) -> UUID:
    if missing := {"name", "role", "number", "country"} - set(entry):
        raise AcompanaError(f"{key} lacks {', '.join(sorted(missing))}.")
    if entry["role"] not in ROLES:
        raise AcompanaError(f"{key}: the role must be one of {', '.join(ROLES)}.")
    number = plain_number(str(entry["number"]))
    row = staff.by_number(session, number) or StaffRow(number=number)
    row.number_hash = staff.hash_of(number)
    row.name, row.role, row.country = entry["name"], entry["role"], _country(key, entry["country"])
    row.email, row.language = entry.get("email"), entry.get("language", "es")
    session.add(row)
    session.flush()
    session.execute(delete(DutyShiftRow).where(DutyShiftRow.staff_id == row.id))
    session.add_all(_shift(key, row.id, shift) for shift in entry.get("duty", ()))
    session.flush()
    return row.id


def _shift(key: str, staff_id: UUID, entry: Mapping[str, Any]) -> DutyShiftRow:
    try:
        days = [DAYS.index(day) for day in entry.get("days", DAYS)]
        starts, ends = time.fromisoformat(entry["from"]), time.fromisoformat(entry["to"])
        phases = [Phase(phase).value for phase in entry.get("phases", ())]
    except (KeyError, ValueError, TypeError):
        raise AcompanaError(f'{key}: duty needs days, "from" and "to" such as "08:00".') from None
    return DutyShiftRow(
        staff_id=staff_id,
        country=_country(key, entry.get("country")),
        weekdays=days,
        starts=starts.isoformat("minutes"),
        ends=ends.isoformat("minutes"),
        rank=int(entry.get("rank", 1)),
        on_holidays=bool(entry.get("on_holidays", False)),
        phases=phases,
    )


def _country(key: str, code: Any) -> str:
    if code not in COUNTRIES:
        raise AcompanaError(f"{key}: the country must be one of {', '.join(COUNTRIES)}.")
    return str(code)
