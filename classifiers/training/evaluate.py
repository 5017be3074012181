"""What a shipped model shows on a corpus or a text pack, as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.cascade import Cascade
from classifiers.rows import UNTRAINED, Row, SourceFile
from classifiers.training.baseline import Baseline
from classifiers.training.corpus import dev_name
from classifiers.training.measures import Figures, figures
from domain.assessment import Label, Role


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a cascade says of one row: probability and role, and the probability that each of its
    stages would give if it looked whatever the one before said."""

    probability: float
    role: Role
    by_stage: tuple[float, ...]


def outcomes(rows: Sequence[Row], cascade: Cascade, say: Callable[[str], None]) -> list[Outcome]:
    """What ``cascade`` says of each row, in their order; ``say`` hears of every 5,000th."""
    found = []
    for number, row in enumerate(rows, start=1):
        assessment = cascade.assess(row.text)
        one = assessment.probability
        stages = cascade.by_stage(row.text) if cascade.bands else (one,)
        found.append(Outcome(one, assessment.role, stages))
        if number % 5000 == 0:
            say(f"{number} of {len(rows)} rows")
    return found


def evaluate(rows: Sequence[Row], cascade: Cascade, say: Callable[[str], None]) -> list[Figures]:
    """Figures by source and, within a source, by language, at the cascade's threshold."""
    probabilities = np.array([one.probability for one in outcomes(rows, cascade, say)])
    return figures_by(groups(rows), rows, probabilities, cascade.threshold)


def figures_by(
    chosen: Iterable[tuple[str, NDArray[np.bool_]]],
    rows: Sequence[Row],
    probabilities: NDArray[np.float64],
    threshold: float,
    plain: NDArray[np.float64] | None = None,
) -> list[Figures]:
    """Figures of each named mask over ``rows``; ``plain`` holds the plain baseline's scores."""
    truth = np.array([row.label is Label.DRUG_SALE for row in rows])
    return [
        figures(
            name, probabilities[own], truth[own], threshold, None if plain is None else plain[own]
        )
        for name, own in chosen
    ]


def groups(rows: Sequence[Row]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """A mask for each source and, where it has several, for each of its languages."""
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


def plain_scores(rows: Sequence[Row], trained: Sequence[Row]) -> NDArray[np.float64]:
    """Log-odds of ``rows`` by the plain baseline, fitted on ``trained``."""
    everything = [*trained, *rows]
    truth = np.array([row.label is Label.DRUG_SALE for row in everything])
    known = np.arange(len(everything)) < len(trained)
    return Baseline([row.text for row in everything]).scores(truth, known, ~known)
