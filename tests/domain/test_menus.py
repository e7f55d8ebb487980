"""One digit, title, emoji or spelled-out choice selects the same thing."""

import pytest

from bot.domain.menus import Choice, Menu, number_in

MENU = Menu(
    (
        Choice("yes", "Sí", "/affirm", ("yes", "claro", "órale"), ("👍",)),
        Choice("no", "No", "/deny", ("nel",), ("👎",)),
        Choice("ask", "Tengo una pregunta", "/ask_away", ("pregunta",), ("❓",)),
    )
)


@pytest.mark.parametrize("typed", ["1", "1.", "1)", " 1 ", "uno", "one", "la 1", "la primera", "opcion uno", "1️⃣", "Sí", "si", "SI!!", "claro", "orale", "👍", "👍👍"])  # fmt: skip
def test_all_ways_to_say_the_first_choice(typed):
    assert MENU.chosen(typed).id == "yes"


@pytest.mark.parametrize("typed", ["", "4", "0", "99", "12:30", "si pero tengo miedo", "no se", "que", "👍 pero", "1 2", "½", "٢"])  # fmt: skip
def test_anything_longer_or_different_selects_nothing(typed):
    assert MENU.chosen(typed) is None


def test_a_menu_without_choices_selects_nothing():
    assert Menu().chosen("1") is None


def test_a_choice_survives_being_stored():
    assert Choice.from_json(MENU.choices[0].as_json()) == MENU.choices[0]


@pytest.mark.parametrize(("typed", "number"), [("opción 10", 10), ("diez", 10), ("tenth", 10)])
def test_numbers_up_to_ten_are_read(typed, number):
    assert number_in(typed) == number
