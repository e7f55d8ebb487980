"""Contacts: who writes to us, and in which words they are answered."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """Who a contact is; `unknown` wrote from a number that nobody enrolled."""

    CHILD = "child"
    CAREGIVER = "caregiver"
    UNKNOWN = "unknown"


class Audience(StrEnum):
    """For whom a text is written, youngest first."""

    YOUNGER_CHILD = "younger_child"
    CHILD = "child"
    TEEN = "teen"
    CAREGIVER = "caregiver"


AGES = {Audience.YOUNGER_CHILD: 6, Audience.CHILD: 9, Audience.TEEN: 13}
"""Youngest age of each audience; source: orientation topics, audiences."""

COUNTRIES = {
    "US": "America/Chicago",
    "GT": "America/Guatemala",
    "HN": "America/Tegucigalpa",
    "SV": "America/El_Salvador",
    "MX": "America/Mexico_City",
}
"""Countries of the programme with the zone that is assumed until a contact's own is known."""

COUNTRY_OF_PREFIX = {"+1": "US", "+502": "GT", "+503": "SV", "+504": "HN", "+52": "MX"}


@dataclass(frozen=True)
class Contact:
    """What the rest of the system needs to know about a person to answer them."""

    id: UUID
    role: Role
    name: str = field(repr=False)
    language: str
    country: str
    """Where the contact is now."""
    destination: str
    """Where the child returns to."""
    birth_year: int | None = None
    age_band: Audience | None = None
    child_id: UUID | None = None
    zone: str | None = None

    @property
    def time_zone(self) -> str:
        """The contact's own zone, or the usual one of the country they are in."""
        return self.zone or COUNTRIES.get(self.country, "UTC")

    @property
    def locale(self) -> str:
        """The language as it is written where the child comes from, such as `es_GT`."""
        place = self.destination if self.language == "es" else "US"
        return f"{self.language}_{place}"

    def audience(self, today: date) -> Audience:
        """Return the wording for this contact; an unknown age is addressed as a child of 9 to 12."""
        if self.role is Role.CAREGIVER:
            return Audience.CAREGIVER
        if self.age_band is not None:
            return self.age_band
        if self.birth_year is None:
            return Audience.CHILD
        return audience_of_age(today.year - self.birth_year)


def audience_of_age(age: int) -> Audience:
    """Return the audience of a child of that age; below six reads as the youngest."""
    fitting = [audience for audience, youngest in AGES.items() if age >= youngest]
    return fitting[-1] if fitting else Audience.YOUNGER_CHILD


def wordings(audience: Audience) -> list[Audience]:
    """Return the audiences whose text may be used, best first: older falls back to younger."""
    order = list(Audience)
    return order[: order.index(audience) + 1][::-1]


def country_of_number(number: str) -> str:
    """Return the country that a phone number belongs to; unknown prefixes count as the United States."""
    fitting = [c for prefix, c in COUNTRY_OF_PREFIX.items() if number.startswith(prefix)]
    return fitting[-1] if fitting else "US"
