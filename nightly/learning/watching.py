"""The stage that counts a night's scores and words, for the report to hold against earlier ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from django.db import transaction
from django.db.models import Count, Q

from cases.models import AssessmentRow, DocumentRow, Run, RunCount
from classifiers.learning.words import load_words, unknown
from nightly.learning.drift import BINS, EDGES, FIGURES, SCORES, UNKNOWN, WORDS
from nightly.learning.in_use import model_of
from nightly.night import Counted, Night

#: So many texts of a night are read for their words, at most.
_TEXTS = 1000
_AT_ONCE = 100


def watch(night: Night) -> Counted:
    """Count the scores and words of tonight's texts. What was counted before is counted anew."""
    figures = _scores(night.run)
    words = _words(night)
    figures.update(words)
    with transaction.atomic():
        RunCount.objects.filter(run=night.run, stage=FIGURES).delete()
        RunCount.objects.bulk_create(
            RunCount(run=night.run, stage=FIGURES, name=name, reason=reason, n=n)
            for (name, reason), n in figures.items()
            if n
        )
    return {
        ("in", "scores"): sum(n for (name, _), n in figures.items() if name == SCORES),
        ("in", "words"): figures[WORDS, ""],
        ("skipped", "the model has no list of words"): int(not words),
    }


def _scores(run: Run) -> Counter[tuple[str, str]]:
    # A new model scores the whole record again in its first night: what came tonight alone tells
    # what nights are like.
    rows = AssessmentRow.objects.filter(run=run, model=model_of(run), document__capture__run=run)
    within = {
        f"bin{at}": Count("pk", filter=_between(low, high))
        for at, (low, high) in enumerate(pairwise(EDGES))
    }
    found = rows.aggregate(**within)
    return Counter({(SCORES, name): found[f"bin{at}"] for at, name in enumerate(BINS)})


def _between(low: float, high: float) -> Q:
    """The last bin holds its upper edge too."""
    upper = Q(probability__lte=high) if high == EDGES[-1] else Q(probability__lt=high)
    return Q(probability__gte=low) & upper


def _words(night: Night) -> Counter[tuple[str, str]]:
    known = load_words(night.plan.model_dir)
    if known is None:
        return Counter()
    found = Counter({(WORDS, ""): 0, (UNKNOWN, ""): 0})
    for text in _sample(night.run):
        new, all_ = unknown(text, known)
        found[WORDS, ""] += all_
        found[UNKNOWN, ""] += new
    return found


def _sample(run: Run) -> Iterator[str]:
    """Texts of the run, spread evenly over it."""
    rows = DocumentRow.objects.filter(
        assessments__run=run, capture__run=run, capture__erased_at=None
    )
    keys = list(rows.order_by("pk").values_list("pk", flat=True).distinct())
    step = max(1, len(keys) // _TEXTS)
    chosen = keys[::step][:_TEXTS]
    for at in range(0, len(chosen), _AT_ONCE):
        texts = DocumentRow.objects.filter(pk__in=chosen[at : at + _AT_ONCE]).order_by("pk")
        yield from texts.values_list("text", flat=True)
