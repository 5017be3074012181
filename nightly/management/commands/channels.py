from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from channels.accounts import pool
from channels.accounts.ledger import Ledger
from channels.accounts.plan import AccountsPlan
from channels.apps import accounts_plan, listen_plan, options_of
from channels.listening.plan import told
from channels.models import TelegramAccount
from domain.errors import InputError
from nightly import running
from nightly.apps import plan_of
from nightly.demo import refuse_real_work
from nightly.stages import READ_CHANNELS

_ACTOR = "operator:console"
_LOST = 1


class Command(BaseCommand):
    help = "Read the channels of a seeds file and assess them; listen; login, list, retire, key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        running.add_options(parser, seeds_required=False)
        what = parser.add_subparsers(dest="what", metavar="listen | login | list | retire | key")
        _add_listen(what.add_parser("listen", help="take in posts as they appear, between nights"))
        login = what.add_parser("login", help="take in an account; asks for phone, code, password")
        login.add_argument("name", help="what to call it: small letters a-z, digits and -")
        what.add_parser("list", help="the accounts, and what each has left")
        retire = what.add_parser("retire", help="have an account read no more; its session goes")
        retire.add_argument("name", help="the account, as `channels list` has it")
        key = what.add_parser("key", help="make the key that sessions are encrypted with")
        key.add_argument("--rotate", action="store_true", help="encrypt all with another key")

    def handle(self, *args: Any, **options: Any) -> None:
        accounts = accounts_plan(settings.NARCOWATCH)
        match options["what"]:
            case "listen":
                self._listen(options)
            case "login":
                self._login(accounts, options["name"])
            case "list":
                self._list(accounts)
            case "retire":
                self._retire(accounts, options["name"])
            case "key":
                self._key(accounts, rotate=options["rotate"])
            case _:
                self._read(options)

    def _read(self, options: dict[str, Any]) -> None:
        plan = plan_of(settings.NARCOWATCH)
        if options["seeds"] is None and not plan.channel_searches:
            raise InputError("name the channels to read: --seeds FILE; or set channels.searches")
        raise SystemExit(running.run("channels", READ_CHANNELS, plan, options, settings.CALLED_AS))

    def _listen(self, options: dict[str, Any]) -> None:
        from nightly.listening import listen, until_stopped  # Telethon takes a while to load

        chosen = settings.NARCOWATCH
        refuse_real_work(chosen.data_dir, None)
        plan = listen_plan(chosen, every_s=options["every"], account=options["account"] or "")
        minutes = options["minutes"]
        with until_stopped() as stop:
            self._say("listening; Ctrl-C ends it")
            heard = listen(
                plan_of(chosen),
                options_of(chosen),
                plan,
                stop,
                self._say,
                for_s=None if minutes is None else 60 * minutes,
            )
        self._say(told(heard))
        if heard.lost:
            raise SystemExit(_LOST)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _login(self, accounts: AccountsPlan, name: str) -> None:
        from channels.accounts.terminal import ask, unseen

        pool.check_new(name)
        accounts.hash_of_api()
        with unseen():
            self._prepare(accounts)
            from channels.accounts.login import log_in  # Telethon takes a while to load

            log_in(accounts, name, ask, actor=_ACTOR)
        self.stdout.write(f"{name} is logged in: {accounts.vault.path(name)}")

    def _list(self, accounts: AccountsPlan) -> None:
        rows = TelegramAccount.objects.order_by("name")
        if not rows:
            self.stdout.write("no accounts: channels without a preview are not read")
        for row in rows:
            state = f"{row.state} ({row.reason})" if row.reason else row.state
            self.stdout.write(f"{row.name}  {state} since {_when(row.since)}")
            if row.state == TelegramAccount.State.ACTIVE:
                for line in _left(row, accounts):
                    self.stdout.write(f"    {line}")

    def _retire(self, accounts: AccountsPlan, name: str) -> None:
        news = pool.retire(name, pool.Reason.BY_HAND, accounts.vault, actor=_ACTOR)
        self.stdout.write(f"{name} is retired" if news else f"{name} was retired before")
        self.stdout.write("end its session in Telegram too: Settings, Devices, narcowatch")

    def _key(self, accounts: AccountsPlan, *, rotate: bool) -> None:
        made = self._prepare(accounts)
        keys = accounts.vault.keys
        if rotate and not made:
            n = accounts.vault.rotate()
            sealed = "1 session is" if n == 1 else f"{n} sessions are"
            self.stdout.write(f"{sealed} encrypted with another key: {keys.origin}")
        elif not made:
            self.stdout.write(f"there is a key: {keys.origin}")

    def _prepare(self, accounts: AccountsPlan) -> bool:
        made = accounts.vault.prepare()
        if made:
            self.stdout.write(
                f"a key was made: {accounts.vault.keys.path} (keep a copy, apart from the sessions)"
            )
        return made


def _add_listen(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--account", metavar="NAME", help="listen as this account; as the first free one without"
    )
    parser.add_argument(
        "--for", dest="minutes", type=float, metavar="MINUTES", help="end after so long"
    )
    parser.add_argument("--every", type=float, metavar="SECONDS", help="poll each channel so often")


def _when(moment: datetime) -> str:
    """In the night's time zone, as the morning report has it."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S %z}"


def _left(row: TelegramAccount, accounts: AccountsPlan) -> list[str]:
    """What the account has used of each budget, and from when on it may ask again."""
    ledger, lines = Ledger(row.name, accounts.budgets), []
    for kind, budget in accounts.budgets.items():
        until = ledger.not_before(kind)
        waits = f", not before {_when(until)}" if until else ""
        if budget.most == 0:
            waits = ", never: the budget is 0"
        lines.append(f"{kind.setting}: {ledger.used(kind)} of {budget.most}{waits}")
    return lines
