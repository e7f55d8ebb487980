"""A message as it will look on each channel for each audience, with example facts."""

from collections.abc import Iterator
from datetime import date, time
from typing import Any

from bot.domain.channels import Channel
from bot.domain.contacts import Audience
from bot.domain.journey import Journey
from bot.errors import ContentError
from bot.phrasebook.facts import Reader, journey_values
from bot.phrasebook.phrasebook import Phrasebook
from bot.phrasebook.rendering import Speaker, render
from bot.phrasebook.segments import segments

EXAMPLE = Journey(
    destination="GT",
    departure_on=date(2026, 12, 3),
    departure_time=time(8, 30),
    departure_zone="America/Chicago",
    vehicle="plane",
    travel_hours=4.5,
    companions=("Lucía Girón", "Tomás Ixcoy"),
    companion_languages=("es", "quc"),
    meals=("breakfast", "lunch", "snack"),
    night_places=("Casa San José",),
    night_companions=("Lucía Girón",),
    arrival_on=date(2026, 12, 3),
    arrival_time=time(13, 0),
    arrival_zone="America/Guatemala",
    reception_centre="Casa Luz del Camino",
    reception_city="Ciudad de Guatemala",
    receiving_adults=("Marta Cux",),
    first_call_on=date(2026, 12, 3),
    first_call_time=time(14, 0),
    home_place="Nebaj",
    home_vehicle="bus",
    home_hours=5,
    home_companions=("Marta Cux",),
    pick_up_place="Casa Luz del Camino",
    pick_up_on=date(2026, 12, 3),
    pick_up_time=time(16, 0),
    pick_up_papers=("identity_card", "birth_certificate"),
)
"""A journey in which everything is known."""

EXAMPLE_PEOPLE = {
    "name": "Wendy",
    "child_name": "Wendy",
    "case_manager": "Elena Paz",
    "case_manager_phone": "+502 5550 0101",
    "programme": "Acompaña",
}


def example_speaker(
    words: Phrasebook, audience: Audience, language: str, channel: Channel
) -> Speaker:
    """Return somebody invented about whom everything is known."""
    locale = language if "_" in language else f"{language}_{'GT' if language == 'es' else 'US'}"
    reader = Reader(locale, "America/Chicago")
    values = {
        **EXAMPLE_PEOPLE,
        "emergency_here": words.emergency["US"].number,
        "emergency_destination": words.emergency["GT"].number,
        "destination_country": words.value("value.country.GT", locale),
        **journey_values(EXAMPLE, reader, words),
    }
    return Speaker(audience, locale, channel, values)


def preview(
    words: Phrasebook,
    message_id: str,
    language: str,
    audience: Audience | None = None,
    channel: Channel | None = None,
) -> list[dict[str, Any]]:
    """Return the message for each audience and channel asked for (all of them, if none is named)."""
    return list(_previews(words, message_id, language, audience, channel))


def _previews(
    words: Phrasebook,
    message_id: str,
    language: str,
    audience: Audience | None,
    channel: Channel | None,
) -> Iterator[dict[str, Any]]:
    words.message(message_id)
    for reader in [audience] if audience else list(Audience):
        for medium in [channel] if channel else list(Channel):
            speaker = example_speaker(words, reader, language, medium)
            try:
                bubble = render([message_id], speaker, words)
            except ContentError:
                continue  # this audience is never told it
            yield {
                "audience": str(reader),
                "channel": str(medium),
                "form": bubble.form,
                "segments": segments(bubble.text),
                "text": bubble.text,
                "choices": [choice.title for choice in bubble.menu.choices],
            }
