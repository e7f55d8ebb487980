"""What `content check` finds when somebody breaks the content."""

import shutil

import pytest

from bot.errors import ContentError
from bot.phrasebook.checks import check_content
from bot.phrasebook.extraction import strings_of
from bot.settings import CONTENT


@pytest.fixture
def content(tmp_path):
    shutil.copytree(CONTENT, tmp_path / "content")
    return tmp_path / "content"


def change(path, before, after):
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def errors(content):
    return [f"{f.where}: {f.what}" for f in check_content(content) if f.severity == "error"]


def test_the_content_that_we_ship_has_no_errors():
    assert errors(CONTENT) == []


def test_a_translation_that_is_missing_is_found(content):
    po = content / "locale" / "es" / "LC_MESSAGES" / "messages.po"
    change(po, 'msgctxt "onboarding.welcome/child"', 'msgctxt "onboarding.welcome/childs"')

    assert any("onboarding.welcome/child: not translated" in e for e in errors(content))


def test_a_translation_that_lost_a_value_is_found(content):
    po = content / "locale" / "es" / "LC_MESSAGES" / "messages.po"
    change(po, "Hola, {name}.", "Hola, {nombre}.")

    assert any("the values in braces differ" in e for e in errors(content))


def test_a_value_that_nothing_gives_is_found(content):
    change(content / "messages" / "onboarding.yml", "{programme}", "{progamme}")

    assert any("nothing gives the value {progamme}" in e for e in errors(content))


def test_an_unknown_topic_is_a_sentence_that_names_the_file(content):
    change(content / "orientation" / "one.yml", "travel_day:", "travel_dayz:")

    with pytest.raises(ContentError, match=r"one\.yml: there is no topic travel_dayz"):
        check_content(content)


def test_a_topic_that_states_facts_needs_an_honest_wording(content):
    change(
        content / "orientation" / "one.yml",
        "      unknown: orientation.companions.who_unknown\n",
        "",
    )

    assert any("has no `unknown` wording" in e for e in errors(content))


def test_a_choice_that_does_not_exist_is_found(content):
    change(
        content / "messages" / "fallback.yml", "[menu, talk_to_person]", "[menu, talk_to_nobody]"
    )

    assert any("there is no choice talk_to_nobody" in e for e in errors(content))


def test_an_exclamation_of_alarm_is_found(content):
    change(content / "messages" / "requests.yml", '"What do you want to know?"', '"Careful now!"')

    assert any("exclamation of alarm" in e for e in errors(content))


def test_a_text_that_is_hard_to_read_is_a_warning(content):
    hard = (
        "Notwithstanding institutional considerations, organizational representatives will "
        "subsequently communicate comprehensive administrative information to beneficiaries."
    )
    change(content / "messages" / "requests.yml", '"What do you want to know?"', f'"{hard}"')

    warnings = [f for f in check_content(content) if f.severity == "warning"]
    assert any("fits" in w.what or "fit" in w.what for w in warnings)


def test_broken_yaml_names_the_file_and_the_line(content):
    (content / "messages" / "fallback.yml").write_text("a:\n  - b\n c: [", encoding="utf-8")

    with pytest.raises(ContentError, match=r"fallback\.yml, line \d"):
        check_content(content)


def test_the_extraction_sees_every_string_with_its_note():
    seen = {context for context, _, _ in strings_of(CONTENT / "messages" / "onboarding.yml")}

    assert "onboarding.welcome/teen" in seen
    assert all(note for _, _, note in strings_of(CONTENT / "messages" / "onboarding.yml"))
