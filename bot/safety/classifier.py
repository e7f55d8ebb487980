"""The classifier: how likely each label of the taxonomy is. Stored as plain arrays, without pickle."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression

from bot.safety.encoder import MEANING
from bot.safety.features import Features

VIEWS = ((1.0, 4.0), (0.4, 64.0))
"""The model is the mean of two fits, one that leans on meaning and one that leans on words: how much the
encoder's row counts beside the pieces, and the inverse regularisation. Chosen on authors who were left
out of the training, never on the kept-apart set (`python -m bench.risk.authors`)."""

ROUNDS = 200
"""More than the fit needs; it ends by itself when it no longer gets better."""

CLOSE_ENOUGH = 1e-3
"""Where the fit ends; ten times closer takes twice as long and gains nothing on the validation split."""

WEIGHTS, PIECES = "risk.npz", "risk-pieces.json"


class Classifier:
    """A linear model: one row of weights and one offset per label."""

    def __init__(
        self, labels: Sequence[str], features: Features, weights: np.ndarray, offsets: np.ndarray
    ) -> None:
        self.labels = tuple(labels)
        self._features = features
        self._weights = weights
        self._offsets = offsets

    def likely(self, texts: Sequence[str]) -> list[Mapping[str, float]]:
        """Return for each text the probability of every label."""
        scores = self._features.rows(texts) @ self._weights + self._offsets
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        rows = (odds / odds.sum(axis=1, keepdims=True)).tolist()
        return [dict(zip(self.labels, row, strict=True)) for row in rows]

    def save(self, folder: Path) -> None:
        """Write the model; half precision is enough for sums of a few hundred weights."""
        np.savez_compressed(
            folder / WEIGHTS,
            labels=list(self.labels),
            weights=self._weights.astype(np.float16),
            offsets=self._offsets,
        )
        self._features.save(folder / PIECES)

    @classmethod
    def load(cls, folder: Path) -> "Classifier":
        """Read what `save` wrote."""
        with np.load(folder / WEIGHTS, allow_pickle=False) as stored:
            weights = stored["weights"].astype(np.float32)
            labels, offsets = stored["labels"].tolist(), stored["offsets"]
        return cls(labels, Features.load(folder / PIECES), weights, offsets)


def learn(texts: Sequence[str], labels: Sequence[str], counts: Sequence[float]) -> Classifier:
    """Fit the model; `counts` is how much each example counts. The same examples give the same model."""
    features = Features.learn(texts)
    rows = features.rows(texts)
    fits = [_fit(rows, labels, counts, *view) for view in VIEWS]
    weights = np.ascontiguousarray(np.mean([w for w, _ in fits], axis=0, dtype=np.float32))
    offsets = np.mean([o for _, o in fits], axis=0, dtype=np.float32)
    return Classifier(sorted(set(labels)), features, weights, offsets)


def _fit(
    rows: csr_matrix,
    labels: Sequence[str],
    counts: Sequence[float],
    meaning_counts: float,
    strength: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Return weights and offsets for rows as they are, fitted to rows whose meaning counts so much."""
    scale = np.ones(rows.shape[1], dtype=np.float32)
    scale[:MEANING] = meaning_counts
    regression = LogisticRegression(C=strength, max_iter=ROUNDS, tol=CLOSE_ENOUGH)
    model = regression.fit(rows @ diags(scale), labels, sample_weight=counts)
    return (model.coef_ * scale).T, model.intercept_
