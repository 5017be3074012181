from __future__ import annotations

from typing import ClassVar

from django.db import models


class FrontierEntry(models.Model):
    """One URL that a run knows of: to be fetched, fetched, fetched and to be rendered, or left out
    under a reason.

    ``url_hash`` is the SHA-256 of ``url``; ``target`` the run's source that the URL counts for.
    ``depth`` counts links since the site was entered, ``hops`` sites since a source,
    ``redirects`` redirects in a row (``parent`` is the entry that redirected or linked here);
    ``pattern`` is equal for URLs that differ in numbers alone. ``selling``, ``about_drugs``,
    ``inherited`` and ``anchor`` are the lead (see ``crawlers.focus.Lead``). ``again`` says that it
    was fetched before and is asked for once more (see ``crawlers.circles``).
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RENDER = "render"
        DONE = "done"
        DROPPED = "dropped"

    run = models.ForeignKey("cases.Run", on_delete=models.CASCADE, related_name="frontier")
    target = models.ForeignKey("cases.Target", on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    url = models.CharField(max_length=2048)
    url_hash = models.CharField(max_length=64)
    pattern = models.CharField(max_length=16)
    depth = models.PositiveIntegerField(default=0)
    hops = models.PositiveIntegerField(default=0)
    redirects = models.PositiveIntegerField(default=0)
    priority = models.FloatField(default=0.0)
    selling = models.FloatField(default=0.0)
    about_drugs = models.FloatField(default=0.0)
    inherited = models.FloatField(default=0.0)
    anchor = models.CharField(max_length=200, blank=True)
    why = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    reason = models.CharField(max_length=80, blank=True)
    again = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "url_hash"], name="frontier_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["run", "state", "-priority", "id"], name="frontier_best_first"),
            models.Index(fields=["run", "state", "id"], name="frontier_by_age"),
            models.Index(fields=["run", "target", "state"], name="frontier_of_site"),
            models.Index(fields=["run", "pattern", "target"], name="frontier_patterns"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.url}"


class SiteVisit(models.Model):
    """What a run's crawl has to know of one of its sites when it is started again.

    Over all starts, ``seconds`` were spent on the site, ``brought`` new sites were taken in from
    it, ``scored`` pages gave ``reward`` in all and ``selling`` of them sell. Its first page
    redirects to ``moves_to`` where that is set; ``stuck`` says why a redirect on that way was not
    followed.
    """

    run = models.ForeignKey("cases.Run", on_delete=models.CASCADE, related_name="site_visits")
    target = models.ForeignKey("cases.Target", on_delete=models.PROTECT, related_name="+")
    seconds = models.FloatField(default=0.0)
    brought = models.PositiveIntegerField(default=0)
    scored = models.PositiveIntegerField(default=0)
    reward = models.FloatField(default=0.0)
    selling = models.PositiveIntegerField(default=0)
    moves_to = models.ForeignKey(
        "cases.Target", on_delete=models.PROTECT, null=True, blank=True, related_name="arrivals"
    )
    stuck = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "target"], name="site_visit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.target}"


class LinkModelState(models.Model):
    """What a run has learned of links so far (see ``crawlers.focus.LinkModel``)."""

    run = models.OneToOneField("cases.Run", on_delete=models.CASCADE, related_name="link_model")
    stored = models.BinaryField()

    def __str__(self) -> str:
        return f"link model of run {self.run_id}"


class CrawlUse(models.Model):
    """What a run's crawl has used up so far, over all its starts: time, and bytes on the wire."""

    run = models.OneToOneField("cases.Run", on_delete=models.CASCADE, related_name="crawl_use")
    seconds = models.FloatField(default=0.0)
    received = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.run_id}: {self.seconds:.0f} s, {self.received} bytes"


class ShotTaken(models.Model):
    """That a page of a case was photographed in a run, or why not. Picture and text are kept by
    the record.

    ``digest`` is the SHA-256 of the page's text as it was assessed: a page that has changed is
    photographed again. ``requests`` were sent to the page's own host for it.
    """

    TAKEN: ClassVar = "taken"

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey("cases.Run", on_delete=models.PROTECT, related_name="+")
    url = models.CharField(max_length=2048)
    url_hash = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    images = models.BooleanField(default=False)
    outcome = models.CharField(max_length=80)
    requests = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case", "url_hash"], name="shot_of_page")]

    def __str__(self) -> str:
        return f"{self.outcome} {self.url}"
