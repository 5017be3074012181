"""Two models over the cases that the last days brought: what would be queued, and what no more.

Verdicts are made by the rules of the night, from each document's newest assessment; ties to other
cases are left out, since they do not depend on the model's word alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from cases import assessing
from cases.models import AssessmentRow, Capture, Case, DocumentRow, RunSource
from classifiers.cascade import Cascade
from classifiers.verdict import site_verdict
from domain.assessment import Verdict
from domain.bands import Costs
from domain.candidates import Why
from domain.targets import TargetKind
from nightly.channel_scoring import judge
from nightly.scoring import Templates, queued_by

Tick = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Change:
    """One case on which two models do not agree; ``state`` is where it stands now."""

    case: int
    name: str
    state: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """``cases`` were compared, ``before`` of them queued by the old model and ``after`` by the new
    one; ``without`` had no text left to be scored."""

    cases: int
    before: int
    after: int
    queued: tuple[Change, ...]
    dropped: tuple[Change, ...]
    without: int


def compare(
    old: Cascade,
    new: Cascade,
    since: datetime,
    *,
    review_threshold: float | None = None,
    costs: Sequence[Costs] = (),
    tick: Tick = lambda n: None,
) -> Comparison:
    """What ``new`` would queue and drop of the cases with a capture since ``since``.

    ``review_threshold`` None means each model's own; ``costs`` go before it, by the language and
    kind that each model says of a case, as at night. ``tick`` hears how many cases are done.
    Restricted cases are left out: nobody is shown them.
    """
    before = after = without = 0
    queued, dropped = list[Change](), list[Change]()
    done = 0
    for case in _cases(since):
        by_old, by_new = _verdict(case, old), _verdict(case, new)
        tick(done := done + 1)
        if by_old is None or by_new is None:
            without += 1
            continue
        was = queued_by(costs, case, by_old, review_threshold or old.threshold)
        would = queued_by(costs, case, by_new, review_threshold or new.threshold)
        before += was
        after += would
        if was != would:
            change = Change(
                case.pk, case.target.name, case.state, by_old.probability, by_new.probability
            )
            (queued if would else dropped).append(change)
    return Comparison(
        done - without,
        before,
        after,
        tuple(sorted(queued, key=lambda one: -one.after)),
        tuple(sorted(dropped, key=lambda one: -one.before)),
        without,
    )


def _cases(since: datetime) -> Iterator[Case]:
    recent = Capture.objects.filter(target=OuterRef("target"), fetched_at__gte=since)
    searches = RunSource.objects.filter(target=OuterRef("target"), why=Why.SEARCH)
    rows = Case.objects.filter(Exists(recent), ~Exists(searches), restricted=False)
    return rows.select_related("target").order_by("pk").iterator()


def _verdict(case: Case, cascade: Cascade) -> Verdict | None:
    """What a whole case amounts to; None where nothing is left to read."""
    rows = _rows(case, cascade)
    if not rows:
        return None
    if case.target.kind == TargetKind.TELEGRAM:
        return judge(case, rows, cascade)[0]
    values = [assessing.as_assessment(row) for row in rows]
    return site_verdict(values, threshold=cascade.threshold)


def _rows(case: Case, cascade: Cascade) -> Sequence[AssessmentRow]:
    """The newest assessment of every page or post: from the record, or made now and not kept."""
    templates, rows = Templates(), list[AssessmentRow]()
    known = {
        row.document_id: row
        for row in AssessmentRow.objects.filter(
            document__target=case.target, model=cascade.version
        ).select_related("document__capture")
    }
    for document in newest_documents(case):
        row = known.get(document.pk)
        if row is None:
            value = cascade.assess(templates.without(document), title=document.title)
            row = assessing.row_of(document.capture.run_id, document.pk, value)
            row.document = document
        rows.append(row)
    return rows


def newest_documents(case: Case) -> list[DocumentRow]:
    """Every page or post of ``case`` whose text is left, as it was last seen."""
    newest: dict[tuple[str, str], DocumentRow] = {}
    documents = DocumentRow.objects.filter(target=case.target, capture__erased_at=None)
    for document in documents.select_related("capture").order_by("capture__fetched_at", "pk"):
        place = ("", document.part) if document.part else (document.capture.url, "")
        newest[place] = document
    return sorted(newest.values(), key=lambda one: (one.capture.run_id, one.pk))
