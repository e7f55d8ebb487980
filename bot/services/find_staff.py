"""Find a person of the staff by what somebody typed."""

from sqlalchemy.orm import Session

from bot.errors import AcompanaError
from bot.store import staff
from bot.store.risk_tables import StaffRow


def staff_named(session: Session, name: str) -> StaffRow:
    """Return the one person with that name, or whose name or id begins so; else refuse with a sentence."""
    wanted, everyone = name.casefold().strip(), staff.everyone(session)
    named = [row for row in everyone if row.name.casefold() == wanted]
    fitting = named or [row for row in everyone if _begins(row, wanted)]
    if len(fitting) != 1 or not wanted:
        names = ", ".join(sorted(row.name for row in everyone)) or "nobody"
        raise AcompanaError(
            f"{name!r} names {len(fitting)} people of the staff; there are: {names}."
        )
    return fitting[0]


def _begins(row: StaffRow, wanted: str) -> bool:
    return row.name.casefold().startswith(wanted) or str(row.id).startswith(wanted)
