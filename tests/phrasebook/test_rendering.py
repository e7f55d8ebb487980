"""Words for one person on one channel."""

import pytest

from bot.domain.channels import Channel
from bot.domain.contacts import Audience
from bot.domain.journey import Journey, read_journey
from bot.phrasebook.facts import Reader, journey_values
from bot.phrasebook.preview import example_speaker
from bot.phrasebook.rendering import Speaker, render
from bot.phrasebook.segments import fitting, is_gsm7, segments
from bot.phrasebook.splitting import split
from tests.builders import FACTS

HOME = Reader("es_GT", "America/Guatemala")


def speaker(words, channel=Channel.SMS, audience=Audience.CHILD, language="es"):
    return example_speaker(words, audience, language, channel)


def test_a_menu_is_numbered_on_sms_and_tapped_on_whatsapp(words):
    by_sms = render(["fallback.not_understood"], speaker(words), words)
    by_whatsapp = render(["fallback.not_understood"], speaker(words, Channel.WHATSAPP), words)

    assert by_sms.form == "numbers"
    assert by_sms.text.splitlines()[-2].startswith("1 ")
    assert by_whatsapp.form == "buttons"
    assert "1 " not in by_whatsapp.text


def test_more_than_three_choices_are_a_list_on_whatsapp(words):
    bubble = render(["requests.menu"], speaker(words, Channel.WHATSAPP), words)

    assert bubble.form == "list"
    assert len(bubble.menu.choices) <= 10


def test_a_fact_that_is_not_known_gives_the_honest_counterpart(words):
    known = speaker(words)
    nothing = Speaker(known.audience, known.locale, known.channel, {
        k: v for k, v in known.values.items() if k not in ("departure_day", "departure_time")
    })  # fmt: skip
    bubble = render(["orientation.travel_day.when"], nothing, words)

    assert bubble.message_ids == ("orientation.travel_day.when_unknown",)
    assert set(bubble.not_known) <= {"departure_day", "departure_time"}
    assert bubble.not_known


def test_every_part_of_every_topic_is_honest_when_nothing_is_known(words):
    for audience in Audience:
        known = speaker(words, audience=audience)
        values = {k: v for k, v in known.values.items() if k not in journey_keys(words)}
        nothing = Speaker(audience, known.locale, known.channel, values)
        for topic in words.topics.values():
            if audience in topic.audiences:
                bubble = render([part.say for part in topic.parts], nothing, words)
                assert "{" not in bubble.text
                assert "questions.queued" not in bubble.message_ids, topic.id


def journey_keys(words):
    return set(journey_values(read_journey(FACTS), HOME, words)) | {
        "night_places",
        "night_companions",
    }


def test_confirmed_no_nights_is_said_as_such(words):
    known = speaker(words)
    no_night = Speaker(known.audience, known.locale, known.channel, known.values, no_nights=True)

    assert render(["orientation.nights.where"], no_night, words).message_ids == (
        "orientation.nights.none",
    )


def test_moments_are_told_in_the_readers_zone_and_the_places_hour_is_added(words):
    journey = read_journey(FACTS | {"departure_zone": "America/New_York"})
    values = journey_values(journey, HOME, words)

    assert values["departure_day"] == "jueves 3 de diciembre"
    assert values["departure_time"].startswith("7:30")
    assert "8:30" in values["departure_time"]


def test_days_move_with_the_zone(words):
    late = {
        "departure_on": "2026-12-03",
        "departure_time": "23:30",
        "departure_zone": "America/Los_Angeles",
    }
    values = journey_values(read_journey(late), HOME, words)

    assert values["departure_day"] == "viernes 4 de diciembre"


def test_an_unknown_journey_gives_no_values(words):
    assert journey_values(Journey(), HOME, words) == {}


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_message_renders_for_every_audience_that_it_is_for(words, language):
    for message in words.messages.values():
        for audience in Audience:
            if {audience, "all"} & set(message.texts):
                for channel in Channel:
                    person = speaker(words, channel, audience, language)
                    assert "{" not in render([message.id], person, words).text


def test_spanish_loses_only_the_accents_that_cost_money():
    assert (
        fitting("¿Cuándo te vas? Mañana, después del café")
        == "¿Cuando te vas? Mañana, después del café"
    )
    assert is_gsm7(fitting("Óscar llegó aquí"))
    assert fitting("сегодня") == "сегодня"


@pytest.mark.parametrize(
    ("text", "count"),
    [("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("á" * 70, 1), ("á" * 71, 2), ("€" * 80, 1), ("€" * 81, 2), ("😀" * 35, 1), ("😀" * 36, 2)],
)  # fmt: skip
def test_segments_are_counted_as_carriers_count(text, count):
    assert segments(text) == count


def test_a_long_text_is_cut_between_sentences_and_nothing_is_lost():
    text = " ".join(f"Esta es la frase número {n}." for n in range(80))
    pieces = split(text, 300)

    assert all(len(piece) <= 300 for piece in pieces)
    assert all(piece.endswith(".") for piece in pieces)
    assert " ".join(pieces) == text


def test_a_text_without_any_space_is_cut_all_the_same():
    assert "".join(split("x" * 1000, 300)) == "x" * 1000


@pytest.mark.parametrize(
    ("hours", "language", "spoken"),
    [
        (5.5, "es", "5 horas y 30 minutos"),
        (1, "es", "1 hora"),
        (0.5, "en", "30 minutes"),
        (9, "en", "9 hours"),
    ],
)
def test_durations_are_told_as_they_are(words, hours, language, spoken):
    values = journey_values(read_journey({"home_hours": hours}), Reader(language, "UTC"), words)
    assert values["home_duration"] == spoken


@pytest.mark.parametrize(
    ("languages", "spoken"),
    [
        (["es", "en"], "español e inglés"),
        (["es", "quc"], "español y"),
        (["en", "es"], "inglés y español"),
    ],
)
def test_spanish_lists_sound_right(words, languages, spoken):
    values = journey_values(read_journey({"companion_languages": languages}), HOME, words)
    assert values["companion_languages"].startswith(spoken)


def test_the_day_is_told_when_only_the_hour_is_unknown(words):
    known = speaker(words)
    values = {k: v for k, v in known.values.items() if k != "departure_time"}
    no_hour = Speaker(known.audience, known.locale, known.channel, values)

    bubble = render(["orientation.travel_day.when"], no_hour, words)

    assert bubble.message_ids == ("orientation.travel_day.when_day_only",)
    assert bubble.not_known == ("departure_time",)
