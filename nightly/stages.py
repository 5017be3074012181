"""The stages of a night, in order. Each calls its room and hands back what it counted."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

import classifiers
from blocking import exports, requests
from blocking.current import requests_for
from blocking.plan import Recipient
from cases import assessing, families, runs
from cases.models import Capture, Case, DocumentRow, RunSource, Target
from cases.ties import two_way_ties
from channels.process import run_channels
from classifiers.boilerplate import blanked, repeated_lines
from classifiers.cascade import Cascade
from classifiers.verdict import site_verdict
from crawlers.process import run_crawl
from domain.assessment import Assessment
from domain.candidates import Why
from domain.errors import BoundaryError, GateError
from domain.lexicon import Lexicon
from domain.states import CaseState
from domain.targets import TargetKind
from index.feeding import sync
from index.opening import open_engine
from nightly.night import Night, Stage

log = logging.getLogger(__name__)
Counted = dict[tuple[str, str], int]
T = TypeVar("T")

SITES = (TargetKind.HOST, TargetKind.ONION, TargetKind.URL)
CHANNELS = (TargetKind.TELEGRAM,)
#: Cases whose targets are looked at again even when no seed names them.
_RECHECKED = (CaseState.IN_REVIEW, CaseState.ESCALATED, CaseState.CONFIRMED, CaseState.REQUESTED)
_SELLING = (*_RECHECKED, CaseState.ON_HOLD)
_BATCH = 64
_PLAIN_ODDS = 3.0
_ACTOR = "system:night"


def discover(night: Night) -> Counted:
    """Seeds and known cases become the night's sources."""
    runs.add_seeds(night.run, list(night.seeds.seeds), clock=night.clock)
    rechecked = 0
    rows = Case.objects.filter(state__in=_RECHECKED, restricted=False).select_related("target")
    for case in rows.iterator():
        target = case.target
        first = target.candidates.exclude(url="").order_by("pk").first()
        url = first.url if first else ""
        rechecked += runs.add_source(night.run, target.key, Why.RECHECK, url=url)
    return {
        ("in", "seeds"): len(night.seeds.seeds),
        ("in", "known cases"): rechecked,
        ("failed", "seed refused"): len(night.seeds.problems),
    }


def gather(night: Night) -> Counted:
    """Sites and channels take turns, since each leads to the other, until neither has more."""
    return _gather(night, sites=True, channels=True)


def gather_sites(night: Night) -> Counted:
    """Sites alone."""
    return _gather(night, sites=True, channels=False)


def gather_channels(night: Night) -> Counted:
    """Channels alone."""
    return _gather(night, sites=False, channels=True)


def _gather(night: Night, *, sites: bool, channels: bool) -> Counted:
    counted: Counter[tuple[str, str]] = Counter()
    for _ in range(night.plan.rounds):
        if night.plan.follow_discovered:
            counted.update(_adopt(night, sites=sites, channels=channels))
        worked = False
        if sites and _waiting(night, SITES):
            code = run_crawl(night.run.pk, max_pages=night.plan.max_pages, on_progress=_told(night))
            _must_end_well("crawl", code)
            worked = True
        if channels and _waiting(night, CHANNELS):
            _must_end_well("channels", run_channels(night.run.pk, on_progress=_told(night)))
            worked = True
        if not worked:
            break
    else:
        left = RunSource.objects.filter(run=night.run, done=False).count()
        counted[("skipped", "turns used up")] += left
    counted[("out", "captures")] = Capture.objects.filter(run=night.run).count()
    return dict(counted)


def _adopt(night: Night, *, sites: bool, channels: bool) -> Counted:
    plan, counted = night.plan, Counter[tuple[str, str]]()
    for wanted, kinds, limit in (
        (sites, SITES, plan.max_new_sites),
        (channels, CHANNELS, plan.max_new_channels),
    ):
        if not wanted:
            continue
        found = RunSource.objects.filter(run=night.run, target__kind__in=kinds)
        left = limit - found.exclude(why__in=[Why.SEED, Why.SEARCH, Why.RECHECK]).count()
        adopted = runs.adopt_candidates(night.run, kinds, limit=max(0, left))
        counted[("in", f"{kinds[0]} found on the way")] += adopted.taken
    return dict(counted)


def _waiting(night: Night, kinds: Iterable[TargetKind]) -> bool:
    return RunSource.objects.filter(run=night.run, done=False, target__kind__in=[*kinds]).exists()


def _told(night: Night) -> Callable[[], None]:
    def told() -> None:
        sources = RunSource.objects.filter(run=night.run)
        done = sources.filter(done=True).count()
        pages = Capture.objects.filter(run=night.run).count()
        night.progress.at(done, sources.count(), f"sources, {pages} pages")

    return told


def _must_end_well(what: str, code: int) -> None:
    if code != 0:
        raise BoundaryError(f"the {what} process ended with exit code {code}, see its log")


def assess(night: Night) -> Counted:
    """Score every document that the model has not seen, then say what each target amounts to."""
    cascade = _cascade(night)
    scored = _score_documents(night, cascade)
    counted = Counter({("out", "documents"): scored})
    threshold = night.plan.review_threshold or cascade.threshold
    for case in _cases_with_news(night):
        if RunSource.objects.filter(run=night.run, target=case.target, why=Why.SEARCH).exists():
            counted[("skipped", "search engine")] += 1
            continue
        rows = assessing.latest_assessments(case, cascade.version)
        if not rows:
            counted[("skipped", "no document")] += 1
            continue
        verdict = site_verdict(
            [assessing.as_assessment(row) for row in rows], threshold=cascade.threshold
        )
        state = assessing.record_verdict(
            case.pk,
            verdict,
            [rows[index].document_id for index in verdict.carriers],
            cascade.version,
            review_threshold=threshold,
            actor="system:assess",
            clock=night.clock,
        )
        counted[("out", f"cases {state}")] += 1
    counted[("out", "cases in_review for their ties")] += _queue_tied(night, threshold)
    return dict(counted)


