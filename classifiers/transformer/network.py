"""The encoder: text in, three logits out, by ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from domain.assessment import Label
from domain.errors import ModelError

NETWORK, TOKENIZER = "encoder.onnx", "tokenizer.json"
#: The order of the three outputs.
LABELS = (Label.DRUG_SALE, Label.DRUG_OTHER, Label.OTHER)
#: Tokens read of a passage, the two marks around it among them.
TOKENS = 192
_BATCH = 32

Floats = NDArray[np.float32]


class Network:
    """An encoder with its tokenizer; safe to call from several threads."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        """Reads ``encoder.onnx`` and ``tokenizer.json`` under ``folder``, run on ``threads``.

        Raises ModelError when either cannot be read or they do not fit this code.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
            self._session = onnxruntime.InferenceSession(
                str(folder / NETWORK), options, providers=["CPUExecutionProvider"]
            )
            self._pad = next(
                found
                for name in ("[PAD]", "<pad>")
                if (found := self._tokenizer.token_to_id(name)) is not None
            )
            width = self._session.get_outputs()[0].shape[-1]
            if width != len(LABELS):
                raise ValueError(f"{width} outputs, not {len(LABELS)}")
        except Exception as error:
            raise ModelError(f"encoder {folder} cannot be read: {error}", permanent=True) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(TOKENS)

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The token ids of normalised ``texts``, at most TOKENS each."""
        return [one.ids for one in self._tokenizer.encode_batch(list(texts))]

    def logits(self, texts: Sequence[str]) -> Floats:
        """Logits of LABELS for normalised ``texts``: shape (texts, 3)."""
        return self.logits_of_ids(self.token_ids(texts))

    def logits_of_ids(self, ids: Sequence[Sequence[int]]) -> Floats:
        """As ``logits``, of texts already in tokens; batches hold texts of like length."""
        found = np.empty((len(ids), len(LABELS)), dtype=np.float32)
        order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
        for first in range(0, len(order), _BATCH):
            chosen = order[first : first + _BATCH]
            found[chosen] = self._run([ids[at] for at in chosen])
        return found

    def _run(self, batch: Sequence[Sequence[int]]) -> Floats:
        longest = max(map(len, batch))
        tokens = np.full((len(batch), longest), self._pad, dtype=np.int64)
        mask = np.zeros((len(batch), longest), dtype=np.int64)
        for row, one in enumerate(batch):
            tokens[row, : len(one)] = one
            mask[row, : len(one)] = 1
        (found,) = self._session.run(None, {"input_ids": tokens, "attention_mask": mask})
        return np.asarray(found, dtype=np.float32)


def selling_logits(logits: Floats) -> Floats:
    """Log-odds of selling against both other labels, from logits of shape (texts, 3)."""
    rest = np.logaddexp(logits[:, 1], logits[:, 2])
    return np.asarray(logits[:, 0] - rest, dtype=np.float32)


def drug_logits(logits: Floats) -> Floats:
    """Log-odds of being about drugs at all, from logits of shape (texts, 3)."""
    about = np.logaddexp(logits[:, 0], logits[:, 1])
    return np.asarray(about - logits[:, 2], dtype=np.float32)
