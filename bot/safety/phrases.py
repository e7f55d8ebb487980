"""The grammar of the lexicon: words, `(a|b|)` alternatives, `_` for up to three words, `stem*`."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

from bot.errors import ContentError

LONGEST_GAP = 3
"""Words that `_` may stand for."""

GAP = "_"
_PIECE = re.compile(r"\(([^()]*)\)|([^\s()|]+)")

Fold = Callable[[str], list[str]]
"""Returns the words of a text as they sound."""


@dataclass(frozen=True)
class Segment:
    """Words in a row; `open_ended` if the last one may go on. No words: nothing has to stand here."""

    words: tuple[str, ...]
    open_ended: bool = False

    @property
    def pattern(self) -> str:
        """Return the words as they stand in a text whose words all have a space on both sides."""
        return " " + " ".join(self.words) + ("" if self.open_ended else " ")


@dataclass(frozen=True)
class Slot:
    """One place of a phrase: what may stand there, and how many words may stand before it."""

    alternatives: tuple[Segment, ...]
    gap_before: int = 0

    @property
    def is_optional(self) -> bool:
        """Return whether nothing has to stand there."""
        return any(not segment.words for segment in self.alternatives)


Pattern = tuple[Slot, ...]


def parse(phrase: str, fold: Fold) -> Pattern:
    """Return the places of a phrase, as they sound; a broken phrase is a `ContentError`."""
    if _PIECE.sub("", phrase).strip():
        raise ContentError(f"{phrase!r} has a bracket without its partner, or one inside another.")
    slots: list[Slot] = []
    gap = 0
    for options in _runs(phrase):
        if options == [GAP]:
            gap = LONGEST_GAP
            continue
        slots.append(Slot(tuple(dict.fromkeys(_segment(o, fold) for o in options)), gap))
        gap = 0
    if gap or not slots or slots[0].gap_before or all(slot.is_optional for slot in slots):
        raise ContentError(
            f"{phrase!r} needs words at both ends, not a gap, and one that must stand."
        )
    return tuple(slots)


def wordings(pattern: Pattern, most: int) -> Iterator[tuple[Segment, ...]]:
    """Yield what a phrase without gaps stands for, not more than `most` of it."""
    for chosen in islice(product(*(slot.alternatives for slot in pattern)), most):
        yield tuple(segment for segment in chosen if segment.words)


def _runs(phrase: str) -> Iterator[list[str]]:
    """Yield the alternatives of each bracket, and words between brackets as one run; a star ends it."""
    run: list[str] = []
    for group, word in _PIECE.findall(phrase):
        is_word = bool(word) and word != GAP
        run += [word] if is_word else []
        if is_word and not word.endswith("*"):
            continue
        if run:
            yield [" ".join(run)]
        run = []
        if not is_word:
            yield [GAP] if word else group.split("|")
    if run:
        yield [" ".join(run)]


def _segment(option: str, fold: Fold) -> Segment:
    tokens: Sequence[str] = option.split()
    words = [word for token in tokens for word in fold(token.removesuffix("*"))]
    return Segment(tuple(words), bool(tokens) and tokens[-1].endswith("*"))
