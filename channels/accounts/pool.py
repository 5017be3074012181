"""Which accounts there are: they come by logging in and go by being retired."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import QuerySet

from cases import audit, counts
from cases.counts import CountKey
from channels.accounts.vault import Vault, check_name
from channels.identity import ACTOR
from channels.models import TelegramAccount
from channels.visiting import STAGE
from domain.clock import Clock, utc_now
from domain.errors import InputError, VaultError

log = logging.getLogger(__name__)
Reason = TelegramAccount.Reason
_ACTIVE, _RETIRED = TelegramAccount.State.ACTIVE, TelegramAccount.State.RETIRED


def active() -> list[str]:
    """The accounts that may read, by name."""
    return [*_rows(_ACTIVE).values_list("name", flat=True)]


def lost() -> list[TelegramAccount]:
    """Accounts that Telegram took away and that nobody has replaced or retired by hand since."""
    return [*_rows(_RETIRED).exclude(reason=Reason.BY_HAND)]


def check_new(name: str) -> None:
    """Raise InputError unless somebody may log in under ``name``."""
    if check_name(name) in active():
        raise InputError(f"account {name} is logged in already: retire it first")


def enlist(name: str, user_id: int, *, actor: str, clock: Clock = utc_now) -> None:
    """Take in the account that signed in as Telegram's user ``user_id``, or take it back.

    A name stays with its user, and a user with its name, for good: what was counted of an
    account must not be shaken off by another name. Raises InputError where they do not belong
    together.
    """
    with transaction.atomic():
        row = TelegramAccount.objects.select_for_update().filter(user_id=user_id).first()
        if row is not None and row.name != name:
            raise InputError(f"this is the account {row.name}: log in under that name")
        if row is None:
            if TelegramAccount.objects.filter(name=name).exists():
                raise InputError(f"{name} is another account's name: choose another one")
            row = TelegramAccount(name=name, user_id=user_id)
        row.state, row.reason, row.since = _ACTIVE, "", clock()
        row.save()
        audit.append("account.enlisted", f"account:{name}", actor=actor, clock=clock)


def retire(
    name: str,
    reason: TelegramAccount.Reason,
    vault: Vault,
    *,
    actor: str = ACTOR,
    run_id: int | None = None,
    clock: Clock = utc_now,
) -> bool:
    """Have the account read no more, and forget its session. Returns whether that is news.

    The audit chain says why; in a run it is counted, and the morning report and the doctor name
    the account until somebody logs in anew or retires it by hand. A ledger of the account in any
    process raises ``Retired`` from now on. Raises InputError when there is no such account.
    """
    with transaction.atomic():
        row = TelegramAccount.objects.select_for_update().filter(name=name).first()
        if row is None:
            raise InputError(f"there is no account {name!r}")
        news = row.state == _ACTIVE or (reason == Reason.BY_HAND and row.reason != reason)
        if news:
            details = {"reason": reason.value, "before": row.reason or row.state}
            row.state, row.reason, row.since = _RETIRED, reason.value, clock()
            row.save(update_fields=["state", "reason", "since"])
            audit.append(
                "account.retired", f"account:{name}", actor=actor, details=details, clock=clock
            )
            if run_id is not None:
                counts.add(run_id, STAGE, {CountKey("", "accounts lost", reason.value): 1})
    if news and reason != Reason.BY_HAND:
        log.error("account %s is lost (%s) and retired", name, reason.value)
    _forget(vault, name)
    return news


def _forget(vault: Vault, name: str) -> None:
    """What is retired is not used again whether its session can be removed or not."""
    try:
        vault.remove(name)
    except VaultError as error:
        log.warning("the session of %s is still there: %s", name, error)


def _rows(state: TelegramAccount.State) -> QuerySet[TelegramAccount]:
    return TelegramAccount.objects.filter(state=state).order_by("name")
