"""What tonight's look at a known case met, read from the record."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from cases import assessing
from cases.models import AssessmentRow, Capture, Case, DocumentRow, Run, RunCount
from cases.rechecking import ENDED, Seen, standing
from classifiers.verdict import site_verdict
from domain.captures import Outcome
from domain.changes import Lines, lines_of, share_changed_of_pages, share_new
from domain.coverage import Move, follow
from domain.rechecks import CheckResult, result_of
from domain.targets import TargetKind

#: A site whose pages changed by more was made anew: what it sold before is not looked for there.
_MADE_ANEW = 0.5


@dataclass(frozen=True, slots=True)
class Looker:
    """Reads what ``run`` met. ``threshold`` is the score from which a target sells, ``moves``
    where first pages redirect to, ``cut_off`` the ways out by which nobody was reached."""

    run: Run
    threshold: float
    moves: Mapping[int, Move[int]]
    cut_off: Collection[str]

    def look(self, case: Case) -> Seen | str:
        """What was met of ``case``, or why tonight says nothing of it."""
        captures = Capture.objects.filter(run=self.run, target=case.target_id)
        outcomes = {
            Outcome(row["outcome"]): row["n"]
            for row in captures.values("outcome").annotate(n=Count("pk"))
        }
        if not outcomes:
            return "not fetched tonight"
        rows = self._documents(case)
        end, _ = follow(case.target_id, self.moves)
        moved_to = None if end == case.target_id else end
        documents = len(rows) + self._seen_again(case)
        met = result_of(outcomes, documents=documents, moved=moved_to is not None)
        if met is None:
            return "the look failed on our side"
        result, outcome = met
        ways_out = set(captures.values_list("egress", flat=True))
        if result is CheckResult.DOWN and ways_out <= set(self.cut_off):
            return "no way out tonight"
        changed = self._changed(case, rows)
        score, selling = self._sells(case, rows, result, changed)
        first = captures.order_by("depth", "pk").first()
        return Seen(
            result=result,
            outcome=outcome,
            threshold=self.threshold,
            documents=documents,
            score=score,
            selling=selling,
            changed=changed,
            moved_to=moved_to,
            capture=first.pk if first else None,
            new_share=self._new_share(case, rows) if selling else 0.0,
        )

    def _documents(self, case: Case) -> list[DocumentRow]:
        rows = DocumentRow.objects.filter(capture__run=self.run, target=case.target_id)
        return list(rows.select_related("capture").order_by("pk"))

    def _seen_again(self, case: Case) -> int:
        """Posts of a channel that were read again unchanged: they are stored once."""
        seen = RunCount.objects.filter(run=self.run, source=str(case.target), name="seen")
        return seen.aggregate(n=Sum("n"))["n"] or 0

    def _sells(
        self, case: Case, rows: Sequence[DocumentRow], result: CheckResult, changed: float | None
    ) -> tuple[float | None, bool | None]:
        """The score of what was read tonight and whether that sells; None for not known.

        A channel shows its old posts too, so there the whole case counts. A site that looks as
        before and whose selling pages were not reached tonight is not known to have stopped.
        """
        if result is not CheckResult.UP:
            return None, None
        if case.target.kind == TargetKind.TELEGRAM:
            return case.score, None if case.score is None else case.score >= self.threshold
        assessed = AssessmentRow.objects.filter(document__in=[row.pk for row in rows])
        values = [assessing.as_assessment(row) for row in assessed.filter(model=case.model)]
        if not values:
            return None, None
        score = site_verdict(values, threshold=self.threshold).probability
        if score >= self.threshold:
            return score, True
        as_before = changed is not None and changed < _MADE_ANEW
        return score, None if as_before and self._missed_carriers(case) else False

    def _missed_carriers(self, case: Case) -> bool:
        """Whether pages that sold when last seen were not asked for tonight."""
        pages = DocumentRow.objects.filter(pk__in=case.carriers)
        hashes = set(pages.values_list("capture__url_hash", flat=True))
        met = Capture.objects.filter(run=self.run, url_hash__in=hashes)
        return met.values("url_hash").distinct().count() < len(hashes)

    def _earlier(self, case: Case) -> QuerySet[DocumentRow]:
        """What earlier runs read and still is there."""
        return DocumentRow.objects.filter(
            target=case.target_id, capture__run__lt=self.run.pk, capture__erased_at=None
        )

    def _changed(self, case: Case, rows: Sequence[DocumentRow]) -> float | None:
        """The share of text that differs from the last look that read any; None without one.

        Of a channel it is the share of posts that are new or were edited.
        """
        if not rows:
            return None
        if case.target.kind == TargetKind.TELEGRAM:
            return len(rows) / (len(rows) + self._seen_again(case))
        earlier = self._earlier(case)
        last = earlier.order_by("-capture__run_id").values_list("capture__run_id", flat=True)
        if not (run_id := last.first()):
            return None
        before = earlier.filter(capture__run=run_id).values_list("capture__url", "text")
        return share_changed_of_pages(dict(before), {row.capture.url: row.text for row in rows})

    def _new_share(self, case: Case, rows: Sequence[DocumentRow]) -> float:
        """The share of the selling pages' lines that no page had before the last decision."""
        if standing(case) not in ENDED:
            return 0.0
        decided = case.decisions.order_by("-decided_at").values_list("decided_at", flat=True)
        until = decided.first() or case.changed_at
        selling = AssessmentRow.objects.filter(
            document__in=[row.pk for row in rows],
            model=case.model,
            probability__gte=self.threshold,
        )
        carrying = set(selling.values_list("document_id", flat=True))
        then = Q(capture__run__started_at__lte=until)
        earlier = self._earlier(case)
        if not DocumentRow.objects.filter(
            then, target=case.target_id, capture__erased_at__isnull=False
        ).exists():
            earlier = earlier.filter(then)  # what was erased, earlier looks stand in for
        known: Lines = lines_of(earlier.values_list("text", flat=True).iterator())
        now = lines_of(row.text for row in rows if row.pk in carrying)
        return share_new(known, now)
