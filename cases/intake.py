"""Intake: candidates and captures enter the record here, and nowhere else.

Both are idempotent: the same candidate or capture twice changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max

from cases import counts
from cases.counts import CountKey
from cases.evidence import EvidenceWriter, Pointer, body_digest
from cases.models import CandidateRow, Capture, Case, DocumentRow, Target
from domain.candidates import Candidate
from domain.captures import CaptureRecord
from domain.clock import Clock, utc_now
from domain.digests import sha256_hex
from domain.documents import Document
from domain.targets import TargetKey, TargetKind, unicode_host

_TITLE, _DETAIL, _NOTE = 1000, 500, 500


@dataclass(slots=True)
class Stored:
    """What ``store`` did: captures and documents new to the record, candidates new and known."""

    captures: int = 0
    doubled: int = 0
    documents: int = 0
    documents_seen: int = 0
    candidates: int = 0
    targets: list[TargetKey] = field(default_factory=list)


def target_row(key: TargetKey, *, name: str = "", clock: Clock = utc_now) -> tuple[Target, bool]:
    """The row of ``key`` and whether it is new; a new target opens a case in state *new*."""
    now = clock()
    row, created = Target.objects.get_or_create(
        kind=key.kind,
        value=key.value,
        defaults={"first_seen": now, "name": name or _display_name(key)},
    )
    if created:
        Case.objects.create(target=row, opened_at=now, changed_at=now)
    return row, created


def _display_name(key: TargetKey) -> str:
    return unicode_host(key.value) if key.kind is TargetKind.HOST else key.value


def note_candidates(
    run_id: int, candidates: Iterable[Candidate], *, clock: Clock = utc_now
) -> list[TargetKey]:
    """Write down why targets are looked at. Returns the targets that are new to the record."""
    new: list[TargetKey] = []
    with transaction.atomic():
        for candidate in candidates:
            target, created = target_row(candidate.target, clock=clock)
            if created:
                new.append(candidate.target)
            parent = target_row(candidate.parent, clock=clock)[0] if candidate.parent else None
            CandidateRow.objects.get_or_create(
                target=target,
                why=candidate.why,
                parent=parent,
                url=candidate.url,
                defaults={
                    "run_id": run_id,
                    "priority": candidate.priority,
                    "note": candidate.note[:_NOTE],
                    "noted_at": clock(),
                },
            )
    return new


def store(
    run_id: int,
    stage: str,
    records: Sequence[CaptureRecord],
    evidence: EvidenceWriter,
    *,
    also: Callable[[], None] | None = None,
    retention: str = "pages",
    clock: Clock = utc_now,
) -> Stored:
    """Store a batch: bytes to the WARC first, then all rows in one transaction.

    ``also`` runs inside the transaction (a crawler marks its frontier there). A capture of a URL
    that this run holds already is counted as doubled and changes nothing.
    """
    stored = Stored()
    tally: Counter[CountKey] = Counter()
    with transaction.atomic():
        hashes = [url_hash(record.url) for record in records]
        known = set(
            Capture.objects.filter(run_id=run_id, url_hash__in=hashes).values_list(
                "url_hash", "rendered"
            )
        )
        for record, digest in zip(records, hashes, strict=True):
            key = (digest, record.rendered)
            if key in known:
                stored.doubled += 1
                tally[CountKey(str(record.site), "skipped", "captured already")] += 1
                continue
            known.add(key)
            _store_one(run_id, record, evidence, retention, stored, clock)
        evidence.flush()
        counts.add(run_id, stage, tally)
        if also is not None:
            also()
    return stored


def url_hash(url: str) -> str:
    """The SHA-256 of a canonical URL: what a run knows a capture by."""
    return sha256_hex(url.encode())


def _store_one(
    run_id: int,
    record: CaptureRecord,
    evidence: EvidenceWriter,
    retention: str,
    stored: Stored,
    clock: Clock,
) -> None:
    exchange = record.exchange
    pointer = Pointer("", 0, 0)
    if exchange is not None:
        write = evidence.write_rendered if record.rendered else evidence.write
        pointer = write(exchange, record.fetched_at, record.outcome)
    target, _ = target_row(record.site, clock=clock)
    capture = Capture.objects.create(
        run_id=run_id,
        target=target,
        url=record.url,
        url_hash=url_hash(record.url),
        fetched_at=record.fetched_at,
        egress=record.egress,
        outcome=record.outcome,
        detail=record.detail[:_DETAIL],
        status=exchange.status if exchange else 0,
        headers=[list(pair) for pair in exchange.response_headers] if exchange else [],
        content_type=_content_type(record),
        size=len(exchange.body) if exchange else 0,
        sha256=body_digest(exchange) if exchange else "",
        depth=record.depth,
        requests=record.attempts,
        rendered=record.rendered,
        retention=retention,
        warc_file=pointer.file,
        warc_offset=pointer.offset,
        warc_length=pointer.length,
    )
    stored.captures += 1
    _store_documents(capture, record.documents, stored)
    new = note_candidates(run_id, record.candidates, clock=clock)
    stored.candidates += len(record.candidates)
    stored.targets.extend(new)


def _content_type(record: CaptureRecord) -> str:
    if record.exchange is None:
        return ""
    for name, value in record.exchange.response_headers:
        if name.lower() == "content-type":
            return value.split(";")[0].strip().lower()[:120]
    return ""


def _store_documents(capture: Capture, documents: Sequence[Document], stored: Stored) -> None:
    """Pages are stored with every capture, posts only when they are new or were edited."""
    rows = []
    for document in documents:
        text = storable(document.text)
        digest = sha256_hex(text.encode())
        if document.part and _post_known(capture.target_id, document.part, digest):
            stored.documents_seen += 1
            continue
        rows.append(
            DocumentRow(
                capture=capture,
                target_id=capture.target_id,
                part=document.part,
                posted_at=document.posted_at,
                title=storable(document.title)[:_TITLE],
                lang=document.lang,
                text=text,
                text_sha256=digest,
                links=[[storable(link.url), storable(link.text)] for link in document.links],
                views=document.views,
                forwarded_from=storable(document.forwarded_from)[:200],
            )
        )
    DocumentRow.objects.bulk_create(rows)
    stored.documents += len(rows)


def _post_known(target_id: int, part: str, digest: str) -> bool:
    return DocumentRow.objects.filter(target_id=target_id, part=part, text_sha256=digest).exists()


def storable(text: str) -> str:
    """``text`` as every database can hold it: NUL and lone surrogates become U+FFFD."""
    return (
        text.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )


def committed_ends(run_id: int) -> dict[str, int]:
    """Per WARC file of a run, the byte after the last capture in the record (for ``recover``)."""
    ends: dict[str, int] = {}
    rows = (
        Capture.objects.filter(run_id=run_id)
        .exclude(warc_file="")
        .values("warc_file")
        .annotate(last=Max("warc_offset"))
    )
    for row in rows:
        last = Capture.objects.get(
            run_id=run_id, warc_file=row["warc_file"], warc_offset=row["last"]
        )
        ends[row["warc_file"]] = last.warc_offset + last.warc_length
    return ends
