"""Tell who of a rota is known already: by name and number, by name, by number."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bot.store.risk_tables import StaffRow


class Entered(NamedTuple):
    """One person as somebody entered them; the key is only good within one file."""

    key: str
    name: str
    number: str


def recognise(
    known: Sequence[StaffRow], entered: Sequence[Entered], *, by_name: bool
) -> dict[str, StaffRow]:
    """Return who of these is known already, by key; nobody is recognised twice.

    The surest comes first, so that two people who exchange their phones stay who they are. A name or
    a number alone says who somebody is only while they work here: the next one may be called so, too.
    """
    found: dict[str, StaffRow] = {}
    _take(found, known, entered, lambda e, r: (e.name, e.number) == (r.name, r.number))
    if by_name:
        works_here = [row for row in known if row.left_at is None]
        _take(found, works_here, _unlike(entered, found), lambda e, r: _same_name(e.name, r.name))
    _take(found, known, entered, lambda e, r: r.left_at is None and e.number == r.number)
    return found


def _take(
    found: dict[str, StaffRow],
    known: Sequence[StaffRow],
    entered: Sequence[Entered],
    is_same: Callable[[Entered, StaffRow], bool],
) -> None:
    """Recognise everybody who fits exactly one person; who works here comes before who left."""
    for each in entered:
        if each.key in found:
            continue
        taken = {row.id for row in found.values()}
        fitting = [row for row in known if row.id not in taken and is_same(each, row)]
        here = [row for row in fitting if row.left_at is None] or fitting
        if len(here) == 1:
            found[each.key] = here[0]


def _unlike(entered: Sequence[Entered], found: dict[str, StaffRow]) -> list[Entered]:
    """Return those not yet recognised whose name nobody else of them has."""
    unknown = [each for each in entered if each.key not in found]
    return [e for e in unknown if sum(_same_name(e.name, o.name) for o in unknown) == 1]


def _same_name(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
