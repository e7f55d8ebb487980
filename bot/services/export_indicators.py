"""The programme's indicators for people outside: counted, without identities, small cells suppressed."""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import groupby
from operator import attrgetter

from sqlalchemy.orm import Session

from bot.domain.check_in import State
from bot.domain.indicators import Answer, IndicatorRow, Place, count, indicator_rows
from bot.domain.small_cells import (
    FEW,
    FEWEST,
    Cell,
    Path,
    Published,
    Shown,
    decide,
    published,
    shown_alone,
)
from bot.gateways.spreadsheets import Sheet, Value
from bot.services.indicators import place_of, read_answers
from bot.services.parts import Parts
from bot.services.programme import programme
from bot.store import answers
from bot.store.answers import Escalated, Outcome

ALL = "all"


class Table(StrEnum):
    """What can be exported."""

    INDICATORS = "indicators"
    CHECK_INS = "check-ins"
    ESCALATIONS = "escalations"
    ANSWER_TIMES = "answer-times"


def about(parts: Parts) -> list[str]:
    """Return what the tables are and what is not in them. No day is named, only the month."""
    return [
        f"Acompana: indicators of the programme. Made in {parts.now():%Y-%m}.",
        "The tables hold no names and no ids and no dates and nothing that anybody wrote.",
        "n: children. A child counts once in each cell with the mean of the answers that belong there.",
        "An answer is 0 (a worry) or 1 (so-so) or 2 (fine). mean: the mean of the children's means.",
        "share_worry: children whose mean is below 0.5. share_fine: children whose mean is 1.5 or more.",
        "answered_by: child is what children said themselves.",
        "answered_by: caregiver is what caregivers said about the same children. It is kept apart.",
        "period: months since the return. country: where the child returned to. age_band: at the return.",
        "The rows with 'all' are totals of the rows below them and are not further children.",
        "Where a total has no rows below it none of them can be shown.",
        f"Fewer than {FEWEST} children are shown as {Shown.SMALL} and nothing else is said about them.",
        f"'{Shown.WITHHELD}' is {FEWEST} children or more from which a small cell could be computed.",
        f"Shares and mean are empty where a share would be 0 or 1 of fewer than {FEW} children",
        "and where such a share could be computed from them.",
        "Do not publish this beside a table made a few days earlier: the difference may be one child.",
    ]


def sheet_of(session: Session, table: Table) -> Sheet:
    """Return one table."""
    return _MAKERS[table](session)


def _indicators(session: Session) -> Sheet:
    columns = (
        "period",
        "country",
        "age_band",
        "answered_by",
        "indicator",
        "n",
        "share_worry",
        "share_fine",
        "mean",
    )
    rows = indicator_rows(count(_children(session)))
    return Sheet("Indicators", columns, map(_indicator_row, rows))


def _children(session: Session) -> Iterator[tuple[Place, Iterable[Answer]]]:
    """Yield the children with their answers; only one child's answers are in memory at a time."""
    places = {child.id: place_of(child) for child in answers.children(session)}
    for child_id, given in groupby(answers.given(session), key=attrgetter("child_id")):
        if place := places.get(child_id):
            yield place, read_answers(place, given)


