"""The second stage from corpus to network: scores left out, then the encoder that ships."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.rows import SourceFile
from classifiers.training.corpus import Corpus
from classifiers.training.transformer.courses import examples_of, trained
from classifiers.training.transformer.examples import Passages, passages
from classifiers.training.transformer.exporting import export
from classifiers.training.transformer.finetuning import Course
from classifiers.training.transformer.leaving_out import fingerprint, left_out_scores
from classifiers.training.transformer.loop import Say
from classifiers.training.transformer.own import OWN_SIZE, own_base
from domain.errors import InputError
from domain.lexicon import Lexicon


@dataclass(frozen=True, slots=True)
class Plan:
    """``base``: folder or hub id of a checkpoint, empty for the project's own encoder; ``keep``:
    where half-done work is kept, so that a training cut off goes on; ``course``: how to
    fine-tune."""

    keep: Path
    base: str = ""
    course: Course = field(default_factory=Course)


class SecondStage:
    """Trains the encoder of one corpus."""

    def __init__(
        self, files: Sequence[SourceFile], corpus: Corpus, lexicon: Lexicon, plan: Plan, say: Say
    ) -> None:
        """Cuts the corpus into passages and pre-trains the base, unless the plan names one.

        Raises InputError when ``plan.keep`` holds the work of another training.
        """
        self._corpus, self._plan, self._say = corpus, plan, say
        self._cut: list[Passages] = passages(corpus.rows, lexicon)
        plan.keep.mkdir(parents=True, exist_ok=True)
        _claim(plan.keep, fingerprint(corpus, self._cut, plan.base, plan.course, OWN_SIZE))
        self.base = plan.base or own_base(
            files, corpus, self._cut, plan.keep / "base", seed=plan.course.seed, say=say
        )

    def left_out(self) -> NDArray[np.float64]:
        """See ``left_out_scores``."""
        plan = self._plan
        return left_out_scores(
            self._corpus, self._cut, self.base, plan.course, plan.keep, self._say
        )

    def ship(self, folder: Path) -> None:
        """Fine-tune on all trainable rows and write network and tokenizer under ``folder``. They
        are kept, too, and taken from there when they are found."""
        kept = self._plan.keep / "shipped"
        if kept.exists():
            self._say(f"network and tokenizer found in {kept}")
        else:
            course = self._plan.course
            examples = examples_of(self._corpus, self._cut, self._corpus.trainable, course.seed)
            model, encode = trained(self.base, examples, course, self._say)
            partial = kept.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            export(model, encode.tokenizer, partial)
            partial.rename(kept)
        for file in kept.iterdir():
            shutil.copyfile(file, folder / file.name)


def _claim(keep: Path, mark: str) -> None:
    path = keep / "fingerprint.json"
    if path.exists() and path.read_text(encoding="utf-8") != mark:
        raise InputError(f"{keep} holds the work of a training on other texts, base or course")
    path.write_text(mark, encoding="utf-8")
