"""Indicators: months, means and trends of one child; and what of a programme's counts may be seen."""

from collections import defaultdict
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.contacts import Role
from bot.domain.indicators import (
    AGE_BANDS,
    PERIODS,
    UNKNOWN_AGE,
    Answer,
    Meaning,
    Place,
    Subject,
    Trend,
    count,
    indicator_rows,
    meaning_of,
    months_since,
    period_of,
    trend_of,
)
from bot.domain.questionnaire import Indicator
from bot.domain.small_cells import FEW, FEWEST, Cell, Shown, decide, published

HOME = date(2026, 1, 31)
SAFE = Indicator.PHYSICAL


@pytest.mark.parametrize(
    ("on", "months"),
    [
        (date(2026, 1, 30), -1),
        (date(2026, 1, 31), 0),
        (date(2026, 2, 14), 0),
        (date(2026, 2, 24), 0),
        (date(2026, 3, 2), 1),  # day 30
        (date(2026, 3, 31), 2),
        (date(2026, 7, 31), 6),
        (date(2026, 8, 7), 6),
        (date(2028, 1, 31), 24),
    ],
)
def test_months_are_counted_from_the_day_of_the_return(on, months):
    assert months_since(HOME, on) == months


@given(st.dates(date(2025, 1, 1), date(2027, 12, 31)), st.integers(0, 760))
def test_time_never_runs_backwards(home, days):
    earlier, later = home + timedelta(days=days), home + timedelta(days=days + 1)
    assert 0 <= months_since(home, earlier) <= months_since(home, later) <= 26


@given(st.dates(date(2025, 1, 1), date(2027, 12, 31)))
def test_the_check_in_of_day_thirty_belongs_to_month_one(home):
    assert period_of(home, home + timedelta(days=30)) == "month 1"
    assert period_of(home, home + timedelta(days=17)) == "month 0"


def test_periods_cover_two_years_without_a_gap():
    spans = list(PERIODS.values())
    assert [first for first, _ in spans] == [0, *(last + 1 for _, last in spans[:-1])]
    assert spans[-1][1] == 24

    assert period_of(None, HOME) == "day of return not known"
    assert period_of(HOME, HOME - timedelta(days=5)) == "before return"
    assert period_of(HOME, HOME + timedelta(days=190)) == "month 4-6"
    assert period_of(HOME, HOME + timedelta(days=900)) == "after month 24"


@pytest.mark.parametrize(
    ("mean", "meaning"),
    [(0, Meaning.WORRY), (0.5, Meaning.SO_SO), (1.4, Meaning.SO_SO), (1.5, Meaning.FINE)],
)
def test_a_mean_is_said_in_a_word(mean, meaning):
    assert meaning_of(mean) is meaning


@pytest.mark.parametrize(
    ("means", "trend"),
    [
        ([], Trend.UNKNOWN),
        ([2.0], Trend.UNKNOWN),
        ([1.0, 1.2], Trend.STEADY),
        ([1.0, 2.0], Trend.BETTER),
        ([2.0, 1.5, 0.0], Trend.WORSE),
        ([0.0, 0.0, 2.0, 2.0, 2.0, 2.0], Trend.STEADY),  # only what was lately before it counts
    ],
)
def test_the_newest_month_is_compared_with_those_before(means, trend):
    assert trend_of(means) is trend


def rows_of(children):
    return list(indicator_rows(count(children)))


def teens(many, *scores, who=Role.CHILD, country="GT"):
    answers = [Answer(who, SAFE, score, HOME) for score in scores]
    return [(Place(country, "age 13-17", HOME), answers)] * many


def test_a_child_counts_once_with_the_mean_of_its_answers():
    total, country, age = rows_of(teens(6, 2, 2, 2) + teens(6, 0, 0, 1, 0))

    assert (total.country, country.country, age.age_band) == (None, "GT", "age 13-17")
    assert (total.children, total.worry, total.fine, total.mean) == (12, 0.5, 0.5, 1.125)
    assert (age.children, age.worry, age.mean) == (12, 0.5, 1.125)


def test_children_and_caregivers_are_never_put_together():
    mine, theirs = rows_of(teens(4, 0) + teens(4, 2, who=Role.CAREGIVER))

    assert (mine.subject.who, mine.children) == (Role.CHILD, Shown.SMALL)
    assert (theirs.subject.who, theirs.children) == (Role.CAREGIVER, Shown.SMALL)


def test_fewer_than_five_are_not_counted_and_nothing_is_said_of_their_parts():
    (only,) = rows_of(teens(2, 0) + teens(2, 2, country="HN"))
    assert (only.children, only.worry, only.fine, only.mean) == (Shown.SMALL, None, None, None)


def test_all_or_nobody_of_a_few_is_not_said_not_even_by_a_mean():
    for total in rows_of(teens(9, 0)):
        assert (total.children, total.worry, total.fine, total.mean) == (9, None, None, None)
    assert rows_of(teens(10, 0))[0].worry == 1.0


def test_what_all_of_a_few_say_cannot_be_computed_from_the_others():
    total, gt, _, hn, _ = rows_of(teens(20, 0) + teens(5, 2) + teens(6, 2, country="HN"))

    assert (total.children, round(total.worry, 3)) == (31, 0.645)
    assert (gt.children, gt.worry) == (25, None)
    assert (hn.children, hn.worry) == (6, None)


