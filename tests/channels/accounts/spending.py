"""Run as a process of its own: asks as often as the ledger lets it.

``python -m tests.channels.accounts.spending ACCOUNT MOST LOG`` appends one byte to LOG for each
request that goes out, as the server would note it, and prints that it has ended.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta

import django

django.setup()

from channels.accounts.ledger import Budget, Ledger, RequestClass, Spent  # noqa: E402


def main(account: str, most: int, log: str) -> None:
    ledger = Ledger(account, {kind: Budget(most, timedelta(days=1)) for kind in RequestClass})
    sent = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        while True:
            ledger.spend(RequestClass.RESOLVE)
            os.write(sent, b".")
    except Spent:
        print("spent", flush=True)


main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
