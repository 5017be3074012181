"""From the corpus to examples, and from examples to a classifier."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
)
from transformers.utils import logging

from classifiers.training.corpus import Corpus
from classifiers.training.fitting import row_weights
from classifiers.training.transformer.examples import Passages
from classifiers.training.transformer.finetuning import Course, Example, finetune, logits_of
from classifiers.training.transformer.loop import Say
from classifiers.training.transformer.tokenizing import Encode
from classifiers.transformer.network import LABELS, TOKENS, selling_logits
from domain.errors import InputError

# Weights of single rows differ by hundreds where sources do: a batch must not be one row's.
_LIGHTEST, _HEAVIEST = 0.25, 6.0

_MOST = 3000

Mask = NDArray[np.bool_]


def examples_of(corpus: Corpus, cut: Sequence[Passages], mask: Mask, seed: int) -> list[Example]:
    """The passages learnt from, of the rows under ``mask``, weighed by source and class. Of a
    source's rows of one class at most _MOST are taken: fine-tuning costs by the row."""
    mask = _thinned(corpus, mask, seed)
    weights = row_weights(corpus.source, corpus.sells, mask) * corpus.weight
    weights = np.clip(weights, _LIGHTEST, _HEAVIEST)
    weights /= weights[mask].mean()
    return [
        Example(
            cut[at].texts[place],
            LABELS.index(corpus.rows[at].label),
            float(weights[at]) / len(cut[at].learnt),
        )
        for at in np.flatnonzero(mask).tolist()
        for place in cut[at].learnt
    ]


def _thinned(corpus: Corpus, mask: Mask, seed: int) -> Mask:
    rng = np.random.default_rng(seed)
    kept = np.zeros_like(mask)
    for name in np.unique(corpus.source[mask]):
        for sells in (False, True):
            own = np.flatnonzero(mask & (corpus.source == name) & (corpus.sells == sells))
            kept[rng.permutation(own)[:_MOST]] = True
    return kept


def base_classifier(base: str) -> tuple[PreTrainedModel, Tokenizer]:
    """A classifier of three labels on the encoder at ``base`` (a folder or a hub's id), its last
    layer untrained, and its tokenizer. Raises InputError when there is none."""
    # A classifier's last layer is missing from any encoder: that is told at length, each time.
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        config = AutoConfig.from_pretrained(base, num_labels=len(LABELS))
        if (most := getattr(config, "max_position_embeddings", TOKENS)) < TOKENS:
            raise ValueError(f"it has {most} positions, {TOKENS} are read")
        model = AutoModelForSequenceClassification.from_pretrained(
            base, config=config, ignore_mismatched_sizes=True
        )
        tokenizer = AutoTokenizer.from_pretrained(base, use_fast=True).backend_tokenizer
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(f"base {base} cannot be used as an encoder: {error}") from error
    return model, tokenizer


def trained(
    base: str, examples: Sequence[Example], course: Course, say: Say
) -> tuple[PreTrainedModel, Encode]:
    """The encoder at ``base`` fine-tuned on ``examples``."""
    torch.manual_seed(course.seed)
    model, tokenizer = base_classifier(base)
    encode = Encode(tokenizer)
    finetune(model, encode, examples, course, say)
    return model, encode


def row_logits(
    model: PreTrainedModel, encode: Encode, cut: Sequence[Passages], asked: Mask
) -> NDArray[np.float64]:
    """Log-odds of selling of the rows under ``asked``, in their order: of its strongest passage."""
    rows = [cut[at] for at in np.flatnonzero(asked).tolist()]
    flat = [text for one in rows for text in one.texts]
    scores = selling_logits(logits_of(model, encode, flat)).astype(np.float64)
    ends = np.cumsum([len(one.texts) for one in rows])[:-1]
    return np.array([part.max() for part in np.split(scores, ends)])


def save_base(model: PreTrainedModel, tokenizer: Tokenizer, folder: Path) -> None:
    """An encoder of the project's own, as a folder that ``base_classifier`` reads."""
    from transformers import PreTrainedTokenizerFast

    model.save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
        sep_token="[SEP]", mask_token="[MASK]",
    ).save_pretrained(folder)  # fmt: skip
