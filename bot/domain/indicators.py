"""What answers say about a child over time, and about a programme. No I/O, no clock."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from bot.domain.anchors import months_after
from bot.domain.compared_cells import published_together
from bot.domain.contacts import Audience, Role
from bot.domain.questionnaire import Indicator
from bot.domain.small_cells import Cell, Path, Shown

WORRY_BELOW, FINE_FROM = 0.5, 1.5
"""Between a worry (0), so-so (1) and fine (2) the nearest counts; half way is the better one."""

EARLY = timedelta(days=3)
"""So early an answer counts to a month: the check-in of the first one comes on day 30 of perhaps 31."""

BEFORE, UNKNOWN, LATER = "before return", "day of return not known", "after month 24"

PERIODS = {
    "month 0": (0, 0),
    "month 1": (1, 1),
    "month 2": (2, 2),
    "month 3": (3, 3),
    "month 4-6": (4, 6),
    "month 7-12": (7, 12),
    "month 13-18": (13, 18),
    "month 19-24": (19, 24),
}
"""Months since the return, first and last. With the word before it no spreadsheet makes a date of 4-6."""

AGE_BANDS = {
    Audience.YOUNGER_CHILD: "up to age 8",
    Audience.CHILD: "age 9-12",
    Audience.TEEN: "age 13-17",
}
UNKNOWN_AGE = "age not known"

SPEAKERS = (Role.CHILD, Role.CAREGIVER)
"""Whose answers are counted, and never together: what a child says stays the child's."""


class Answer(NamedTuple):
    """One answer that says something about an indicator."""

    who: Role
    indicator: Indicator
    score: int
    on: date


class Place(NamedTuple):
    """Where a child is counted, the same in all periods."""

    country: str
    age_band: str
    home_on: date | None
    """The day of the return."""


class Subject(NamedTuple):
    """What one table of counts is about."""

    period: str
    who: Role
    indicator: Indicator


class Meaning(StrEnum):
    """A mean in a word."""

    WORRY = "a worry"
    SO_SO = "so-so"
    FINE = "fine"


class Trend(StrEnum):
    """Where the newest month with answers stands beside those before it."""

    BETTER = "better"
    WORSE = "worse"
    STEADY = "about the same"
    UNKNOWN = "not enough answers"


TREND_STEP = 0.5
"""A smaller difference is no trend: half of the way between a worry and so-so."""

TREND_MONTHS = 3
"""So many months with answers stand for what was before."""


def months_since(home_on: date, on: date) -> int:
    """Return the whole months since the return, -1 before it."""
    if on < home_on:
        return -1
    day = on + EARLY
    months = (day.year - home_on.year) * 12 + day.month - home_on.month
    return months if months_after(home_on, months) <= day else months - 1


def period_of(home_on: date | None, on: date) -> str:
    """Return the period of time since the return in which a day lies."""
    if home_on is None:
        return UNKNOWN
    months = months_since(home_on, on)
    if months < 0:
        return BEFORE
    return next((name for name, (_, last) in PERIODS.items() if months <= last), LATER)


def meaning_of(mean: float) -> Meaning:
    """Return what a mean says."""
    if mean < WORRY_BELOW:
        return Meaning.WORRY
    return Meaning.FINE if mean >= FINE_FROM else Meaning.SO_SO


def trend_of(means: Sequence[float]) -> Trend:
    """Compare the newest of the monthly means, which come oldest first, with those before it."""
    *before, newest = means or [0.0]
    if not before:
        return Trend.UNKNOWN
    recent = before[-TREND_MONTHS:]
    change = newest - sum(recent) / len(recent)
    if abs(change) < TREND_STEP:
        return Trend.STEADY
    return Trend.BETTER if change > 0 else Trend.WORSE


def means_by[K](answers: Iterable[tuple[K, int]]) -> dict[K, float]:
    """Return the mean of the scores under each key."""
    sums: dict[K, tuple[int, int]] = {}
    for key, score in answers:
        total, count = sums.get(key, (0, 0))
        sums[key] = total + score, count + 1
    return {key: total / count for key, (total, count) in sums.items()}


Counts = dict[Subject, dict[Path, Cell]]


def count(children: Iterable[tuple[Place, Iterable[Answer]]]) -> Counts:
    """Count each child once in each cell, with the mean of the answers that belong there."""
    counts: Counts = defaultdict(dict)
    for place, answers in children:
        path = (place.country, place.age_band)
        for subject, mean in means_by(_scores(place.home_on, answers)).items():
            cells = counts[subject]
            cells[path] = cells.get(path, Cell()) + _one_child(mean)
    return counts


def _scores(home_on: date | None, answers: Iterable[Answer]) -> Iterator[tuple[Subject, int]]:
    for answer in answers:
        period = period_of(home_on, answer.on)
        yield Subject(period, answer.who, answer.indicator), answer.score


def _one_child(mean: float) -> Cell:
    meaning = meaning_of(mean)
    return Cell(1, (int(meaning is Meaning.WORRY), int(meaning is Meaning.FINE)), mean)


@dataclass(frozen=True)
class IndicatorRow:
    """One row of the export; what may not be seen is None."""

    subject: Subject
    country: str | None
    """None: all countries."""
    age_band: str | None
    children: int | Shown
    worry: float | None = None
    fine: float | None = None
    mean: float | None = None


def indicator_rows(counts: Mapping[Subject, Mapping[Path, Cell]]) -> Iterator[IndicatorRow]:
    """Yield what may be published, in the order of periods, speakers and indicators.

    All indicators of one period and one kind of speaker are about the same children.
    """
    subjects = sorted(counts, key=_order)
    for _, group in groupby(subjects, key=lambda subject: (subject.period, subject.who)):
        tables = {subject: _in_order(counts[subject]) for subject in group}
        for subject, rows in published_together(tables).items():
            for found in rows:
                country, age_band = (*found.path, None, None)[:2]
                yield _row(subject, country, age_band, found.cell, found.shown)


def _in_order(leaves: Mapping[Path, Cell]) -> dict[Path, Cell]:
    return dict(sorted(leaves.items(), key=lambda leaf: _place_order(leaf[0])))


def _row(
    subject: Subject, country: str | None, age_band: str | None, cell: Cell, shown: Shown
) -> IndicatorRow:
    if not shown.has_count:
        return IndicatorRow(subject, country, age_band, shown)
    if shown is Shown.COUNT:
        return IndicatorRow(subject, country, age_band, cell.children)
    worries, fine = (having / cell.children for having in cell.having)
    mean = cell.total / cell.children
    return IndicatorRow(subject, country, age_band, cell.children, worries, fine, mean)


def _order(subject: Subject) -> tuple[int, int, int]:
    periods = (UNKNOWN, BEFORE, *PERIODS, LATER)
    return (
        periods.index(subject.period),
        SPEAKERS.index(subject.who),
        list(Indicator).index(subject.indicator),
    )


def _place_order(path: Path) -> tuple[str, int]:
    country, age_band = path
    return country, [*AGE_BANDS.values(), UNKNOWN_AGE].index(age_band)
