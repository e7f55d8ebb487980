"""What is planned for a family, and what a change of the journey does to it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.domain.check_in import State
from bot.services.parts import Parts
from bot.services.plan_check_ins import plan_now
from bot.store import check_ins, contacts
from bot.store.tables import ContactRow


@dataclass(frozen=True)
class Move:
    """One step that comes at another time; None stands for not at all. Times are the contact's own."""

    role: str
    step: str
    before: datetime | None
    after: datetime | None


def moves_of(
    session: Session, child_id: UUID, parts: Parts, do: Callable[[], object]
) -> list[Move]:
    """Do something, plan the family anew, and return what moved, in the order of the days."""
    family = contacts.family_of(session, child_id)
    plan_now(session, family, parts)
    before = _planned(session, family)
    do()
    session.flush()
    plan_now(session, family, parts)
    found = _compare(family, before, _planned(session, family))
    return sorted(found, key=lambda move: (move.after or move.before, move.step))


def _planned(
    session: Session, family: Sequence[ContactRow]
) -> Mapping[UUID, dict[tuple[str, int], datetime]]:
    everything = check_ins.of_contacts(session, [row.id for row in family])
    return {
        contact_id: {
            (row.step, row.occurrence): row.due_at for row in rows if row.state == State.PLANNED
        }
        for contact_id, rows in everything.items()
    }


def _compare(
    family: Sequence[ContactRow],
    before: Mapping[UUID, dict[tuple[str, int], datetime]],
    after: Mapping[UUID, dict[tuple[str, int], datetime]],
) -> Iterator[Move]:
    for contact in family:
        zone = ZoneInfo(contacts.as_contact(contact).time_zone)
        old, new = before[contact.id], after[contact.id]
        for key in {**old, **new}:
            if old.get(key) != new.get(key):
                yield Move(
                    contact.role, key[0], _local(old.get(key), zone), _local(new.get(key), zone)
                )


def _local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return moment.astimezone(zone) if moment else None
