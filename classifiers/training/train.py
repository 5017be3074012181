"""From the text pack to a model with its card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from classifiers import store
from classifiers.learning.words import save_words, vocabulary
from classifiers.linear import LinearModel, sigmoid
from classifiers.overlap import build_sketch, save_sketch
from classifiers.recording import record
from classifiers.rows import SourceFile
from classifiers.signals import NAMES
from classifiers.substances import FILE as SUBSTANCES
from classifiers.substances import save_head
from classifiers.training import fitting
from classifiers.training.corpus import GENERATED, Corpus, dev_name
from classifiers.training.judging import MISSED_BY_FIRST, judged, report
from classifiers.training.leaving_out import Say, leave_one_source_out, prepare
from classifiers.training.lines import FALSE_POSITIVES, NO_SAY, SAY_FROM_ROWS
from classifiers.training.measures import Figures
from classifiers.training.nested import Scores
from classifiers.training.packfigures import pack_figures
from classifiers.training.substances import train_substances
from domain.lexicon import Lexicon

if TYPE_CHECKING:  # torch is needed for the second stage alone
    from classifiers.training.transformer.second import Plan, SecondStage


def left_out_figures(
    files: Sequence[SourceFile], lexicon: Lexicon, seed: int, say: Say
) -> tuple[list[Figures], dict[str, Any]]:
    """The leave-one-source-out figures of the linear stage, at the threshold that training it
    alone would choose, and all that a card states of them (see ``pack_figures``)."""
    ready = prepare(files, lexicon, seed, say)
    left = leave_one_source_out(ready, say)
    line = judged(ready, left, None)
    found = report(ready.corpus, line.left, line.cut)
    scores = Scores(ready.corpus, left.logits[:, None], ready.langs)
    return found, pack_figures(found, scores, line.cut, MISSED_BY_FIRST)


def train(
    files: Sequence[SourceFile],
    lexicon: Lexicon,
    out: Path,
    *,
    seed: int,
    date: str,
    say: Say,
    transformer: Plan | None = None,
    notes: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Train, write the model's files and card under ``out``, and return the card.

    ``date`` and ``notes`` are written into the card as given; the same files, lexicon and seed give
    the same weights of the linear stage. ``transformer`` says how to train a second stage; without
    it there is none.
    """
    store.check_replaceable(out)  # rather than after hours
    ready = prepare(files, lexicon, seed, say)
    corpus = ready.corpus
    left = leave_one_source_out(ready, say)
    second = _second_stage(files, corpus, lexicon, transformer, say) if transformer else None
    further = second.left_out() if second else None
    line = judged(ready, left, further)
    say("fitting the shipped model")
    parts = (ready.features, ready.owner, corpus)
    model = LinearModel(
        ready.idf,
        fitting.fit_head(*parts, corpus.sells, corpus.trainable, directed=True),
        fitting.fit_head(*parts, corpus.about_drugs, corpus.trainable & ~corpus.sells),
    )
    trained = zip(corpus.rows, corpus.trainable, strict=True)
    sketch = build_sketch(row.text for row, used in trained if used)
    card = _card(files, lexicon, seed, date, corpus) | dict(notes or {})
    card["threshold"] = round(sigmoid(line.cut), 6)
    raw = left.logits[:, None] if further is None else np.column_stack((left.logits, further))
    found = report(corpus, line.left, line.cut)
    scores = Scores(corpus, raw, ready.langs)
    card |= pack_figures(found, scores, line.cut, MISSED_BY_FIRST)
    made = out.with_name(f".{out.name}.partial")
    store.clear(made)
    store.save(made, model)
    store.save_calibration(made, line.calibrations)
    save_sketch(made / store.SKETCH, sketch)
    seen = zip(corpus.rows, corpus.trainable & corpus.original, strict=True)
    save_words(made, vocabulary(row.text for row, used in seen if used))
    head, card["substances"] = train_substances(files, lexicon, seed, say)
    save_head(made / SUBSTANCES, head)
    if second and line.passed_on is not None:
        second.ship(made)
        card["passed_on"] = [round(sigmoid(line.passed_on), 6), 1.0]
        card[store.GLANCE_THRESHOLD] = round(sigmoid(line.first_cut), 6)
        card["base"] = transformer.base if transformer else ""
    store.write_card(made, card)
    record(made)
    store.put_in_place(made, out)
    return store.read_card(out)


def add_substances(
    files: Sequence[SourceFile], lexicon: Lexicon, out: Path, *, seed: int, say: Say
) -> dict[str, Any]:
    """Train the substance head alone, put it beside the model under ``out``, and return the card.

    Raises ModelError when there is no model.
    """
    card = store.read_card(out)
    head, card["substances"] = train_substances(files, lexicon, seed, say)
    save_head(out / SUBSTANCES, head)
    store.write_card(out, card)
    return record(out)


def _second_stage(
    files: Sequence[SourceFile], corpus: Corpus, lexicon: Lexicon, plan: Plan, say: Say
) -> SecondStage:
    from classifiers.training.transformer.second import SecondStage

    return SecondStage(files, corpus, lexicon, plan, say)


def _card(
    files: Sequence[SourceFile], lexicon: Lexicon, seed: int, date: str, corpus: Corpus
) -> dict[str, Any]:
    return {
        "name": "narcowatch",
        "date": date,
        "seed": seed,
        "lexicon": lexicon.digest,
        "signals": len(NAMES),
        "threshold_rule": (
            f"lowest logit at which every source of {SAY_FROM_ROWS} innocent rows or more, scored "
            f"by a model that has not seen it, stays at or under {FALSE_POSITIVES:.1%} false "
            f"positives; without a say: {', '.join(sorted(NO_SAY))} and the dev part; before, the "
            "line of each language that has its own is lowered until its sources need no higher "
            "one than those of the language that needs the lowest"
        ),
        "prior": fitting.PRIOR,
        "generated_rows": GENERATED,
        "sources": [_manifest(one, corpus) for one in files],
    }


def _manifest(one: SourceFile, corpus: Corpus) -> dict[str, Any]:
    name = one.name if one.part == "train" else dev_name(one.name)
    used = corpus.original & corpus.trainable & (corpus.source == name)
    return {
        "name": one.name, "part": one.part, "rows": len(one.rows), "trained": int(used.sum()),
        "dropped": one.dropped, "sha256": one.sha256, "licences": list(one.licences),
    }  # fmt: skip
