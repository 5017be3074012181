"""Intake: candidates and captures enter the record here, and nowhere else.

Both are idempotent: the same candidate or capture twice changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from cases import cards, counts, fingerprints
from cases.counts import CountKey
from cases.evidence import EvidenceWriter, Pointer, body_digest
from cases.models import CandidateRow, Capture, Case, DocumentRow, Target
from cases.warc import Resource
from domain.candidates import Candidate
from domain.captures import CaptureRecord, Egress
from domain.cards import masked
from domain.clock import Clock, utc_now
from domain.digests import sha256_hex
from domain.documents import Document
from domain.mirrors import Fingerprint
from domain.targets import TargetKey, TargetKind, unicode_host

_TITLE, _DETAIL, _NOTE, _REDACTED = 1000, 500, 500, 200
_CHUNK = 500


@dataclass(slots=True)
class Stored:
    """What ``store`` did: captures and documents new to the record, the parts that it has already,
    candidates new and known."""

    captures: int = 0
    doubled: int = 0
    documents: int = 0
    parts_seen: list[str] = field(default_factory=list)
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


def target_rows(
    keys: Iterable[TargetKey], *, clock: Clock = utc_now
) -> tuple[dict[TargetKey, Target], set[TargetKey]]:
    """The rows of ``keys``, and which of them are new; see ``target_row``. Those that are there
    are read together."""
    rows: dict[TargetKey, Target] = {}
    new: set[TargetKey] = set()
    wanted = list(dict.fromkeys(keys))
    for at in range(0, len(wanted), _CHUNK):
        chunk = wanted[at : at + _CHUNK]
        kinds, values = {key.kind for key in chunk}, [key.value for key in chunk]
        found = Target.objects.filter(kind__in=kinds, value__in=values)
        rows.update((row.key, row) for row in found)
    for key in wanted:
        if key not in rows:
            rows[key], created = target_row(key, clock=clock)
            if created:
                new.add(key)
    return rows, new


class _Targets:
    """Rows of the targets of one batch, each read once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rows: dict[TargetKey, Target] = {}
        self._new: set[TargetKey] = set()

    def new(self, candidates: Iterable[Candidate]) -> list[TargetKey]:
        """The targets of ``candidates`` that came into the record with this batch, each once."""
        keys = dict.fromkeys(candidate.target for candidate in candidates)
        return [key for key in keys if key in self._new]

    def read(self, keys: Iterable[TargetKey]) -> None:
        """Have the rows of ``keys`` at hand."""
        rows, new = target_rows((key for key in keys if key not in self._rows), clock=self._clock)
        self._rows.update(rows)
        self._new |= new

    def row(self, key: TargetKey) -> Target:
        """The row of ``key``."""
        if key not in self._rows:
            self.read([key])
        return self._rows[key]


def note_candidates(
    run_id: int, candidates: Iterable[Candidate], *, clock: Clock = utc_now
) -> list[TargetKey]:
    """Write down why targets are looked at. Returns the targets that are new to the record."""
    with transaction.atomic():
        targets, noted = _Targets(clock), list(candidates)
        _note(run_id, noted, targets, clock)
    return targets.new(noted)


def _note(run_id: int, candidates: Sequence[Candidate], targets: _Targets, clock: Clock) -> None:
    targets.read(key for one in candidates for key in (one.target, one.parent) if key)
    rows = [
        CandidateRow(
            target_id=targets.row(candidate.target).pk,
            why=candidate.why,
            parent_id=targets.row(candidate.parent).pk if candidate.parent else None,
            url=candidate.url,
            run_id=run_id,
            priority=candidate.priority,
            note=candidate.note[:_NOTE],
            noted_at=clock(),
        )
        for candidate in candidates
    ]
    CandidateRow.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_CHUNK)


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
        targets = _Targets(clock)
        fresh = _not_captured(run_id, records, stored, tally)
        captures = Capture.objects.bulk_create(
            [_capture(run_id, record, evidence, retention, targets) for record in fresh],
            batch_size=_CHUNK,
        )
        stored.captures = len(captures)
        _store_documents(zip(captures, fresh, strict=True), stored)
        candidates = [candidate for record in fresh for candidate in record.candidates]
        _note(run_id, candidates, targets, clock)
        stored.candidates = len(candidates)
        stored.targets = targets.new(candidates)
        evidence.flush()
        counts.add(run_id, stage, tally)
        if also is not None:
            also()
    return stored


def _not_captured(
    run_id: int, records: Sequence[CaptureRecord], stored: Stored, tally: Counter[CountKey]
) -> list[CaptureRecord]:
    """The records whose URLs the run does not hold yet; the others are counted."""
    hashes = [url_hash(record.url) for record in records]
    rows = Capture.objects.filter(run_id=run_id, url_hash__in=hashes)
    known = set(rows.values_list("url_hash", "rendered", "again", "turn"))
    fresh = []
    for record, digest in zip(records, hashes, strict=True):
        key = (digest, record.rendered, record.again, record.turn)
        if key in known:
            stored.doubled += 1
            tally[CountKey(str(record.site), "skipped", "captured already")] += 1
            continue
        known.add(key)
        fresh.append(record)
    return fresh


