"""What a child and the caregivers answered, month by month, for the case manager of that child."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from bot.domain.anchors import CaseFacts, anchors_of
from bot.domain.contacts import COUNTRIES, Audience, Role, audience_of_age
from bot.domain.indicators import (
    AGE_BANDS,
    SPEAKERS,
    UNKNOWN_AGE,
    Answer,
    Place,
    Trend,
    means_by,
    months_since,
    trend_of,
)
from bot.domain.journey import Journey, read_journey
from bot.domain.questionnaire import Indicator
from bot.errors import AcompanaError
from bot.store import answers, contacts
from bot.store.answers import Given

Means = Mapping[Indicator, float]


@dataclass(frozen=True)
class Month:
    """The means of one month; -1 is all the time before the return, None a return without a known day."""

    who: Role
    month: int | None
    means: Means


@dataclass(frozen=True)
class ChildIndicators:
    """What was answered about one child. The child's own answers and the caregivers' stay apart."""

    months: list[Month]
    trends: Mapping[Role, Mapping[Indicator, Trend]]


def indicators_of(session: Session, child_id: UUID) -> ChildIndicators:
    """Return a child's indicators over time; of anybody else there are none."""
    if contacts.get(session, child_id).role != Role.CHILD:
        raise AcompanaError("Indicators are about a child; this contact is none.")
    (child,) = answers.children(session, only=child_id)
    place = place_of(child)
    months = list(_months(place, read_answers(place, answers.given_about(session, child_id))))
    return ChildIndicators(months, {who: _trends(who, months) for who in SPEAKERS})


def place_of(child: Row[Any]) -> Place:
    """Return where a child is counted: the country, the age in the year of the return, its day."""
    journey = read_journey(child.facts) if child.facts else Journey()
    home = anchors_of(journey, CaseFacts(arrived_at=child.arrived_at)).get("home")
    year = home.on.year if home else child.created_at.year
    return Place(child.destination, _age_band(child, year), home.on if home else None)


def _age_band(child: Row[Any], year: int) -> str:
    """Return the band by the same rule as the wording, but for a child whose age nobody knows."""
    if child.age_band:
        return AGE_BANDS[Audience(child.age_band)]
    if child.birth_year is None:
        return UNKNOWN_AGE
    return AGE_BANDS[audience_of_age(year - child.birth_year)]


def read_answers(place: Place, given: Iterable[Given]) -> Iterator[Answer]:
    """Yield the answers that say something, on their day in the country of return."""
    zone = ZoneInfo(COUNTRIES.get(place.country, "UTC"))
    for _, role, indicator, value, at in given:
        if value["score"] is not None:
            yield Answer(
                Role(role), Indicator(indicator), value["score"], at.astimezone(zone).date()
            )


def _months(place: Place, given: Iterable[Answer]) -> Iterator[Month]:
    means = means_by(
        ((answer.who, _month(place, answer), answer.indicator), answer.score) for answer in given
    )
    for who in SPEAKERS:
        months = dict.fromkeys(month for speaker, month, _ in means if speaker is who)
        for month in months:
            yield Month(
                who, month, {i: means[who, month, i] for i in Indicator if (who, month, i) in means}
            )


def _month(place: Place, answer: Answer) -> int | None:
    return None if place.home_on is None else months_since(place.home_on, answer.on)


def _trends(who: Role, months: Iterable[Month]) -> dict[Indicator, Trend]:
    mine = [month.means for month in months if month.who is who]
    return {i: trend_of([means[i] for means in mine if i in means]) for i in Indicator}
