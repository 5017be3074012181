"""One way to read the large channel, in a process of its own: ``python -m bench.telegram_reading
WAY``, with the account's user id and session as JSON on standard input.

Prints how many posts came: an album, which Telethon gives in pieces, is one.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import django

from bench.telegram_server import CHANNEL

if TYPE_CHECKING:
    from channels.options import AccountReading, Options

ACCOUNT = "reader"


def bare(accounts: AccountReading, options: Options) -> int:
    """A loop over Telethon's own ``iter_messages``, which keeps nothing."""
    from channels.mtproto.client import build_client

    async def loop() -> int:
        client = build_client(accounts.plan.access(ACCOUNT))
        await client.connect()
        count, album = 0, None
        async for message in client.iter_messages(CHANNEL, wait_time=0):
            count += album is None or message.grouped_id != album
            album = message.grouped_id
        await client.disconnect()
        return count

    return asyncio.run(loop())


def reading(accounts: AccountReading, options: Options) -> int:
    """The account reader with ledger, journal and answers as JSON; what it gives is let go."""
    from channels.accounts.ledger import Ledger
    from channels.mtproto.asking import Asker, Patience
    from channels.mtproto.gateway import Gateway
    from channels.mtproto.reading import AccountReader
    from net.journal import RequestJournal

    access = accounts.plan.access(ACCOUNT)
    journal = RequestJournal(options.journals / "reading.journal")
    build = partial(_client, access)
    gateway = Gateway(ACCOUNT, build, journal.sent, timeout_s=accounts.timeout_s)
    asker = Asker(gateway, Ledger(ACCOUNT, accounts.plan.budgets), Patience())
    count = 0
    for batch in AccountReader(asker, lambda name: None).read(CHANNEL):
        count += len(batch.posts)
    gateway.close()
    journal.close()
    return count


def unscored(accounts: AccountReading, options: Options) -> int:
    """What a night does as this account where there is no model."""
    return storing(accounts, replace(options, model=None))


def storing(accounts: AccountReading, options: Options) -> int:
    """What a night does as this account, whole."""
    from cases.models import DocumentRow, Run, RunCount
    from channels.account_run import read_as

    read_as(Run.objects.get(), ACCOUNT, options, accounts)
    left_out = RunCount.objects.filter(name="skipped", reason__contains="post")
    return DocumentRow.objects.exclude(part="about").count() + sum(
        left_out.values_list("n", flat=True)
    )


def _client(access: object, told: Callable[[str], None]) -> object:
    from channels.mtproto.client import build_client

    return build_client(access, reconnects=False, connection_retries=1, on_request=told)


WAYS = {"bare": bare, "reading": reading, "unscored": unscored, "storing": storing}


def main(way: str) -> None:
    django.setup()
    from django.conf import settings

    from channels.apps import options_of

    options = options_of(settings.NARCOWATCH)
    assert options.accounts is not None
    _prepare(options.accounts, **json.loads(sys.stdin.read()))
    print(WAYS[way](options.accounts, options))


def _prepare(accounts: AccountReading, user: int, session: str) -> None:
    """Enlist the account, and begin a run in which it is wanted for the channel."""
    from cases import runs
    from cases.models import Run, RunSource
    from channels.accounts import pool
    from channels.models import Wanted
    from domain.clock import utc_now
    from domain.seeds import parse_seeds

    accounts.plan.vault.prepare()
    accounts.plan.vault.store(ACCOUNT, session)
    pool.enlist(ACCOUNT, user, actor="operator:bench")
    run = Run.objects.create(kind="night", started_at=utc_now())
    runs.add_seeds(run, list(parse_seeds(f'[[channel]]\nname = "{CHANNEL}"\n'.encode()).seeds))
    Wanted.objects.create(target=RunSource.objects.get(run=run).target, run=run)


if __name__ == "__main__":
    main(sys.argv[1])
