from __future__ import annotations

from typing import ClassVar

from django.db import models

from domain.decisions import VerdictKind
from domain.mirrors import Fingerprint


class FingerprintRow(models.Model):
    """What a page is told by, see ``domain.mirrors.Fingerprint``.

    ``indexed`` says that its bands are in ``BandRow``, so that copies of it are found; ``first``
    that it is then the first page of its case.
    """

    document = models.OneToOneField(
        "cases.DocumentRow", on_delete=models.CASCADE, related_name="fingerprint"
    )
    target = models.ForeignKey(
        "cases.Target", on_delete=models.CASCADE, related_name="fingerprints"
    )
    signature = models.BinaryField(max_length=256)
    shingles = models.PositiveIntegerField()
    skeleton = models.CharField(max_length=16, blank=True)
    outline = models.BigIntegerField(default=0)
    indexed = models.BooleanField(default=False)
    first = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"fingerprint of document {self.document_id}"

    @property
    def value(self) -> Fingerprint:
        return Fingerprint(bytes(self.signature), self.shingles, self.skeleton, self.outline)


class BandRow(models.Model):
    """One band of an indexed fingerprint: pages that may be alike have one in common."""

    key = models.BigIntegerField()
    fingerprint = models.ForeignKey(FingerprintRow, on_delete=models.CASCADE, related_name="bands")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "fingerprint"], name="band_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key:x} of {self.fingerprint_id}"


class SiteIcon(models.Model):
    """The icon that a site had when it was last asked for: its digest, never its bytes."""

    target = models.OneToOneField("cases.Target", on_delete=models.CASCADE, related_name="icon")
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"icon {self.sha256[:12]} of {self.target_id}"


class MirrorPair(models.Model):
    """Two cases of which one is a near copy of the other, as their newest pages show.

    ``one`` has the lower number. ``signs`` are what they have in common beside their texts.
    """

    one = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    similarity = models.FloatField()
    signs = models.JSONField(default=list)
    found_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["one", "other"], name="pair_once"),
        ]

    def __str__(self) -> str:
        return f"cases {self.one_id} and {self.other_id}, text {self.similarity:.2f}"


class ProposedVerdict(models.Model):
    """What the decided case ``source`` proposes for ``case``, which people decide all the same.

    ``similarity`` is that of their texts where they are near copies; ``evidence`` are the traits
    that tie the two, as in ``Family.links``.
    """

    case = models.ForeignKey(
        "cases.Case", on_delete=models.CASCADE, related_name="proposed_verdicts"
    )
    source = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=10, choices=[(v.value, v.value) for v in VerdictKind])
    evidence = models.JSONField(default=list)
    similarity = models.FloatField(null=True, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "source"], name="proposal_once"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} of case {self.case_id}, for case {self.source_id}"
