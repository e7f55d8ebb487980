"""What a person typed, made safe to look at: folding, emoji, writing systems."""

import re
import unicodedata

LONGEST_READ = 1600
"""Characters that the dialogue reads; Twilio's own limit for one message. The whole text is stored."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def without_control_characters(text: str) -> str:
    """Remove what no keyboard makes, such as null characters; joiners and direction marks stay."""
    return _CONTROL.sub("", text)


def fold(text: str) -> str:
    """Return lower case without accents, punctuation and double spaces, to compare short answers."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[^\w]+", " ", letters).strip()


def has_letters(text: str) -> bool:
    """Return whether there is any letter in it, of any writing system."""
    return any(c.isalpha() for c in text)


def is_latin(text: str) -> bool:
    """Return whether most letters are of the Latin writing system, the only one our words are in."""
    letters = [c for c in text if c.isalpha()]
    latin = [c for c in letters if unicodedata.name(c, "").startswith("LATIN")]
    return len(latin) * 2 >= len(letters)


def without_leading_slash(text: str) -> str:
    """Remove slashes that a person typed first: only our own buttons command the dialogue."""
    return text.lstrip("/ \t\n")
