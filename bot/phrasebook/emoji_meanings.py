"""What an emoji says when it stands alone."""

from pathlib import Path

import emoji

from bot.phrasebook.source import read_yaml

SADNESS = "/ask_feelings"


def read_meanings(path: Path) -> dict[str, str]:
    """Return emoji -> payload for the dialogue."""
    return {_plain(sign): payload for payload, signs in read_yaml(path).items() for sign in signs}


def only_emoji(text: str) -> bool:
    """Return whether a text is made of emoji and space alone."""
    return bool(text.strip()) and emoji.purely_emoji("".join(text.split()))


def meaning(text: str, meanings: dict[str, str]) -> str | None:
    """Return what the emoji of a text say, skin tones and repeats aside; a sad one outweighs all."""
    found = [meanings.get(_plain(match["emoji"])) for match in emoji.emoji_list(text)]
    if SADNESS in found:
        return SADNESS
    return next((payload for payload in found if payload), None)


def _plain(sign: str) -> str:
    return "".join(c for c in sign if c != "\ufe0f" and not "\U0001f3fb" <= c <= "\U0001f3ff")
