"""Confirmed facts as words in the reader's language and time zone. Unknown facts give no word."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, format_timedelta
from babel.lists import format_list
from babel.units import format_unit

from bot.domain.journey import Journey
from bot.phrasebook.phrasebook import Phrasebook

LONG_DAY = {"es": "EEEE d 'de' MMMM", "en": "EEEE, MMMM d"}
"""A day as people say it; the year would only confuse."""


FACTS_OF_VALUE = {
    "travel_duration": ("travel_hours",),
    "home_duration": ("home_hours",),
    **{
        f"{name}_{part}": (f"{name}_{'on' if part == 'day' else 'time'}",)
        for name in ("departure", "arrival", "first_call", "pick_up")
        for part in ("day", "time")
    },
}
"""The facts that a value states, where it is not called the same."""


@dataclass(frozen=True)
class Reader:
    """Whose language and zone the words are for."""

    locale: str
    zone: str

    @property
    def language(self) -> str:
        return self.locale.split("_")[0]


def journey_values(journey: Journey, reader: Reader, words: Phrasebook) -> dict[str, str]:
    """Return the placeholder values of all confirmed facts."""
    return dict(
        [
            *_moments(journey, reader, words),
            *_durations(journey, reader),
            *_coded(journey, reader, words),
            *_named(journey, reader),
        ]
    )


def _moments(journey: Journey, reader: Reader, words: Phrasebook) -> Iterator[tuple[str, str]]:
    for name, zone in (
        ("departure", journey.departure_zone),
        ("arrival", journey.arrival_zone),
        ("first_call", journey.arrival_zone),
        ("pick_up", journey.arrival_zone),
    ):
        on, at = getattr(journey, f"{name}_on"), getattr(journey, f"{name}_time")
        yield from _moment(name, on, at, zone, reader, words)


def _moment(
    name: str,
    on: date | None,
    at: time | None,
    zone: str | None,
    reader: Reader,
    words: Phrasebook,
) -> Iterator[tuple[str, str]]:
    """Yield day and time as the reader's own clock and calendar show them.

    Where the place has another hour than the reader, the place's hour is added.
    """
    if on is None:
        return
    if at is None or zone is None:
        yield f"{name}_day", _day(on, reader)
        if at is not None:
            yield f"{name}_time", _hour(at, reader)
        return
    there = datetime.combine(on, at, ZoneInfo(zone))
    here = there.astimezone(ZoneInfo(reader.zone))
    yield f"{name}_day", _day(here.date(), reader)
    own = _hour(here.time(), reader)
    if here.utcoffset() == there.utcoffset():
        yield f"{name}_time", own
    else:
        both = words.value("value.time.both", reader.locale)
        yield f"{name}_time", both.format(own_time=own, local_time=_hour(at, reader))


def facts_of(values: Iterable[str]) -> set[str]:
    """Return the facts of the journey that these placeholders state."""
    return {fact for value in values for fact in FACTS_OF_VALUE.get(value, (value,))}


def deadline_value(moment: datetime, now: datetime, reader: Reader, words: Phrasebook) -> str:
    """Return `before 3:40 PM today`, on the reader's own clock; with the day where it is another one."""
    here = moment.astimezone(ZoneInfo(reader.zone))
    is_today = here.date() == now.astimezone(ZoneInfo(reader.zone)).date()
    text = words.value("value.before.today" if is_today else "value.before.day", reader.locale)
    return text.format(hour=_spoken_hour(here.time(), reader), day=_day(here.date(), reader))


def waited_value(waited: timedelta, reader: Reader) -> str:
    """Return `20 minutes`, as one says how long something has taken."""
    return str(format_timedelta(waited, locale=reader.locale))


def _spoken_hour(at: time, reader: Reader) -> str:
    """Return the hour with what Spanish says before it: `la 1:40 p. m.`, `las 3:40 p. m.`"""
    if reader.language != "es":
        return _hour(at, reader)
    return f"{'la' if at.hour % 12 == 1 else 'las'} {_hour(at, reader)}"


def _day(on: date, reader: Reader) -> str:
    return str(format_date(on, LONG_DAY.get(reader.language, "long"), locale=reader.locale))


def _hour(at: time, reader: Reader) -> str:
    spoken = str(format_time(at, "short", locale=reader.locale))
    return spoken.replace("\u202f", " ").replace("\xa0", " ")


def _durations(journey: Journey, reader: Reader) -> Iterator[tuple[str, str]]:
    for value, hours in (
        ("travel_duration", journey.travel_hours),
        ("home_duration", journey.home_hours),
    ):
        if hours is not None:
            yield value, _duration(hours, reader)


def _duration(hours: float, reader: Reader) -> str:
    """Return `5 horas y 30 minutos`, to the nearest five minutes."""
    minutes = round(hours * 12) * 5
    parts = {"duration-hour": minutes // 60, "duration-minute": minutes % 60}
    spoken = [format_unit(n, unit, locale=reader.locale) for unit, n in parts.items() if n]
    return _listed(spoken, reader)


def _listed(entries: Sequence[str], reader: Reader) -> str:
    """Return a list as people say it; Spanish says `e` before an i-sound, which CLDR leaves out."""
    spoken = str(format_list(entries, locale=reader.locale))
    if reader.language == "es":
        return re.sub(r" y (?=[IÍií]|[Hh][ií](?![ae]))", " e ", spoken)
    return spoken


def _coded(journey: Journey, reader: Reader, words: Phrasebook) -> Iterator[tuple[str, str]]:
    for value, group, codes in (
        ("vehicle", "vehicle", journey.vehicle),
        ("home_vehicle", "vehicle", journey.home_vehicle),
        ("meals", "meal", journey.meals),
        ("pick_up_papers", "paper", journey.pick_up_papers),
        ("companion_languages", "language", journey.companion_languages),
    ):
        if codes:
            several = (codes,) if isinstance(codes, str) else codes
            named = [words.value(f"value.{group}.{code}", reader.locale) for code in several]
            yield value, _listed(named, reader)


def _named(journey: Journey, reader: Reader) -> Iterator[tuple[str, str]]:
    for value in ("reception_centre", "reception_city", "home_place", "pick_up_place"):
        if name := getattr(journey, value):
            yield value, name
    for value in (
        "companions",
        "night_places",
        "night_companions",
        "receiving_adults",
        "home_companions",
    ):
        if names := getattr(journey, value):
            yield value, _listed(names, reader)
