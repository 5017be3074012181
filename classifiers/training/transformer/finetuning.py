"""Fine-tuning: an encoder learns the three labels from passages."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PreTrainedModel

from classifiers.training.transformer.batches import batches, padded
from classifiers.training.transformer.loop import Say, chosen_device, half_precision, run
from classifiers.training.transformer.tokenizing import Encode
from classifiers.transformer.network import LABELS

_TOKENS_A_BATCH = 4096
_SMOOTHING = 0.03


@dataclass(frozen=True, slots=True)
class Example:
    """A passage of normalised text, its label's place in LABELS, and what it weighs."""

    text: str
    label: int
    weight: float


@dataclass(frozen=True, slots=True)
class Course:
    """How to fine-tune: passes over the examples, the highest learning rate, the seed."""

    epochs: int = 2
    rate: float = 3e-4
    seed: int = 1


def finetune(
    model: PreTrainedModel, encode: Encode, examples: Sequence[Example], course: Course, say: Say
) -> None:
    """Train ``model``, a classifier of three labels, on ``examples`` in place."""
    torch.manual_seed(course.seed)
    device = chosen_device()
    model.to(device)
    rng = random.Random(course.seed)  # noqa: S311 - the order of batches, no secret
    lengths = [len(one) for one in encode([one.text for one in examples], varied=False)]
    order = [list(batches(lengths, _TOKENS_A_BATCH, rng)) for _ in range(course.epochs)]
    steps = sum(map(len, order))
    say(f"fine-tuning: {len(examples)} passages, {sum(lengths)} tokens, {steps} steps")
    losses = _losses(model, encode, examples, order)
    run(model, losses, steps, course.rate, say, "fine-tuning")


def _losses(
    model: PreTrainedModel, encode: Encode, examples: Sequence[Example],
    order: Sequence[Sequence[Sequence[int]]],
) -> Iterator[torch.Tensor]:  # fmt: skip
    device = model.device
    labels = torch.tensor([one.label for one in examples])
    weights = torch.tensor([one.weight for one in examples], dtype=torch.float32)
    for epoch in order:
        ids = encode([one.text for one in examples], varied=True)
        for batch in epoch:
            rows, present = padded([ids[at] for at in batch], encode.pad)
            with half_precision(device):
                scores = model(input_ids=rows.to(device), attention_mask=present.to(device)).logits
            each = torch.nn.functional.cross_entropy(
                scores.float(), labels[batch].to(device), reduction="none",
                label_smoothing=_SMOOTHING,
            )  # fmt: skip
            yield (each * weights[batch].to(device)).mean()


def logits_of(model: PreTrainedModel, encode: Encode, texts: Sequence[str]) -> NDArray[np.float32]:
    """Logits of LABELS by the trained ``model``, in full precision: shape (texts, 3)."""
    ids = encode(texts, varied=False)
    found = np.empty((len(ids), len(LABELS)), dtype=np.float32)
    rng = random.Random(0)  # noqa: S311 - any order will do
    with torch.inference_mode():
        for batch in batches([len(one) for one in ids], 4 * _TOKENS_A_BATCH, rng):
            rows, present = padded([ids[at] for at in batch], encode.pad)
            scores = model(
                input_ids=rows.to(model.device), attention_mask=present.to(model.device)
            ).logits
            found[batch] = scores.float().cpu().numpy()
    return found
