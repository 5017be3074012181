from __future__ import annotations

from typing import ClassVar

from django.db import models


class PostImage(models.Model):
    """An image of a channel's post that the first stage took for an offer. Never changed, but for
    being erased (``erased_at``): then its bytes are gone by their age and the digest stays.

    ``part`` is the post's id, ``number`` its place among the post's images. The bytes are in
    ``warc_file`` (relative to the evidence folder); nothing shows them.
    """

    target = models.ForeignKey("cases.Target", on_delete=models.PROTECT, related_name="images")
    run = models.ForeignKey("cases.Run", on_delete=models.PROTECT, related_name="images")
    part = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField(default=0)
    url = models.CharField(max_length=2048)
    taken_at = models.DateTimeField()
    egress = models.CharField(max_length=10)
    content_type = models.CharField(max_length=20)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    score = models.FloatField()
    retention = models.CharField(max_length=20)
    warc_file = models.CharField(max_length=200)
    warc_offset = models.BigIntegerField()
    warc_length = models.BigIntegerField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["target", "part", "number"], name="image_once"),
        ]

    def __str__(self) -> str:
        return f"image {self.number} of post {self.part} of {self.target_id}"
