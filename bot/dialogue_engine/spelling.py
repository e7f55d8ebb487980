"""What is left of a text when phone spelling no longer matters."""

import re
import unicodedata

LONGEST = 600
"""Characters that are read: a longer message says its matter before that."""


def fold(text: str) -> str:
    """Return the text in small letters, without accents, with no letter more than twice in a row."""
    small = unicodedata.normalize("NFKD", text[:LONGEST].lower())
    plain = "".join(c for c in small if not unicodedata.combining(c))
    return re.sub(r"(.)\1{2,}", r"\1\1", plain)


def is_readable(text: str) -> bool:
    """Say whether there is a Latin letter or a digit: the examples teach nothing about other signs."""
    return re.search("[a-z0-9]", fold(text)) is not None