def seen(counts):
    """Return what is shown of the parts of a known total: a count, a mark, or nothing at all."""
    cells = {place: Cell(n) for place, n in enumerate(counts) if n}
    decided = decide(cells)
    return {p: cells[p].children if how.has_count else how for p, how in decided.items()}


def test_the_next_smallest_is_withheld_with_a_small_one():
    assert seen([3, 30, 12, 20]) == {0: Shown.SMALL, 1: 30, 2: Shown.WITHHELD, 3: 20}


def test_another_is_withheld_where_one_would_not_hide_enough():
    """1 and 5 add up to 6: whoever knows the total knows that the small one is 1."""
    assert seen([1, 5, 20]) == {0: Shown.SMALL, 1: Shown.WITHHELD, 2: Shown.WITHHELD}


def test_two_small_ones_do_not_hide_each_other():
    """4 and 4 are the only small ones that add up to 8."""
    assert seen([4, 4, 20, 30])[2] is Shown.WITHHELD


def test_where_nothing_helps_only_the_total_is_shown():
    assert seen([3, 4]) == {}
    leaves = {("GT", "a"): Cell(3), ("GT", "b"): Cell(4)}
    assert [(p.path, p.shown) for p in published(leaves)] == [((), "whole"), (("GT",), "whole")]


def test_nobody_who_knows_the_total_and_this_rule_can_tell_what_a_small_cell_is():
    """All groups of three up to a total of 21: to each table that is shown belong several truths."""
    truths = defaultdict(set)
    for counts in product(range(22), repeat=3):
        if FEWEST <= sum(counts) < 22:
            shown = tuple(sorted(seen(counts).items())) or ("total only", counts.count(0))
            truths[sum(counts), shown].add(counts)
    small = 0
    for (_, shown), possible in truths.items():
        for place, value in shown if shown[0] != "total only" else ():
            if value is Shown.SMALL:
                small += 1
                assert len({counts[place] for counts in possible}) >= 3, (shown, possible)
    assert small > 300


COUNTRIES = ("GT", "HN", "SV")
BANDS = (*AGE_BANDS.values(), UNKNOWN_AGE)

scores_of_a_few = st.lists(st.sampled_from([0, 1, 2]), max_size=12)
scores_by_place = st.dictionaries(
    st.tuples(st.sampled_from(COUNTRIES), st.sampled_from(BANDS)), scores_of_a_few, max_size=8
)


@settings(max_examples=400, deadline=None)
@given(scores_by_place)
def test_whatever_was_answered_no_small_cell_is_shown_and_none_can_be_computed(scores):
    children = [
        (Place(country, band, HOME), [Answer(Role.CHILD, SAFE, score, HOME)])
        for (country, band), given_there in scores.items()
        for score in given_there
    ]
    counts = count(children)
    rows = {(r.country, r.age_band): r for r in indicator_rows(counts)}
    truth = counts.get(Subject("month 0", Role.CHILD, SAFE), {})

    for (country, band), row in rows.items():
        inside = [
            c
            for (there, age), c in truth.items()
            if country in (None, there) and band in (None, age)
        ]
        children_there = sum(cell.children for cell in inside)
        if children_there < FEWEST:
            assert (row.children, row.worry, row.fine, row.mean) == ("<5", None, None, None)
        if isinstance(row.children, int):
            assert row.children == children_there >= FEWEST
        if row.worry is not None:
            assert children_there >= FEW or {0.0, 1.0}.isdisjoint({row.worry, row.fine})
    for total, parts in groups(rows):
        nothing_is_revealed(total, parts)


def groups(rows):
    """Yield each total with the rows that add up to it."""
    for (country, band), row in rows.items():
        if band is None:
            parts = [
                r
                for (there, age), r in rows.items()
                if (
                    there is not None and age is None
                    if country is None
                    else there == country and age
                )
            ]
            yield row, parts


def nothing_is_revealed(total, parts):
    if not isinstance(total.children, int):
        assert parts == []
        return
    hidden = [part.children for part in parts if not isinstance(part.children, int)]
    shown = [part for part in parts if isinstance(part.children, int)]
    rest = total.children - sum(part.children for part in shown)
    if parts and hidden:
        beside = [(1, 4) if mark == "<5" else (5, rest) for mark in hidden]
        for place, mark in enumerate(hidden):
            others = beside[:place] + beside[place + 1 :]
            low, high = sum(o[0] for o in others), sum(o[1] for o in others)
            could_be = [n for n in range(1, 5) if low <= rest - n <= high]
            assert mark != "<5" or len(could_be) == 4
    nothing_is_said_of_each(total, parts, shown)


def nothing_is_said_of_each(total, parts, shown):
    said = [part for part in shown if part.worry is not None]
    if total.worry is None:
        assert said == []
        return
    unsaid = total.children - sum(part.children for part in said)
    if not parts or unsaid == 0:
        return
    assert unsaid >= FEWEST
    for share in ("worry", "fine"):
        having = times(total, share) - sum(times(part, share) for part in said)
        assert unsaid >= FEW or 0 < having < unsaid


def times(row, share):
    return round(row.children * getattr(row, share))
