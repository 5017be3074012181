"""What a shipped model shows on a corpus or a text pack, as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from classifiers.cascade import Cascade
from classifiers.rows import UNTRAINED, Row, SourceFile
from classifiers.training.baseline import Baseline
from classifiers.training.corpus import dev_name
from classifiers.training.measures import Figures, figures
from domain.assessment import Label


def evaluate(rows: Sequence[Row], cascade: Cascade, say: Callable[[str], None]) -> list[Figures]:
    """Figures by source and, within a source, by language, at the cascade's threshold."""
    probabilities = np.empty(len(rows))
    for number, row in enumerate(rows):
        probabilities[number] = cascade.assess(row.text).probability
        if (number + 1) % 5000 == 0:
            say(f"{number + 1} of {len(rows)} rows")
    truth = np.array([row.label is Label.DRUG_SALE for row in rows])
    return [
        figures(name, probabilities[chosen], truth[chosen], cascade.threshold)
        for name, chosen in _groups(rows)
    ]


def _groups(rows: Sequence[Row]) -> Iterator[tuple[str, np.ndarray]]:
    source = np.array([row.source for row in rows])
    lang = np.array([row.lang or "?" for row in rows])
    for name in np.unique(source):
        chosen = source == name
        yield str(name), chosen
        spoken = np.unique(lang[chosen])
        for one in spoken if len(spoken) > 1 else ():
            yield f"{name} {one}", chosen & (lang == one)


def unseen_rows(files: Sequence[SourceFile]) -> list[Row]:
    """The rows of a pack that no shipped weight was trained on: the dev part and the chat pool."""
    return [
        Row(row.text, row.label, row.lang, one.name if one.part == "train" else dev_name(one.name))
        for one in files
        if one.part == "dev" or one.name in UNTRAINED
        for row in one.rows
    ]


def trained_rows(files: Sequence[SourceFile]) -> list[Row]:
    """The rows that shipped weights were trained on."""
    return [
        row
        for one in files
        if one.part == "train" and one.name not in UNTRAINED
        for row in one.rows
    ]


def with_baseline(
    found: Sequence[Figures], rows: Sequence[Row], trained: Sequence[Row]
) -> list[Figures]:
    """``found`` (of ``rows``, as ``evaluate`` orders them) with the plain baseline's ranking."""
    everything = [*trained, *rows]
    truth = np.array([row.label is Label.DRUG_SALE for row in everything])
    known = np.arange(len(everything)) < len(trained)
    scored = Baseline([row.text for row in everything]).scores(truth, known, ~known)
    asked = truth[~known]
    return [
        Figures(
            one.name,
            one.recall,
            one.false_positives,
            one.average_precision,
            again.average_precision,
        )
        for one, again in zip(
            found,
            (figures(name, scored[chosen], asked[chosen], 0.0) for name, chosen in _groups(rows)),
            strict=True,
        )
    ]


def table(found: Sequence[Figures]) -> Iterator[str]:
    """The figures as lines of text, shares in per cent with their Wilson intervals."""
    head = f"{'source':<42} {'AP':>6} {'plain':>6}  {'recall':<26} {'false positives':<30}"
    yield head.rstrip()
    for one in found:
        precision = "" if one.average_precision is None else f"{one.average_precision:.3f}"
        plain = "" if one.baseline is None else f"{one.baseline:.3f}"
        shares = [
            _share(rate.share, rate.interval, rate.count)
            for rate in (one.recall, one.false_positives)
        ]
        line = f"{one.name:<42} {precision:>6} {plain:>6}  {shares[0]:<26} {shares[1]}"
        yield line.rstrip()


def _share(share: float | None, interval: tuple[float, float], count: int) -> str:
    if share is None:
        return ""
    low, high = interval
    return f"{share:.2%} [{low:.2%} {high:.2%}] {count}"
