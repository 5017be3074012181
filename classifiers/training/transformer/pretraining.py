"""Masked-language pre-training of the project's own encoder (Devlin et al., 2019)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertForMaskedLM

from classifiers.training.transformer.batches import batches, padded
from classifiers.training.transformer.embedding import log_frequencies, token_vectors
from classifiers.training.transformer.loop import Say, chosen_device, half_precision, run
from classifiers.training.transformer.tokenizing import padding_of
from classifiers.training.transformer.vocabulary import SPECIAL
from classifiers.transformer.network import TOKENS

_MASKED = 0.2
_TOKENS_A_BATCH = 4096
_RATE = 7e-4


@dataclass(frozen=True, slots=True)
class Size:
    """Width and depth of the encoder: this one trains on two cores in an hour or two."""

    width: int = 192
    layers: int = 4
    heads: int = 3


def new_encoder(tokenizer: Tokenizer, size: Size) -> BertForMaskedLM:
    """An untrained encoder for ``tokenizer``; torch's seed decides its weights."""
    return BertForMaskedLM(
        BertConfig(
            vocab_size=tokenizer.get_vocab_size(), hidden_size=size.width,
            num_hidden_layers=size.layers, num_attention_heads=size.heads,
            intermediate_size=4 * size.width, max_position_embeddings=TOKENS, type_vocab_size=1,
            pad_token_id=tokenizer.token_to_id("[PAD]"), hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
    )  # fmt: skip


def pretrain(
    texts: Sequence[str], tokenizer: Tokenizer, *, size: Size, epochs: int, seed: int, say: Say
) -> BertForMaskedLM:
    """An encoder trained ``epochs`` times over ``texts`` to fill in masked tokens."""
    torch.manual_seed(seed)
    device = chosen_device()
    model = new_encoder(tokenizer, size)
    tokenizer.no_padding()
    tokenizer.enable_truncation(TOKENS)
    ids = [one.ids for one in tokenizer.encode_batch(list(texts))]
    lengths = [len(one) for one in ids]
    rng = random.Random(seed)  # noqa: S311 - the order of batches, no secret
    order = [batch for _ in range(epochs) for batch in batches(lengths, _TOKENS_A_BATCH, rng)]
    say(f"pre-training: {len(ids)} texts, {sum(lengths)} tokens, {len(order)} steps")
    _begin(model, ids, seed)
    model.to(device)
    losses = _losses(model, ids, order, tokenizer, device)
    run(model, losses, len(order), _RATE, say, "pre-training")
    return model


def _begin(model: BertForMaskedLM, ids: Sequence[Sequence[int]], seed: int) -> None:
    """Start from what counting tells: which tokens stand near each other, and how often each is
    seen."""
    entries, width = model.bert.embeddings.word_embeddings.weight.shape
    vectors = token_vectors(ids, entries, width, len(SPECIAL), seed)
    with torch.no_grad():
        model.bert.embeddings.word_embeddings.weight.copy_(torch.from_numpy(vectors))
        model.cls.predictions.bias.copy_(torch.from_numpy(log_frequencies(ids, entries)))


def _losses(
    model: BertForMaskedLM, ids: Sequence[Sequence[int]], order: Sequence[Sequence[int]],
    tokenizer: Tokenizer, device: torch.device,
) -> Iterator[torch.Tensor]:  # fmt: skip
    pad, mask = padding_of(tokenizer), SPECIAL.index("[MASK]")
    entries = tokenizer.get_vocab_size()
    for batch in order:
        rows, present = padded([ids[at] for at in batch], pad)
        seen, asked = masked(rows, mask, entries)
        hidden = _hidden(model, seen.to(device), present.to(device))
        chosen = asked.flatten().nonzero().squeeze(1).to(device)
        with half_precision(device):
            scores = model.cls(hidden.flatten(0, 1).index_select(0, chosen))
        truth = rows.flatten().to(device).index_select(0, chosen)
        yield torch.nn.functional.cross_entropy(scores.float(), truth)


def _hidden(model: BertForMaskedLM, ids: torch.Tensor, present: torch.Tensor) -> torch.Tensor:
    with half_precision(ids.device):
        found = model.bert(input_ids=ids, attention_mask=present).last_hidden_state
    assert isinstance(found, torch.Tensor)
    return found


def masked(rows: torch.Tensor, mask: int, entries: int) -> tuple[torch.Tensor, torch.Tensor]:
    """``rows`` with a fifth of the tokens hidden, and where: of those eight in ten become ``mask``,
    one in ten a random token, one stays. Special tokens are never hidden."""
    asked = (torch.rand(rows.shape) < _MASKED) & (rows >= len(SPECIAL))
    asked[:, 1] |= ~asked.any(dim=1)
    kind = torch.rand(rows.shape)
    seen = rows.clone()
    seen[asked & (kind < 0.8)] = mask
    swapped = asked & (kind >= 0.9)
    seen[swapped] = torch.randint(len(SPECIAL), entries, (int(swapped.sum()),))
    return seen, asked
