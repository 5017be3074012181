"""What has been read of each channel, and where an unfinished reading goes on."""

from __future__ import annotations

from django.db import models

from channels.snowball.models import ChannelYield as ChannelYield
from channels.snowball.models import InviteLink as InviteLink
from channels.snowball.models import Look as Look
from channels.snowball.models import Naming as Naming


class ChannelCursor(models.Model):
    """``last_id``: all posts up to it were read or lie beyond a page limit.

    A reading goes from the newest post back, so ``last_id`` moves only when it ends. Until then
    ``run`` is the run that reads, ``top_id`` the newest post it met, ``before_id`` where it goes
    on, and ``pages`` how many pages it has read.
    """

    target = models.OneToOneField("cases.Target", on_delete=models.CASCADE, related_name="cursor")
    last_id = models.BigIntegerField(default=0)
    checked_at = models.DateTimeField(null=True, blank=True)
    run = models.ForeignKey(
        "cases.Run", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    top_id = models.BigIntegerField(default=0)
    before_id = models.BigIntegerField(null=True, blank=True)
    pages = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.target} read up to {self.last_id}"
