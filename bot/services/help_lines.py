"""A telephone line that helps with this, in the contact's current country, and is open now."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.domain.contacts import COUNTRIES
from bot.domain.escalation import Step
from bot.phrasebook.country_services import HelpLine
from bot.services.parts import Parts
from bot.store import escalations
from bot.store.risk_tables import EscalationRow
from bot.store.tables import ContactRow


def line_now(session: Session, row: ContactRow, parts: Parts) -> HelpLine | None:
    """Return an open line for what the contact told of, the latest first; never a closed one."""
    escalation = escalations.latest_of(session, row.id)
    return line_for(session, row, escalation, parts) if escalation is not None else None


def line_for(
    session: Session, row: ContactRow, escalation: EscalationRow, parts: Parts
) -> HelpLine | None:
    """Return an open line for what one case is about; never a closed one."""
    told_of = _told_of(session, escalation)
    return next((line for c in told_of for line in _open_lines(row, c, parts)), None)


def _told_of(session: Session, escalation: EscalationRow) -> Iterator[str]:
    """Yield the categories of one disclosure: those of further signs, then what it is about."""
    for step in reversed(escalations.chain(session, escalation.id)):
        if step.step == Step.JOINED:
            yield step.detail
    yield escalation.category


def _open_lines(row: ContactRow, category: str, parts: Parts) -> Iterator[HelpLine]:
    """Yield what is open by the clocks of the line's own country; the contact's may differ."""
    here = parts.now().astimezone(ZoneInfo(COUNTRIES.get(row.country, "UTC")))
    for line in parts.words.help_lines.get(row.country, ()):
        if line.helps_with(category) and line.is_open(here):
            yield line
