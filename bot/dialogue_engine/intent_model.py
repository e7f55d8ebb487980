"""Two logistic regressions, one on spelling and one on meaning, that decide together."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List

import numpy as np
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from bot.dialogue_engine.ngrams import Ngrams


@dataclass(frozen=True)
class Settings:
    """How strongly each half may fit the examples, and how much it counts in the decision."""

    ngrams_c: float
    encoder_c: float
    ngrams_weight: float
    encoder_weight: float


@dataclass
class IntentModel:
    """Knows the intents and the weights of both halves; stored as JSON and plain arrays."""

    settings: Settings
    intents: List[str] = field(default_factory=list)
    ngrams: Ngrams = field(default_factory=Ngrams)
    weights: Dict[str, np.ndarray] = field(default_factory=dict)

    def learn(self, texts: List[str], vectors: np.ndarray, intents: List[str]) -> None:
        """Fit both halves on the examples."""
        self.intents = sorted(set(intents))
        by_spelling = LogisticRegression(
            C=self.settings.ngrams_c, solver="liblinear", dual=True, random_state=0
        )
        by_meaning = LogisticRegression(C=self.settings.encoder_c, max_iter=300)
        self._keep("ngrams", by_spelling.fit(self.ngrams.learn(texts), intents))
        self._keep("encoder", by_meaning.fit(vectors, intents))

    def probabilities(self, texts: List[str], vectors: np.ndarray) -> np.ndarray:
        """Return one row per text with the probability of each intent."""
        by_spelling = self._score("ngrams", self.ngrams(texts))
        by_meaning = self._score("encoder", vectors)
        return softmax(
            self.settings.ngrams_weight * by_spelling
            + self.settings.encoder_weight * by_meaning,
            axis=1,
        )

    def save(self, folder: Path) -> None:
        """Write the model into the folder."""
        (folder / "intents.json").write_text(json.dumps(self.intents), encoding="utf-8")
        np.savez(folder / "weights.npz", **self.weights)
        self.ngrams.save(folder)

    @classmethod
    def load(cls, folder: Path, settings: Settings) -> "IntentModel":
        """Read what `save` wrote."""
        intents = json.loads((folder / "intents.json").read_text(encoding="utf-8"))
        with np.load(folder / "weights.npz") as stored:
            weights = {name: stored[name] for name in stored.files}
        return cls(settings, intents, Ngrams.load(folder), weights)

    def _keep(self, half: str, fitted: LogisticRegression) -> None:
        self.weights[half] = np.ascontiguousarray(fitted.coef_.T, dtype=np.float32)
        self.weights[half + "_bias"] = fitted.intercept_.astype(np.float32)

    def _score(self, half: str, numbers: Any) -> np.ndarray:
        return numbers @ self.weights[half] + self.weights[half + "_bias"]
