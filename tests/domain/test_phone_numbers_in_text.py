"""Numbers and codes as people write them."""

import pytest

from bot.domain.phone_numbers_in_text import (
    codes_in,
    has_only_digits,
    looks_like_number,
    numbers_in,
)


@pytest.mark.parametrize(
    ("typed", "countries", "numbers"),
    [
        ("55551234", ["US", "GT"], ["+50255551234"]),
        ("mi numero es 5555 1234 gracias", ["GT"], ["+50255551234"]),
        ("+502 5555-1234", ["US"], ["+50255551234"]),
        ("00502 5555 1234", ["GT"], ["+50255551234"]),
        ("502 5555 1234", ["US", "GT"], ["+50255551234"]),
        ("(512) 555-1234", ["US", "GT"], ["+15125551234"]),
        ("9999-1234", ["HN"], ["+50499991234"]),
        ("ya no el 5555-1234, ahora el 4444-5678", ["US", "GT"], ["+50255551234", "+50244445678"]),
        ("+502 5555 1234 o 4444 5678", ["US", "GT"], ["+50255551234", "+50244445678"]),
        ("el 3 de diciembre de 2026 a las 0830", ["GT"], []),
        ("tengo 15", ["GT"], []),
        ("48213", ["GT"], []),
    ],
)
def test_a_number_is_found_as_people_write_it(typed, countries, numbers):
    assert numbers_in(typed, countries) == numbers


@pytest.mark.parametrize("typed", ["55551234", "+502 5555-1234", "es el 5 5 5 5 1 2 3 4"])
def test_many_digits_in_a_row_look_like_a_number(typed):
    assert looks_like_number(typed)
    assert codes_in(typed) == []


@pytest.mark.parametrize("typed", ["1", "12", "opcion 2", "tengo 15", ""])
def test_a_choice_of_a_menu_is_neither_number_nor_code(typed):
    assert not looks_like_number(typed)
    assert codes_in(typed) == []


@pytest.mark.parametrize("typed", ["48213", "482 13", "4-8-2-1-3", "el codigo es 48213."])
def test_a_code_may_have_gaps_and_words_around_it(typed):
    assert codes_in(typed) == ["48213"]
    assert has_only_digits(typed) == ("codigo" not in typed)
