"""Stages in a row: each passes on what it cannot decide; the last one passed to decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from classifiers.indicators import find_indicators
from classifiers.linear import sigmoid
from classifiers.prepared import Prepared, prepare
from classifiers.quantities import distinct
from classifiers.roles import role_of
from classifiers.spans import merged_spans
from classifiers.stage import FirstStage, Judgement, Stage
from domain.assessment import Assessment, Label
from domain.lexicon import Lexicon, TermKind
from domain.regions import regions_of

GLANCED = 10_000
_UNNAMED = "any_drug"
_ABOUT_DRUGS = frozenset({"drug", "drug_unnamed", "grey", "drop", "drop_job", "market", "harm"})


@dataclass(frozen=True, slots=True)
class Band:
    """Probabilities from ``low`` to ``high`` go on to the next stage."""

    low: float
    high: float

    def holds(self, probability: float) -> bool:
        """Whether the next stage must look."""
        return self.low <= probability <= self.high


@dataclass(frozen=True, slots=True)
class Glance:
    """What the first stage alone says of a page: probabilities of selling drugs and of being
    about them, unexplained. ``restricted`` is as in an assessment."""

    selling: float
    about_drugs: float
    restricted: bool = False


class Glancer(Protocol):
    """A model of which only the first stage is asked."""

    threshold: float
    version: str

    def glance(self, text: str, *, title: str = "") -> Glance:
        """The first stage's word on a text."""
        ...


class Cascade:
    """Text in, assessment out: the ``first`` stage looks at every text, each of the ``further``
    ones at those whose probability lies in its band after the stage before it."""

    def __init__(
        self,
        first: FirstStage,
        lexicon: Lexicon,
        *,
        threshold: float,
        version: str,
        further: Sequence[tuple[Band, Stage]] = (),
    ) -> None:
        self.threshold = threshold
        self.version = version
        self._first, self._further = first, tuple(further)
        self._lexicon = lexicon

    def assess(self, text: str, *, title: str = "", lang: str = "") -> Assessment:
        """The assessment of one text; ``lang`` is believed when given, else told by letters."""
        prepared = prepare(text, title, self._lexicon)
        judgement, stage = self._judge(prepared)
        probability = sigmoid(judgement.selling)
        selling = probability >= self.threshold
        about = judgement.about_drugs >= 0 and _names_drugs(prepared)
        found = find_indicators(prepared.original)
        return Assessment(
            probability=probability,
            label=_label(selling, about),
            role=role_of(prepared.marks.marks, selling=selling, about_drugs=about),
            lang=lang or prepared.lang,
            model=self.version,
            stage=stage,
            substances=_substances(prepared),
            regions=regions_of(prepared.aligned.text),
            spans=merged_spans(prepared, judgement.why),
            indicators=tuple(dict.fromkeys(one.indicator for one in found)),
            prices=distinct(prepared.marks.prices),
            restricted=self._is_restricted(prepared),
        )

    def assess_many(self, texts: Iterable[tuple[str, str]]) -> Iterator[Assessment]:
        """Assessments of pairs of text and title, in their order, one by one as they come."""
        for text, title in texts:
            yield self.assess(text, title=title)

    def glance(self, text: str, *, title: str = "") -> Glance:
        """The first stage's word on the first GLANCED characters, for deciding where to look
        next. Costs a fraction of an assessment, and is none."""
        prepared = prepare(text[:GLANCED], title, self._lexicon, narrow=False)
        selling, about = self._first.glance(prepared)
        return Glance(sigmoid(selling), sigmoid(about), self._is_restricted(prepared))

    def _is_restricted(self, prepared: Prepared) -> bool:
        terms = self._lexicon.restricted
        return terms is not None and terms.found_in(prepared.aligned.text)

    def _judge(self, prepared: Prepared) -> tuple[Judgement, str]:
        judgement, name = self._first.judge(prepared), self._first.name
        for band, stage in self._further:
            if not band.holds(sigmoid(judgement.selling)):
                break
            judgement, name = stage.judge(prepared, judgement), stage.name
        return judgement, name


def _label(selling: bool, about_drugs: bool) -> Label:
    if selling:
        return Label.DRUG_SALE
    return Label.DRUG_OTHER if about_drugs else Label.OTHER


def _names_drugs(prepared: Prepared) -> bool:
    return any(mark.signal in _ABOUT_DRUGS for mark in prepared.marks.marks)


def _substances(prepared: Prepared) -> tuple[str, ...]:
    """Groups named, most often first; everyday words count where a plain word of drugs stands."""
    counts: dict[str, int] = {}
    for weak in (False, True):
        for hit in prepared.marks.hits:
            name = hit.concept.name
            if hit.concept.kind is not TermKind.SUBSTANCE or name == _UNNAMED or hit.weak != weak:
                continue
            if not weak or name in counts:
                counts[name] = counts.get(name, 0) + 1
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))
