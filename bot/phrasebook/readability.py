"""How hard a text is to read: Fernández-Huerta for Spanish, Flesch-Kincaid for English."""

import re
from functools import cache
from typing import Any

import pyphen
import textstat

from bot.domain.contacts import Audience

EASIEST_SPANISH = {
    Audience.YOUNGER_CHILD: 75,
    Audience.CHILD: 70,
    Audience.TEEN: 60,
    Audience.CAREGIVER: 55,
}
"""Lowest Fernández-Huerta reading ease; 70-80 is fairly easy (sixth grade), 60-70 plain."""

HARDEST_ENGLISH = {
    Audience.YOUNGER_CHILD: 5.0,
    Audience.CHILD: 6.0,
    Audience.TEEN: 8.0,
    Audience.CAREGIVER: 9.0,
}
"""Highest Flesch-Kincaid grade."""

LONGEST_SENTENCE = {
    Audience.YOUNGER_CHILD: 14,
    Audience.CHILD: 18,
    Audience.TEEN: 26,
    Audience.CAREGIVER: 28,
}
"""Words in one sentence, values counted as one word."""


@cache
def _measure(language: str) -> Any:
    measure = textstat.textstat.__class__()
    measure.set_lang(language)
    return measure


def hard_to_read(text: str, language: str, audience: Audience) -> str | None:
    """Return what makes a text hard for its audience, None if it is easy enough.

    Values in braces count as a short name: their length says nothing about the sentence.
    """
    plain = re.sub(r"\{\w+\}", "Ana", text)
    longest = max(len(sentence.split()) for sentence in re.split(r"[.?!:;]\s", plain))
    if longest > LONGEST_SENTENCE[audience]:
        return f"a sentence has {longest} words, at most {LONGEST_SENTENCE[audience]} fit"
    if len(plain.split()) < 8:
        return None  # the formulas mean nothing for a few words
    if language == "es":
        ease = _measure("es").fernandez_huerta(plain)
        lowest = EASIEST_SPANISH[audience]
        return f"reading ease {ease:.0f}, at least {lowest} fits" if ease < lowest else None
    grade = _grade(plain)
    highest = HARDEST_ENGLISH[audience]
    return f"grade {grade:.1f}, at most {highest} fits" if grade > highest else None


def _grade(text: str) -> float:
    """Return the Flesch-Kincaid grade (Kincaid 1975): 0.39 words/sentence + 11.8 syllables/word - 15.59.

    `textstat` needs a dictionary from the network for English; syllables come from hyphenation here.
    """
    hyphenation = pyphen.Pyphen(lang="en_US")
    words = re.findall(r"[A-Za-z']+", text)
    sentences = max(1, len(re.findall(r"[.?!:](?:\s|$)", text)))
    syllables: int = sum(hyphenation.inserted(word).count("-") + 1 for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59
