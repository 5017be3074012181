"""What one account has asked for and may still ask for, kept in the record.

A request is counted before it goes out, and committed: a kill in between costs one request of the
budget, never gives one too many. Several processes may hold ledgers of one account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from channels.accounts.budgets import Budget, RequestClass, Slot, counting, free_from, slot_end
from channels.accounts.spending import spent_at_once
from channels.models import AccountPeer, AccountUse, AccountWait, TelegramAccount
from domain.clock import Clock, iso, utc_now
from domain.errors import InputError, RuleError

__all__ = ["Budget", "Ledger", "Peer", "RequestClass", "Retired", "Spent"]


class Spent(RuleError):
    """The account may not ask for this class before ``until``: its budget is used up, or, where
    ``flood`` is set, Telegram said to wait."""

    def __init__(self, account: str, kind: RequestClass, until: datetime, *, flood: bool) -> None:
        why = "Telegram asked for a pause" if flood else "the budget is used up"
        super().__init__(f"account {account} may not ask ({kind}) before {iso(until)}: {why}")
        self.kind, self.until, self.flood = kind, until, flood


class Retired(RuleError):
    """The account was retired, perhaps by another process: it asks for nothing any more."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A channel as the account may address it; ``access_hash`` is good for this account alone."""

    numeric_id: int
    access_hash: int
    username: str


class Ledger:
    """The ledger of the account called ``account``. Used by the thread that owns the record.

    ``budgets`` holds one for every class. Raises InputError when there is no such account, or
    no budget for a class.
    """

    def __init__(
        self, account: str, budgets: Mapping[RequestClass, Budget], clock: Clock = utc_now
    ) -> None:
        row = TelegramAccount.objects.filter(name=account).first()
        if row is None:
            raise InputError(f"there is no account {account!r}")
        if missing := {*RequestClass} - {*budgets}:
            raise InputError(f"no budget for {', '.join(sorted(missing))}")
        self.account = account
        self._pk = row.pk
        self._budgets = dict(budgets)
        self._clock = clock

    def not_before(self, kind: RequestClass) -> datetime | None:
        """From when on the account may ask for ``kind``; None when it may now."""
        return self._bound(kind, self._clock())[0]

    def used(self, kind: RequestClass) -> int:
        """How much of the budget of ``kind`` is used now."""
        live = counting(self._budgets[kind], self._slots(kind), self._clock())
        return sum(slot.used for slot in live)

    def spend(self, kind: RequestClass) -> None:
        """Count one request of ``kind``, which the caller then sends, once.

        Call it outside of any transaction: what it writes is committed when it returns. Raises
        Spent when the account may not ask now, Retired when it may never again.
        """
        budget = self._budgets[kind]
        with transaction.atomic(durable=True):
            if spent_at_once(self._pk, kind, budget, self._clock()):
                return
            if self._lock().state != TelegramAccount.State.ACTIVE:
                raise Retired(f"account {self.account} is retired")
            now = self._clock()
            until, flood = self._bound(kind, now)
            if until is not None:
                raise Spent(self.account, kind, until, flood=flood)
            uses = AccountUse.objects.filter(account_id=self._pk, kind=kind)
            ends_at = slot_end(budget, now)
            if not uses.filter(ends_at=ends_at).update(used=F("used") + 1):
                AccountUse.objects.create(account_id=self._pk, kind=kind, ends_at=ends_at, used=1)
                uses.filter(ends_at__lte=now - 2 * budget.window).delete()

    def flooded(self, kind: RequestClass, seconds: int) -> datetime:
        """Telegram answered ``kind`` with a flood wait. Returns its end; a longer one holds on."""
        with transaction.atomic(durable=True):
            self._lock()
            until = self._clock() + timedelta(seconds=seconds)
            wait, created = AccountWait.objects.get_or_create(
                account_id=self._pk, kind=kind, defaults={"until": until}
            )
            if not created and wait.until < until:
                wait.until = until
                wait.save(update_fields=["until"])
            return wait.until

    def peer(self, numeric_id: int) -> Peer | None:
        """How the account addresses the channel ``numeric_id``; None when it must resolve it."""
        row = AccountPeer.objects.filter(account_id=self._pk, numeric_id=numeric_id).first()
        return None if row is None else Peer(row.numeric_id, row.access_hash, row.username)

    def remember(self, numeric_id: int, access_hash: int, username: str) -> None:
        """Note how the account addresses a channel, so that it is never resolved again."""
        AccountPeer.objects.update_or_create(
            account_id=self._pk,
            numeric_id=numeric_id,
            defaults={"access_hash": access_hash, "username": username.lower()},
        )

    def pts(self, numeric_id: int) -> int | None:
        """The last change of a channel that the account was told and that is in the record."""
        rows = AccountPeer.objects.filter(account_id=self._pk, numeric_id=numeric_id)
        return rows.values_list("pts", flat=True).first()

    def caught_up(self, numeric_id: int, pts: int | None) -> None:
        """Changes up to ``pts`` are in the record; None where that is not known any more. In the
        transaction that stores them."""
        rows = AccountPeer.objects.filter(account_id=self._pk, numeric_id=numeric_id)
        rows.update(pts=pts)

    def _lock(self) -> TelegramAccount:
        """Everybody who spends of this account goes through its row, one after the other."""
        return TelegramAccount.objects.select_for_update().get(pk=self._pk)

    def _bound(self, kind: RequestClass, now: datetime) -> tuple[datetime | None, bool]:
        """From when on ``kind`` may be asked, if not now, and whether a flood wait is why."""
        free = free_from(self._budgets[kind], self._slots(kind), now)
        wait = AccountWait.objects.filter(account_id=self._pk, kind=kind, until__gt=now).first()
        if wait is not None and (free is None or wait.until >= free):
            return wait.until, True
        return free, False

    def _slots(self, kind: RequestClass) -> list[Slot]:
        rows = AccountUse.objects.filter(account_id=self._pk, kind=kind)
        return [Slot(*row) for row in rows.values_list("ends_at", "used")]
