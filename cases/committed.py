"""How far each WARC file is in the record: what stands behind that was never taken in."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Max, QuerySet
from django.db.models.expressions import CombinedExpression

from cases.models import Capture, PostImage, Screenshot


def committed_ends(run_id: int | None = None) -> dict[str, int]:
    """Per WARC file of a run (None for all), the byte after the last capture, screenshot or image
    in the record (for ``recover``)."""
    captures = Capture.objects.exclude(warc_file="")
    shots = Screenshot.objects.exclude(warc_file="")
    images = PostImage.objects.exclude(warc_file="")
    if run_id is not None:
        captures, shots = captures.filter(run_id=run_id), shots.filter(run_id=run_id)
        images = images.filter(run_id=run_id)
    ends: dict[str, int] = {}
    for name, end in (
        *_ends(captures, F("warc_offset") + F("warc_length")),
        *_ends(images, F("warc_offset") + F("warc_length")),
        *_ends(shots, F("png_offset") + F("png_length")),
        *_ends(shots, F("text_offset") + F("text_length")),
    ):
        ends[name] = max(end, ends.get(name, 0))
    return ends


def committed_shots() -> list[tuple[int, str, int]]:
    """Run and WARC file of all screenshots, with the byte after the last one in it: a text, which
    is written behind its picture."""
    rows = Screenshot.objects.order_by().values_list("run_id", "warc_file")
    return list(rows.annotate(end=Max(F("text_offset") + F("text_length"))))


def _ends(rows: QuerySet[Any], end: CombinedExpression) -> list[tuple[str, int]]:
    return list(rows.order_by().values_list("warc_file").annotate(end=Max(end)))
