"""The encoder: right for every text in every company, and plain about files that do not fit."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.transformer.network import (
    NETWORK,
    TOKENIZER,
    TOKENS,
    Network,
    batches,
    drug_logits,
    selling_logits,
)
from domain.errors import ModelError
from tests.classifiers.encoders import (
    write_encoder,
    write_network,
    write_quantised,
    write_tokenizer,
)

WORDS = {"меф": (4.0, 1.0, 0.0), "чай": (0.0, 0.0, 2.0), "доза": (0.5, 3.0, -1.0)}
VOCABULARY = [f"слово{number}" for number in range(60)]
texts = st.lists(
    st.lists(st.sampled_from(VOCABULARY), max_size=80).map(" ".join), min_size=1, max_size=40
)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    folder = tmp_path_factory.mktemp("network")
    write_encoder(folder, WORDS, (-1.0, 0.0, 0.0))
    return Network(folder)


@pytest.fixture(scope="module")
def quantised(tmp_path_factory: pytest.TempPathFactory) -> Network:
    folder = tmp_path_factory.mktemp("quantised")
    write_quantised(folder, VOCABULARY, seed=3)
    return Network(folder)


def test_each_text_gets_its_own_logits_in_their_order(network: Network) -> None:
    given = ["меф меф чай", "", "доза", "что это", "меф " * 50]
    expected = [[7, 2, 2], [-1, 0, 0], [-0.5, 3, -1], [-1, 0, 0], [199, 50, 0]]
    assert network.logits(given).tolist() == expected
    assert network.logits([]).shape == (0, 3)


def test_log_odds_are_against_all_other_labels() -> None:
    logits = np.log(np.array([[0.7, 0.2, 0.1]], dtype=np.float32))
    assert selling_logits(logits)[0] == pytest.approx(np.log(0.7 / 0.3), rel=1e-5)
    assert drug_logits(logits)[0] == pytest.approx(np.log(0.9 / 0.1), rel=1e-5)


def test_a_long_text_is_cut_and_still_ends_as_texts_do(network: Network) -> None:
    short, long = network.token_ids(["меф", "меф " * 1000])
    assert len(long) == TOKENS
    assert (short[0], short[-1]) == (long[0], long[-1])
    assert network.logits(["чай " * (TOKENS - 2) + "меф"])[0, 1] == 0.0


@given(st.lists(st.integers(1, TOKENS), max_size=200))
def test_batches_hold_each_row_once_and_little_filling(lengths: list[int]) -> None:
    made = list(batches(lengths))
    assert sorted(at for batch in made for at in batch) == list(range(len(lengths)))
    for batch in made:
        own = [lengths[at] for at in batch]
        assert len(own) <= 16
        assert max(own) <= 1.2 * min(own)


@settings(max_examples=40)
@given(texts, st.randoms(use_true_random=False))
def test_company_and_order_change_no_more_than_eight_bits_do(
    quantised: Network, given: list[str], random
) -> None:
    together = quantised.logits(given)
    order = random.sample(range(len(given)), len(given))
    assert np.allclose(quantised.logits([given[at] for at in order]), together[order], atol=1e-5)
    alone = np.concatenate([quantised.logits([one]) for one in given])
    # One step of 255 of the largest activation in the batch (80 words of length six or so, each
    # with weights of about one), half of it lost by rounding, in each of 32 places, and by both.
    assert np.abs(alone - together).max() <= 0.02 * np.abs(together).max() + 3.0


def test_threads_do_not_disturb_each_other(network: Network) -> None:
    given = [[f"меф {'чай ' * (at % 40)}", "доза " * (at % 7)] for at in range(200)]
    alone = [network.logits(one).tolist() for one in given]
    with ThreadPoolExecutor(8) as pool:
        assert [one.tolist() for one in pool.map(network.logits, given)] == alone


def other_inputs(folder: Path) -> None:
    write_network(folder, np.zeros((7, 3), np.float32), inputs=("words", "attention_mask"))


def of_two_labels(folder: Path) -> None:
    write_network(folder, np.zeros((7, 2), np.float32))


def of_too_few_entries(folder: Path) -> None:
    write_network(folder, np.zeros((6, 3), np.float32))


def of_no_number(folder: Path) -> None:
    write_network(folder, np.full((7, 3), np.nan, np.float32))


def without_padding(folder: Path) -> None:
    write_tokenizer(folder, [*WORDS], special=("[NONE]", "[UNK]", "[CLS]", "[SEP]"))


SPOILT: list[tuple[Callable[[Path], object], str]] = [
    (lambda folder: (folder / NETWORK).unlink(), "encoder.onnx"),
    (lambda folder: (folder / NETWORK).write_bytes(b""), ""),
    (lambda folder: (folder / NETWORK).write_bytes(b"no network" * 99), ""),
    (lambda folder: (folder / TOKENIZER).unlink(), "No such file"),
    (lambda folder: (folder / TOKENIZER).write_text("{}"), ""),
    (other_inputs, "its inputs are attention_mask, words"),
    (of_two_labels, "one number for each of 3 labels"),
    (of_too_few_entries, "out of"),
    (of_no_number, "one number for each of 3 labels"),
    (without_padding, r"neither \[PAD\] nor <pad>"),
]


@pytest.mark.parametrize(("spoil", "said"), SPOILT, ids=range(len(SPOILT)))
def test_files_that_do_not_fit_are_refused_by_name(
    tmp_path: Path, spoil: Callable[[Path], object], said: str
) -> None:
    write_encoder(tmp_path, WORDS)
    spoil(tmp_path)
    with pytest.raises(ModelError, match=f"(?s)encoder .*{NETWORK} with {TOKENIZER}.*{said}"):
        Network(tmp_path)
