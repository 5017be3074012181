"""The project's own encoder: tokenizer and pre-training on text of the pack and generated text."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from classifiers.normalise import normalise
from classifiers.rows import UNTRAINED, SourceFile
from classifiers.training.corpus import SHORT_MENUS, Corpus
from classifiers.training.transformer.courses import save_base
from classifiers.training.transformer.examples import Passages
from classifiers.training.transformer.loop import Say
from classifiers.training.transformer.pretraining import Size, pretrain
from classifiers.training.transformer.vocabulary import train_tokenizer

# Not read in pre-training either, labels or no labels: what the main figures are measured on.
_UNREAD = UNTRAINED | frozenset(SHORT_MENUS)
_MAX_CHARS = 700
EPOCHS = 1
OWN_SIZE = Size()


def own_base(
    files: Sequence[SourceFile], corpus: Corpus, cut: Sequence[Passages], folder: Path, *,
    size: Size = OWN_SIZE, epochs: int = EPOCHS, seed: int, say: Say,
) -> str:  # fmt: skip
    """The folder of an encoder pre-trained on the pack and on generated text; made when it is not
    there. Text of the dev part, the chat pool and the bot files is not read."""
    if (folder / "config.json").exists():
        say(f"pre-trained encoder found in {folder}")
        return str(folder)
    texts = [
        text
        for row, one in zip(corpus.rows, cut, strict=True)
        if row.source not in _UNREAD and not row.source.startswith("dev:")
        for text in one.texts
    ]
    sampled = {row.text for row in corpus.rows}
    rest = (
        row
        for one in files
        if one.part == "train" and one.name not in _UNREAD
        for row in one.rows
        if row.text not in sampled
    )
    texts += (normalise(row.text[:_MAX_CHARS]).text for row in rest)
    tokenizer = train_tokenizer(texts)
    model = pretrain(texts, tokenizer, size=size, epochs=epochs, seed=seed, say=say)
    # Under its name only when it is whole: half a checkpoint would be taken for the encoder.
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    save_base(model, tokenizer, partial)
    partial.rename(folder)
    return str(folder)
