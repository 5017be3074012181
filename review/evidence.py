"""What a case is proved by, as a reviewer sees it: captures and screenshots with their digests."""

from __future__ import annotations

from dataclasses import dataclass

from cases.models import Capture, Case, Screenshot
from domain.clock import iso
from domain.defang import defang

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """One item: the digest is the SHA-256 of the page's body, or of the picture. ``note`` says how
    it was taken, and where it is: WARC file (relative to the evidence folder) and offset."""

    name: str
    url: str
    taken_at: str
    sha256: str
    note: str


def evidence_of(case: Case) -> tuple[EvidenceView, ...]:
    """The newest captures that carry the verdict, then the newest screenshots; links defanged."""
    captures = Capture.objects.filter(documents__in=case.carriers).exclude(warc_file="").distinct()
    shots = case.screenshots.order_by("-taken_at", "-pk")
    return (
        *(_of_capture(row, case) for row in captures.order_by("-fetched_at", "-pk")[:_SHOWN]),
        *map(_of_screenshot, shots[:_SHOWN]),
    )


def _of_capture(row: Capture, case: Case) -> EvidenceView:
    """An account's answer holds many messages: those that carry the verdict are named."""
    carrying = row.documents.filter(pk__in=case.carriers).order_by("pk")
    parts = [part for part in carrying.values_list("part", flat=True) if part]
    name = f"capture {row.pk}" + (f", post {', '.join(parts)}" if parts else "")
    note = f"through {row.egress}, run {row.run_id}, {row.warc_file}@{row.warc_offset}"
    return EvidenceView(name, defang(row.url), iso(row.fetched_at), row.sha256, note)


def _of_screenshot(row: Screenshot) -> EvidenceView:
    images = "loaded" if row.images else "blocked"
    note = (
        f"through {row.egress}, with {row.browser}, images {images}, for {row.taken_for}, "
        f"{row.warc_file}@{row.png_offset}, its text @{row.text_offset}"
    )
    return EvidenceView(
        f"screenshot {row.pk}", defang(row.final_url), iso(row.taken_at), row.png_sha256, note
    )
