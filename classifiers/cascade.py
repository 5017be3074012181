"""Stages in a row: each passes on what it cannot decide; the last one passed to decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from classifiers.indicators import find_indicators
from classifiers.language import languages_of
from classifiers.linear import sigmoid
from classifiers.prepared import Prepared, prepare
from classifiers.pricing import stated_prices
from classifiers.roles import names_drugs, role_of
from classifiers.spans import merged_spans
from classifiers.stage import FirstStage, Judgement, Stage
from classifiers.substances import SubstanceHead
from classifiers.verdict import logit
from domain.assessment import Assessment, Label
from domain.lexicon import Lexicon, TermKind
from domain.regions import regions_of

GLANCED = 10_000
_UNNAMED = "any_drug"


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
        substances: SubstanceHead | None = None,
    ) -> None:
        self.threshold = threshold
        self.version = version
        self._first, self._further = first, tuple(further)
        self._lexicon = lexicon
        self._substances = substances

    def assess(self, text: str, *, title: str = "", lang: str = "") -> Assessment:
        """The assessment of one text; ``lang`` is believed when given, else told by letters."""
        prepared = prepare(text, title, self._lexicon)
        judgement, stage = self._judge(prepared)
        probability = sigmoid(judgement.selling)
        selling = probability >= self.threshold
        about = judgement.about_drugs >= 0 and names_drugs(prepared.marks.marks)
        found = find_indicators(prepared.original)
        return Assessment(
            probability=probability,
            label=_label(selling, about),
            role=role_of(
                prepared,
                self._lexicon,
                lead=judgement.selling - logit(self.threshold),
                about_drugs=judgement.about_drugs,
            ),
            lang=lang or prepared.lang,
            model=self.version,
            stage=stage,
            substances=self._groups(prepared, selling=selling),
            regions=regions_of(prepared.aligned.text),
            spans=merged_spans(prepared, judgement.why),
            indicators=tuple(dict.fromkeys(one.indicator for one in found)),
            prices=stated_prices(prepared.aligned.text, prepared.marks.prices),
            restricted=self._is_restricted(prepared),
            languages=languages_of(prepared.written),
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

    def _groups(self, prepared: Prepared, *, selling: bool) -> tuple[str, ...]:
        """The groups named; of an offer that names none, the one that the head is sure of."""
        named = _substances(prepared)
        if named or not selling or self._substances is None:
            return named
        group = self._substances.named(prepared)
        return (group,) if group else ()

    @property
    def bands(self) -> tuple[Band, ...]:
        """What is passed on: one band for each stage behind the first."""
        return tuple(band for band, _ in self._further)

    def by_stage(self, text: str) -> tuple[float, ...]:
        """The probability after each stage if every one looked, whatever its band: for measuring
        what the bands keep back."""
        prepared = prepare(text, "", self._lexicon)
        found = [self._first.judge(prepared)]
        for _, stage in self._further:
            found.append(stage.judge(prepared, found[-1]))
        return tuple(sigmoid(one.selling) for one in found)

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
