"""Accounts at work on a run, each in a process of its own, after the previews were read."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

from cases import counts
from cases.counts import CountKey
from cases.models import Run
from channels.accounts import pool
from channels.accounts.holding import holder_of
from channels.accounts.ledger import Ledger, RequestClass
from channels.accounts.readiness import allowed
from channels.claims import could_do, unclaimed
from channels.options import AccountReading
from channels.process import EXIT_DONE, EXIT_REFUSED, run_account
from channels.searching import open_searches
from channels.snowball import similar
from channels.visiting import STAGE
from channels.waiting import set_count
from channels.wanted import release

log = logging.getLogger(__name__)
_STARTS = 3


def read_by_accounts(
    run: Run, accounts: AccountReading, max_similar: int, max_resolves: int | None = None
) -> bool:
    """Have accounts read what the preview left to them, and ask for similar channels. Returns
    whether that changed anything.

    Whoever could do something of what is open is started, ``at_once`` at a time and nobody twice,
    until nothing is left or nobody is: what one account cannot do, the next may.
    """
    release(run)  # nobody is at work now
    before = left = _left(run, max_similar)
    begun: set[str] = set()
    while left.total():
        able = _ready(run, accounts, max_similar, max_resolves, begun)
        names = able[: min(left.total(), accounts.at_once)]
        if not names:
            break
        log.info("%s for the accounts %s", dict(left), ", ".join(names))
        begun.update(names)
        _work(run, names)
        left = _left(run, max_similar)
    return left != before


def _work(run: Run, names: Sequence[str]) -> None:
    """Have the accounts ``names`` do what they can, all at once."""
    # a thread for each: the kernel ends a child with the thread that started it
    with ThreadPoolExecutor(len(names), thread_name_prefix="account") as threads:
        ended = list(threads.map(lambda name: _started(run.pk, name), names))
    for name, (code, again) in zip(names, ended, strict=True):
        _count(run, "account process started anew", again)
        if code != EXIT_DONE:
            log.error("the process of account %s ended with exit code %s", name, code)
            _count(run, f"account {name} could not be used", 1)
    release(run)


def _left(run: Run, max_similar: int) -> Counter[str]:
    """What accounts could do for ``run``."""
    return Counter(
        channels=unclaimed(run).count(),
        questions=similar.to_ask(run, max_similar).count(),
        searches=open_searches(run).count(),
    )


def _ready(
    run: Run,
    accounts: AccountReading,
    max_similar: int,
    max_resolves: int | None,
    begun: Collection[str],
) -> list[str]:
    """The accounts that could do something now and were not begun: who could do the most first,
    and of these who asked for the least lately."""
    free = [name for name in pool.active() if name not in begun and not _busy(run, accounts, name)]
    ledgers = [Ledger(name, accounts.plan.budgets) for name in free]
    able: list[tuple[int, int, str]] = []
    for ledger in ledgers:
        may = allowed(ledger, accounts.longest_wait_s)
        could = could_do(
            run, ledger.account, may, most_similar=max_similar, most_resolves=max_resolves
        )
        if could:
            used = ledger.used(RequestClass.RESOLVE) + ledger.used(RequestClass.HISTORY)
            able.append((-could, used, ledger.account))
    return [name for *_, name in sorted(able)]


def _busy(run: Run, accounts: AccountReading, name: str) -> bool:
    """Whether another command has the account at work; that is counted."""
    holder = holder_of(accounts.plan.vault.folder, name)
    if holder is None:
        return False
    log.warning("account %s reads nothing now: it is at work in %s", name, holder)
    set_count(run, CountKey("", "skipped", f"account {name} is at work in {holder.kind}"), 1)
    return True


def _started(run_id: int, name: str) -> tuple[int, int]:
    """The exit code of an account's process, and how often it was started again."""
    code, again = run_account(run_id, name), 0
    while code not in {EXIT_DONE, EXIT_REFUSED} and again + 1 < _STARTS:
        code, again = run_account(run_id, name), again + 1
    return code, again


def _count(run: Run, reason: str, n: int) -> None:
    if n:
        counts.add(run.pk, STAGE, {CountKey("", "failed", reason): n})
