"""From Agora's categories, the lexicon's terms and generated text to the substance head."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from classifiers.augment.writer import generate
from classifiers.normalise import normalise
from classifiers.rates import Rate
from classifiers.rows import SourceFile
from classifiers.substances import (
    FOLDED,
    SURE,
    UNNAMED,
    SubstanceHead,
    counted,
    is_substance,
    row_of,
)
from classifiers.training.taxonomy import MERGED, group_of_category
from domain.assessment import Label
from domain.lexicon import Hit, Lexicon, TermKind

SOURCE = "agora2014"
_CHARS = 2000
_REGULARISATION = 10.0
_MAX_ROUNDS = 400
_GENERATED = 6000
#: What a generated row weighs beside one of the market. Its group is the only one that it names.
_GENERATED_WEIGHT = 0.2
# A third of the market's mix is taken out of the intercepts: it sells cannabis two times in five,
# and what is met elsewhere does not. The share was chosen by looking at the dev part.
_PRIOR_SHARE = 0.3

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Named:
    """A text with the group that it offers."""

    text: str
    group: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class DrugType:
    """How often the group is right: of the head, and of TF-IDF with logistic regression on the
    same rows; ``unnamed`` are those in which the lexicon finds no plain name."""

    head: Rate
    baseline: Rate
    unnamed: Rate
    sure_unnamed: Rate

    def as_json(self) -> dict[str, object]:
        """For the card."""
        return {
            "accuracy": self.head.as_json(),
            "baseline_accuracy": self.baseline.as_json(),
            "accuracy_unnamed": self.unnamed.as_json(),
            "accuracy_unnamed_where_sure": self.sure_unnamed.as_json(),
        }


def market_rows(files: Sequence[SourceFile], part: str) -> list[Named]:
    """The listings of one part whose category names a group."""
    rows = (row for one in files if (one.name, one.part) == (SOURCE, part) for row in one.rows)
    groups = ((row.text, group_of_category(row.category)) for row in rows)
    return [Named(text, group) for text, group in groups if group]


def generated_rows(lexicon: Lexicon, seed: int) -> Iterator[Named]:
    """Generated offers in which exactly one group is named."""
    for row in generate(_GENERATED, seed):
        if row.label is Label.DRUG_SALE:
            groups = _plainly(lexicon.hits(normalise(row.text[:_CHARS]).text))
            if len(groups) == 1:
                yield Named(row.text, groups.pop(), _GENERATED_WEIGHT)


def _plainly(hits: Sequence[Hit]) -> set[str]:
    found = (one.concept.name for one in hits if is_substance(one) and not one.weak)
    return {MERGED.get(name, name) for name in found}


def train_substances(
    files: Sequence[SourceFile], lexicon: Lexicon, seed: int, say: Say
) -> tuple[SubstanceHead, dict[str, Any]]:
    """The head of a text pack and what its card says of it."""
    market = market_rows(files, "train")
    generated = list(generated_rows(lexicon, seed))
    say(f"substances: {len(market)} listings of the market, {len(generated)} generated offers")
    head = train_head([*market, *generated], lexicon)
    found = measure(head, lexicon, market, market_rows(files, "dev"))
    counts = {"trained": len(market), "generated": len(generated), "groups": list(head.groups)}
    return head, {**counts, **found.as_json()}


def train_head(rows: Sequence[Named], lexicon: Lexicon) -> SubstanceHead:
    """The head fitted on ``rows``; the same rows and lexicon give the same weights."""
    groups = tuple(sorted({row.group for row in rows}))
    hit_groups = tuple(
        sorted(
            one.name
            for one in lexicon.concepts
            if one.kind is TermKind.SUBSTANCE and one.name != UNNAMED
        )
    )
    texts = [normalise(row.text[:_CHARS]).text for row in rows]
    idf = _frequencies(texts)
    matrix = _matrix([row_of(text, lexicon.hits(text), hit_groups, idf) for text in texts])
    wanted = np.array([groups.index(row.group) for row in rows])
    weights = np.array([row.weight for row in rows])
    model = LogisticRegression(C=_REGULARISATION, max_iter=_MAX_ROUNDS)
    model.fit(_wide(matrix, FOLDED + 2 * len(hit_groups)), wanted, sample_weight=weights)
    mix = np.bincount(wanted, weights=weights) / weights.sum()
    intercepts = (model.intercept_ - _PRIOR_SHARE * np.log(mix)).astype(np.float32)
    return SubstanceHead(groups, hit_groups, idf, model.coef_.astype(np.float16), intercepts)


def _frequencies(texts: Sequence[str]) -> NDArray[np.float32]:
    """Smoothed idf of folded columns: ``ln((1 + n) / (1 + df)) + 1``, 0 for what one text has."""
    seen = np.zeros(FOLDED)
    for text in texts:
        for columns, _ in counted(text):
            seen[columns] += 1
    idf = np.log((1 + len(texts)) / (1 + seen)) + 1
    idf[seen < 2] = 0
    return idf.astype(np.float16).astype(np.float32)


def _matrix(rows: Sequence[tuple[NDArray[np.int64], NDArray[np.float32]]]) -> Mapping[str, Any]:
    ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns = np.concatenate([columns for columns, _ in rows])
    return {"data": np.concatenate([values for _, values in rows]), "at": columns, "ends": ends}


def _wide(parts: Mapping[str, Any], width: int) -> csr_matrix:
    shape = (len(parts["ends"]) - 1, width)
    matrix = csr_matrix((parts["data"], parts["at"], parts["ends"]), shape=shape)
    matrix.sum_duplicates()
    return matrix


def measure(
    head: SubstanceHead, lexicon: Lexicon, trained: Sequence[Named], asked: Sequence[Named]
) -> DrugType:
    """The figures on ``asked``; the baseline learns from ``trained`` alone."""
    named: Counter[str] = Counter()
    unnamed = 0
    for row in asked:
        text = normalise(row.text[:_CHARS]).text
        hits = lexicon.hits(text)
        shares = head.shares(text, hits)
        right = head.groups[int(np.argmax(shares))] == row.group
        sure = bool(shares.max() >= SURE)
        named["right"] += right
        if not _plainly(hits):
            unnamed += 1
            named["unnamed"] += right
            named["sure"] += sure
            named["sure right"] += right and sure
    return DrugType(
        Rate(named["right"], len(asked)),
        _baseline(trained, asked),
        Rate(named["unnamed"], unnamed),
        Rate(named["sure right"], named["sure"]),
    )


def _baseline(trained: Sequence[Named], asked: Sequence[Named]) -> Rate:
    if not trained or not asked:
        return Rate(0, 0)
    vectors = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    model = LogisticRegression(max_iter=_MAX_ROUNDS, class_weight="balanced")
    model.fit(vectors.fit_transform([row.text for row in trained]), [r.group for r in trained])
    found = model.predict(vectors.transform([row.text for row in asked]))
    right = sum(one == row.group for one, row in zip(found, asked, strict=True))
    return Rate(right, len(asked))


def lines(found: DrugType) -> Iterator[str]:
    """The figures as lines of text."""
    names = (
        ("drug type, Agora vendor-disjoint", found.head),
        ("  TF-IDF + logistic regression", found.baseline),
        ("  without a plain name", found.unnamed),
        ("  without a plain name, where sure", found.sure_unnamed),
    )
    for name, rate in names:
        low, high = rate.interval
        share = "" if rate.share is None else f"{rate.share:.2%} [{low:.2%} {high:.2%}]"
        yield f"{name:<42} {share} {rate.count}".rstrip()
