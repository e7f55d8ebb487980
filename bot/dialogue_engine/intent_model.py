"""Two logistic regressions, one on spelling and one on meaning, that decide together."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List

import numpy as np
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from bot.dialogue_engine.ngrams import Ngrams


@dataclass(frozen=True)
class Settings:
    """How closely each half follows the examples (C), and how much it counts in the decision.

    The two weights together also say how sure the model may sound.
    """

    spelling_c: float
    meaning_c: float
    spelling_weight: float
    meaning_weight: float


@dataclass(frozen=True)
class IntentModel:
    """A trained model: the intents, the terms and plain arrays of weights; no pickled object."""

    intents: List[str]
    ngrams: Ngrams
    weights: Dict[str, np.ndarray]

    @classmethod
    def learn(
        cls, texts: List[str], vectors: np.ndarray, intents: List[str], settings: Settings
    ) -> "IntentModel":
        """Fit both halves on the examples. The same examples give the same model."""
        ngrams, rows = Ngrams.learn(texts)
        spelling = LogisticRegression(
            C=settings.spelling_c, solver="liblinear", dual=True, random_state=0
        ).fit(rows, intents)
        meaning = LogisticRegression(C=settings.meaning_c, max_iter=300).fit(vectors, intents)
        weights = {**_arrays("spelling", spelling), **_arrays("meaning", meaning)}
        return cls(sorted(set(intents)), ngrams, weights)

    def probabilities(self, text: str, vector: np.ndarray, settings: Settings) -> np.ndarray:
        """Return the probability of each intent for one text and its sentence vector."""
        positions, telling = self.ngrams.weigh(text)
        spelling = telling @ self.weights["spelling"][positions] + self.weights["spelling_bias"]
        meaning = vector @ self.weights["meaning"] + self.weights["meaning_bias"]
        return softmax(settings.spelling_weight * spelling + settings.meaning_weight * meaning)

    def save(self, folder: Path) -> None:
        """Write the model into the folder."""
        (folder / "intents.json").write_text(json.dumps(self.intents), encoding="utf-8")
        np.savez(folder / "weights.npz", **self.weights)
        self.ngrams.save(folder)

    @classmethod
    def load(cls, folder: Path) -> "IntentModel":
        """Read what `save` wrote."""
        intents = json.loads((folder / "intents.json").read_text(encoding="utf-8"))
        with np.load(folder / "weights.npz", allow_pickle=False) as stored:
            weights = {name: stored[name] for name in stored.files}
        return cls(intents, Ngrams.load(folder), weights)


def _arrays(half: str, fitted: LogisticRegression) -> Dict[str, np.ndarray]:
    return {
        half: np.ascontiguousarray(fitted.coef_.T, dtype=np.float32),
        half + "_bias": fitted.intercept_.astype(np.float32),
    }
