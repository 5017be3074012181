"""What a dossier says, as values: ``dossier.json`` is made of them alone, and so is the paper.

Codes are those of the record, times are RFC 3339 in UTC, addresses are as they were collected: the
paper defangs them, programs read them as they are.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from pydantic import TypeAdapter

from domain.digests import canonical_json

SCHEMA = "narcowatch.dossier/1"


@dataclass(frozen=True, slots=True)
class Cover:
    """What this is, who made it when, for whom and what for. ``left_out`` counts cases of the
    family that are not in it; ``cards_reason`` is why card numbers are shown, empty where they
    are masked."""

    number: int
    subject: str
    unit: str
    contact: str
    made_by: str
    made_at: str
    handed_to: str
    purpose: str
    language: str
    pictures: bool
    cards_reason: str
    left_out: int
    software: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """A contact or wallet: when it was first and last captured, and in which cases."""

    kind: str
    value: str
    first_seen: str
    last_seen: str
    cases: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Price:
    """Amounts named for a unit, from the least to the most, and how often."""

    currency: str
    unit: str
    least: float
    most: float
    times: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What is sold, where, for how much and over what, of all cases together."""

    roles: tuple[str, ...]
    substances: tuple[str, ...]
    regions: tuple[str, ...]
    langs: tuple[str, ...]
    prices: tuple[Price, ...]
    indicators: tuple[Indicator, ...]
    indicators_left_out: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said of a case; ``undone_at`` is when it was taken back, empty if never."""

    person: str
    verdict: str
    review_round: int
    reason: str
    jurisdiction: str
    decided_at: str
    undone_at: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters ``start`` to ``end`` (exclusive) of a carrier's text, and why they count."""

    start: int
    end: int
    kind: str
    weight: float


@dataclass(frozen=True, slots=True)
class Carrier:
    """A page or post that carries the verdict, with its text and what made it count."""

    document: int
    capture: int
    url: str
    part: str
    title: str
    probability: float
    text: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class CaptureFacts:
    """A fetch that carries the verdict: SHA-256 of the body, egress, and where the bytes are."""

    id: int
    url: str
    fetched_at: str
    egress: str
    outcome: str
    status: int
    size: int
    sha256: str
    stored_in: str


@dataclass(frozen=True, slots=True)
class ShotFacts:
    """A screenshot; ``sha256`` is the picture's."""

    id: int
    url: str
    taken_at: str
    egress: str
    browser: str
    images: bool
    sha256: str


@dataclass(frozen=True, slots=True)
class Ordered:
    """A request for the case and one recipient's order for it; ``recipient`` and ``state`` are
    empty where it was not sent."""

    request: str
    action: str
    scope: str
    values: tuple[str, ...]
    asked_at: str
    until: str
    recipient: str
    state: str
    sent_at: str
    changed_at: str


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An event of the audit chain, without its details."""

    seq: int
    at: str
    actor: str
    action: str
    subject: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """One case. ``target`` is its canonical key, ``name`` what people read, ``found`` why it was
    looked at. ``captures_left_out`` and the like are beyond what is listed; the bundle has all."""

    case: int
    target: str
    name: str
    kind: str
    state: str
    standing: str
    on_hold: bool
    score: float
    role: str
    substances: tuple[str, ...]
    regions: tuple[str, ...]
    langs: tuple[str, ...]
    opened_at: str
    changed_at: str
    found: tuple[str, ...]
    decisions: tuple[Decision, ...]
    carriers: tuple[Carrier, ...]
    captures: tuple[CaptureFacts, ...]
    captures_left_out: int
    screenshots: tuple[ShotFacts, ...]
    orders: tuple[Ordered, ...]
    audit: tuple[AuditLine, ...]
    audit_left_out: int
    evidence_sha256: str


@dataclass(frozen=True, slots=True)
class TieFacts:
    """What some cases of a family have in common, and how surely it tells one operator."""

    kind: str
    value: str
    cases: tuple[int, ...]
    strength: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """All of it."""

    schema: str
    cover: Cover
    summary: Summary
    cases: tuple[CaseFacts, ...]
    ties: tuple[TieFacts, ...]
    ties_left_out: int

    def as_json(self) -> bytes:
        """As ``dossier.json`` holds it: canonical JSON (RFC 8785)."""
        return canonical_json(asdict(self))


def json_schema() -> bytes:
    """What ``dossier.json`` may hold, as JSON Schema (draft 2020-12)."""
    found = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        **TypeAdapter(Dossier).json_schema(),
    }
    return canonical_json(found)
