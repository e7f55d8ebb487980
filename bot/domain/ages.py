"""How old somebody says they are: `9`, `tengo nueve`, `I'm 10 years old`."""

from bot.domain.typed_text import fold

LOWEST, HIGHEST = 4, 99
"""Anything else is a mistyped number or a joke; the question is asked again."""

MOST_WORDS = 6
"""A longer message says more than an age: a question about a sister of nine is no answer."""

_SPELLED = {
    "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
    "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16,
    "diecisiete": 17, "dieciocho": 18, "diecinueve": 19, "veinte": 20,
    "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
}  # fmt: skip

_AROUND = {
    "tengo", "yo", "soy", "de", "anos", "ano", "ya", "cumpli", "casi", "recien", "apenas", "mi",
    "edad", "es", "y", "medio", "i", "am", "im", "m", "my", "age", "is", "years", "year", "old",
    "and", "a", "half", "almost", "just", "turned",
}  # fmt: skip
"""Words that may stand around an age; one more is let pass, for spelling."""


def age_in(typed: str) -> int | None:
    """Return the age that a short answer states; None where it is none or says something else."""
    words = fold(typed).split()
    ages = [age for word in words if (age := _age(word)) is not None]
    others = [word for word in words if _age(word) is None and word not in _AROUND]
    if "?" in typed or len(words) > MOST_WORDS or len(ages) != 1 or len(others) > 1:
        return None
    return ages[0] if LOWEST <= ages[0] <= HIGHEST else None


def _age(word: str) -> int | None:
    if word.isascii() and word.isdigit():
        return int(word)
    return _SPELLED.get(word)
