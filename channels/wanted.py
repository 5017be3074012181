"""Channels that accounts are to read: left by the preview, claimed by one account each."""

from __future__ import annotations

from collections.abc import Iterable

from cases.models import Run, RunSource, Target
from channels.identity import is_alias
from channels.models import AccountPeer, ChannelSearch, ChannelYield, TelegramAccount, Wanted
from channels.posts import Batch
from domain.captures import Outcome
from domain.nights import LISTEN

ACTIVE = TelegramAccount.State.ACTIVE
#: Outcomes that speak of the preview's host or the way to it, not of the channel.
OF_THE_HOST = frozenset(
    {
        Outcome.FORBIDDEN,
        Outcome.THROTTLED,
        Outcome.TIMEOUT,
        Outcome.CONNECTION,
        Outcome.DNS,
        Outcome.ADDRESS_REFUSED,
    }
)


def hand_over(run: Run, target: Target, batch: Batch | None) -> bool:
    """Leave ``target`` to the accounts, if one may read what the preview did not.

    ``batch`` is how the preview's visit ended; None where it did not ask. Channels that an account
    knows are left to it also where the preview's host does not answer. Returns whether it was left
    to them.
    """
    by_name = batch is not None and batch.by_account
    if not by_name and not (_not_shown(batch) and _known_to_an_account(target)):
        return False
    Wanted.objects.update_or_create(
        target=target, defaults={"run": run, "account": "", "by_name": by_name}
    )
    return True


def _not_shown(batch: Batch | None) -> bool:
    return batch is None or batch.outcome is Outcome.NO_SUCH_NAME or batch.outcome in OF_THE_HOST


def _known_to_an_account(target: Target) -> bool:
    """Whether an account can find the channel whatever it is called now."""
    if is_alias(target) or not target.value.isdecimal():
        return False
    peers = AccountPeer.objects.filter(numeric_id=int(target.value), account__state=ACTIVE)
    return peers.exists()


def wish_for(target: Target) -> Wanted | None:
    """The row that says that accounts are to read ``target``."""
    return Wanted.objects.filter(target=target).first()


def pass_on(wish: Wanted, to: Target) -> None:
    """The channel that was wanted turned out to be ``to``: whoever has claimed it goes on."""
    Wanted.objects.update_or_create(
        target=to, defaults={"run": wish.run, "account": wish.account, "by_name": True}
    )


def done_with(run: Run, targets: Iterable[int]) -> None:
    """The visits to these targets have ended: no account is to read them any more. A listener ends
    no visit of a night's."""
    if run.kind != LISTEN:
        Wanted.objects.filter(target__in=[*targets]).delete()


def release(run: Run, account: str | None = None) -> None:
    """Give back what ``account`` (or everybody) has claimed. For accounts that read no more."""
    rows = Wanted.objects.filter(run=run).exclude(account="")
    questions = ChannelYield.objects.exclude(asked_by="")
    searches = ChannelSearch.objects.filter(run=run).exclude(account="")
    if account is not None:
        rows, questions = rows.filter(account=account), questions.filter(asked_by=account)
        searches = searches.filter(account=account)
    rows.update(account="")
    questions.update(asked_by="")
    searches.update(account="")


def reopen(run: Run) -> None:
    """Have the run visit again what was left for want of an account."""
    left = Wanted.objects.filter(run=run).values("target")
    RunSource.objects.filter(run=run, target__in=left).update(done=False)
