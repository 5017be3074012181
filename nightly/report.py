"""The morning report as values."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

EXIT_COMPLETE, EXIT_FAILED, EXIT_COVERAGE, EXIT_SEEDS = 0, 1, 3, 4


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source of the night. ``requests`` reached its servers; ``fetched`` were answered.

    ``moved`` counts redirects to the host that its first page leads to, which are no failures.
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


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case found. ``regions`` are ISO 3166-2 codes."""

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


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage: how it ended and what it counted, by name and reason."""

    stage: str
    state: str
    seconds: float
    counts: dict[str, int]
    error: str


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
    same_failure: list[str] = field(default_factory=list)
    overdue_holds: list[str] = field(default_factory=list)
    refused_seeds: list[dict[str, Any]] = field(default_factory=list)
    audit_head: str = ""

    def as_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return asdict(self)
