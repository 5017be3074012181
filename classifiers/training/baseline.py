"""The plain baseline beside every figure: TF-IDF of words and pairs, logistic regression."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

_MAX_FEATURES = 200_000


class Baseline:
    """scikit-learn's defaults on the raw text; no disguise undone, no lexicon, no generated row."""

    def __init__(self, texts: Sequence[str]) -> None:
        vectors = TfidfVectorizer(
            ngram_range=(1, 2), min_df=2, max_features=_MAX_FEATURES, sublinear_tf=True
        )
        self._matrix: csr_matrix = vectors.fit_transform(texts)

    def scores(
        self, truth: NDArray[np.bool_], trained: NDArray[np.bool_], asked: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Log-odds of the rows under ``asked`` from a fit on those under ``trained``."""
        model = LogisticRegression(max_iter=300, tol=1e-3, class_weight="balanced")
        model.fit(self._matrix[trained], truth[trained])
        found: NDArray[np.float64] = model.decision_function(self._matrix[asked])
        return found