def _queue_tied(night: Night, threshold: float) -> int:
    """Doubtful targets that sell by what they are tied to: two ways, to targets whose own texts
    plainly sell. Ties to doubtful ones do not count, so that an error does not spread."""
    scored = Case.objects.filter(restricted=False).exclude(
        target__visits__in=RunSource.objects.filter(run=night.run, why=Why.SEARCH)
    )
    selling = dict(
        scored.filter(score__gte=_plainly(threshold), state__in=_SELLING).values_list(
            "target_id", "pk"
        )
    )
    doubtful = dict(
        scored.filter(
            score__gte=night.plan.tie_threshold, state=CaseState.SCREENED_OUT
        ).values_list("target_id", "pk")
    )
    keys = {target.pk: str(target) for target in Target.objects.filter(pk__in=[*selling])}
    ties = two_way_ties([*doubtful], [*selling])
    tied = {doubtful[one]: [keys[other] for other in others] for one, others in ties.items()}
    return assessing.queue_for_ties(tied, actor="system:assess", clock=night.clock)


def _plainly(threshold: float) -> float:
    """The probability whose odds are ``_PLAIN_ODDS`` times those of ``threshold``."""
    return _PLAIN_ODDS * threshold / (1 + (_PLAIN_ODDS - 1) * threshold)


def _cascade(night: Night) -> Cascade:
    texts = {p.name: p.read_text("utf-8") for p in sorted(night.plan.lexicon_dir.glob("*.toml"))}
    return classifiers.load(night.plan.model_dir, Lexicon.parse(texts))


def _score_documents(night: Night, cascade: Cascade) -> int:
    total = DocumentRow.objects.count()
    done = 0
    templates = _Templates()
    for batch in _batches(assessing.unassessed(cascade.version), _BATCH):
        found: Iterator[Assessment] = cascade.assess_many(
            (templates.without(row), row.title) for row in batch
        )
        pairs = {row.pk: value for row, value in zip(batch, found, strict=True)}
        done += assessing.record(night.run.pk, pairs)
        night.progress.at(done, total, "documents")
    return done


class _Templates:
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


def _cases_with_news(night: Night) -> Iterator[Case]:
    return (
        Case.objects.filter(target__visits__run=night.run)
        .select_related("target")
        .order_by("pk")
        .iterator()
    )


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def group_families(night: Night) -> Counted:
    """Group cases that one operator runs."""
    return {("out", "cases joined"): families.regroup(actor="system:families", clock=night.clock)}


def fill_index(night: Night) -> Counted:
    """Bring the search index up to the record."""
    engine = open_engine(night.plan.index_url, night.plan.index_path)
    try:
        counts = sync(engine)
    finally:
        engine.close()
    return {
        ("out", "put"): counts.put,
        ("out", "deleted"): counts.deleted,
        ("skipped", "unchanged"): counts.unchanged,
        **{("skipped", reason): n for reason, n in counts.skipped.items()},
    }


def make_requests(night: Night) -> Counted:
    """Confirmed cases become blocking requests; those refused are named in the log."""
    plan = night.plan.exports
    done = requests.make_requests(plan.rules, plan.protection(), clock=night.clock)
    for refusal in done.refused:
        log.warning("no request for %s: %s", refusal.target, refusal.message)
    refused = {("failed", reason): n for reason, n in done.counts.items()}
    return {("out", "requests"): len(done.made), **refused}


def build_exports(night: Night) -> Counted:
    """Build and gate a release for every recipient; a person lets it out.

    Raises GateError when any was refused, after all were tried.
    """
    plan, counted = night.plan.exports, Counter[tuple[str, str]]()
    protection, refused = plan.protection(), list[GateError]()
    for recipient in plan.recipients:
        if not _anything_for(recipient, night):
            counted[("skipped", "nothing to export")] += 1
            continue
        try:
            built = exports.build(recipient, plan, protection, clock=night.clock)
        except GateError as error:
            refused.append(error)
            continue
        counted[("out", "unchanged" if built.unchanged else "built")] += 1
    if refused:
        raise GateError(
            f"{len(refused)} exports refused by the gate", tuple(str(error) for error in refused)
        )
    return dict(counted)


def _anything_for(recipient: Recipient, night: Night) -> bool:
    """Whether there is or was something to export: before the first request nothing is missing,
    after it an empty list is a matter for the gate."""
    return (
        exports.last_release(recipient.name) is not None
        or requests_for(recipient, night.clock()).exists()
    )


NIGHT = (
    Stage("discover", discover),
    Stage("gather", gather),
    Stage("assess", assess),
    Stage("families", group_families, needed=False),
    Stage("index", fill_index, needed=False),
    Stage("requests", make_requests),
    Stage("exports", build_exports),
)
_AFTER = NIGHT[2:5]
CRAWL = (NIGHT[0], Stage("gather", gather_sites), *_AFTER)
READ_CHANNELS = (NIGHT[0], Stage("gather", gather_channels), *_AFTER)
