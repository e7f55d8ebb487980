"""An approved message was refused on WhatsApp: the check-in is said again where it can arrive."""

from sqlalchemy.orm import Session

from bot.domain.check_in import State
from bot.services.parts import Parts
from bot.store import contacts
from bot.store.tables import OutboundRow
from bot.store.time_tables import CheckInRow


def announce_elsewhere(session: Session, row: OutboundRow, parts: Parts) -> bool:
    """Let the clock say it again without this address; return whether the check-in still waits."""
    check_in = session.get(CheckInRow, row.check_in_id, with_for_update=True)
    if check_in is None or check_in.state != State.INVITED:
        return False
    contacts.address(session, row.address_id).unreachable_at = parts.now()
    check_in.state, check_in.wake_at, check_in.reason = State.PLANNED, parts.now(), "no_template"
    check_in.said_at = None
    return True
