"""Numbered menus and buttons: one digit, title, emoji or spelled-out choice selects the same thing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.typed_text import fold

ORDINALS = {
    "uno": 1, "una": 1, "primero": 1, "primera": 1, "one": 1, "first": 1,
    "dos": 2, "segundo": 2, "segunda": 2, "two": 2, "second": 2,
    "tres": 3, "tercero": 3, "tercera": 3, "three": 3, "third": 3,
    "cuatro": 4, "cuarto": 4, "cuarta": 4, "four": 4, "fourth": 4,
    "cinco": 5, "quinto": 5, "quinta": 5, "five": 5, "fifth": 5,
    "seis": 6, "sexto": 6, "sexta": 6, "six": 6, "sixth": 6,
    "siete": 7, "septimo": 7, "septima": 7, "seven": 7, "seventh": 7,
    "ocho": 8, "octavo": 8, "octava": 8, "eight": 8, "eighth": 8,
    "nueve": 9, "noveno": 9, "novena": 9, "nine": 9, "ninth": 9,
    "diez": 10, "decimo": 10, "decima": 10, "ten": 10, "tenth": 10,
}  # fmt: skip

_BEFORE_A_NUMBER = re.compile(
    r"^((la|el|lo|the|opcion|option|numero|number|num|choice|respuesta|answer)\s+(?=\S+$)|no\s+(?=\d+$))"
)
"""`no` stands for a number only before a figure: "no one" is nobody, not the first choice."""

_SKIN_TONE = re.compile("[\U0001f3fb-\U0001f3ff]")
_KEYCAP = re.compile("([0-9])\ufe0f?\u20e3")


@dataclass(frozen=True)
class Choice:
    """One thing to select: `payload` is what the dialogue is told, `words` other ways to say it."""

    id: str
    title: str
    payload: str
    words: tuple[str, ...] = ()
    emoji: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return what is stored with the outbound message."""
        return {
            "id": self.id,
            "title": self.title,
            "payload": self.payload,
            "words": list(self.words),
            "emoji": list(self.emoji),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Choice":
        return cls(
            stored["id"],
            stored["title"],
            stored["payload"],
            tuple(stored["words"]),
            tuple(stored["emoji"]),
        )


@dataclass(frozen=True)
class Menu:
    """The choices of one message, in the order in which they were shown."""

    choices: tuple[Choice, ...] = field(default=())

    def __bool__(self) -> bool:
        return bool(self.choices)

    def chosen(self, typed: str) -> Choice | None:
        """Return the choice that these words select; None for anything longer or different."""
        return self._by_number(typed) or self._by_emoji(typed) or self._by_words(typed)

    def by_id(self, choice_id: str) -> Choice | None:
        """Return the choice with that id, as a tapped button names it."""
        return next((c for c in self.choices if c.id == choice_id), None)

    def _by_number(self, typed: str) -> Choice | None:
        number = number_in(typed)
        if number is None or not 1 <= number <= len(self.choices):
            return None
        return self.choices[number - 1]

    def _by_emoji(self, typed: str) -> Choice | None:
        bare = _SKIN_TONE.sub("", typed.strip().replace("\ufe0f", ""))
        for choice in self.choices:
            for emoji in choice.emoji:
                plain = emoji.replace("\ufe0f", "")
                if bare and not bare.replace(plain, ""):
                    return choice
        return None

    def _by_words(self, typed: str) -> Choice | None:
        said = fold(typed)
        if not said:
            return None
        for choice in self.choices:
            if said in {fold(w) for w in (choice.title, *choice.words)}:
                return choice
        return None


def number_in(typed: str) -> int | None:
    """Return the number that a short answer is: `2`, `2)`, `opción 2`, `dos`, a keycap emoji."""
    said = _BEFORE_A_NUMBER.sub("", fold(_KEYCAP.sub(r"\1", typed)))
    if said.isascii() and said.isdigit() and len(said) <= 2:
        return int(said)
    return ORDINALS.get(said)
