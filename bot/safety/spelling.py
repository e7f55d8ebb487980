"""What is left of a text when phone spelling no longer matters, for each language of the lexicon."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

LONGEST_SCREENED = 4000
"""Characters; more than WhatsApp or ten joined SMS bring, so that a hostile text cannot stall us."""

Sounds = Sequence[tuple[str, str]]

SOUNDS: Mapping[str, Sounds] = {
    "es": (
        ("ch", "\x01"), ("ll", "y"), ("qu", "k"), ("q", "k"), ("ce", "se"), ("ci", "si"),
        ("ge", "je"), ("gi", "ji"), ("c", "k"), ("z", "s"), ("v", "b"), ("w", "gu"), ("h", ""),
        ("y", "i"), ("\x01", "ch"),
    ),
    "en": (("ph", "f"), ("ck", "k")),
    "pt": (("ch", "x"), ("qu", "k"), ("q", "k"), ("ss", "s"), ("z", "s"), ("h", "")),
}  # fmt: skip
"""Letters that are swapped on the phone, in the order in which they are replaced."""

_APOSTROPHES = re.compile(r"['’`´]")
_NOT_A_WORD = re.compile(r"[\W_]+")
_REPEATED = re.compile(r"(\D)\1+")
_STRETCHED = re.compile(r"([^\W\d])\1{2,}")


def plain(text: str) -> str:
    """Return lower case letters and digits without accents, words apart by one space."""
    known = text[:LONGEST_SCREENED].encode("utf-8", "replace").decode("utf-8")
    unaccented = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", known.casefold()))
    letters = "".join(c for c in unaccented if not unicodedata.combining(c))
    return _NOT_A_WORD.sub(" ", letters).strip()


@lru_cache(maxsize=20_000)
def by_ear(word: str, language: str) -> str:
    """Return one plain word roughly as it sounds, each letter once: "KIEROOO" is "kiero"."""
    heard = _STRETCHED.sub(r"\1", word)
    for written, sound in SOUNDS[language]:
        heard = heard.replace(written, sound)
    return _REPEATED.sub(r"\1", heard)


def words_of(text: str, language: str, short_forms: Mapping[str, str]) -> list[str]:
    """Return the words of a text as they sound, with short forms written out."""
    spelled = (short_forms.get(word, word) for word in plain(text).split())
    heard = (by_ear(word, language) for written in spelled for word in written.split())
    return [word for word in heard if word]
