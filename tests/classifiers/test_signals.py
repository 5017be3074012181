"""Signals: whom a text answers is no contact; which way each may speak."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from classifiers.features import DIMENSIONS
from classifiers.ngrams import BUCKETS
from classifiers.normalise import normalise
from classifiers.rows import Row
from classifiers.signals import NAMES, directions, find_marks
from classifiers.training.corpus import Corpus
from classifiers.training.fitting import fit_head
from domain.assessment import Label
from domain.lexicon import Lexicon


def signals(text: str, lexicon: Lexicon) -> list[str]:
    return [mark.signal for mark in find_marks(normalise(text), lexicon).marks]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@some_name, ты где", ["reply"]),
        ("@some_name @other_name ты где", ["reply", "reply"]),
        ("@some_name", ["HANDLE"]),
        ("@some_name\nты где", ["HANDLE"]),
        ("ты где @some_name", ["HANDLE"]),
        ("@some_name ты где, я у @other_name", ["reply", "HANDLE"]),
    ],
)
def test_the_handles_that_a_text_begins_with_are_whom_it_answers(
    text: str, found: list[str], lexicon: Lexicon
) -> None:
    assert signals(text, lexicon) == found


def test_what_holds_two_directions_at_once_has_the_one_against() -> None:
    way = dict(zip(NAMES, directions(), strict=True))
    assert way["has:drug"] == way["drug~offer"] == way["for_share"] == 1
    assert way["n:news"] == way["drug&news"] == way["has:reply"] == way["against_share"] == -1
    assert way["has:HANDLE"] == way["n:price"] == way["drug&HANDLE"] == 0


def test_a_directed_fit_learns_nothing_against_the_direction() -> None:
    """Rows in which a word of news stands with every sale: a free fit takes it for a sale's."""
    rows, news = 400, BUCKETS + NAMES.index("has:news")
    sells = np.arange(rows) % 2 == 0
    features = csr_matrix(
        (np.ones(rows), (np.arange(rows), np.where(sells, news, 0))), shape=(rows, DIMENSIONS)
    )
    named = np.array([f"source {at % 3}" for at in range(rows)])
    everything = np.ones(rows, dtype=bool)
    texts = tuple(Row("text", Label.OTHER, "ru", str(name)) for name in named)
    corpus = Corpus(texts, named, sells, sells, everything, everything, np.ones(rows))
    parts = (features, np.arange(rows), corpus, sells, everything)
    assert fit_head(*parts).weights[news] > 1
    directed = fit_head(*parts, directed=True)
    assert directed.weights[news] == 0
    assert directed.weights[0] < -1
