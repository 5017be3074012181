"""Accounts at work on a run, each in a process of its own, after the previews were read."""

from __future__ import annotations

import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from cases import counts
from cases.counts import CountKey
from cases.models import Run
from channels.accounts import pool
from channels.accounts.holding import holder_of
from channels.accounts.ledger import Ledger, RequestClass
from channels.accounts.readiness import may_read
from channels.claims import unclaimed
from channels.options import AccountReading
from channels.process import EXIT_DONE, EXIT_REFUSED, run_account
from channels.searching import open_searches
from channels.snowball import similar
from channels.visiting import STAGE
from channels.waiting import set_count
from channels.wanted import release

log = logging.getLogger(__name__)
_STARTS = 3


def read_by_accounts(run: Run, accounts: AccountReading, max_similar: int) -> bool:
    """Have accounts read what the preview left to them, and ask for similar channels. Returns
    whether that changed anything.

    As many are started as there is work for, those first that asked for the least lately.
    """
    release(run)  # nobody is at work now
    before = _left(run, max_similar)
    names = _ready(run, accounts)[: min(before.total(), accounts.at_once)]
    if not names:
        return False
    log.info("%s for the accounts %s", dict(before), ", ".join(names))
    # a thread for each: the kernel ends a child with the thread that started it
    with ThreadPoolExecutor(len(names), thread_name_prefix="account") as threads:
        ended = list(threads.map(lambda name: _started(run.pk, name), names))
    for name, (code, again) in zip(names, ended, strict=True):
        _count(run, "account process started anew", again)
        if code != EXIT_DONE:
            log.error("the process of account %s ended with exit code %s", name, code)
            _count(run, f"account {name} could not be used", 1)
    release(run)
    return _left(run, max_similar) != before


def _left(run: Run, max_similar: int) -> Counter[str]:
    """What accounts could do for ``run``."""
    return Counter(
        channels=unclaimed(run).count(),
        questions=similar.to_ask(run, max_similar).count(),
        searches=open_searches(run).count(),
    )


def _ready(run: Run, accounts: AccountReading) -> list[str]:
    folder = accounts.plan.vault.folder
    busy = {name: who for name in pool.active() if (who := holder_of(folder, name))}
    for name, who in busy.items():
        log.warning("account %s reads nothing now: it is at work in %s", name, who)
        set_count(run, CountKey("", "skipped", f"account {name} is at work in {who.kind}"), 1)
    ledgers = [Ledger(n, accounts.plan.budgets) for n in pool.active() if n not in busy]
    able = [one for one in ledgers if may_read(one, accounts.longest_wait_s)]
    return [one.account for one in sorted(able, key=lambda one: one.used(RequestClass.HISTORY))]


def _started(run_id: int, name: str) -> tuple[int, int]:
    """The exit code of an account's process, and how often it was started again."""
    code, again = run_account(run_id, name), 0
    while code not in {EXIT_DONE, EXIT_REFUSED} and again + 1 < _STARTS:
        code, again = run_account(run_id, name), again + 1
    return code, again


def _count(run: Run, reason: str, n: int) -> None:
    if n:
        counts.add(run.pk, STAGE, {CountKey("", "failed", reason): n})
