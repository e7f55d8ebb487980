"""Tables about the same children: what one hides must not follow from another one beside it."""

from collections.abc import Hashable, Iterable, Mapping
from itertools import permutations

from bot.domain.small_cells import FEWEST, Cell, Path, Published, Shown, published, together

Leaves = Mapping[Path, Cell]
"""Cells by (country, age band)."""


def published_together[K: Hashable](tables: Mapping[K, Leaves]) -> dict[K, list[Published]]:
    """Return what may be published of each table, beside the others.

    Not everybody is asked everything: the difference between two totals may be the few of an age who
    were asked only once. And a part that is hidden in one table is not shown in another.
    """
    alone = {key: list(published(leaves)) for key, leaves in tables.items()}
    unsafe: dict[K, set[Path]] = {key: set() for key in tables}
    for key, other in permutations(tables, 2):
        unsafe[key] |= _parents_of_what_is_hidden(alone[key], alone[other], tables[other])
        unsafe[key] |= _parents_of_small_differences(tables[key], tables[other])
    totals = {key: _whole_is_unsafe(key, tables) for key in tables}
    return {key: _without(rows, unsafe[key], totals[key]) for key, rows in alone.items()}


def _parents_of_what_is_hidden(
    rows: Iterable[Published], others: Iterable[Published], leaves: Leaves
) -> set[Path]:
    """Return above which parts something is shown here that is hidden there."""
    shown = {row.path for row in rows if row.shown.has_count}
    shown_there = {row.path for row in others if row.shown.has_count}
    there = {leaf[:length] for leaf in leaves for length in (1, 2)}
    return {path[:-1] for path in shown if path and path in there - shown_there}


def _parents_of_small_differences(here: Leaves, there: Leaves) -> set[Path]:
    """A country whose total tells a few of another one stands in no table by countries."""
    countries = {leaf[:1] for leaf in here}
    return {() for country in countries if _differ_by_few(here, there, country)}


def _whole_is_unsafe[K: Hashable](key: K, tables: Mapping[K, Leaves]) -> bool:
    others = (leaves for other, leaves in tables.items() if other != key)
    return any(_differ_by_few(tables[key], leaves, ()) for leaves in others)


def _differ_by_few(here: Leaves, there: Leaves, place: Path) -> bool:
    """Return whether the ages that are only there are a few children."""
    ours, theirs = _bands(here, place), _bands(there, place)
    only_there = together(cell for band, cell in theirs.items() if band not in ours)
    return set(ours) < set(theirs) and only_there.children < FEWEST


def _bands(leaves: Leaves, place: Path) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    for leaf, cell in leaves.items():
        if leaf[: len(place)] == place:
            found[leaf[-1]] = found.get(leaf[-1], Cell()) + cell
    return found


def _without(rows: list[Published], unsafe: set[Path], is_unsafe: bool) -> list[Published]:
    """Leave out the parts below what is unsafe; of a table that is so itself say only that it exists."""
    if is_unsafe:
        whole = rows[0]
        shown = Shown.WITHHELD if whole.shown.has_count else whole.shown
        return [Published(whole.path, whole.cell, shown)]
    return [row for row in rows if not any(_is_below(row.path, parent) for parent in unsafe)]


def _is_below(path: Path, parent: Path) -> bool:
    return len(path) > len(parent) and path[: len(parent)] == parent
