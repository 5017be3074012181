"""Token ids of texts, varied while a model trains."""

from __future__ import annotations

from collections.abc import Sequence

from tokenizers import Tokenizer, models

from classifiers.transformer.network import TOKENS
from domain.errors import InputError

_DROPOUT = 0.08


def padding_of(tokenizer: Tokenizer) -> int:
    """The id that fills up a batch: that of [PAD] or <pad>. Raises InputError without either."""
    for name in ("[PAD]", "<pad>"):
        if (found := tokenizer.token_to_id(name)) is not None:
            return found
    raise InputError("the tokenizer of the base has neither [PAD] nor <pad>")


class Encode:
    """Texts to token ids; ``varied`` leaves out merges at random (BPE dropout, Provilkov et al.,
    2020), so that a word misspelt or cut is not a word unknown."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.pad = padding_of(tokenizer)
        tokenizer.no_padding()
        tokenizer.enable_truncation(TOKENS)

    def __call__(self, texts: Sequence[str], *, varied: bool) -> list[list[int]]:
        """The ids of each text, at most TOKENS."""
        # What a model of the tokenizer is set to belongs to it until the next change.
        if isinstance(self.tokenizer.model, models.BPE):
            self.tokenizer.model.dropout = _DROPOUT if varied else None
        try:
            return [one.ids for one in self.tokenizer.encode_batch(list(texts))]
        finally:
            if isinstance(self.tokenizer.model, models.BPE):
                self.tokenizer.model.dropout = None
