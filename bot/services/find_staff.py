"""Find a person of the staff by what somebody typed."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.errors import AcompanaError
from bot.store import staff
from bot.store.risk_tables import StaffRow


def staff_named(session: Session, name: str) -> StaffRow:
    """Return the one person with that name, or whose name or else id begins so; refuse with a sentence."""
    wanted, everyone = name.casefold().strip(), staff.everyone(session)
    fitting = _fitting(everyone, wanted)
    if len(fitting) != 1 or not wanted:
        names = ", ".join(sorted(row.name for row in everyone)) or "nobody"
        raise AcompanaError(
            f"{name!r} names {len(fitting)} people of the staff; there are: {names}."
        )
    return fitting[0]


def _fitting(everyone: Sequence[StaffRow], wanted: str) -> list[StaffRow]:
    """Return who is meant: a name goes before an id, some ids begin like a name."""
    named = [row for row in everyone if row.name.casefold() == wanted]
    beginning = named or [row for row in everyone if row.name.casefold().startswith(wanted)]
    return beginning or [row for row in everyone if str(row.id).startswith(wanted)]
