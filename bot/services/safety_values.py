"""The values of words about safety: who was told, by when somebody gets in touch, which line is open."""

from sqlalchemy.orm import Session

from bot.phrasebook.facts import Reader, deadline_value
from bot.services.help_lines import line_now
from bot.services.parts import Parts
from bot.store import escalations, staff
from bot.store.risk_tables import EscalationRow
from bot.store.tables import ContactRow


def safety_values(
    session: Session, row: ContactRow, reader: Reader, parts: Parts
) -> dict[str, str]:
    """Return what is known once somebody was called for this contact."""
    escalation = escalations.latest_of(session, row.id)
    known = {"told_person": parts.words.value("value.told_person.team", reader.locale)}
    if escalation is not None:
        known |= _of(session, escalation, reader, parts)
    if line := line_now(session, row, parts):
        known |= {"help_line": line.name(reader.language), "help_line_number": line.number}
    return known


def _of(
    session: Session, escalation: EscalationRow, reader: Reader, parts: Parts
) -> dict[str, str]:
    values = {}
    if told := escalation.assigned_id or escalation.called_id:
        values["told_person"] = staff.get(session, told).name
    if escalation.promised:
        moment, now = escalation.contact_by, parts.now()
        values["contact_by"] = deadline_value(moment, now, reader, parts.words)
    return values
