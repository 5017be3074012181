"""Assessing: every document gets its score, every target its verdict, ties their due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import TypeVar

from django.db.models import Exists, OuterRef, Q

import classifiers
from cases import assessing
from cases.models import AssessmentRow, Case, DocumentRow, RunSource, Target
from cases.ties import Tie, two_way_ties
from channels.mtproto.addresses import is_request
from classifiers.boilerplate import blanked, repeated_lines
from classifiers.cascade import Cascade
from classifiers.lexicons import read_lexicon
from classifiers.verdict import site_verdict
from domain.assessment import Assessment, Verdict
from domain.bands import Costs, costs_for
from domain.candidates import Why
from domain.states import CaseState
from domain.targets import TargetKind
from nightly.channel_scoring import coded_of, judge, keep_profile, reserves_of
from nightly.mirroring import compare
from nightly.night import IN_HUMAN_HANDS, Counted, Night

T = TypeVar("T")
_SELLING = (*IN_HUMAN_HANDS, CaseState.ON_HOLD)
_BATCH = 64
_PLAIN_ODDS = 3.0


def assess(night: Night) -> Counted:
    """Score every document that the model has not seen, then say what each target amounts to."""
    cascade = _cascade(night)
    _score_documents(night, cascade)
    scored = AssessmentRow.objects.filter(run=night.run).count()
    counted = Counter({("out", "documents"): scored})
    threshold = night.plan.review_threshold or cascade.threshold
    for case in _cases_with_news(night, cascade.version):
        if RunSource.objects.filter(target=case.target, why=Why.SEARCH).exists():
            counted[("skipped", _search_of(case))] += 1
            continue
        rows = assessing.latest_assessments(case, cascade.version)
        if not rows:
            counted[("skipped", "no document")] += 1
            continue
        verdict = _verdict(night, case, rows, cascade, counted)
        costs = _costs(night.plan.costs, case, verdict)
        state = assessing.record_verdict(
            case.pk,
            verdict,
            [rows[index].document_id for index in verdict.carriers],
            cascade.version,
            review_threshold=costs.cuts(threshold)[0],
            band=costs.band(verdict.probability, threshold),
            actor="system:assess",
            clock=night.clock,
        )
        counted[("out", f"cases {state}")] += 1
    _queue_tied(night, threshold)
    tied = Case.objects.filter(target__visits__run=night.run).exclude(tied_to=[])
    counted[("out", "cases tied to selling ones")] = tied.count()
    counted.update(compare(night, _plainly(threshold)))
    return dict(counted)


def _search_of(case: Case) -> str:
    in_telegram = is_request(case.target.value)
    return "search in Telegram" if in_telegram else "search engine"


def queued_by(costs: Sequence[Costs], case: Case, verdict: Verdict, threshold: float) -> bool:
    """Whether a case of this verdict goes to people: by ``costs`` where they say so, else from
    ``threshold`` on."""
    return verdict.probability >= _costs(costs, case, verdict).cuts(threshold)[0]


def _costs(rows: Sequence[Costs], case: Case, verdict: Verdict) -> Costs:
    kind = "channel" if case.target.kind == TargetKind.TELEGRAM else "site"
    return costs_for(rows, next(iter(verdict.langs), ""), kind)


def _verdict(
    night: Night,
    case: Case,
    rows: Sequence[AssessmentRow],
    cascade: Cascade,
    counted: Counter[tuple[str, str]],
) -> Verdict:
    if case.target.kind != TargetKind.TELEGRAM:
        values = [assessing.as_assessment(row) for row in rows]
        return site_verdict(values, threshold=cascade.threshold)
    verdict, whole = judge(case, rows, cascade)
    activity = keep_profile(
        case,
        rows,
        verdict,
        whole,
        threshold=cascade.threshold,
        dormant_after=timedelta(days=night.plan.dormant_days),
        now=night.clock(),
    )
    counted[("out", f"channels {activity}")] += 1
    return verdict


def _queue_tied(night: Night, threshold: float) -> None:
    """Doubtful targets that sell by what they are tied to: two ways, to targets whose own texts
    plainly sell, or as the reserve channel of one whose own texts sell. A channel that lists prices
    by dose is doubtful whatever else it says, and tied to any selling one that leads to it. Ties to
    doubtful ones do not count, so that an error does not spread."""
    scored = Case.objects.filter(restricted=False).exclude(
        target__visits__in=RunSource.objects.filter(run=night.run, why=Why.SEARCH)
    )
    selling = scored.filter(score__gte=threshold, state__in=_SELLING)
    sellers = {*selling.values_list("target_id", flat=True)}
    plainly = selling.filter(score__gte=_plainly(threshold))
    plain_sellers = {*plainly.values_list("target_id", flat=True)}
    screened = scored.filter(state=CaseState.SCREENED_OUT)
    doubtful = screened.filter(score__gte=night.plan.tie_threshold)
    unsure = {*doubtful.values_list("target_id", flat=True)}
    cases = dict(screened.values_list("target_id", "pk"))
    keys = {target.pk: str(target) for target in Target.objects.filter(pk__in=sellers)}
    for tie, found in (
        (Tie.NAMED, two_way_ties(unsure, plain_sellers)),
        (Tie.RESERVE, reserves_of(sellers, unsure)),
        (Tie.DOSES, coded_of(sellers, cases)),
    ):
        tied = {cases[one]: [keys[other] for other in others] for one, others in found.items()}
        assessing.queue_for_ties(tied, tie, actor="system:assess", clock=night.clock)


def _plainly(threshold: float) -> float:
    """The probability whose odds are ``_PLAIN_ODDS`` times those of ``threshold``."""
    return _PLAIN_ODDS * threshold / (1 + (_PLAIN_ODDS - 1) * threshold)


def _cascade(night: Night) -> Cascade:
    return classifiers.load(night.plan.model_dir, read_lexicon(night.plan.lexicon_dir))


def _score_documents(night: Night, cascade: Cascade) -> None:
    total = DocumentRow.objects.count()
    done = 0
    templates = Templates()
    for batch in _batches(assessing.unassessed(cascade.version), _BATCH):
        found: Iterator[Assessment] = cascade.assess_many(
            (templates.without(row), row.title) for row in batch
        )
        pairs = {row.pk: value for row, value in zip(batch, found, strict=True)}
        done += assessing.record(night.run.pk, pairs)
        night.progress.at(done, total, "documents")


class Templates:
    """Texts without what their site repeats; the first page of a site keeps all."""

    def __init__(self) -> None:
        self._site: tuple[int, int] = (0, 0)
        self._lines: frozenset[str] = frozenset()
        self._first = 0

    def without(self, row: DocumentRow) -> str:
        """The text of a document to be assessed; posts have no template."""
        if row.part:
            return row.text
        site = (row.target_id, row.capture.run_id)
        if site != self._site:
            pages = DocumentRow.objects.filter(
                target_id=site[0], capture__run_id=site[1], part=""
            ).order_by("pk")
            self._site = site
            self._lines = repeated_lines(pages.values_list("text", flat=True).iterator())
            self._first = pages.values_list("pk", flat=True)[0]
        return row.text if row.pk == self._first else blanked(row.text, self._lines)


def _cases_with_news(night: Night, model: str) -> Iterator[Case]:
    """Cases that this run looked at, and those that an earlier one, which died, left unjudged."""
    scored = AssessmentRow.objects.filter(document__target=OuterRef("target"), model=model)
    looked_at = RunSource.objects.filter(run=night.run, target=OuterRef("target"))
    unjudged = Q(state__in=(CaseState.NEW, CaseState.ASSESSED)) & Exists(scored)
    return (
        Case.objects.filter(Exists(looked_at) | Exists(scored.filter(run=night.run)) | unjudged)
        .select_related("target")
        .order_by("pk")
        .iterator()
    )


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
