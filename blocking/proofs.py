"""The evidence of a request, read from the record and the store: what carries the verdict, by its
digests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from blocking.cdn import cdn_of
from blocking.grounds import Network, Pack, Proof, Shot
from blocking.networks import Networks
from cases.bundles.contents import capture_facts, screenshot_facts
from cases.bundles.stamping import ACTION as STAMPED
from cases.bundles.verifier import rows_digest
from cases.evidence import Pointer, Stored, stored
from cases.models import AuditEvent, Capture, Case, DocumentRow, Screenshot

MAX_PROOFS = 50
_NO_STORE = "the store of evidence was not at hand"
_NOT_NOTED = "not noted when the page was captured"
_NO_SITE = "a channel has no address of its own"
_NO_TABLE = "no table of networks is kept here"
_NOT_IN_TABLE = "the address is not known, or in no range of the table"
_NO_HEADERS = "the answer's headers are not in the record"


def carried_by(rows: Sequence[DocumentRow], store: Path | None) -> tuple[Proof, ...]:
    """The proofs that ``rows`` are, in their order; without a ``store`` none is read from it.

    Raises EvidenceError when stored bytes are gone or are no records.
    """
    known: dict[int, str] = {}
    for row in rows:
        found = _stored(row.capture, store) if row.capture_id not in known else None
        known.setdefault(row.capture_id, found.sha256 if found else "")
    return tuple(_proof(row, known[row.capture_id]) for row in rows)


def _proof(row: DocumentRow, record_sha256: str) -> Proof:
    capture = row.capture
    return Proof(
        url=capture.url,
        captured_at=capture.fetched_at,
        vantage=capture.egress,
        sha256=capture.sha256,
        text_sha256=row.text_sha256,
        part=row.part,
        capture=capture.pk,
        record_sha256=record_sha256,
    )


def _stored(capture: Capture, store: Path | None) -> Stored | None:
    if store is None or not capture.warc_file or capture.erased_at is not None:
        return None
    pointer = Pointer(capture.warc_file, capture.warc_offset, capture.warc_length)
    return stored(store, pointer)


def shots_of(case: Case) -> tuple[Screenshot, ...]:
    """The newest screenshots of a case that are still kept, the newest first."""
    rows = case.screenshots.filter(erased_at=None).order_by("-taken_at", "-pk")
    return tuple(rows[:MAX_PROOFS])


def as_shot(row: Screenshot) -> Shot:
    """A screenshot as a request names it."""
    return Shot(row.pk, row.final_url, row.taken_at, row.egress, row.png_sha256, row.text_sha256)


def network_of(
    rows: Sequence[DocumentRow], store: Path | None, networks: Networks | None = None
) -> Network:
    """Where the strongest page was answered from. Nothing is asked for it: what the record does not
    hold is not known. Raises EvidenceError as ``carried_by``."""
    if not rows or rows[0].capture.egress == "telegram" or rows[0].part:
        return Network(unknown={"address": _NO_SITE, "asn": _NO_SITE, "cdn": _NO_SITE})
    capture = rows[0].capture
    found = _stored(capture, store)
    address = found.address if found else ""
    asn = networks.asn(address) if networks and address else None
    unknown = {} if asn else {"asn": _NO_TABLE if networks is None else _NOT_IN_TABLE}
    if not address:
        unknown["address"] = _NO_STORE if store is None else _NOT_NOTED
    headers = [(str(name), str(value)) for name, value in capture.headers]
    if not headers:
        unknown["cdn"] = _NO_HEADERS
    cdn = cdn_of(headers)
    return Network(
        checked_at=capture.fetched_at,
        address=address or None,
        asn=asn,
        cdn=cdn or None,
        behind_cdn=True if cdn else (False if headers else None),
        unknown=unknown,
    )


def pack_of(case: Case, rows: Sequence[DocumentRow], shots: Sequence[Screenshot]) -> Pack:
    """What of the case's evidence bundle the request points to."""
    captures = {row.capture_id: row.capture for row in rows}
    manifest, stamp = _last_bundle(case)
    return Pack(
        captures=tuple(sorted(captures)),
        captures_sha256=rows_digest(capture_facts(row) for row in captures.values()),
        screenshots=tuple(sorted(row.pk for row in shots)),
        screenshots_sha256=rows_digest(_shot_facts(row) for row in shots),
        manifest_sha256=manifest,
        timestamp_sha256=stamp,
    )


def _shot_facts(row: Screenshot) -> dict[str, object]:
    parts = {"png": {"sha256": row.png_sha256}, "text": {"sha256": row.text_sha256}}
    return {**screenshot_facts(row), **parts}


def _last_bundle(case: Case) -> tuple[str, str]:
    """The manifest of the last bundle of the case that anybody took, and its time-stamp."""
    events = AuditEvent.objects.filter(subject=f"case:{case.pk}")
    taken = events.filter(action="evidence.bundled").order_by("-seq").first()
    if taken is None:
        return "", ""
    digest = str(taken.details["manifest_sha256"])
    stamp = taken.details.get("stamp_sha256", "")
    added = events.filter(action=STAMPED, details__manifest_sha256=digest).first()
    return digest, str(added.details["stamp_sha256"] if added else stamp)
