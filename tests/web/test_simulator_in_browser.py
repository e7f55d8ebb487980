"""The simulator in a real browser against the real system: web, worker, dialogue engine, delivery reports."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.clock import now
from bot.domain.channels import Channel
from bot.gateways.dialogue import RasaDialogue
from bot.phrasebook.phrasebook import Phrasebook
from bot.services.parts import Parts
from bot.settings import Settings
from bot.store import database
from tests.builders import facts_on, make_family
from tests.conftest import TEMPLATE, safety_with
from tests.doubles.notifier import RecordingNotifier
from tests.web.browser_phone import BrowserPhone
from tests.web.browser_system import (
    CHROMIUM,
    PausableDialogue,
    chromium,
    reporting_provider,
    served,
)

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 360, "height": 740}
ARABIC = "أنا خائف من السفر وأريد أن أتكلم مع أحد"

Opens = Callable[..., BrowserPhone]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; without it the tests are skipped, but never where a build relies on them."""
    if not Path(CHROMIUM).exists():
        missing = f"There is no {CHROMIUM}; install it with: apt install chromium"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def system(
    browser: Browser, settings: Settings, server: str, words: Phrasebook, rasa: RasaDialogue, screen
) -> Iterator[Parts]:
    """The whole system on a database of its own; the stand-in reports through the real webhook."""
    url = database.with_driver(database.raw_address(server, f"browser_{uuid4().hex[:12]}"))
    database.create_database(url, template=TEMPLATE)
    engine = database.connect(url)
    with reporting_provider(settings) as provider:
        safety = safety_with(screen, RecordingNotifier())
        parts = Parts(settings, engine, words, PausableDialogue(rasa), provider, safety, now)
        with served(parts):
            yield parts
    engine.dispose()
    database.drop_database(url)


@pytest.fixture
def opened(browser: Browser, system: Parts) -> Iterator[Opens]:
    """Opens the simulator; whatever it did, nothing failed in it and nothing left this machine."""
    wrong: list[str] = []
    with browser.new_context(base_url=system.settings.own_url) as context:
        context.on(
            "console", lambda said: wrong.append(said.text) if said.type == "error" else None
        )
        context.on("weberror", lambda failure: wrong.append(str(failure.error)))
        context.on("request", lambda asked: _note_foreign(asked.url, system, wrong))

        def open_as(channel: Channel, person: str = "child", **changes) -> BrowserPhone:
            page = context.new_page()
            page.set_viewport_size(changes.pop("size", WIDE))
            family = make_family(system, **changes)
            return BrowserPhone(page).is_held_by(getattr(family, person), channel)

        yield open_as
    assert wrong == []


def _note_foreign(url: str, system: Parts, wrong: list[str]) -> None:
    if not url.startswith((system.settings.own_url, "data:")):
        wrong.append(f"asked for {url}")


def test_a_child_taps_through_the_welcome_and_the_first_steps_on_whatsapp(opened):
    phone = opened(Channel.WHATSAPP, birth_year=None)

    phone.writes("ola")
    assert phone.heard == ["onboarding.welcome", "onboarding.ask_language"]
    assert phone.choices == ["Español", "English", "Otro / Other"]

    phone.taps("language_es").taps("who_me").taps("age_9_12")
    assert phone.heard == ["onboarding.limits", "onboarding.ask_assent"]

    phone.taps("yes")
    assert phone.heard[0] == "onboarding.assent_given"
    assert phone.choices == ["Elegir"]

    phone.taps("next_step")
    assert "orientation.travel_day.when" in phone.heard
    expect(phone.sheet).to_be_hidden()


def test_a_child_answers_with_digits_by_sms(opened):
    departs = now().date() + timedelta(days=60)
    phone = opened(Channel.SMS, facts=facts_on(departs))

    phone.writes("hola").writes("2")
    assert "1 It is me" in phone.text
    assert phone.choices == []

    phone.writes("1").writes("1")
    assert phone.heard[0] == "onboarding.assent_given"

    phone.writes("1")
    assert phone.heard[-1] == "orientation.step_menu"
    assert f"{departs:%A, %B} {departs.day}" in phone.text


def test_a_caregiver_agrees_and_asks_where_to_pick_the_child_up(opened):
    phone = opened(Channel.WHATSAPP, person="caregiver")

    phone.writes("Buenas tardes").taps("language_es").taps("who_me").taps("yes")
    phone.writes("a donde tengo que ir a traer a la niña?")

    assert "orientation.pick_up.where" in phone.heard
    assert "Casa Luz del Camino" in phone.text


@pytest.mark.parametrize(
    ("channel", "status"), [(Channel.SMS, "delivered"), (Channel.WHATSAPP, "read")]
)
def test_delivery_reports_move_the_ticks(opened, channel, status):
    phone = opened(channel).writes("hola")

    expect(phone.without_tick(status)).to_have_count(0)
    tick = phone.theirs.last.get_by_test_id("tick")
    assert tick.get_attribute("aria-label") in {"Delivered to the phone", "Read"}


