"""What is left of a text when phone spelling no longer matters."""

import re
import unicodedata

LONGEST = 600
"""Characters that are read: a longer message says its matter before that."""

SOUNDS_ALIKE = (("qu", "k"), ("q", "k"), ("c", "k"), ("z", "s"), ("v", "b"), ("h", ""), ("y", "i"))
"""Letters that are swapped on the phone: "aki" for "aquí", "ola" for "hola", "boi" for "voy"."""


def legible(text: str) -> str:
    """Return the part that is read, with halves of broken emoji (lone surrogates) as "?"."""
    return text[:LONGEST].encode("utf-8", "replace").decode("utf-8")


def plain(text: str) -> str:
    """Return the text in small letters and without accents."""
    letters = unicodedata.normalize("NFKD", legible(text).lower())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def by_ear(text: str) -> str:
    """Return the text roughly as it sounds, each letter once: "KIEROOO" is "quiero"."""
    heard = re.sub(r"([a-z])\1+", r"\1", plain(text))
    for written, sound in SOUNDS_ALIKE:
        heard = heard.replace(written, sound)
    return heard


def is_readable(text: str) -> bool:
    """Say whether there is a Latin letter or a digit: the examples teach nothing of the rest."""
    return re.search("[a-z0-9]", plain(text)) is not None
