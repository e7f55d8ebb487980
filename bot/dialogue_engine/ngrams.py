"""Words and pieces of words as numbers (TF-IDF): what phone spelling cannot hide."""

import json
from pathlib import Path
from typing import List

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.dialogue_engine.spelling import fold

PIECES = {"analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 2}
WORDS = {"token_pattern": r"\w+", "ngram_range": (1, 2)}


class Ngrams:
    """Pieces of 2 to 5 letters within words, and single words and pairs of words."""

    def __init__(self) -> None:
        self._vectorizers = [_vectorizer(PIECES), _vectorizer(WORDS)]

    def learn(self, texts: List[str]) -> csr_matrix:
        """Learn the vocabulary and how telling each term is; return the numbers of the texts."""
        return hstack([v.fit_transform(texts) for v in self._vectorizers], format="csr")

    def __call__(self, texts: List[str]) -> csr_matrix:
        """Return one row of numbers per text; all zero where nothing is known."""
        return hstack([v.transform(texts) for v in self._vectorizers], format="csr")

    def save(self, folder: Path) -> None:
        """Write the terms in order as JSON and their weights as numbers."""
        terms = [v.get_feature_names_out().tolist() for v in self._vectorizers]
        (folder / "terms.json").write_text(
            json.dumps(terms, ensure_ascii=False), encoding="utf-8"
        )
        pieces, words = (v.idf_.astype(np.float32) for v in self._vectorizers)
        np.savez(folder / "idf.npz", pieces=pieces, words=words)

    @classmethod
    def load(cls, folder: Path) -> "Ngrams":
        """Read what `save` wrote."""
        ngrams = cls()
        terms = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
        with np.load(folder / "idf.npz") as idf:
            for vectorizer, known, name in zip(
                ngrams._vectorizers, terms, ("pieces", "words")
            ):
                vectorizer.vocabulary = {term: i for i, term in enumerate(known)}
                vectorizer.idf_ = idf[name]
        return ngrams


def _vectorizer(settings: dict) -> TfidfVectorizer:
    return TfidfVectorizer(
        preprocessor=fold, sublinear_tf=True, dtype=np.float32, **settings
    )
