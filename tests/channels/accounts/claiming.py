"""Run as a process of its own: claims channels of a run until it gets none.

``python -m tests.channels.accounts.claiming ACCOUNT MOST`` prints how many names it claimed, of
at most MOST in the run; with MOST ``prepare`` it makes a run of names found on the way.
"""

from __future__ import annotations

import sys

import django

django.setup()

from cases import runs  # noqa: E402
from cases.models import Run, Target  # noqa: E402
from channels.claims import claim  # noqa: E402
from channels.models import Look, Wanted  # noqa: E402
from domain.candidates import Why  # noqa: E402
from domain.clock import utc_now  # noqa: E402
from domain.targets import telegram_key  # noqa: E402
from tests.records import new_run  # noqa: E402

NAMES = 40


def prepare() -> None:
    run = new_run()
    for number in range(1, NAMES + 1):
        runs.add_source(run, telegram_key(numeric_id=number), Why.MENTION)
        target = Target.objects.get(value=str(number))
        Wanted.objects.create(target=target, run=run)
        Look.objects.create(
            run=run, target=target, parent=target, given=[0, 0, 0, 0], expected=0.1, at=utc_now()
        )


def main(account: str, most: str) -> None:
    if most == "prepare":
        prepare()
        return
    run, found = Run.objects.get(), 0
    print("ready", flush=True)
    sys.stdin.readline()
    while claim(run, account, resolves=True, most_resolves=int(most)):
        found += 1
    print(found, flush=True)


main(sys.argv[1], sys.argv[2])
