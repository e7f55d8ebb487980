"""Who is called for a contact, one after the other, at a given moment."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from uuid import UUID

import holidays
from sqlalchemy.orm import Session

from bot.domain.contacts import COUNTRIES
from bot.domain.duty import LOOK_STEP, Gap, gaps, on_duty
from bot.store import staff

CASE_MANAGER, SUPERVISOR = "case_manager", "supervisor"


@cache
def _holidays_of(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))


def is_holiday(country: str, day: date) -> bool:
    """Return whether a day is a public holiday; source: the `holidays` package."""
    return day in _holidays_of(country, day.year)


def on_duty_for(
    session: Session, country: str, phase: str, moment: datetime, own: UUID | None = None
) -> list[UUID]:
    """Return the case managers on duty, the contact's own one first."""
    shifts = staff.shifts(session, CASE_MANAGER, country)
    found = [s.staff_id for s in on_duty(shifts, moment, phase, is_holiday)]
    return sorted(dict.fromkeys(found), key=lambda staff_id: staff_id != own)


def supervisors(session: Session, moment: datetime) -> list[UUID]:
    """Return the supervisors, those on duty first: one of them is called at any hour."""
    shifts = staff.shifts(session, SUPERVISOR)
    now = [s.staff_id for s in on_duty(shifts, moment, "", is_holiday)]
    return list(dict.fromkeys([*now, *(row.id for row in staff.with_role(session, SUPERVISOR))]))


def next_duty_at(
    session: Session, country: str, phase: str, begin: datetime, until: datetime
) -> datetime | None:
    """Return when somebody will next be on duty, to a quarter of an hour; None if not in time."""
    shifts = staff.shifts(session, CASE_MANAGER, country)
    moment = begin
    while moment <= until:
        if on_duty(shifts, moment, phase, is_holiday):
            return moment
        moment += LOOK_STEP
    return None


def unstaffed(session: Session, begin: datetime, days: int) -> list[Gap]:
    """Return the hours of the coming days in which no case manager is on duty, by country."""
    everywhere = staff.shifts(session, CASE_MANAGER)
    until = begin + timedelta(days=days)
    return [gap for country in COUNTRIES for gap in _gaps(country, everywhere, begin, until)]


def _gaps(country: str, everywhere: Sequence, begin: datetime, until: datetime) -> list[Gap]:  # type: ignore[type-arg]
    shifts = [s for s in everywhere if s.country == country]
    return gaps(country, shifts, begin, until, is_holiday)
