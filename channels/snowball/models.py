"""Who names whom, what was looked at for it, and what that brought."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from channels.snowball.clues import Via


class Naming(models.Model):
    """One channel names another: see ``clues.Clue``."""

    parent = models.ForeignKey("cases.Target", on_delete=models.CASCADE, related_name="names")
    child = models.ForeignKey("cases.Target", on_delete=models.CASCADE, related_name="named_by")
    via = models.CharField(max_length=10, choices=[(v.value, v.value) for v in Via])
    selling = models.FloatField(default=0.0)
    about_drugs = models.FloatField(default=0.0)
    reserve = models.BooleanField(default=False)
    posts = models.PositiveIntegerField(default=1)
    noted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["parent", "child"], name="naming_once"),
        ]

    def __str__(self) -> str:
        return f"{self.parent} names {self.child}"


class ChannelYield(models.Model):
    """What the posts of a channel gave: ``selling`` of ``posts`` sell by the first stage's word.

    ``found_by`` led to it, ``depth`` steps away from a source that was asked for, with what it
    ``inherited`` on the way. ``outcome`` is how likely it sells, None while that is open.

    ``similar_asked_at`` is when Telegram last said what is similar to it, ``similar_run`` the run
    that asked last, ``asked_by`` the account that asks right now, empty while none does.
    """

    target = models.OneToOneField(
        "cases.Target", on_delete=models.CASCADE, related_name="channel_yield"
    )
    posts = models.PositiveIntegerField(default=0)
    selling = models.PositiveIntegerField(default=0)
    inherited = models.FloatField(default=0.0)
    depth = models.PositiveIntegerField(default=0)
    found_by = models.ForeignKey(
        "cases.Target",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="found_channels",
    )
    outcome = models.FloatField(null=True, blank=True)
    similar_asked_at = models.DateTimeField(null=True, blank=True)
    similar_run = models.ForeignKey(
        "cases.Run", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asked_by = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return f"{self.selling} of {self.posts} posts of {self.target_id} sell"


class Look(models.Model):
    """A channel found on the way that a run looks at: what was expected (``given`` are the
    numbers that it was judged by) and what came of it, None while that is open.

    ``resolved_at`` is when an account resolved its name.
    """

    run = models.ForeignKey("cases.Run", on_delete=models.CASCADE, related_name="looks")
    target = models.ForeignKey("cases.Target", on_delete=models.CASCADE, related_name="looks")
    parent = models.ForeignKey(
        "cases.Target", on_delete=models.CASCADE, related_name="looks_led_to"
    )
    given = models.JSONField(default=list)
    expected = models.FloatField()
    explored = models.BooleanField(default=False)
    outcome = models.FloatField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "target"], name="look_once"),
        ]

    def __str__(self) -> str:
        return f"run {self.run_id} looks at {self.target_id}"


class InviteLink(models.Model):
    """An invite link in a channel's posts: the SHA-256 of its hash, never the hash itself."""

    target = models.ForeignKey(
        "cases.Target", on_delete=models.CASCADE, related_name="invite_links"
    )
    digest = models.CharField(max_length=64, db_index=True)
    post = models.CharField(max_length=40, blank=True)
    noted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["target", "digest"], name="invite_once"),
        ]

    def __str__(self) -> str:
        return f"invite {self.digest[:12]} of {self.target_id}"
