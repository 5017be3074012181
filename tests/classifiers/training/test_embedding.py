"""Vectors that pre-training begins with: tokens in like company lie close together."""

from __future__ import annotations

import random

import numpy as np
import pytest

from classifiers.training.transformer.embedding import log_frequencies, token_vectors

SPECIAL, ENTRIES, UNSEEN = 2, 40, 39


@pytest.fixture(scope="module")
def texts() -> list[list[int]]:
    """Tokens 2 and 3 stand among 10 to 19 alike, token 4 among 20 to 29."""
    rng = random.Random(1)

    def text(heads: list[int], company: range) -> list[int]:
        return [0, rng.choice(heads), *rng.choices(company, k=3), rng.choice(heads), 1]

    made = [text([2, 3], range(10, 20)) for _ in range(400)]
    return made + [text([4], range(20, 30)) for _ in range(400)]


def test_tokens_in_like_company_lie_close(texts: list[list[int]]) -> None:
    found = token_vectors(texts, ENTRIES, 8, SPECIAL, seed=1)
    assert found.shape == (ENTRIES, 8)
    assert found.dtype == np.float32
    unit = found / np.linalg.norm(found, axis=1, keepdims=True)
    assert unit[2] @ unit[3] > 0.8
    assert unit[2] @ unit[4] < 0.3


def test_every_token_has_a_vector_of_one_size(texts: list[list[int]]) -> None:
    found = token_vectors(texts, ENTRIES, 8, SPECIAL, seed=1)
    size = np.sqrt(np.mean(found**2, axis=1))
    assert np.isfinite(found).all()
    assert size == pytest.approx(np.full(ENTRIES, size[UNSEEN]), rel=1e-4)


def test_the_seed_decides(texts: list[list[int]]) -> None:
    first, again, other = (token_vectors(texts, ENTRIES, 8, SPECIAL, seed=n) for n in (1, 1, 2))
    assert (first == again).all()
    assert (first[UNSEEN] != other[UNSEEN]).any()


def test_the_stream_is_counted_in_parts_as_in_one(
    texts: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = token_vectors(texts, ENTRIES, 8, SPECIAL, seed=1)
    monkeypatch.setattr("classifiers.training.transformer.embedding._CHUNK", 50)
    assert token_vectors(texts, ENTRIES, 8, SPECIAL, seed=1) == pytest.approx(whole, abs=1e-4)


def test_frequencies_are_shares_of_all() -> None:
    found = log_frequencies([[0, 5, 5, 1], [5]], 10)
    assert np.exp(found).sum() == pytest.approx(1, rel=1e-5)
    assert found.argmax() == 5
    assert np.exp(found[7]) == pytest.approx(1 / 15, rel=1e-5)
