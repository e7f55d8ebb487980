"""A disclosure in plain words: a person is called, and the contact is believed and given a number."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.risk import URGENCY, Tier
from bot.store import database
from tests.builders import FACTS, make_child, make_family
from tests.conversation import Conversation
from tests.flows.signs import ALSO_FITS, GANG, HIT, SIGNS, WANTS_TO_DIE, is_believed

TUESDAY_MORNING = datetime(2026, 12, 1, 10, 0)
SUNDAY_NIGHT = datetime(2026, 12, 6, 23, 0)
EVERYWHERE = ("US", "GT", "HN", "SV", "MX")


@pytest.fixture
def parts(parts, time):
    """The real dialogue engine, on a clock that the test moves."""
    return replace(parts, now=time.now, pause=time.pause)


@pytest.fixture
def child_in(parts, time):
    """A child who is in that country at that hour of its clocks."""

    def make(country, local=TUESDAY_MORNING, **changes):
        there = ZoneInfo({"US": "America/Chicago", "HN": "America/Tegucigalpa"}.get(country, "UTC"))
        time.moment = local.replace(tzinfo=there).astimezone(UTC)
        changes = {"destination": "HN", "zone": None, **changes}
        return Conversation(parts, make_child(parts, country=country, **changes))

    return make


def test_every_category_has_a_sentence(safety):
    assert set(SIGNS) == set(safety.taxonomy.tiers)
    assert len(SIGNS) == 19


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("category", SIGNS)
def test_every_category_calls_a_person_and_is_believed(parts, category, language):
    sentence = SIGNS[category][language == "en"]
    child = make_family(parts, language=language, birth_year=2015).child
    with Conversation(parts, child) as talk:
        talk.says(sentence)

        expected = parts.safety.taxonomy.tiers[category]
        assert talk.escalation.category in {category, *ALSO_FITS.get(category, ())}
        assert URGENCY[Tier(talk.escalation.tier)] <= URGENCY[expected]
        assert talk.escalation.state == "open"
        assert is_believed(talk)
        assert parts.words.emergency["US"].number in talk.text
        assert "question" not in talk.tasks


@pytest.mark.parametrize("category", SIGNS)
def test_every_audience_hears_words_of_its_own_and_none_lacks_a_value(parts, category):
    heard = {}
    for audience, born in {"younger_child": 2019, "child": 2015, "teen": 2011}.items():
        family = make_family(parts, birth_year=born)
        with Conversation(parts, family.child) as talk:
            heard[audience] = talk.says(SIGNS[category][0]).text
    with Conversation(parts, family.caregiver) as talk:
        heard["caregiver"] = talk.says(SIGNS[category][0]).text
        assert talk.said[0].startswith("disclosure.")

    assert all(heard.values())
    assert not any("{" in text for text in heard.values())
    assert heard["younger_child"] != heard["child"] != heard["caregiver"] != heard["teen"]
    assert heard["younger_child"] != heard["teen"]


@pytest.mark.parametrize("country", EVERYWHERE)
def test_the_number_is_that_of_the_country_where_the_contact_is_now(child_in, words, country):
    with child_in(country, destination="GT") as talk:
        talk.says(HIT)

    assert f" {words.emergency[country].number}" in talk.text
    others = {words.emergency[c].number for c in EVERYWHERE} - {words.emergency[country].number}
    assert not any(f" {number}" in talk.text for number in others)


def test_the_numbers_change_at_the_border(child_in, parts, words):
    with child_in("US", destination="GT") as talk:
        talk.says(WANTS_TO_DIE)
        assert "911" in talk.text
        assert "988" in talk.text

        with database.unit_of_work(parts.engine) as session:
            session.merge(talk.contact).country = "GT"
        talk.says(HIT)

    assert words.emergency["GT"].number in talk.text
    assert "911" not in talk.text
    assert "988" not in talk.text


def test_a_line_that_is_open_now_is_offered(child_in):
    with child_in("HN", TUESDAY_MORNING) as talk:
        talk.says(HIT)

    assert talk.said[-2:] == ["disclosure.number", "disclosure.line"]
    assert "311" in talk.text


@pytest.mark.parametrize("closed_at", [SUNDAY_NIGHT, datetime(2026, 12, 1, 17, 0)])
def test_a_line_that_is_closed_now_is_not_offered(child_in, closed_at):
    with child_in("HN", closed_at) as talk:
        talk.says(HIT)

    assert is_believed(talk)
    assert talk.said[-1] == "disclosure.number"
    assert "311" not in talk.text


def test_the_hours_of_a_line_are_those_of_its_own_country(child_in):
    before_nine = datetime(2026, 12, 1, 8, 30)
    with child_in(
        "HN", before_nine, zone="America/New_York"
    ) as talk:  # 9:30 on the contact's phone
        talk.says(HIT)

    assert "disclosure.line" not in talk.said


def test_a_line_for_something_else_is_not_offered(child_in):
    with child_in("US") as talk:
        talk.says(GANG)

    assert "988" not in talk.text


def test_a_second_disclosure_joins_and_brings_the_line_that_fits_it(child_in):
    with child_in("US") as talk:
        talk.says(GANG)
        talk.says(WANTS_TO_DIE)

        assert len(talk.escalations) == 1
        assert talk.chain.count("joined") == 1
        assert talk.said == ["disclosure.more", "disclosure.number", "disclosure.line"]
        assert "988" in talk.text
        assert "question" not in talk.tasks


def test_a_time_is_promised_on_the_readers_own_clock(parts, conversation):
    conversation.says(GANG)  # at nine in the morning in Chicago; critical: within an hour

    assert "disclosure.who_when" in conversation.said
    assert "10:00" in conversation.text
    assert "Elena Paz" in conversation.text


def test_where_no_time_can_be_kept_none_is_promised(child_in):
    with child_in("MX") as talk:
        talk.says(GANG)

    assert talk.said[1] == "disclosure.who"


def test_a_promise_that_has_passed_is_not_made_again(conversation, time):
    conversation.says(GANG)
    time.passes(hours=5)
    conversation.taps("danger_yes")  # an old button

    assert conversation.said[:2] == ["disclosure.thank_you", "disclosure.who"]
    assert len(conversation.escalations) == 1


def test_a_journey_that_nobody_planned_changes_nothing(parts):
    child = make_family(parts, facts={"destination": FACTS["destination"]}).child
    with Conversation(parts, child) as talk:
        talk.says(HIT)

    assert is_believed(talk)
