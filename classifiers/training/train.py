"""From the text pack to a model with its card."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifiers import store
from classifiers.calibration import Calibration
from classifiers.learning.decided import DECIDED
from classifiers.learning.words import save_words, vocabulary
from classifiers.linear import LinearModel, sigmoid
from classifiers.overlap import build_sketch, save_sketch
from classifiers.recording import record
from classifiers.rows import UNTRAINED, SourceFile
from classifiers.signals import NAMES
from classifiers.stage import LinearStage
from classifiers.substances import FILE as SUBSTANCES
from classifiers.substances import save_head
from classifiers.training import fitting, matrix
from classifiers.training.baseline import Baseline
from classifiers.training.corpus import GENERATED, SHORT_MENUS, Corpus, assemble, dev_name
from classifiers.training.measures import Figures, figures
from classifiers.training.nested import Scores, limit
from classifiers.training.packfigures import pack_figures
from classifiers.training.parallel import in_parallel
from classifiers.training.substances import train_substances
from classifiers.transformer.stage import TransformerStage
from domain.lexicon import Lexicon

if TYPE_CHECKING:  # torch is needed for the second stage alone
    from classifiers.training.transformer.second import Plan, SecondStage

# The threshold keeps each large innocent source, left out of training, under this share of false
# positives. Three have no say, for their labels: web-form spam (grey pharmacies, which other
# sources label as sales: policy parts them, not the threshold), keyword tweets (advertisements
# among them are labelled as talk), and Agora (an innocent row there is told by the category of a
# drug market alone, and nobody read it). Nor have decided texts, which were chosen by their score,
# the bot texts and the untrained chat pool, on
# which the threshold is measured.
FALSE_POSITIVES = 0.002
_SAY_FROM_ROWS = 900
NO_SAY = frozenset(
    {
        "agora2014",
        "staticman_popcorn_spam",
        "drug_keyword_tweets",
        "ru_drugshop_bot_texts",
        "ru_shopbot_texts_more",
        DECIDED,
    }
    | UNTRAINED
)
# Share of left-out texts that both stages call selling and the first alone would not pass on.
_MISSED_BY_FIRST = 0.003

_Fold = tuple[str, NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Scores of each row from a model that has not seen its source: log-odds, raw or calibrated,
    and the plain baseline's."""

    logits: NDArray[np.float64]
    baseline: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that is computed once before the fits; ``langs`` is by row."""

    corpus: Corpus
    langs: NDArray[np.str_]
    features: csr_matrix
    owner: NDArray[np.int64]
    idf: NDArray[np.float32]


def prepare(files: Sequence[SourceFile], lexicon: Lexicon, seed: int, say: Say) -> Prepared:
    """Corpus and features of the pack."""
    corpus = assemble(files, seed)
    say(f"{len(corpus.rows)} rows, {int(corpus.original.sum())} of the pack")
    built = matrix.build(corpus.rows, lexicon)
    trained = corpus.trainable[built.owner]
    idf = matrix.inverse_frequency(built, trained)
    return Prepared(corpus, built.langs, matrix.weighted(built, idf), built.owner, idf)


def leave_one_source_out(ready: Prepared, say: Say) -> LeftOut:
    """Every row scored without its source; the dev part and the chat pool by the full fit."""
    corpus, count = ready.corpus, len(ready.corpus.rows)
    baseline = Baseline([row.text for row in corpus.rows])
    logits, plain = np.full(count, np.nan), np.full(count, np.nan)
    never = corpus.original & ~corpus.trainable
    folds = [*corpus.folds(), ("dev and chat pool", frozenset[str]())]

    def scored(fold: tuple[str, frozenset[str]]) -> _Fold:
        name, group = fold
        out = np.isin(corpus.source, sorted(group)) if group else never
        # The dev ads are of one kind with the bot texts: they are scored without those.
        kept = corpus.trainable & ~out
        kept &= ~np.isin(corpus.source, SHORT_MENUS) if not group else True
        head = fitting.fit_head(
            ready.features, ready.owner, corpus, corpus.sells, kept, directed=True
        )
        own = fitting.scores(head, ready.features, ready.owner, count)[out]
        return name, out, own, baseline.scores(corpus.sells, kept & corpus.original, out)

    for name, out, own, plainly in in_parallel(scored, folds):
        logits[out], plain[out] = own, plainly
        say(f"left out {name}: {int(out.sum())} rows")
    return LeftOut(logits, plain)


def left_out_figures(
    files: Sequence[SourceFile], lexicon: Lexicon, seed: int, say: Say
) -> tuple[list[Figures], dict[str, Any]]:
    """The leave-one-source-out figures of the linear stage, at the threshold that training it
    alone would choose, and all that a card states of them (see ``pack_figures``)."""
    ready = prepare(files, lexicon, seed, say)
    left = leave_one_source_out(ready, say)
    judged = _judged(ready, left, None)
    found = report(ready.corpus, judged.left, judged.cut)
    scores = Scores(ready.corpus, left.logits[:, None], ready.langs)
    return found, pack_figures(found, scores, judged.cut, _MISSED_BY_FIRST)


@dataclass(frozen=True, slots=True)
class Judged:
    """Left-out scores on the scale in use: ``left`` holds calibrated log-odds of the last stage
    that looks, ``cut`` the threshold on it; texts go on from ``passed_on`` (log-odds) upwards."""

    left: LeftOut
    calibrations: dict[str, Calibration]
    cut: float
    passed_on: float | None


def _judged(ready: Prepared, left: LeftOut, second: NDArray[np.float64] | None) -> Judged:
    corpus = ready.corpus
    seen = corpus.original & corpus.trainable
    weights = fitting.row_weights(corpus.source, corpus.sells, seen)

    def through(scores: NDArray[np.float64]) -> tuple[Calibration, NDArray[np.float64]]:
        found = fitting.calibrate(
            scores[seen], corpus.sells[seen], weights[seen], ready.langs[seen]
        )
        return found, fitting.calibrated(found, scores, ready.langs)

    line, first = through(left.logits[:, None])
    calibrations = {LinearStage.name: line}
    if second is None:
        alone = replace(left, logits=first)
        return Judged(alone, calibrations, _threshold(corpus, alone), None)
    both, joint = through(np.column_stack((left.logits, second)))
    calibrations[TransformerStage.name] = both
    cut = _threshold(corpus, replace(left, logits=joint))
    passed_on = limit(np.column_stack((first, joint))[seen], cut, _MISSED_BY_FIRST)
    used = replace(left, logits=np.where(first >= passed_on, joint, first))
    return Judged(used, calibrations, cut, passed_on)


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
    judged = _judged(ready, left, further)
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
    card["threshold"] = round(sigmoid(judged.cut), 6)
    raw = left.logits[:, None] if further is None else np.column_stack((left.logits, further))
    found = report(corpus, judged.left, judged.cut)
    scores = Scores(corpus, raw, ready.langs)
    card |= pack_figures(found, scores, judged.cut, _MISSED_BY_FIRST)
    made = out.with_name(f".{out.name}.partial")
    store.clear(made)
    store.save(made, model)
    store.save_calibration(made, judged.calibrations)
    save_sketch(made / store.SKETCH, sketch)
    seen = zip(corpus.rows, corpus.trainable & corpus.original, strict=True)
    save_words(made, vocabulary(row.text for row, used in seen if used))
    head, card["substances"] = train_substances(files, lexicon, seed, say)
    save_head(made / SUBSTANCES, head)
    if second and judged.passed_on is not None:
        second.ship(made)
        card["passed_on"] = [round(sigmoid(judged.passed_on), 6), 1.0]
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


def _threshold(corpus: Corpus, left: LeftOut) -> float:
    innocent = corpus.original & corpus.trainable & ~corpus.sells
    innocent &= ~np.isin(corpus.source, sorted(NO_SAY))
    return fitting.threshold_at(
        left.logits[innocent], corpus.source[innocent], FALSE_POSITIVES, _SAY_FROM_ROWS
    )


def report(corpus: Corpus, left: LeftOut, cut: float) -> list[Figures]:
    """Figures by source and, where a source has several, by language; then the chat pool. The
    plain baseline stands beside them, at a threshold chosen by the same rule."""
    cuts = cut, _threshold(corpus, replace(left, logits=left.baseline))
    langs = np.array([row.lang for row in corpus.rows])
    found: list[Figures] = []
    for name in sorted({str(s) for s in corpus.source[corpus.original]}):
        chosen = corpus.original & (corpus.source == name)
        found.append(_figures(name, corpus, left, chosen, cuts))
        spoken = np.unique(langs[chosen])
        for lang in spoken if len(spoken) > 1 else ():
            found.append(_figures(f"{name} {lang}", corpus, left, chosen & (langs == lang), cuts))
    pool = corpus.original & np.isin(corpus.source, sorted(UNTRAINED))
    ads = corpus.original & np.isin(corpus.source, SHORT_MENUS) & corpus.sells
    found.append(_figures("chat pool", corpus, left, pool, cuts))
    found.append(_figures("bots and issue ads against the pool", corpus, left, pool | ads, cuts))
    return found


def _figures(
    name: str, corpus: Corpus, left: LeftOut, chosen: NDArray[np.bool_], cuts: tuple[float, float]
) -> Figures:
    return figures(
        name, left.logits[chosen], corpus.sells[chosen], cuts[0], left.baseline[chosen], cuts[1]
    )


def _card(
    files: Sequence[SourceFile], lexicon: Lexicon, seed: int, date: str, corpus: Corpus
) -> dict[str, Any]:
    return {
        "name": "narcowatch linear stage",
        "date": date,
        "seed": seed,
        "lexicon": lexicon.digest,
        "signals": len(NAMES),
        "threshold_rule": (
            f"lowest logit at which every source of {_SAY_FROM_ROWS} innocent rows or more, scored "
            f"by a model that has not seen it, stays at or under {FALSE_POSITIVES:.1%} false "
            f"positives; without a say: {', '.join(sorted(NO_SAY))} and the dev part"
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
