"""Phrases that are a sign of danger, found by Aho-Corasick in a text as it sounds.

Not by string distance, which takes "me van a mandar" for "me van a matar".
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import ahocorasick

from bot.domain.risk import Decision
from bot.errors import ContentError
from bot.safety.phrases import Pattern, Segment, Slot, parse, wordings
from bot.safety.reading import read_yaml
from bot.safety.spelling import words_of

PROTECTED = "protected"
SHORTEST_JOINED = 9
"""Letters of a phrase that is also found where somebody left out the spaces ("mevana matar")."""

MOST_JOINED = 60
"""Wordings of one phrase that are looked for without their spaces."""

Span = tuple[int, int]
"""First word, and the one after the last."""

Places = Mapping[Segment, Sequence[Span]]


@dataclass(frozen=True)
class Phrase:
    """One line of the lexicon."""

    line: str
    category: str
    decision: Decision
    pattern: Pattern = field(repr=False)


@dataclass(frozen=True)
class Hit:
    """A phrase that stands in a text."""

    phrase: Phrase
    span: Span


class LanguageLexicon:
    """The phrases of one language."""

    def __init__(
        self, language: str, phrases: Sequence[Phrase], short_forms: dict[str, str]
    ) -> None:
        self.phrases = phrases
        self._fold = partial(words_of, language=language, short_forms=short_forms)
        self._by_anchor = _by_anchor(phrases)
        segments = {s for p in phrases for slot in p.pattern for s in slot.alternatives if s.words}
        self._segments = _automaton({segment.pattern: segment for segment in segments})
        self._joined = _automaton(_without_spaces(phrases))

    def find(self, text: str) -> list[Hit]:
        """Return what stands in the text, without what lies wholly inside a protected idiom."""
        words = self._fold(text)
        hits = [*self._spaced(words), *self._unspaced(words)]
        protected = [hit.span for hit in hits if hit.phrase.category == PROTECTED]
        signs = (hit for hit in hits if hit.phrase.category != PROTECTED)
        return [h for h in signs if not any(_inside(h.span, p) for p in protected)]

    def _spaced(self, words: list[str]) -> Iterator[Hit]:
        """Try the phrases whose rarest place has something in the text."""
        places = self._places(words)
        found = (phrase for segment in places for phrase in self._by_anchor.get(segment, ()))
        candidates = {(phrase.category, phrase.line): phrase for phrase in found}
        for phrase in candidates.values():
            yield from (Hit(phrase, span) for span in _follow(phrase.pattern, places))

    def _places(self, words: list[str]) -> Places:
        text = " " + " ".join(words) + " "
        starts = _starts(words, gap=1)
        found: dict[Segment, list[Span]] = defaultdict(list)
        for end, segment in _occurrences(self._segments, text):
            first = bisect_left(starts, end + 2 - len(segment.pattern))
            found[segment].append((first, first + len(segment.words)))
        return found

    def _unspaced(self, words: list[str]) -> Iterator[Hit]:
        """Find phrases whose spaces are missing or stand elsewhere, from one word's edge to another's."""
        text, starts = "".join(words), _starts(words, gap=0)
        edges = {start: number for number, start in enumerate([*starts, len(text)])}
        for end, (phrase, letters) in _occurrences(self._joined, text):
            first, last = edges.get(end + 1 - letters), edges.get(end + 1)
            if first is not None and last is not None:
                yield Hit(phrase, (first, last))


class Lexicon:
    """The phrases of every language; each is looked for in every text, whatever its language."""

    def __init__(self, languages: dict[str, LanguageLexicon]) -> None:
        self.languages = languages

    def find(self, text: str) -> list[Hit]:
        """Return every sign in the text."""
        return [hit for lexicon in self.languages.values() for hit in lexicon.find(text)]


def read_lexicon(folder: Path) -> Lexicon:
    """Read `<folder>/<language>/<category>.yml`; a broken file raises a `ContentError`."""
    places = sorted(path for path in folder.iterdir() if path.is_dir())
    return Lexicon({place.name: _read_language(place) for place in places})


def _read_language(folder: Path) -> LanguageLexicon:
    entries = {path.stem: read_yaml(path) for path in sorted(folder.glob("*.yml"))}
    short_forms = {str(short): str(full) for short, full in entries.pop("short_forms", {}).items()}
    fold = partial(words_of, language=folder.name, short_forms=short_forms)
    phrases = [
        Phrase(line, category, decision, parse(line, fold))
        for category, content in entries.items()
        for decision, line in _lines(folder / f"{category}.yml", category, content)
    ]
    return LanguageLexicon(folder.name, phrases, short_forms)


def _lines(path: Path, category: str, content: Any) -> Iterator[tuple[Decision, str]]:
    if category == PROTECTED:
        content = {"none": content}
    for strength, lines in content.items():
        if strength not in set(Decision) or not isinstance(lines, list):
            raise ContentError(f"{path.name}: lists under `alert:` and `ask:` are expected.")
        for line in lines:
            yield Decision(strength), str(line)


def _by_anchor(phrases: Sequence[Phrase]) -> dict[Segment, list[Phrase]]:
    """Return the phrases by what may stand in the place that fewest other phrases share."""
    shared = Counter(s for p in phrases for slot in p.pattern for s in slot.alternatives)
    anchored: dict[Segment, list[Phrase]] = defaultdict(list)
    for phrase in phrases:
        must_stand = [slot for slot in phrase.pattern if not slot.is_optional]
        anchor = min(must_stand, key=lambda slot: max(shared[s] for s in slot.alternatives))
        for segment in anchor.alternatives:
            anchored[segment].append(phrase)
    return anchored


def _follow(pattern: Pattern, places: Places) -> set[Span]:
    """Return where a phrase stands: each place has to follow the one before closely enough."""
    reached = set(_spans_of(pattern[0], places))
    if pattern[0].is_optional:
        reached |= {(span[0], span[0]) for slot in pattern[1:] for span in _spans_of(slot, places)}
    for slot in pattern[1:]:
        reached = _next(reached, slot, places)
        if not reached:
            break
    return {span for span in reached if span[1] > span[0]}


def _next(reached: set[Span], slot: Slot, places: Places) -> set[Span]:
    spans = list(_spans_of(slot, places))
    longer = {
        (begin, after)
        for begin, end in reached
        for start, after in spans
        if end <= start <= end + slot.gap_before
    }
    return longer | reached if slot.is_optional else longer


def _spans_of(slot: Slot, places: Places) -> Iterator[Span]:
    for segment in slot.alternatives:
        yield from places.get(segment, ())


def _automaton(values: Mapping[str, Any]) -> Any:
    automaton = ahocorasick.Automaton()
    for pattern, value in values.items():
        automaton.add_word(pattern, value)
    automaton.make_automaton()
    return automaton


def _occurrences(automaton: Any, text: str) -> Iterator[tuple[int, Any]]:
    """An automaton without words refuses to look."""
    return automaton.iter(text) if len(automaton) else iter(())


def _without_spaces(phrases: Sequence[Phrase]) -> dict[str, tuple[Phrase, int]]:
    """Return the strong phrases without gaps by their letters, with how many letters these are."""
    joined: dict[str, tuple[Phrase, int]] = {}
    for phrase in phrases:
        has_gaps = any(slot.gap_before for slot in phrase.pattern)
        if has_gaps or phrase.decision is not Decision.ALERT:
            continue
        for segments in wordings(phrase.pattern, MOST_JOINED):
            letters = "".join(word for segment in segments for word in segment.words)
            is_closed = not any(segment.open_ended for segment in segments)
            if is_closed and len(letters) >= SHORTEST_JOINED:
                joined.setdefault(letters, (phrase, len(letters)))
    return joined


def _starts(words: Sequence[str], gap: int) -> list[int]:
    """Return where each word begins if `gap` characters stand between words."""
    starts, place = [], gap
    for word in words:
        starts.append(place)
        place += len(word) + gap
    return starts


def _inside(span: Span, other: Span) -> bool:
    return other[0] <= span[0] and span[1] <= other[1]
