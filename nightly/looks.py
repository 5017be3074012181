"""What tonight's look at a known case met, read from the record."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from cases import assessing
from cases.models import AssessmentRow, Capture, Case, ChannelFacts, DocumentRow, Run, RunCount
from cases.rechecking import ENDED, Seen, standing
from classifiers.verdict import site_verdict
from crawlers.fetches import ICON, ROBOTS, SITEMAP
from crawlers.models import FrontierEntry
from domain.captures import IN_DOUBT, Outcome
from domain.changes import Lines, lines_of, share_changed_of_pages, share_new
from domain.channel_profiles import Activity
from domain.coverage import Move, follow
from domain.nights import LISTEN
from domain.rechecks import SHOWN, CheckResult, result_of
from domain.targets import TargetKind

#: A site whose pages changed by more was made anew: what it sold before is not looked for there.
_MADE_ANEW = 0.5
_ON_THE_WAY = "blocked on the way"
_NO_PAGES = (ROBOTS, ICON, SITEMAP)


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
        captures = _pages(self.run, case.target_id)
        outcomes = _outcomes(captures)
        if not outcomes:
            return "not fetched tonight"
        rows = self._documents(case)
        end, _ = follow(case.target_id, self.moves)
        moved_to = None if end == case.target_id else end
        if moved_to is not None and _is_blocked(_outcomes(_pages(self.run, moved_to))):
            return _ON_THE_WAY
        documents = self._own(case, rows) + self._seen_again(case)
        met = result_of(outcomes, documents=documents, moved=moved_to is not None)
        if met is None:
            return _ON_THE_WAY if _is_blocked(outcomes) else "the look failed on our side"
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

    def _own(self, case: Case, rows: Sequence[DocumentRow]) -> int:
        """Of the pages read, those that are the target's own and no obstacle's. Where all may be an
        obstacle's, they are its own if they sell."""
        certain = sum(row.capture.outcome not in IN_DOUBT for row in rows)
        if certain or not rows:
            return certain
        score = self._score(case, rows)
        return len(rows) if score is not None and score >= self.threshold else 0

    def _score(self, case: Case, rows: Sequence[DocumentRow]) -> float | None:
        assessed = AssessmentRow.objects.filter(document__in=[row.pk for row in rows])
        values = [assessing.as_assessment(row) for row in assessed.filter(model=case.model)]
        return site_verdict(values, threshold=self.threshold).probability if values else None

    def _seen_again(self, case: Case) -> int:
        """Posts of a channel that were read again unchanged: they are stored once."""
        seen = RunCount.objects.filter(run=self.run, source=str(case.target), name="seen")
        return seen.aggregate(n=Sum("n"))["n"] or 0

    def _heard_since(self, case: Case) -> int:
        """Posts and versions of a channel that a listener brought since the last night that read
        it: seen again tonight, and news all the same."""
        captures = Capture.objects.filter(target=case.target_id, run__lt=self.run.pk)
        last = captures.exclude(run__kind=LISTEN).order_by("-run_id").first()
        rows = DocumentRow.objects.filter(target=case.target_id, capture__run__kind=LISTEN)
        if last is not None:
            rows = rows.filter(capture__fetched_at__gt=last.run.started_at)
        return rows.filter(capture__fetched_at__lte=self.run.started_at).count()

    def _sells(
        self, case: Case, rows: Sequence[DocumentRow], result: CheckResult, changed: float | None
    ) -> tuple[float | None, bool | None]:
        """The score of what was read tonight and whether that sells; None for not known.

        A channel shows its old posts too, so there the whole case counts, as long as the posts that
        carry its verdict are there. A site that looks as
        before and whose selling pages were not reached tonight is not known to have stopped.
        """
        if result is not CheckResult.UP:
            return None, None
        if case.target.kind == TargetKind.TELEGRAM:
            emptied = ChannelFacts.objects.filter(case=case, activity=Activity.EMPTIED).exists()
            score = case.score
            return score, None if score is None else score >= self.threshold and not emptied
        score = self._score(case, rows)
        if score is None:
            return None, None
        if score >= self.threshold:
            return score, True
        as_before = changed is not None and changed < _MADE_ANEW
        return score, None if as_before and self._missed_carriers(case) else False

    def _missed_carriers(self, case: Case) -> bool:
        """Whether pages that sold when last seen were not seen tonight."""
        pages = DocumentRow.objects.filter(pk__in=case.carriers)
        hashes = set(pages.values_list("capture__url_hash", flat=True))
        met = Capture.objects.filter(run=self.run, url_hash__in=hashes, outcome__in=SHOWN)
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
        if case.target.kind == TargetKind.TELEGRAM:
            fresh = len(rows) + self._heard_since(case)
            return fresh / max(fresh, len(rows) + self._seen_again(case)) if fresh else None
        if not rows:
            return None
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


def _pages(run: Run, target: int) -> QuerySet[Capture]:
    """What ``run`` fetched of a target, but for its robots.txt, sitemaps and icon: whether those
    are there says nothing of its pages."""
    aside = FrontierEntry.objects.filter(
        run=run, target=target, url_hash=OuterRef("url_hash"), why__in=_NO_PAGES
    )
    return Capture.objects.filter(~Exists(aside), run=run, target=target)


def _outcomes(captures: QuerySet[Capture]) -> dict[Outcome, int]:
    rows = captures.order_by().values("outcome").annotate(n=Count("pk"))
    return {Outcome(row["outcome"]): row["n"] for row in rows}


def _is_blocked(outcomes: Mapping[Outcome, int]) -> bool:
    """Whether a provider's page stood in the target's place."""
    return bool(outcomes.get(Outcome.BLOCKED_ON_THE_WAY))
