"""What has been read of each channel, and the accounts that read where there is no preview."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from channels.snowball.models import ChannelYield as ChannelYield
from channels.snowball.models import InviteLink as InviteLink
from channels.snowball.models import Look as Look
from channels.snowball.models import Naming as Naming


class ChannelCursor(models.Model):
    """``last_id``: all posts up to it were read or lie beyond a page limit.

    A reading goes from the newest post back, so ``last_id`` moves only when it ends. Until then
    ``run`` is the run that reads, ``top_id`` the newest post it met, ``before_id`` where it goes
    on, and ``pages`` how many pages it has read. ``counters`` are the figures that the channel last
    showed of itself, rounded by Telegram (``subscribers``, ``photos``, ...).
    """

    target = models.OneToOneField("cases.Target", on_delete=models.CASCADE, related_name="cursor")
    last_id = models.BigIntegerField(default=0)
    run = models.ForeignKey(
        "cases.Run", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    top_id = models.BigIntegerField(default=0)
    before_id = models.BigIntegerField(null=True, blank=True)
    pages = models.PositiveIntegerField(default=0)
    counters = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.target} read up to {self.last_id}"


class Wanted(models.Model):
    """A channel that an account is to read, since the preview does not show it, for ``run``.

    It stays until a visit to the channel ends, over nights if no account has budget for it.
    ``account`` is who reads it now, empty while nobody does. Without ``by_name`` its username is
    not known (any more), so only an account that has it among its peers can find it.
    """

    target = models.OneToOneField("cases.Target", on_delete=models.CASCADE, related_name="wanted")
    run = models.ForeignKey("cases.Run", on_delete=models.CASCADE, related_name="+")
    account = models.CharField(max_length=40, blank=True)
    by_name = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.target} wanted by run {self.run_id}"


class ChannelSearch(models.Model):
    """A search for channels that ``run`` makes once; ``account`` is who makes it now."""

    run = models.ForeignKey("cases.Run", on_delete=models.CASCADE, related_name="+")
    query = models.CharField(max_length=100)
    account = models.CharField(max_length=40, blank=True)
    done = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "query"], name="search_once"),
        ]

    def __str__(self) -> str:
        return f"{self.query!r} in run {self.run_id}"


class GonePost(models.Model):
    """A post in the record that a later reading did not find among its neighbours: deleted."""

    target = models.ForeignKey("cases.Target", on_delete=models.CASCADE, related_name="gone_posts")
    post = models.BigIntegerField()
    noticed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["target", "post"], name="gone_once"),
        ]

    def __str__(self) -> str:
        return f"{self.target}/{self.post} deleted by {self.noticed_at}"


class Advertiser(models.Model):
    """An account that advertises in a public group: the only author there of whom more is kept
    than words. ``kind`` and ``number`` are Telegram's (``PeerUser``, or ``PeerChannel`` for who
    writes as a channel), ``username`` is what it was called when last met, at ``met_at``.

    It goes when nothing of what it wrote is left in the record (``nightly.forgetting``).
    """

    target = models.ForeignKey("cases.Target", on_delete=models.CASCADE, related_name="advertisers")
    kind = models.CharField(max_length=20)
    number = models.BigIntegerField()
    username = models.CharField(max_length=64, blank=True)
    since = models.DateTimeField()
    met_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["target", "kind", "number"], name="advertiser_once"),
        ]

    def __str__(self) -> str:
        return f"{self.target}/{self.username or self.number}"


class AdvertisersPost(models.Model):
    """A message of a group that an advertiser wrote, by its number."""

    advertiser = models.ForeignKey(Advertiser, on_delete=models.CASCADE, related_name="posts")
    post = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["advertiser", "post"], name="advertisers_post_once"),
        ]

    def __str__(self) -> str:
        return f"{self.advertiser_id}/{self.post}"


class TelegramAccount(models.Model):
    """An account that may read. Its session lies encrypted in the vault, never here.

    ``user_id`` is Telegram's number of it; a retired account has a ``reason``, ``since`` is when
    it came to its state.
    """

    class State(models.TextChoices):
        ACTIVE = "active"
        RETIRED = "retired"

    class Reason(models.TextChoices):
        BANNED = "banned"
        REVOKED = "revoked"
        DUPLICATED = "duplicated"
        BY_HAND = "by hand"

    name = models.CharField(max_length=40, unique=True)
    user_id = models.BigIntegerField(unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    reason = models.CharField(max_length=10, choices=Reason.choices, blank=True)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


class AccountUse(models.Model):
    """``used`` requests of one class that an account sent in the slot before ``ends_at``."""

    account = models.ForeignKey(TelegramAccount, on_delete=models.CASCADE, related_name="uses")
    kind = models.CharField(max_length=10)
    ends_at = models.DateTimeField()
    used = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "kind", "ends_at"], name="use_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.kind} {self.used} before {self.ends_at}"


class AccountWait(models.Model):
    """Telegram told the account not to ask for this class ``until`` then."""

    account = models.ForeignKey(TelegramAccount, on_delete=models.CASCADE, related_name="waits")
    kind = models.CharField(max_length=10)
    until = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "kind"], name="wait_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.kind} until {self.until}"


class AccountPeer(models.Model):
    """How one account addresses a channel: the access hash is good for no other account.

    ``pts`` is the number of the last change of the channel that came to the account as an update
    and is in the record (https://core.telegram.org/api/updates); None before the first.
    """

    account = models.ForeignKey(TelegramAccount, on_delete=models.CASCADE, related_name="peers")
    numeric_id = models.BigIntegerField()
    access_hash = models.BigIntegerField()
    username = models.CharField(max_length=64, blank=True)
    pts = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "numeric_id"], name="peer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.numeric_id} {self.username}"
