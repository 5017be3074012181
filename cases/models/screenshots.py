from __future__ import annotations

from typing import ClassVar

from django.db import models


class Screenshot(models.Model):
    """What a page of a case looked like, and its text as the browser showed it. Never changed, but
    for being erased (``erased_at``): then both are gone by their age and the digests stay.

    ``taken_for`` is the person who asked for it, or ``system:<stage>``. Both digests are SHA-256
    of the bytes in ``warc_file`` (relative to the evidence folder); ``url_hash`` that of ``url``.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="screenshots")
    run = models.ForeignKey("cases.Run", on_delete=models.PROTECT, related_name="screenshots")
    url = models.CharField(max_length=2048)
    url_hash = models.CharField(max_length=64)
    final_url = models.CharField(max_length=2048)
    taken_at = models.DateTimeField()
    taken_for = models.CharField(max_length=200)
    egress = models.CharField(max_length=10)
    browser = models.CharField(max_length=120)
    images = models.BooleanField(default=False)
    requests = models.PositiveIntegerField(default=0)
    retention = models.CharField(max_length=20)
    warc_file = models.CharField(max_length=200)
    png_sha256 = models.CharField(max_length=64)
    png_size = models.BigIntegerField()
    png_offset = models.BigIntegerField()
    png_length = models.BigIntegerField()
    text_sha256 = models.CharField(max_length=64)
    text_size = models.BigIntegerField()
    text_offset = models.BigIntegerField()
    text_length = models.BigIntegerField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "run", "url_hash", "images"], name="screenshot_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["case", "taken_at"])]

    def __str__(self) -> str:
        return f"screenshot {self.pk} of {self.url}"
