"""Phone numbers and digit codes in what a person typed."""

import re
from collections.abc import Iterator, Sequence

from phonenumbers import Leniency, PhoneNumberFormat, PhoneNumberMatcher, format_number

FEWEST_DIGITS = 7
"""A local number has seven digits at least; years, hours and codes have fewer."""

_GAP = r"[\s().-]{0,2}"
_DIGITS_WITH_GAPS = re.compile(rf"\d(?:{_GAP}\d)*")
_INTERNATIONAL = re.compile(r"^\s*(\+|00)")
CODE_LENGTHS = range(4, 7)
"""Digits that may be an attempt at a code: more than a choice of a menu, fewer than a phone number."""


def looks_like_number(text: str) -> bool:
    """Return whether there are so many digits in a row that somebody may have written a number."""
    return any(len(digits) >= FEWEST_DIGITS for digits in _runs(text))


def numbers_in(text: str, countries: Sequence[str]) -> list[str]:
    """Return the numbers in a text as E.164, each once, in the order in which they were written.

    Without a country code a number is read as one of the first of these countries where it exists.
    """
    found = [*_with_country_code(text, countries), *_local(text, countries)]
    return list(dict.fromkeys(number for _, number in sorted(found)))


def codes_in(text: str) -> list[str]:
    """Return the groups of digits that may be a code, such as 48213 or 482 13."""
    return [digits for digits in _runs(text) if len(digits) in CODE_LENGTHS]


def without_code(text: str, code: str) -> str:
    """Return a text without this group of digits, however it is written."""
    return re.sub(rf"(?<!\d){_GAP.join(code)}(?!\d)", " ", text)


def has_only_digits(text: str) -> bool:
    """Return whether nothing but digits was written, with or without spaces and dots."""
    return bool(_DIGITS_WITH_GAPS.fullmatch(text.strip()))


def _runs(text: str) -> list[str]:
    return ["".join(filter(str.isdigit, run)) for run in _DIGITS_WITH_GAPS.findall(text)]


def _with_country_code(text: str, countries: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield what begins with + or 00; whether it exists is found out by the message that goes there."""
    for found in PhoneNumberMatcher(text, countries[0], leniency=Leniency.POSSIBLE):
        if _INTERNATIONAL.match(found.raw_string):
            yield found.start, format_number(found.number, PhoneNumberFormat.E164)


def _local(text: str, countries: Sequence[str]) -> list[tuple[int, str]]:
    """Return what is a number of the first country in which there is such a number."""
    for country in countries:
        found = [
            (m.start, format_number(m.number, PhoneNumberFormat.E164))
            for m in PhoneNumberMatcher(text, country, leniency=Leniency.VALID)
            if not _INTERNATIONAL.match(m.raw_string)
        ]
        if found:
            return found
    return []
