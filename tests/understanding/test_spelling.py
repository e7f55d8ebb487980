"""Phone spelling of one word comes out as one word."""

import pytest

from bot.dialogue_engine.spelling import LONGEST, by_ear, is_readable, legible


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("aki", "aquí"),
        ("ola", "hola"),
        ("GRASIASSS", "grazias"),
        ("boi", "voy"),
        ("kiero", "quiero"),
        ("zapato", "sapato"),
        ("siiiiii", "sí"),
    ],
)
def test_words_that_sound_alike_are_written_alike(written: str, meant: str) -> None:
    assert by_ear(written) == by_ear(meant)


@pytest.mark.parametrize("text", ["hola", "K'iche'", "12", "ñ", "مرحبا ok"])
def test_latin_letters_and_digits_are_readable(text: str) -> None:
    assert is_readable(text)


@pytest.mark.parametrize(
    "text", ["", "   ", "😀😀", "👍", "مرحبا", "日本語", "что", "???", "\x00", "\ud83d"]
)
def test_nothing_pictures_and_other_scripts_are_not_readable(text: str) -> None:
    assert not is_readable(text)


def test_half_an_emoji_can_be_read_and_an_endless_text_ends() -> None:
    assert legible("hola \ud83d") == "hola ?"
    assert len(legible("a" * 100_000)) == LONGEST
