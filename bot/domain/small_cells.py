"""Small cells: what of a table of counts may be published so that nobody can be found in it."""

import math
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

FEWEST = 5
"""A cell with fewer children is not published.

Source: the minimum frequency rule of statistical disclosure control (Hundepool and others, Statistical
Disclosure Control, 2012). It names no one number: statistical offices commonly take 3 to 10, and many
health agencies do not publish counts below 5.
"""

FEW = 10
"""In a cell with fewer children "all of them" and "nobody" say something about each one."""

Path = tuple[str, ...]
"""Where a cell stands below its total: (), (country,), (country, age band)."""


class Shown(StrEnum):
    """How much of a cell is published."""

    WHOLE = "whole"
    COUNT = "count"
    """The number of children, but not what they have in common."""
    SMALL = f"<{FEWEST}"
    """Fewer than five."""
    WITHHELD = "withheld"
    """Enough children, but a small cell could be computed from it."""

    @property
    def has_count(self) -> bool:
        """Whether the number of children is published."""
        return self in (Shown.WHOLE, Shown.COUNT)


@dataclass(frozen=True, slots=True)
class Cell:
    """How many children; how many of them have each thing whose share is shown; the sum of means."""

    children: int = 0
    having: tuple[int, ...] = ()
    total: float = 0.0

    def __add__(self, other: "Cell") -> "Cell":
        having = tuple(a + b for a, b in zip(self.having, other.having)) or (
            self.having or other.having
        )
        return Cell(self.children + other.children, having, self.total + other.total)

    @property
    def is_small(self) -> bool:
        """Whether there are some, but too few."""
        return self.children < FEWEST

    @property
    def says_it_of_each(self) -> bool:
        """Whether a share would say something about each one of a few children."""
        return self.children < FEW and any(h in (0, self.children) for h in self.having)


@dataclass(frozen=True)
class Published:
    """A cell, and how much of it may be seen."""

    path: Path
    cell: Cell
    shown: Shown


def published(leaves: Mapping[Path, Cell]) -> Iterator[Published]:
    """Yield a total and what is below it; parts whose total is hidden are left out.

    Every child has to be in one leaf only, so that the leaves add up to the totals.
    """
    whole = together(leaves.values())
    yield from _with_parts((), leaves, shown_alone(whole))


def together(cells: Iterable[Cell]) -> Cell:
    """Return the cells as one."""
    return sum(cells, Cell())


def shown_alone(cell: Cell) -> Shown:
    """Return what may be seen of a cell beside which nothing is known."""
    if cell.is_small:
        return Shown.SMALL
    return Shown.COUNT if cell.says_it_of_each else Shown.WHOLE


def _with_parts(path: Path, leaves: Mapping[Path, Cell], shown: Shown) -> Iterator[Published]:
    yield Published(path, together(leaves.values()), shown)
    if not shown.has_count:
        return
    below = {leaf: cell for leaf, cell in leaves.items() if len(leaf) > len(path)}
    groups: dict[Path, dict[Path, Cell]] = {}
    for leaf, cell in below.items():
        groups.setdefault(leaf[: len(path) + 1], {})[leaf] = cell
    parts = {part: together(inside.values()) for part, inside in groups.items()}
    decided = decide(parts)
    if shown is Shown.COUNT:
        decided = {part: _without_values(how) for part, how in decided.items()}
    for part, how in decided.items():
        yield from _with_parts(part, groups[part], how)


def _without_values(shown: Shown) -> Shown:
    return Shown.COUNT if shown is Shown.WHOLE else shown


def decide[K: Hashable](parts: Mapping[K, Cell]) -> dict[K, Shown]:
    """Return what may be seen of the parts of a total that is known; nothing where no part may be.

    Small ones are hidden, and with them the next smallest, until neither the total nor the other parts
    say more about any of them than that it is smaller than five.
    """
    order = sorted(parts, key=lambda part: parts[part].children)
    hidden = _hidden([parts[part].children for part in order])
    if hidden is None:
        return {}
    unsaid = _unsaid([parts[part] for part in order], hidden)
    found = {}
    for place, part in enumerate(order):
        found[part] = Shown.COUNT if place in unsaid else Shown.WHOLE
        if place < hidden:
            found[part] = Shown.SMALL if parts[part].is_small else Shown.WITHHELD
    return {part: found[part] for part in parts}


def _hidden(counts: Sequence[int]) -> int | None:
    """Return how many of the counts, smallest first, are hidden; None if even all are not enough."""
    small = sum(count < FEWEST for count in counts)
    if small == 0:
        return 0
    for hidden in range(small, len(counts) + 1):
        most = counts[hidden] if hidden < len(counts) else math.inf
        if _could_be_any(sum(counts[:hidden]), small, hidden - small, most):
            return hidden
    return None


def _could_be_any(sum_of_hidden: int, small: int, others: int, most: float) -> bool:
    """Return whether each small one could still be 1, 2, 3 or 4, for somebody who knows this rule.

    They know the sum of the hidden, that a small one is 1 to 4, and that a withheld one is 5 or more and
    not more than the smallest that is shown.
    """
    largest = FEWEST - 1
    least_beside = (small - 1) + FEWEST * others
    most_beside = largest * (small - 1) + (most * others if others else 0)
    return least_beside <= sum_of_hidden - largest and sum_of_hidden - 1 <= most_beside


def _unsaid(cells: Sequence[Cell], hidden: int) -> set[int]:
    """Return the places whose shares are not said: together they must not say it of each one either."""
    unsaid = set(range(hidden)) | {i for i, cell in enumerate(cells) if cell.says_it_of_each}
    for place in range(len(cells)):
        if not unsaid or not together(cells[i] for i in unsaid).says_it_of_each:
            break
        unsaid.add(place)
    return unsaid
