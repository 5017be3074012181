from __future__ import annotations

from django.db import models

from domain.channel_profiles import Activity


class ChannelFacts(models.Model):
    """What the posts of a channel's case say of it: ``profile`` is a
    ``domain.channel_profiles.ChannelProfile`` as JSON."""

    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="channel")
    activity = models.CharField(max_length=10, choices=[(a.value, a.value) for a in Activity])
    profile = models.JSONField(default=dict)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "channel facts"

    def __str__(self) -> str:
        return f"case {self.case_id} is {self.activity}"