def url_hash(url: str) -> str:
    """The SHA-256 of a canonical URL: what a run knows a capture by."""
    return sha256_hex(url.encode())


def _capture(
    run_id: int,
    record: CaptureRecord,
    evidence: EvidenceWriter,
    retention: str,
    targets: _Targets,
) -> Capture:
    """A capture that is not saved yet; its bytes are in the WARC."""
    exchange = record.exchange
    pointer = Pointer("", 0, 0)
    if exchange is not None and record.egress is Egress.TELEGRAM:
        resource = Resource(
            exchange.url, _content_type(record), exchange.body, record.outcome, record.redacted
        )
        (pointer,) = evidence.write_resources([resource], record.fetched_at)
    elif exchange is not None and record.rendered:
        page = _page_of(run_id, record.url)
        pointer = evidence.write_rendered(exchange, record.fetched_at, record.outcome, page)
    elif exchange is not None:
        at, note = record.fetched_at, record.outcome
        pointer = evidence.write(exchange, at, note, record.redacted)
    return Capture(
        run_id=run_id,
        target=targets.row(record.site),
        url=record.url,
        url_hash=url_hash(record.url),
        fetched_at=record.fetched_at,
        egress=record.egress,
        outcome=record.outcome,
        detail=record.detail[:_DETAIL],
        status=exchange.status if exchange else 0,
        headers=[list(pair) for pair in exchange.response_headers] if exchange else [],
        address=exchange.address if exchange else "",
        content_type=_content_type(record),
        size=len(exchange.body) if exchange else 0,
        sha256=body_digest(exchange) if exchange else "",
        depth=record.depth,
        requests=record.attempts,
        rendered=record.rendered,
        again=record.again,
        turn=record.turn,
        redacted=record.redacted[:_REDACTED],
        retention=retention,
        warc_file=pointer.file,
        warc_offset=pointer.offset,
        warc_length=pointer.length,
    )


def _page_of(run_id: int, url: str) -> Pointer | None:
    """Where the page is that a rendered one was made from: it was stored before."""
    rows = Capture.objects.filter(run_id=run_id, url_hash=url_hash(url), rendered=False)
    row = rows.exclude(warc_file="").order_by("-pk").first()
    return None if row is None else Pointer(row.warc_file, row.warc_offset, row.warc_length)


def _content_type(record: CaptureRecord) -> str:
    if record.exchange is None:
        return ""
    for name, value in record.exchange.response_headers:
        if name.lower() == "content-type":
            return value.split(";")[0].strip().lower()[:120]
    return ""


def _store_documents(pairs: Iterable[tuple[Capture, CaptureRecord]], stored: Stored) -> None:
    """Pages are stored with every capture, posts only when they are new or were edited."""
    rows: list[DocumentRow] = []
    kept: list[tuple[DocumentRow, Document]] = []
    printed: list[tuple[DocumentRow, Fingerprint]] = []
    made = [
        (_document(capture, document), document)
        for capture, record in pairs
        for document in record.documents
    ]
    posts = _posts_known(row for row, _ in made)
    for row, document in made:
        post = (row.target_id, row.part, row.text_sha256)
        if row.part and post in posts:
            stored.parts_seen.append(row.part)
            continue
        posts.add(post)
        rows.append(row)
        kept.append((row, document))
        if document.fingerprint is not None:
            printed.append((row, document.fingerprint))
    DocumentRow.objects.bulk_create(rows, batch_size=_CHUNK)
    cards.store(kept)
    fingerprints.store(printed)
    stored.documents = len(rows)


def _document(capture: Capture, document: Document) -> DocumentRow:
    text = storable(document.text)
    return DocumentRow(
        capture_id=capture.pk,
        target_id=capture.target_id,
        part=document.part,
        posted_at=document.posted_at,
        title=storable(document.title)[:_TITLE],
        lang=document.lang,
        text=text,
        text_sha256=sha256_hex(text.encode()),
        links=[[encodable(link.url), storable(link.text)] for link in document.links],
        views=document.views,
        forwarded_from=storable(document.forwarded_from)[:200],
    )


def _posts_known(rows: Iterable[DocumentRow]) -> set[tuple[int, str, str]]:
    """Target, part and digest of the posts in the record that are called like those in ``rows``."""
    parts: dict[int, set[str]] = {}
    for row in rows:
        if row.part:
            parts.setdefault(row.target_id, set()).add(row.part)
    known: set[tuple[int, str, str]] = set()
    for target_id, names in parts.items():
        ordered = sorted(names)
        for at in range(0, len(ordered), _CHUNK):
            found = DocumentRow.objects.filter(
                target_id=target_id, part__in=ordered[at : at + _CHUNK]
            )
            known.update(found.values_list("target_id", "part", "text_sha256"))
    return known


def storable(text: str) -> str:
    """``text`` as the record keeps it: ``encodable``, and with card numbers masked."""
    return masked(encodable(text))


def encodable(text: str) -> str:
    """``text`` as every database can hold it: NUL and lone surrogates become U+FFFD."""
    text = text.replace("\x00", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
