"""Images of posts enter the record here. Nothing reads them back: they are evidence, and shown to
nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from cases import audit
from cases.evidence import EvidenceWriter
from cases.models import PostImage, Target
from cases.warc import Resource
from domain.captures import Egress
from domain.clock import Clock, utc_now
from domain.digests import sha256_hex
from domain.errors import AccessError
from domain.retention import Class

#: Images lie in files of their own, which can be removed on their own.
RETENTION = Class.IMAGES.value
_URL = 2048


@dataclass(frozen=True, slots=True)
class Taken:
    """An image: of which post (``part``), the how many-th, where from, and what made it wanted."""

    part: str
    number: int
    url: str
    at: datetime
    egress: Egress
    content_type: str
    data: bytes
    score: float


def known(target: Target, part: str) -> frozenset[int]:
    """Which images of a post are in the record, erased ones included."""
    rows = PostImage.objects.filter(target=target, part=part)
    return frozenset(rows.values_list("number", flat=True))


def record(
    target: Target,
    run_id: int,
    image: Taken,
    evidence: EvidenceWriter,
    *,
    actor: str,
    clock: Clock = utc_now,
) -> PostImage:
    """Store an image: bytes to the WARC, then row and audit event in one transaction.

    The same image of the same post again changes nothing and gives back what is there. Raises
    AccessError for a restricted case, of which nothing is ever kept.
    """
    with transaction.atomic():
        if target.case.restricted:
            raise AccessError(f"case {target.case.pk} is in the restricted queue")
        there = PostImage.objects.filter(target=target, part=image.part, number=image.number)
        if (row := there.first()) is not None:
            return row
        digest = sha256_hex(image.data)
        note = f"image of post {image.part}; first stage {image.score:.4f}"
        resource = Resource(image.url, image.content_type, image.data, note)
        (pointer,) = evidence.write_resources([resource], image.at)
        row = PostImage.objects.create(
            target=target,
            run_id=run_id,
            part=image.part,
            number=image.number,
            url=image.url[:_URL],
            taken_at=image.at,
            egress=image.egress,
            content_type=image.content_type,
            size=len(image.data),
            sha256=digest,
            score=image.score,
            retention=RETENTION,
            warc_file=pointer.file,
            warc_offset=pointer.offset,
            warc_length=pointer.length,
        )
        evidence.flush()
        audit.append(
            "image.taken",
            f"case:{target.case.pk}",
            actor=actor,
            details={
                "image": row.pk,
                "run": run_id,
                "post": image.part,
                "sha256": digest,
                "size": len(image.data),
                "egress": image.egress.value,
            },
            clock=clock,
        )
    return row