def test_the_phone_shows_that_an_answer_is_on_its_way(opened, system):
    phone = opened(Channel.WHATSAPP)
    system.dialogue.may_answer.clear()
    try:
        phone.sends("hola")
        expect(phone.typing).to_be_visible()
        expect(phone.page.get_by_test_id("phone-line")).to_have_text("typing…")
        assert phone.theirs.count() == 0
    finally:
        system.dialogue.may_answer.set()

    expect(phone.theirs).to_have_count(2)
    expect(phone.typing).to_be_hidden()


@pytest.mark.parametrize(("media", "kind"), [("image", "image"), ("voice", "audio")])
def test_a_picture_or_voice_note_is_shown_and_becomes_a_task(opened, media, kind):
    phone = opened(Channel.WHATSAPP).attaches(media)

    assert phone.heard == ["fallback.media"]
    assert phone.tasks == ["media"]
    shown = phone.mine.last.get_by_test_id("attachment")
    assert shown.get_attribute("data-kind") == kind
    assert phone.page.request.get(shown.get_attribute("src")).ok


def test_two_people_hold_two_phones(opened, system):
    phone = opened(Channel.SMS).writes("hola")
    other = make_family(system, name="Kevin Mejía").child
    phone.box.fill("todavía no")
    phone.page.reload()

    phone.is_held_by(other, Channel.WHATSAPP)
    expect(phone.page.get_by_test_id("message")).to_have_count(0)
    assert phone.box.input_value() == ""
    phone.writes("hola")
    assert "Kevin" in phone.text

    phone.page.go_back()
    expect(phone.theirs.first).to_contain_text("Wendy")
    assert phone.box.input_value() == "todavía no"


def test_the_two_channels_of_one_person_are_two_threads(opened):
    phone = opened(Channel.SMS).writes("hola")

    phone.switches_to(Channel.WHATSAPP)
    expect(phone.page.get_by_test_id("message")).to_have_count(0)

    phone.switches_to(Channel.SMS)
    expect(phone.theirs).to_have_count(2)


def test_a_narrow_phone_fits_and_its_drawers_open_and_close(opened):
    phone = opened(Channel.WHATSAPP, size=NARROW)
    phone.writes("hola").taps("language_es").taps("who_me").taps("yes").taps("next_step")

    assert _scrolls_sideways(phone.page) is False
    expect(phone.box).to_be_in_viewport()
    expect(phone.theirs.last.get_by_test_id("list-open")).to_be_in_viewport()

    phone.page.locator("#open-desk").click()
    expect(phone.page.get_by_role("heading", name="Things to try")).to_be_in_viewport()
    phone.page.keyboard.press("Escape")
    expect(phone.page.locator("#desk")).not_to_be_in_viewport()


def test_text_from_right_to_left_is_set_so_and_goes_to_somebody_who_can_read_it(opened):
    phone = opened(Channel.WHATSAPP).writes(ARABIC)

    words = phone.mine.last.get_by_test_id("text")
    assert words.evaluate("each => getComputedStyle(each).direction") == "rtl"
    assert phone.heard == ["fallback.unreadable"]
    assert phone.tasks == ["language"]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_three_thousand_characters_arrive_whole_and_fit(opened, size):
    long = ("Me preocupa el viaje y quiero contarte todo. " * 70)[:2980] + "x" * 20
    phone = opened(Channel.WHATSAPP, size=size)
    phone.box.click()
    phone.page.keyboard.insert_text(long)
    phone.page.keyboard.press("Enter")

    expect(phone.theirs).not_to_have_count(0)
    assert phone.mine.last.get_by_test_id("text").inner_text() == long
    assert _scrolls_sideways(phone.page) is False
    expect(phone.theirs.last).to_be_in_viewport()


def test_alto_stops_the_channel_and_alta_starts_it_again(opened):
    phone = opened(Channel.SMS).writes("ALTO")
    assert phone.heard == ["subscription.opted_out"]
    expect(phone.notice).to_contain_text("ALTA starts it again")
    expect(phone.page.locator(".card[aria-current]")).to_contain_text("Stopped on SMS")

    phone.writes("hola")
    assert phone.heard == ["subscription.already_out"]
    assert phone.tasks == ["after_stop"]

    phone.writes("ALTA")
    assert phone.heard[0] == "subscription.opted_in"
    expect(phone.notice).to_be_hidden()


def test_a_button_tapped_twice_is_one_answer(opened):
    phone = opened(Channel.WHATSAPP).writes("hola")

    phone.theirs.last.locator("[data-choice-id=language_es]").dblclick()

    expect(phone.theirs.last).to_contain_text("¿quién escribe ahora?")
    assert phone.mine.count() == 2


def _scrolls_sideways(page: Page) -> bool:
    parts = "[document.documentElement, document.getElementById('scroller')]"
    return bool(page.evaluate(f"{parts}.some(each => each.scrollWidth > each.clientWidth)"))
