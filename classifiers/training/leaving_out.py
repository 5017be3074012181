"""Every row of the pack scored by a model that has not seen its source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifiers.rows import SourceFile
from classifiers.training import fitting, matrix
from classifiers.training.baseline import Baseline
from classifiers.training.corpus import SHORT_MENUS, Corpus, assemble
from classifiers.training.parallel import in_parallel
from domain.lexicon import Lexicon

_Fold = tuple[str, NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Scores of each row from a model that has not seen its source: log-odds, raw or calibrated,
    and the plain baseline's."""

    logits: NDArray[np.float64]
    baseline: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that is computed once before the fits; ``langs`` is by row."""

    corpus: Corpus
    langs: NDArray[np.str_]
    features: csr_matrix
    owner: NDArray[np.int64]
    idf: NDArray[np.float32]


def prepare(files: Sequence[SourceFile], lexicon: Lexicon, seed: int, say: Say) -> Prepared:
    """Corpus and features of the pack."""
    corpus = assemble(files, seed)
    say(f"{len(corpus.rows)} rows, {int(corpus.original.sum())} of the pack")
    built = matrix.build(corpus.rows, lexicon)
    trained = corpus.trainable[built.owner]
    idf = matrix.inverse_frequency(built, trained)
    return Prepared(corpus, built.langs, matrix.weighted(built, idf), built.owner, idf)


def leave_one_source_out(ready: Prepared, say: Say) -> LeftOut:
    """Every row scored without its source; the dev part and the chat pool by the full fit."""
    corpus, count = ready.corpus, len(ready.corpus.rows)
    baseline = Baseline([row.text for row in corpus.rows])
    logits, plain = np.full(count, np.nan), np.full(count, np.nan)
    never = corpus.original & ~corpus.trainable
    folds = [*corpus.folds(), ("dev and chat pool", frozenset[str]())]

    def scored(fold: tuple[str, frozenset[str]]) -> _Fold:
        name, group = fold
        out = np.isin(corpus.source, sorted(group)) if group else never
        # The dev ads are of one kind with the bot texts: they are scored without those.
        kept = corpus.trainable & ~out
        kept &= ~np.isin(corpus.source, SHORT_MENUS) if not group else True
        head = fitting.fit_head(
            ready.features, ready.owner, corpus, corpus.sells, kept, directed=True
        )
        own = fitting.scores(head, ready.features, ready.owner, count)[out]
        return name, out, own, baseline.scores(corpus.sells, kept & corpus.original, out)

    for name, out, own, plainly in in_parallel(scored, folds):
        logits[out], plain[out] = own, plainly
        say(f"left out {name}: {int(out.sum())} rows")
    return LeftOut(logits, plain)
