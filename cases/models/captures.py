from __future__ import annotations

from typing import ClassVar

from django.db import models

from domain.captures import OF_A_GROUP


class Capture(models.Model):
    """One fetch. Never changed after it is written, but for being erased.

    ``requests`` is how many requests reached the server for it, retries included (0 when the
    address guard or the resolver stopped it). The bytes are in ``warc_file`` (relative to the
    evidence folder) from ``warc_offset``; ``url_hash`` is the SHA-256 of ``url``. ``address`` is
    the server's, empty where a proxy or Tor stood between. ``rendered``
    says that a browser ran the page's scripts, ``again`` that it was asked for once more with a
    cookie that a circle of redirects had set: further captures of the same URL. So are those of
    the ``turn`` of a listener, which asks for the same again and again. ``redacted`` says what was
    hidden in the bytes before they were written, by kind (``authors=2 handles=3``). With
    ``erased_at`` bytes and texts are gone by their age (see ``cases.erasing``); the digests stay.
    """

    run = models.ForeignKey("cases.Run", on_delete=models.PROTECT, related_name="captures")
    target = models.ForeignKey("cases.Target", on_delete=models.PROTECT, related_name="captures")
    url = models.CharField(max_length=2048)
    url_hash = models.CharField(max_length=64)
    fetched_at = models.DateTimeField()
    egress = models.CharField(max_length=10)
    outcome = models.CharField(max_length=20, db_index=True)
    detail = models.CharField(max_length=500, blank=True)
    status = models.PositiveIntegerField(default=0)
    headers = models.JSONField(default=list)
    address = models.CharField(max_length=45, blank=True, db_index=True)
    content_type = models.CharField(max_length=120, blank=True)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    depth = models.PositiveIntegerField(default=0)
    requests = models.PositiveIntegerField(default=1)
    rendered = models.BooleanField(default=False)
    again = models.BooleanField(default=False)
    turn = models.PositiveIntegerField(default=0)
    redacted = models.CharField(max_length=200, blank=True)
    retention = models.CharField(max_length=20)
    warc_file = models.CharField(max_length=200, blank=True)
    warc_offset = models.BigIntegerField(default=0)
    warc_length = models.BigIntegerField(default=0)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "url_hash", "rendered", "again", "turn"], name="capture_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["target", "fetched_at"]),
            models.Index(fields=["warc_file"], name="capture_by_file"),
            models.Index(fields=["erased_at", "fetched_at"], name="capture_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.url}"

    @property
    def of_group(self) -> bool:
        """Whether it is of a public group, where others than the owners write."""
        return self.redacted.startswith(OF_A_GROUP)


class DocumentRow(models.Model):
    """Text and structure extracted from a capture: the page, or one post (``part`` is its id)."""

    capture = models.ForeignKey(Capture, on_delete=models.PROTECT, related_name="documents")
    target = models.ForeignKey("cases.Target", on_delete=models.PROTECT, related_name="documents")
    part = models.CharField(max_length=40, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    title = models.CharField(max_length=1000, blank=True)
    lang = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True)
    text_sha256 = models.CharField(max_length=64)
    links = models.JSONField(default=list)
    views = models.BigIntegerField(null=True, blank=True)
    forwarded_from = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["capture", "part"], name="document_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["target", "part", "text_sha256"])]

    def __str__(self) -> str:
        return self.title or f"document {self.pk}"
