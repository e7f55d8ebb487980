"""The examples are complete, unambiguous and harmless to Rasa's parser."""

import re
from collections import Counter

import pytest

from tests.understanding.examples import EXAMINED, LANGUAGES, LEARNED, examined, learned

INTENTS = {path.stem for path in LEARNED.glob("*/*.yml")}
RASA_SYNTAX = re.compile(r"^[/-]|\]\s*[({]")


def test_there_are_41_intents() -> None:
    assert len(INTENTS) == 41
    assert sum(name.startswith("ask_") for name in INTENTS) == 24


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_has_many_examples_by_several_authors(language: str) -> None:
    examples = [e for e in learned() if e.language == language]
    lines = Counter(e.intent for e in examples)
    authors = {intent: {e.author for e in examples if e.intent == intent} for intent in INTENTS}

    assert {intent: n for intent in INTENTS if (n := lines[intent]) < 60} == {}
    assert [intent for intent in INTENTS if len(authors[intent]) < 3] == []


def test_a_file_is_named_after_its_intent() -> None:
    for path in LEARNED.glob("*/*.yml"):
        assert set(re.findall(r"^  - intent: (\w+)$", path.read_text("utf-8"), re.M)) == {path.stem}


def test_no_text_means_two_things() -> None:
    meanings: dict[str, set[str]] = {}
    for example in learned():
        meanings.setdefault(example.text.casefold(), set()).add(example.intent)
    assert [text for text, intents in meanings.items() if len(intents) > 1] == []


def test_no_text_stands_twice_in_a_file() -> None:
    times = Counter((e.language, e.intent, e.text.casefold()) for e in learned())
    assert [key for key, count in times.items() if count > 1] == []


def test_no_line_is_a_command_or_an_entity_to_rasa() -> None:
    examples = learned()
    assert examples
    assert [e.text for e in examples if RASA_SYNTAX.search(e.text) or not e.text.strip()] == []


@pytest.mark.parametrize("name", ["validation", "held_out"])
def test_an_examination_asks_every_intent_in_both_languages(name: str) -> None:
    cases = examined(name)

    assert {(c["lang"], c["intent"]) for c in cases} == {(l, i) for l in LANGUAGES for i in INTENTS}  # noqa: E741
    assert len({c["id"] for c in cases}) == len(cases)


def test_the_examinations_share_no_long_text_with_the_examples_or_each_other() -> None:
    """Short ones ("sí", "ok") are nobody's own and may meet."""
    known = {e.text.casefold() for e in learned()}
    for path in sorted(EXAMINED.glob("*.jsonl")):
        texts = {c["text"].casefold() for c in examined(path.stem)}
        assert sum(len(text.split()) > 5 for text in texts & known) == 0, path.name
        known |= texts