def _indicator_row(row: IndicatorRow) -> tuple[Value, ...]:
    return (
        row.subject.period,
        row.country or ALL,
        row.age_band or ALL,
        row.subject.who,
        row.subject.indicator,
        row.children,
        _rounded(row.worry),
        _rounded(row.fine),
        _rounded(row.mean),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


OUTCOME_OF = {
    State.ANSWERED: ("asked", "answered"),
    State.INTERRUPTED: ("asked", "interrupted"),
    State.ASKED: ("asked", "under way"),
    State.INVITED: ("asked", "under way"),
    State.MISSED: ("asked", "missed"),
    State.SAID: ("told",),
    State.SKIPPED: ("skipped",),
}
"""Where an outcome stands below all children for whom a step was due."""

ANSWERED = OUTCOME_OF[State.ANSWERED]


def _check_ins(session: Session) -> Sheet:
    rows = (
        (step, _asked_of(step), *_outcome(found.path), _n(found.shown, found.cell.children))
        for step, outcomes in _by_step(session)
        for found in _published(outcomes)
    )
    return Sheet("Check-ins", ("step", "asked_of", "outcome", "reason", "n"), rows)


def _answer_times(session: Session) -> Sheet:
    """The same cells as among the check-ins, so that neither table says what the other hides."""
    rows = (
        (step, _asked_of(step), _n(found.shown, found.cell.children), hours)
        for step, outcomes in _by_step(session)
        for found in _published(outcomes)
        if found.path == ANSWERED
        for hours in [_hours_to_answer(outcomes) if found.shown.has_count else None]
    )
    return Sheet("Answer times", ("step", "asked_of", "n", "median_hours_to_answer"), rows)


def _by_step(session: Session) -> Iterator[tuple[str, list[Outcome]]]:
    """Yield the steps in the order of the plan; what is not in it any more comes last."""
    order = {step: place for place, step in enumerate(programme().steps)}
    found = sorted(answers.outcomes(session), key=lambda o: (order.get(o.step, len(order)), o.step))
    for step, outcomes in groupby(found, key=attrgetter("step")):
        yield _code(step), list(outcomes)


def _published(outcomes: Iterable[Outcome]) -> Iterator[Published]:
    leaves: dict[Path, Cell] = {}
    for outcome in outcomes:
        path: Path = OUTCOME_OF[State(outcome.state)]
        if outcome.reason:
            path = (*path, _code(outcome.reason))
        leaves[path] = leaves.get(path, Cell()) + Cell(outcome.children)
    return published(leaves)


def _outcome(path: Path) -> tuple[str, str]:
    """Return the columns `outcome` and `reason`."""
    match path:
        case ():
            return ALL, ""
        case ("skipped",):
            return "skipped", ALL
        case ("skipped", reason):
            return "skipped", reason
        case _:
            return path[-1], ""


def _asked_of(step: str) -> str:
    known = programme().steps.get(step)
    return known.track if known else ""


def _hours_to_answer(outcomes: Iterable[Outcome]) -> float | None:
    (answered,) = (o for o in outcomes if o.state == State.ANSWERED)
    return _median(answered.timed, answered.median_seconds, 3600)


def _escalations(session: Session) -> Sheet:
    """No totals: a child may stand in several cells. They are protected as though the sum were known."""
    found = answers.escalated(session)
    cells = {place: Cell(row.children) for place, row in enumerate(found)}
    shown: Mapping[int, Shown] = decide(cells) or {p: shown_alone(c) for p, c in cells.items()}
    columns = ("category", "tier", "phase", "n", "escalations", "median_minutes_to_acknowledge")
    rows = (_escalation_row(row, shown[place]) for place, row in enumerate(found))
    return Sheet("Escalations", columns, rows)


def _escalation_row(row: Escalated, shown: Shown) -> tuple[Value, ...]:
    codes = (_code(row.category), _code(row.tier), _code(row.phase))
    if not shown.has_count:
        return *codes, _n(shown, row.children), None, None
    minutes = _median(row.acknowledged, row.median_seconds, 60)
    return *codes, row.children, row.escalations, minutes


def _median(timed: int, seconds: float | None, unit: int) -> float | None:
    """Return the median where it is one of enough."""
    return round(seconds / unit, 1) if seconds is not None and timed >= FEWEST else None


def _n(shown: Shown, children: int) -> Value:
    return children if shown.has_count else shown


def _code(word: str) -> str:
    """Return a word of ours as it is; anything else may be words of a person."""
    return word if re.fullmatch(r"[a-z0-9_]{1,40}", word) else "other"


_MAKERS = {
    Table.INDICATORS: _indicators,
    Table.CHECK_INS: _check_ins,
    Table.ESCALATIONS: _escalations,
    Table.ANSWER_TIMES: _answer_times,
}
