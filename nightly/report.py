"""The morning report as values."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

EXIT_COMPLETE, EXIT_FAILED, EXIT_COVERAGE, EXIT_SEEDS = 0, 1, 3, 4


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source of the night. ``requests`` reached its servers; ``fetched`` were answered.

    ``moved`` counts redirects to the host that its first page leads to, which are no failures.
    ``rendered`` pages were read as a browser left them; ``elsewhere`` counts what was fetched for
    them from other hosts, by host; ``aids`` are robots.txt, sitemaps and icons, which are no pages.
    ``names_found`` is what a search in Telegram brought, None for every other source.
    """

    source: str
    name: str
    why: str
    expect: str
    requests: int
    refetched: int
    fetched: int
    documents: int
    assessed: int
    queued: int
    failed: dict[str, int]
    dropped: dict[str, int]
    moved: dict[str, int]
    state: str
    score: float | None
    coverage: str
    coverage_reason: str
    rendered: int = 0
    elsewhere: dict[str, int] = field(default_factory=dict)
    aids: int = 0
    names_found: int | None = None


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case found. ``regions`` are ISO 3166-2 codes, ``proposed`` verdicts with grounds."""

    case: int
    target: str
    name: str
    kind: str
    state: str
    score: float
    role: str
    substances: list[str]
    regions: list[str]
    region_names: list[str]
    langs: list[str]
    family: int | None
    proposed: list[str]


@dataclass(frozen=True, slots=True)
class FamilyLine:
    """Cases that one operator seems to run. ``links`` say what ties them, in words."""

    family: int
    members: list[str]
    links: list[str]


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage: how it ended and what it counted, by name and reason."""

    stage: str
    state: str
    seconds: float
    counts: dict[str, int]
    error: str


@dataclass(frozen=True, slots=True)
class RecheckLine:
    """One known case that was looked at again. ``score`` and ``selling`` speak of this look alone
    and ``changed`` is the share of text that differs from the look before; None is not known."""

    case: int
    name: str
    state: str
    result: str
    outcome: str
    score: float | None
    selling: bool | None
    changed: float | None
    moved_to: str


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """One open proposal, from this run or an earlier one, and by when it is to be answered."""

    proposal: int
    case: int
    name: str
    kind: str
    says: str
    since: str
    due: str = ""


@dataclass(frozen=True, slots=True)
class OwedLine:
    """What one recipient owes beyond its time, or is owed: ``count`` entries, the oldest ``days``
    old, the first of them ``named``. ``listed`` is whether the settings name the recipient."""

    recipient: str
    owed: str
    count: int
    since: str
    days: int
    named: list[str]
    listed: bool


@dataclass(frozen=True, slots=True)
class DriftLine:
    """What is told of a run's model; None is not known. ``since`` begins its first week,
    ``shift`` is the stability index of ``scores`` scores, ``unknown`` and ``unknown_before`` are
    shares of words that training never saw, ``confirmed`` of ``decided`` cases were confirmed
    (``low`` to ``high`` is the interval). ``alarms`` says what is wrong, in words."""

    model: str
    since: str
    scores: int
    shift: float | None
    unknown: float | None
    unknown_before: float | None
    confirmed: int
    decided: int
    low: float
    high: float
    alarms: list[str]
    limits: dict[str, float]


@dataclass(frozen=True, slots=True)
class Report:
    """The morning report. ``exit_code`` is what ``narcowatch night`` ends with."""

    run: int
    kind: str
    state: str
    exit_code: int
    started_at: str
    finished_at: str
    starts: int
    totals: dict[str, int]
    stages: list[StageLine]
    sources: list[SourceLine]
    cases: list[CaseLine]
    coverage_broken: list[str]
    coverage_notes: list[str] = field(default_factory=list)
    families: list[FamilyLine] = field(default_factory=list)
    looked_again: list[RecheckLine] = field(default_factory=list)
    proposals: list[ProposalLine] = field(default_factory=list)
    same_failure: list[str] = field(default_factory=list)
    block_alarms: list[str] = field(default_factory=list)
    block_notes: list[str] = field(default_factory=list)
    overdue_holds: list[str] = field(default_factory=list)
    overdue_answers: list[OwedLine] = field(default_factory=list)
    overdue_proposals: list[str] = field(default_factory=list)
    overdue_appeals: list[str] = field(default_factory=list)
    lost_accounts: list[str] = field(default_factory=list)
    waiting_searches: list[str] = field(default_factory=list)
    undelivered: list[str] = field(default_factory=list)
    refused_seeds: list[dict[str, Any]] = field(default_factory=list)
    model: str = ""
    drift: DriftLine | None = None
    audit_head: str = ""

    def as_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return asdict(self)
