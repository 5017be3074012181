"""What each source of a run gave, read from the record."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from cases.models import AssessmentRow, Capture, DocumentRow, Run, RunCount, RunSource
from channels.documents import ABOUT, BARE
from channels.mtproto.addresses import is_request
from channels.searching import NAMES_FOUND
from crawlers.fetches import ICON, ROBOTS, SITEMAP
from crawlers.hints import ABSENT
from crawlers.models import FrontierEntry, ShotTaken
from domain.candidates import Why
from domain.captures import IN_DOUBT, Egress, Outcome
from domain.coverage import Yield
from domain.nights import CUT_SHORT
from domain.states import CaseState
from domain.targets import TargetKind
from nightly.coverage import Gathered
from nightly.report import SourceLine

#: States in which a case counts as found: a person was or is asked.
FOUND = frozenset(CaseState) - {CaseState.NEW, CaseState.ASSESSED, CaseState.SCREENED_OUT}
#: What leaves pages of a source out that is no doing of the source's.
_CUTS = CUT_SHORT | {"Tor is off", "tor_down"}


#: How Telegram answers for a preview that there is none of.
LANDING = "redirected to its landing page"


@dataclass(slots=True)
class _Seen:
    """What is counted of one source; ``reasons`` by name and reason. ``in_doubt`` of the
    ``documents`` may be an obstacle's, ``described`` are channels' descriptions; ``by_account``
    says that an account read it."""

    requests: int = 0
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    answered: int = 0
    rendered: int = 0
    aids: int = 0
    documents: int = 0
    in_doubt: int = 0
    described: int = 0
    assessed: int = 0
    by_account: bool = False
    reasons: dict[tuple[str, str], int] = field(default_factory=dict)


def source_lines(run: Run) -> list[SourceLine]:
    """One line for every source of ``run``, in the order in which they came to it."""
    rows = RunSource.objects.filter(run=run).select_related("target__case", "run").order_by("pk")
    seen = _seen(run, {str(row.target): row.target_id for row in rows})
    gathered = Gathered.of(run, {row.target_id: _yield(row, seen[row.target_id]) for row in rows})
    return [_line(row, seen[row.target_id], gathered) for row in rows]


def _line(row: RunSource, seen: _Seen, gathered: Gathered) -> SourceLine:
    case, coverage = row.target.case, gathered.coverage(row)
    failed = {o.value: n for o, n in seen.outcomes.items() if n and o is not Outcome.OK}
    moved: dict[str, int] = {}
    if (destination := gathered.destination(row.target_id)) is not None:
        moved[f"moves to {destination.name}"] = failed.pop(Outcome.REDIRECT.value, 0)
    elif row.target.kind == TargetKind.TELEGRAM and Outcome.REDIRECT in failed:
        moved[LANDING] = failed.pop(Outcome.REDIRECT.value)
    if seen.by_account and Outcome.NO_PREVIEW in failed:
        moved["no preview, read by an account"] = failed.pop(Outcome.NO_PREVIEW.value)
    return SourceLine(
        source=str(row.target),
        name=row.target.name,
        why=row.why,
        expect=row.expect,
        requests=seen.requests,
        refetched=seen.reasons.get(("refetched", ""), 0),
        fetched=seen.answered,
        documents=seen.documents,
        assessed=seen.assessed,
        queued=int(row.why != Why.SEARCH and case.state in FOUND),
        failed={**failed, **{r or n: k for (n, r), k in seen.reasons.items() if n == "failed"}},
        dropped={r: k for (n, r), k in seen.reasons.items() if n in {"dropped", "skipped"}},
        moved=moved,
        state=case.state,
        score=case.score,
        coverage=coverage.state,
        coverage_reason=coverage.reason,
        rendered=seen.rendered,
        aids=seen.aids,
        names_found=(
            seen.reasons.get((NAMES_FOUND, ""), 0) if is_request(row.target.value) else None
        ),
        elsewhere={r: k for (n, r), k in seen.reasons.items() if n == "elsewhere"},
    )


def _yield(row: RunSource, seen: _Seen) -> Yield:
    """What the contract counts: not what may be an obstacle's page. Search pages have links instead
    of documents. Of a channel posts count and never its description: new ones, those seen again,
    since posts are stored once, and pictures alone, which have no document."""
    documents = seen.documents - seen.in_doubt
    if row.target.kind == TargetKind.TELEGRAM:
        documents += sum(n for (name, _), n in seen.reasons.items() if name == "seen")
        documents -= seen.described
        if Outcome.LAYOUT_CHANGED not in seen.outcomes:
            documents += seen.reasons.get(("skipped", BARE), 0)
    elif row.why == Why.SEARCH:
        documents = seen.outcomes.get(Outcome.OK, 0)
    cut = next((reason for _, reason in seen.reasons if reason in _CUTS), "")
    return Yield(documents, seen.outcomes, cut=cut)


def _seen(run: Run, ids: dict[str, int]) -> dict[int, _Seen]:
    """What is counted, by the target's row id; ``ids`` are the sources' by key."""
    seen: dict[int, _Seen] = defaultdict(_Seen)
    rows = Capture.objects.filter(run=run).values("target_id", "outcome")
    for row in rows.annotate(n=Count("pk"), sent=Sum("requests")):
        mine = seen[row["target_id"]]
        mine.requests += row["sent"]
        mine.outcomes[Outcome(row["outcome"])] = row["n"]
    absent = Capture.objects.filter(run=run, detail__in=[*ABSENT.values()])
    for target_id, n in _count(absent.filter(outcome=Outcome.NOT_FOUND), "target_id"):
        found = seen[target_id].outcomes
        found[Outcome.NOT_FOUND] -= n  # most sites have none: that is no failure
        if not found[Outcome.NOT_FOUND]:
            del found[Outcome.NOT_FOUND]
    for target_id, n in _count(_filled_by_rendering(run), "target_id"):
        seen[target_id].outcomes[Outcome.EMPTY] -= n
    read = Capture.objects.filter(run=run, egress=Egress.TELEGRAM, outcome=Outcome.OK)
    for target_id in read.values_list("target_id", flat=True).distinct():
        seen[target_id].by_account = True
    answered = Capture.objects.filter(run=run, status__gt=0)
    for target_id, n in _count(answered.filter(rendered=False), "target_id"):
        seen[target_id].answered = n
    for target_id, n in _count(answered.filter(rendered=True), "target_id"):
        seen[target_id].rendered = n
    aids = FrontierEntry.objects.filter(run=run, why__in=[ROBOTS, ICON, SITEMAP])
    for target_id, n in _count(aids.filter(state=FrontierEntry.State.DONE), "target_id"):
        seen[target_id].aids = n
    documents = DocumentRow.objects.filter(capture__run=run)
    for target_id, n in _count(documents, "capture__target_id"):
        seen[target_id].documents = n
    for target_id, n in _count(documents.filter(part=ABOUT), "capture__target_id"):
        seen[target_id].described = n
    in_doubt = documents.filter(capture__outcome__in=IN_DOUBT)
    for target_id, n in _count(in_doubt, "capture__target_id"):
        seen[target_id].in_doubt = n
    for target_id, n in _count(
        AssessmentRow.objects.filter(document__capture__run=run), "document__capture__target_id"
    ):
        seen[target_id].assessed = n
    shots = ShotTaken.objects.filter(run=run, images=False).values("case__target_id")
    for shot in shots.annotate(sent=Sum("requests")):
        seen[shot["case__target_id"]].requests += shot["sent"]
    for count in RunCount.objects.filter(run=run).exclude(source=""):
        reasons = seen[ids.get(count.source, 0)].reasons
        reasons[count.name, count.reason] = reasons.get((count.name, count.reason), 0) + count.n
    return seen


def _filled_by_rendering(run: Run) -> QuerySet[Capture]:
    """Pages that came empty and were not, once their scripts had run: no failures."""
    filled = Capture.objects.filter(
        run=run, url_hash=OuterRef("url_hash"), rendered=True, outcome=Outcome.OK
    )
    return Capture.objects.filter(Exists(filled), run=run, rendered=False, outcome=Outcome.EMPTY)


def _count(rows: Any, by: str) -> list[tuple[int, int]]:
    return [(row[by], row["n"]) for row in rows.values(by).annotate(n=Count("pk"))]
