"""What the classifier looks at: the meaning of a text, and the pieces that phone spelling leaves."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.safety.encoder import encode
from bot.safety.spelling import by_ear, plain

KINDS: tuple[dict[str, Any], ...] = (
    {"analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 3},
    {"token_pattern": r"\w+", "ngram_range": (1, 2), "min_df": 2},
)
"""Runs of two to five letters inside words; words and pairs of words."""


class Features:
    """Knows which pieces there are and how telling each of them is."""

    def __init__(self, kinds: Sequence[TfidfVectorizer]) -> None:
        self._kinds = tuple(kinds)

    @classmethod
    def learn(cls, texts: Sequence[str]) -> "Features":
        """Learn the pieces from the texts."""
        heard = [_heard(text) for text in texts]
        return cls([_vectorizer(kind).fit(heard) for kind in KINDS])

    def rows(self, texts: Sequence[str]) -> csr_matrix:
        """Return one row of numbers per text: first the encoder's, then its pieces."""
        heard = [_heard(text) for text in texts]
        meaning = csr_matrix(encode(texts))
        pieces = [kind.transform(heard) for kind in self._kinds]
        rows: csr_matrix = hstack([meaning, *pieces], format="csr")
        return rows

    def save(self, path: Path) -> None:
        """Write the pieces as JSON in the order of their numbers, and how telling they are beside."""
        known = [kind.get_feature_names_out().tolist() for kind in self._kinds]
        telling = [kind.idf_.round(4).tolist() for kind in self._kinds]
        path.write_text(json.dumps([known, telling], ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "Features":
        """Read what `save` wrote."""
        known, telling = json.loads(path.read_text(encoding="utf-8"))
        kinds = []
        for kind, terms, idf in zip(KINDS, known, telling, strict=True):
            vectorizer = _vectorizer(kind | {"vocabulary": terms, "min_df": 1})
            vectorizer.idf_ = np.array(idf, dtype=np.float32)
            kinds.append(vectorizer)
        return cls(kinds)


def _vectorizer(kind: dict[str, Any]) -> TfidfVectorizer:
    return TfidfVectorizer(sublinear_tf=True, dtype=np.float32, lowercase=False, **kind)


def _heard(text: str) -> str:
    """Return a text as it sounds in Spanish; English keeps enough of its shape."""
    return " ".join(by_ear(word, "es") for word in plain(text).split())
