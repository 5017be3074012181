"""Screenshots enter the record here, and are read back here.

Picture and text are written as resource records under the URIs that archiving browsers use for
them (``urn:fullPage:URL``, ``urn:text:URL``), so that a replay tool does not show them in place of
the page itself.
"""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from cases import audit
from cases.evidence import EvidenceWriter, Pointer, read_resource
from cases.intake import storable, url_hash
from cases.models import Case, Screenshot
from cases.warc import Resource
from domain.clock import Clock, utc_now
from domain.digests import sha256_hex
from domain.errors import AccessError, EvidenceError, InputError
from domain.shots import Shot

#: The retention class: screenshots lie in files of their own, which can be removed on their own.
RETENTION = "screens"
_PNG = b"\x89PNG\r\n\x1a\n"  # PNG specification, 5.2
_URL, _BROWSER = 2048, 120


def record(
    case_id: int,
    run_id: int,
    shot: Shot,
    evidence: EvidenceWriter,
    *,
    actor: str,
    clock: Clock = utc_now,
) -> Screenshot:
    """Store a screenshot of a case: bytes to the WARC, then row and audit event in one transaction.

    ``actor`` is the person who asked for it, or ``system:<stage>``. The same URL again in the
    same run, with images or without as before, changes nothing and gives back what is there.
    Raises AccessError for a restricted case (nothing of one is ever rendered or kept), InputError
    when the picture is no PNG.
    """
    if not shot.png.startswith(_PNG):
        raise InputError(f"the screenshot of {shot.url} is no PNG")
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case_id)
        if case.restricted:
            raise AccessError(f"case {case_id} is in the restricted queue")
        known = Screenshot.objects.filter(
            case=case, run=run_id, url_hash=url_hash(shot.url), images=shot.images
        ).first()
        if known is not None:
            return known
        row = _write(case, run_id, shot, evidence, actor)
        evidence.flush()
        audit.append(
            "screenshot.taken",
            f"case:{case_id}",
            actor=actor,
            details={
                "screenshot": row.pk,
                "run": run_id,
                "url_sha256": row.url_hash,
                "png_sha256": row.png_sha256,
                "text_sha256": row.text_sha256,
                "images": shot.images,
                "egress": shot.egress.value,
                "browser": row.browser,
            },
            clock=clock,
        )
    return row


def _write(case: Case, run_id: int, shot: Shot, evidence: EvidenceWriter, actor: str) -> Screenshot:
    text, final_url = storable(shot.text).encode(), shot.final_url[:_URL]
    note = f"{shot.browser}; images {'loaded' if shot.images else 'blocked'}; {shot.egress}"
    picture, words = evidence.write_resources(
        [
            Resource(f"urn:fullPage:{final_url}", "image/png", shot.png, note),
            Resource(f"urn:text:{final_url}", "text/plain; charset=utf-8", text, note),
        ],
        shot.taken_at,
    )
    return Screenshot.objects.create(
        case=case,
        run_id=run_id,
        url=shot.url,
        url_hash=url_hash(shot.url),
        final_url=final_url,
        taken_at=shot.taken_at,
        taken_for=actor,
        egress=shot.egress,
        browser=shot.browser[:_BROWSER],
        images=shot.images,
        requests=shot.requests,
        retention=RETENTION,
        warc_file=picture.file,
        png_sha256=sha256_hex(shot.png),
        png_size=len(shot.png),
        png_offset=picture.offset,
        png_length=picture.length,
        text_sha256=sha256_hex(text),
        text_size=len(text),
        text_offset=words.offset,
        text_length=words.length,
    )


def png_pointer(row: Screenshot) -> Pointer:
    return Pointer(row.warc_file, row.png_offset, row.png_length)


def text_pointer(row: Screenshot) -> Pointer:
    return Pointer(row.warc_file, row.text_offset, row.text_length)


def read_png(root: Path, row: Screenshot) -> bytes:
    """The picture. Raises EvidenceError when it is gone or not the one that was taken."""
    return _checked(row, read_resource(root, png_pointer(row)), row.png_sha256)


def read_text(root: Path, row: Screenshot) -> str:
    """The text as the browser showed it. Raises EvidenceError as ``read_png``."""
    return _checked(row, read_resource(root, text_pointer(row)), row.text_sha256).decode()


def _checked(row: Screenshot, data: bytes, sha256: str) -> bytes:
    if sha256_hex(data) != sha256:
        raise EvidenceError(f"{row} in {row.warc_file} is not what was taken", permanent=True)
    return data
