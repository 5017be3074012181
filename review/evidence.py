"""What a case is proved by, as a reviewer sees it: captures and screenshots with their digests."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.models import Capture, Case, DocumentRow, Screenshot
from domain.clock import iso
from domain.defang import defang
from review.vocabulary import called

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
    newest = list(captures.order_by("-fetched_at", "-pk")[:_SHOWN])
    parts: dict[int, list[str]] = {row.pk: [] for row in newest}
    carrying = DocumentRow.objects.filter(capture__in=newest, pk__in=case.carriers).exclude(part="")
    for capture, part in carrying.order_by("pk").values_list("capture_id", "part"):
        parts[capture].append(part)
    shots = case.screenshots.order_by("-taken_at", "-pk")
    return (
        *(_of_capture(row, parts[row.pk]) for row in newest),
        *map(_of_screenshot, shots[:_SHOWN]),
    )


def _of_capture(row: Capture, parts: list[str]) -> EvidenceView:
    """An account's answer holds many messages: those that carry the verdict are named."""
    name = _("capture %(number)s, post %(parts)s") if parts else _("capture %(number)s")
    name %= {"number": row.pk, "parts": ", ".join(parts)}
    note = _("way out: %(egress)s, run %(run)s, %(place)s") % {
        "egress": called(row.egress, "egress"),
        "run": row.run_id,
        "place": f"{row.warc_file}@{row.warc_offset}",
    }
    return EvidenceView(name, defang(row.url), iso(row.fetched_at), row.sha256, note)


def _of_screenshot(row: Screenshot) -> EvidenceView:
    note = _(
        "way out: %(egress)s, with %(browser)s, images %(images)s, for %(person)s, %(place)s, "
        "its text @%(offset)s"
    ) % {
        "egress": called(row.egress, "egress"),
        "browser": row.browser,
        "images": _("loaded") if row.images else _("not loaded"),
        "person": row.taken_for,
        "place": f"{row.warc_file}@{row.png_offset}",
        "offset": row.text_offset,
    }
    name = _("screenshot %(number)s") % {"number": row.pk}
    return EvidenceView(name, defang(row.final_url), iso(row.taken_at), row.png_sha256, note)
