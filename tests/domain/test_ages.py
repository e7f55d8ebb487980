import pytest

from bot.domain.ages import age_in


@pytest.mark.parametrize(
    ("typed", "age"),
    [
        ("9", 9),
        ("nueve", 9),
        ("tengo 9", 9),
        ("Tengo nueve años.", 9),
        ("tengo 9 añitos", 9),
        ("ya cumplí 13", 13),
        ("dieciséis", 16),
        ("I'm ten years old", 10),
        ("i am 17", 17),
        ("tiene 6", 6),
        ("19", 19),
    ],
)
def test_an_age_is_read_however_it_is_written(typed: str, age: int) -> None:
    assert age_in(typed) == age


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "no sé",
        "3",
        "150",
        "9 o 10",
        "mi hermano tiene 5 años",
        "¿a las 9?",
        "salimos a las 9 de la mañana con mi tía",
    ],
)
def test_what_is_no_age_of_the_writer_is_asked_again(typed: str) -> None:
    assert age_in(typed) is None
