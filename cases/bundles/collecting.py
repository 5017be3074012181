"""The evidence of a case: its captures and screenshots, with the bytes they are proved by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from cases import sealing
from cases.bundles.contents import capture_facts, captures, screenshot_facts
from cases.bundles.slices import Place, Span
from cases.bundles.verifier import capture_claim, screenshot_claims
from cases.bundles.writing import BundleWriter
from cases.evidence import Pointer
from cases.models import Capture, Case, Screenshot
from cases.screenshots import png_pointer, read_png, read_text, text_pointer
from domain.clock import iso
from domain.custody import Item, Origin


@dataclass(slots=True)
class Collected:
    """What was written: items and origins for the custody record, the runs that took them."""

    items: list[Item] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)
    runs: set[int] = field(default_factory=set)
    captures: int = 0
    screenshots: int = 0
    left_out: int = 0


def collect(case: Case, root: Path, writer: BundleWriter, *, pictures: bool = True) -> Collected:
    """Write captures of ``case``, and its screenshots where ``pictures`` are wanted, with their
    slices of the store at ``root``.

    Raises EvidenceError for bytes that are gone, or not those that were captured or sealed.
    """
    collected = Collected()
    rows = list(captures(case))
    there = case.screenshots.filter(erased_at=None)
    shots = list(there.order_by("warc_file", "png_offset", "pk")) if pictures else []
    collected.left_out = 0 if pictures else there.count()
    collected.runs.update([row.run_id for row in rows], [shot.run_id for shot in shots])
    places = _slices([*_capture_spans(rows), *_shot_spans(shots)], root, writer, collected)
    writer.add_json("captures", [_capture(row, places, collected) for row in rows])
    writer.add_json("screenshots", [_shot(row, places, root, writer, collected) for row in shots])
    return collected


def _capture_spans(rows: Iterable[Capture]) -> Iterator[Span]:
    for row in rows:
        if row.warc_file:
            pointer = Pointer(row.warc_file, row.warc_offset, row.warc_length)
            yield Span(pointer, capture_claim(capture_facts(row)))


def _shot_spans(rows: Iterable[Screenshot]) -> Iterator[Span]:
    for row in rows:
        facts = screenshot_facts(row)
        facts["png"] = {"sha256": row.png_sha256, "size": row.png_size}
        facts["text"] = {"sha256": row.text_sha256, "size": row.text_size}
        picture, text = screenshot_claims(facts)
        yield Span(png_pointer(row), picture)
        yield Span(text_pointer(row), text)


def _slices(
    spans: list[Span], root: Path, writer: BundleWriter, collected: Collected
) -> dict[str, Place]:
    """Write one slice for each file of the store. Returns where each span stands now."""
    places: dict[str, Place] = {}
    known = sealing.seals(collected.runs)
    ordered = sorted(spans, key=lambda span: (span.pointer.file, span.pointer.offset))
    for source, group in groupby(ordered, key=lambda span: span.pointer.file):
        of_file = list(group)
        made = writer.add_slice(root, source, of_file)
        origin = made.origin
        if (kept := known.get(source)) is not None:
            sealing.check(root, source, kept)
            sealed = f"sha256 {kept.sha256} of {kept.size} bytes, audit event {kept.event}"
            origin = replace(origin, sealed=sealed)
        collected.origins.append(origin)
        places.update(zip((span.claim.what for span in of_file), made.places, strict=True))
    return places


def _capture(row: Capture, places: dict[str, Place], collected: Collected) -> dict[str, Any]:
    place = places.get(f"capture {row.pk}")
    collected.captures += 1
    if place is not None:
        collected.items.append(
            Item(
                name=f"capture {row.pk}",
                url=row.url,
                sha256=row.sha256,
                size=row.size,
                taken_at=iso(row.fetched_at),
                taken_for=f"run {row.run_id}",
                how=f"through {row.egress}",
                kept_in=place.file,
            )
        )
    return {**capture_facts(row), "warc": place and asdict(place)}


def _shot(
    row: Screenshot,
    places: dict[str, Place],
    root: Path,
    writer: BundleWriter,
    collected: Collected,
) -> dict[str, Any]:
    collected.screenshots += 1
    facts = screenshot_facts(row)
    for name, what, ending, data, sha256 in (
        ("picture", "png", "png", read_png(root, row), row.png_sha256),
        ("text", "text", "txt", read_text(root, row).encode(), row.text_sha256),
    ):
        item = f"{name} of screenshot {row.pk}"
        place, file = places[item], f"screens/{row.pk:06d}.{ending}"
        writer.add(file, data)
        facts[what] = {"file": file, "size": len(data), "sha256": sha256, "warc": asdict(place)}
        images = "loaded" if row.images else "blocked"
        collected.items.append(
            Item(
                name=item,
                url=row.final_url,
                sha256=sha256,
                size=len(data),
                taken_at=iso(row.taken_at),
                taken_for=row.taken_for,
                how=f"through {row.egress}, with {row.browser}, images {images}, run {row.run_id}",
                kept_in=place.file,
            )
        )
    return facts
