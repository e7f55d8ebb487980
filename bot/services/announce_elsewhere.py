"""An approved message was refused on WhatsApp: the check-in is said again where it can arrive."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.domain.check_in import State
from bot.services.parts import Parts
from bot.services.programme import programme
from bot.store.tables import OutboundRow
from bot.store.time_tables import CheckInRow

STILL_TO_SAY = timedelta(days=1)
"""What was announced in time may be said so much later; a refusal is no reason to say nothing."""


def announce_elsewhere(session: Session, row: OutboundRow, parts: Parts) -> None:
    """Let the clock say it by another way; what was opened, put off or is over waits for nobody.

    What says "today" or "tomorrow" is not said after its time: then the clock leaves it out.
    """
    check_in = session.get(CheckInRow, row.check_in_id, with_for_update=True)
    if check_in is None or check_in.state != State.INVITED:
        return
    now = parts.now()
    check_in.state, check_in.wake_at, check_in.reason = State.PLANNED, now, "no_template"
    step = programme().steps.get(check_in.step)
    if step is not None and not step.goes_out_of_date:
        check_in.not_after = max(check_in.not_after, now + STILL_TO_SAY)
    check_in.said_at = None
