"""Scores of the transformer for rows of sources that it has not seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.training.corpus import SHORT_MENUS, Corpus
from classifiers.training.transformer.courses import examples_of, row_logits, trained
from classifiers.training.transformer.examples import Passages
from classifiers.training.transformer.finetuning import Course
from classifiers.training.transformer.loop import Say
from classifiers.training.transformer.pretraining import Size

# What leaves training together. A fine-tuning costs many minutes on two cores, so that sources
# leave in groups: each is scored by a model that has seen neither it nor its group, which is
# harder than leaving one source out. The bot texts leave with the dev part and the chat pool.
BOTS = "bot texts, dev part and chat pool"
FOLDS = {
    BOTS: frozenset(SHORT_MENUS),
    "markets and strains": frozenset({
        "agora2014", "leafly_cannabis_strains", "ebay_drug_keyword_products", "ru_kk_lookalikes",
        "kazakh_news_reviews",
    }),
    "forms and medicine": frozenset({
        "staticman_popcorn_spam", "ru_medical_texts", "moderation_examples", "tg_antispam_ru",
    }),
    "titles, tweets and news": frozenset({
        "ru_matanga_listings", "drug_keyword_tweets", "telegram_news_ru", "tripsit_harm_reduction",
    }),
}  # fmt: skip


def left_out_scores(
    corpus: Corpus, cut: Sequence[Passages], base: str, course: Course, keep: Path, say: Say
) -> NDArray[np.float64]:
    """Raw log-odds of selling of every row of the pack, each from an encoder fine-tuned from
    ``base`` without the row's group of FOLDS (sources in none of them leave together). Nan for
    generated rows.

    Each fold's scores are kept under ``keep`` and taken from there when they are found, so that
    a training that was cut off goes on where it was.
    """
    found = np.full(len(corpus.rows), np.nan)
    for name, group in _folds(corpus):
        away = np.isin(corpus.source, sorted(group))
        asked = corpus.original & (away | (~corpus.trainable if name == BOTS else False))
        path = keep / f"{name.replace(' ', '_').replace(',', '')}.npy"
        if path.exists():
            say(f"left out {name}: scores found in {path}")
        else:
            if not asked.any():
                continue
            examples = examples_of(corpus, cut, corpus.trainable & ~away, course.seed)
            model, encode = trained(base, examples, course, say)
            _keep(path, row_logits(model, encode, cut, asked))
            say(f"left out {name}: {int(asked.sum())} rows")
        found[asked] = np.load(path)
    return found


def _keep(path: Path, scores: NDArray[np.float64]) -> None:
    """Under its name only when it is whole: half a file would be taken for the fold's scores."""
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        np.save(file, scores)
    partial.replace(path)


def _folds(corpus: Corpus) -> list[tuple[str, frozenset[str]]]:
    known = frozenset[str]().union(*FOLDS.values())
    rest = {str(name) for name in corpus.source[corpus.original & corpus.trainable]} - known
    return [*FOLDS.items(), *([("others", frozenset(rest))] if rest else [])]


def fingerprint(
    corpus: Corpus, cut: Sequence[Passages], base: str, course: Course, size: Size
) -> str:
    """What the kept scores depend on, as text: another one makes them worthless. The passages are
    of normalised text, so that another normaliser or lexicon is told by them."""
    body = hashlib.sha256()
    for row, one in zip(corpus.rows, cut, strict=True):
        told = (row.source, row.label, *one.texts, *map(str, one.learnt))
        body.update("\0".join(told).encode(errors="surrogatepass") + b"\0\0")
    how = {"base": base} if base else {"size": str(size)}
    return json.dumps({"passages": body.hexdigest(), **how, "course": str(course)})
