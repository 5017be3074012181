"""The encoder: text in, three logits out, by ONNX Runtime."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from classifiers.transformer.runtime import runtime
from domain.assessment import Label
from domain.errors import ModelError

NETWORK, TOKENIZER = "encoder.onnx", "tokenizer.json"
#: The order of the three outputs.
LABELS = (Label.DRUG_SALE, Label.DRUG_OTHER, Label.OTHER)
#: Tokens read of a passage, the two marks around it among them.
TOKENS = 192
_INPUTS = ("input_ids", "attention_mask")
# Rows that run together: on one thread eight cost a sixth less than eight alone, and more gain
# nothing. Filling up costs what tokens cost, so that a batch holds rows of nearly one length.
_BATCH = 16
_FILLED_UP = 1.2

Floats = NDArray[np.float32]


class Network:
    """An encoder with its tokenizer; safe to call from several threads."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        """Reads ``encoder.onnx`` and ``tokenizer.json`` under ``folder``, run on ``threads``.

        Raises ModelError when either cannot be read or they do not fit this code.
        """
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
            self._pad = _padding(self._tokenizer)
            self._tokenizer.no_padding()
            self._tokenizer.enable_truncation(TOKENS)
            self._session = _session(folder / NETWORK, threads)
            self._try()
        # Both libraries raise Exception itself for a file that they cannot read.
        except Exception as error:
            raise ModelError(
                f"encoder {folder / NETWORK} with {TOKENIZER} cannot be read: {error}",
                permanent=True,
            ) from error

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The token ids of normalised ``texts``, at most TOKENS each."""
        # One by one: a batch would start a pool of threads that no setting bounds.
        return [self._tokenizer.encode(text).ids for text in texts]

    def logits(self, texts: Sequence[str]) -> Floats:
        """Logits of LABELS for normalised ``texts``: shape (texts, 3)."""
        return self.logits_of_ids(self.token_ids(texts))

    def logits_of_ids(self, ids: Sequence[Sequence[int]]) -> Floats:
        """As ``logits``, of texts already in tokens; batches hold texts of like length."""
        found = np.empty((len(ids), len(LABELS)), dtype=np.float32)
        for batch in batches([len(one) for one in ids]):
            found[batch] = self._run([ids[at] for at in batch])
        return found

    def _run(self, batch: Sequence[Sequence[int]]) -> Floats:
        longest = max(map(len, batch))
        tokens = np.full((len(batch), longest), self._pad, dtype=np.int64)
        mask = np.zeros((len(batch), longest), dtype=np.int64)
        for row, one in enumerate(batch):
            tokens[row, : len(one)] = one
            mask[row, : len(one)] = 1
        (found,) = self._session.run(None, dict(zip(_INPUTS, (tokens, mask), strict=True)))
        return np.asarray(found, dtype=np.float32)

    def _try(self) -> None:
        """Read the longest row there can be, of the last token there is: raises whatever is wrong
        where the network has too few positions or entries, or other outputs than LABELS."""
        found = self._run([[self._tokenizer.get_vocab_size() - 1] * TOKENS])
        if found.shape != (1, len(LABELS)) or not np.isfinite(found).all():
            raise ValueError(f"its outputs are not one number for each of {len(LABELS)} labels")


def _session(path: Path, threads: int) -> Any:
    onnx = runtime()
    options = onnx.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnx.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    if (names := {one.name for one in session.get_inputs()}) != set(_INPUTS):
        raise ValueError(f"its inputs are {', '.join(sorted(names))}, not {', '.join(_INPUTS)}")
    return session


def _padding(tokenizer: Tokenizer) -> int:
    for name in ("[PAD]", "<pad>"):
        if (found := tokenizer.token_to_id(name)) is not None:
            return int(found)
    raise ValueError("its tokenizer has neither [PAD] nor <pad>")


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of rows of ``lengths`` in batches of like length, shortest first."""
    batch: list[int] = []
    for at in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) >= _BATCH or lengths[at] > _FILLED_UP * lengths[batch[0]]):
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch


def selling_logits(logits: Floats) -> Floats:
    """Log-odds of selling against both other labels, from logits of shape (texts, 3)."""
    rest = np.logaddexp(logits[:, 1], logits[:, 2])
    return np.asarray(logits[:, 0] - rest, dtype=np.float32)


def drug_logits(logits: Floats) -> Floats:
    """Log-odds of being about drugs at all, from logits of shape (texts, 3)."""
    about = np.logaddexp(logits[:, 0], logits[:, 1])
    return np.asarray(about - logits[:, 2], dtype=np.float32)
