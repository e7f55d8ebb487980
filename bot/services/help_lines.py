"""A telephone line that helps with this, in the contact's current country, and is open now."""

from zoneinfo import ZoneInfo

from bot.domain.contacts import COUNTRIES
from bot.phrasebook.country_services import HelpLine
from bot.services.parts import Parts
from bot.store import contacts
from bot.store.tables import ContactRow


def line_now(row: ContactRow, category: str, parts: Parts) -> HelpLine | None:
    """Return the first line for this category that is open; a line that is closed is not offered."""
    contact = contacts.as_contact(row)
    zone = ZoneInfo(contact.zone or COUNTRIES.get(contact.country, "UTC"))
    here = parts.now().astimezone(zone)
    lines = parts.words.help_lines.get(contact.country, ())
    return next((line for line in lines if line.helps_with(category) and line.is_open(here)), None)
