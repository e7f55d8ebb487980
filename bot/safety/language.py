"""Which language a text is in: Spanish, English, Portuguese, or one of three Mayan languages.

A naive Bayes model over runs of one to four letters. It learns from the Universal Declaration of
Human Rights (data/risk/language) and, for phone spelling, from our own examples.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.naive_bayes import MultinomialNB

MAYAN = ("kek", "mam", "quc")
"""Q'eqchi', Mam and K'iche'."""

LANGUAGES = "languages.npz"
SURE = 0.95
FEWEST_LETTERS = 20
"""A text shorter than this is not judged: names and greetings look like anything."""

PIECE_WORDS = 6
"""The declaration is learned in pieces as long as a message, so that no language weighs more by length."""

_TERMS = 2**16


class LanguageSense:
    """`weights` has a row per language: how likely each run of letters is there (logarithms)."""

    def __init__(self, languages: Sequence[str], weights: np.ndarray) -> None:
        self.languages = tuple(languages)
        self.weights = weights
        self._vectorizer = _vectorizer()

    def likely(self, text: str) -> dict[str, float]:
        """Return how likely each language is; empty where there is too little to judge."""
        readable = legible(text)
        if sum(c.isalpha() for c in readable) < FEWEST_LETTERS:
            return {}
        scores = self._vectorizer.transform([readable]) @ self.weights.T
        odds = np.exp(scores[0] - scores[0].max())
        return dict(zip(self.languages, (odds / odds.sum()).tolist(), strict=True))

    def mayan(self, text: str) -> str | None:
        """Return the likeliest Mayan language if the text is surely in one of them."""
        likely = {code: p for code, p in self.likely(text).items() if code in MAYAN}
        return max(likely, key=likely.__getitem__) if sum(likely.values()) >= SURE else None

    def save(self, path: Path) -> None:
        """Write the model as plain arrays."""
        np.savez_compressed(path, languages=list(self.languages), weights=self.weights)

    @classmethod
    def load(cls, path: Path) -> "LanguageSense":
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(stored["languages"].tolist(), stored["weights"])


def learn(examples: Mapping[str, Sequence[str]]) -> LanguageSense:
    """Learn from texts by language; every language counts the same, however many texts it has."""
    labelled = [(code, text) for code, texts in examples.items() for text in texts]
    rows = _vectorizer().transform([legible(text) for _, text in labelled])
    model = MultinomialNB(alpha=0.1, fit_prior=False).fit(rows, [code for code, _ in labelled])
    return LanguageSense(model.classes_.tolist(), model.feature_log_prob_.astype(np.float32))


def pieces(text: str) -> list[str]:
    """Cut a long text into pieces as long as a message."""
    words = text.split()
    return [" ".join(words[i : i + PIECE_WORDS]) for i in range(0, len(words), PIECE_WORDS)]


def legible(text: str) -> str:
    """Return small letters without accents; the apostrophe stays: it is a letter in Mayan languages."""
    unaccented = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return "".join(c for c in unaccented if c.isalpha() or c in " '")


def _vectorizer() -> HashingVectorizer:
    return HashingVectorizer(
        analyzer="char_wb", ngram_range=(1, 4), n_features=_TERMS, alternate_sign=False, norm=None
    )
