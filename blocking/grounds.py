"""What a request rests on, as plain values: approvals, evidence, the network it was seen on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.targets import TargetKey


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's confirmation: who, when, why this unit, and the reason where one was given."""

    person: str
    at: datetime
    jurisdiction: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """One capture that carries the verdict. Digests are SHA-256: of the bytes as they came, of the
    text read from them, and of the WARC records as they are stored (``record_sha256``, "" when
    these were erased by their age)."""

    url: str
    captured_at: datetime
    vantage: str
    sha256: str
    text_sha256: str
    part: str = ""
    capture: int = 0
    record_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Shot:
    """A screenshot of a page of the case; digests are SHA-256 of the picture and of its text."""

    screenshot: int
    url: str
    taken_at: datetime
    vantage: str
    sha256: str
    text_sha256: str


@dataclass(frozen=True, slots=True)
class Network:
    """Where the strongest page was answered from when it was captured, and through which network of
    caches. ``unknown`` says of each that is not known why."""

    checked_at: datetime | None = None
    address: str | None = None
    asn: int | None = None
    cdn: str | None = None
    behind_cdn: bool | None = None
    unknown: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pack:
    """What of an evidence bundle the request points to: the digest over its captures and that over
    its screenshots, which every bundle of the case that holds them gives again (see
    ``cases.bundles.verifier.rows_digest``); and the last bundle that somebody had taken by then, by
    the digests of its manifest and of the time-stamp over it."""

    captures: tuple[int, ...]
    captures_sha256: str
    screenshots: tuple[int, ...]
    screenshots_sha256: str
    manifest_sha256: str = ""
    timestamp_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Collateral:
    """Who else a block could hit, looked up when the request was made: whether the host is shared
    (and as what), and how many other hosts of the same registrable domain are known that nobody has
    confirmed. ``hits`` are findings of the never-block list that the second person overrode in
    writing."""

    shared: str = ""
    platform: str = ""
    other_hosts: int = 0
    hits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MilderStep:
    """Something tried before that hits less: ``step`` says what, ``recipient`` was asked for a
    block of ``scope`` by ``request``, and ``outcome`` is where its order stands."""

    step: str
    recipient: str
    scope: str
    request: str
    at: datetime
    outcome: str


@dataclass(frozen=True, slots=True)
class Renewed:
    """The request that another one renews: ``number`` counts the renewals."""

    id: str
    sha256: str
    number: int


@dataclass(frozen=True, slots=True)
class Ground:
    """What the request rests on, gathered from the record. ``found_by`` are candidates' reasons."""

    case_id: int
    review_round: int
    key: TargetKey
    name: str
    approvals: tuple[Approval, ...]
    proofs: tuple[Proof, ...]
    facts: Mapping[str, Any]
    found_by: tuple[str, ...]
    score: float
    model: str
    pack: Pack
    network: Network = Network()
    shots: tuple[Shot, ...] = ()
    collateral: Collateral = Collateral()
    renews: Renewed | None = None
    milder: tuple[MilderStep, ...] = ()
