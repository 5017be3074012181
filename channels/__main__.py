"""``python -m channels RUN``: the child process that reads a run's channels; with ``--account
NAME`` it reads those that have no preview, as that account.

Exit codes: 0 all read (what failed stands in the record, by channel), 1 stopped by trouble with
record or disk (start it again, it goes on where it stopped), 2 refused: no such run, settings
that are wrong, or another process reading the same run.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence

import django

from cases.children import die_with
from channels.process import EXIT_DONE, EXIT_REFUSED, EXIT_STOPPED


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m channels", description=__doc__)
    parser.add_argument("run", type=int, help="number of the run")
    parser.add_argument("--parent", type=int, default=0, help="process to end with")
    parser.add_argument("--account", default="", help="read as this account")
    given = parser.parse_args(arguments)
    if given.parent and not die_with(given.parent):
        return EXIT_STOPPED
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    return _read(given.run, given.account)


def _read(run_id: int, account: str) -> int:
    from django.conf import settings
    from django.db import DatabaseError

    from cases.models import Run
    from channels.apps import options_of
    from channels.run import read_channels
    from domain.errors import EvidenceError, InputError, RecordError, VaultError

    log = logging.getLogger("channels")
    run = Run.objects.filter(pk=run_id).first()
    if run is None:
        return _refuse(f"there is no run {run_id}")
    try:
        options = options_of(settings.NARCOWATCH)
        if account and options.accounts is not None:
            from channels.account_run import read_as  # Telethon takes a while to load

            read_as(run, account, options, options.accounts)
        else:
            read_channels(run, options)
    except (InputError, RecordError, VaultError) as error:
        return _refuse(str(error))
    except (DatabaseError, EvidenceError, OSError):
        log.exception("reading the channels of run %s stopped", run_id)
        return EXIT_STOPPED
    return EXIT_DONE


def _refuse(message: str) -> int:
    print(f"channels: {message}", file=sys.stderr)
    return EXIT_REFUSED


if __name__ == "__main__":
    sys.exit(main())
