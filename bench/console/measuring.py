"""Asks for pages over the record of this process's settings, as it is told to.

``python -m bench.console.measuring`` reads lines of JSON, ``[PAGE, COUNT]``, and answers each with
one: an answer's milliseconds, those of this process's own work among them, and its SQL queries.
Without any line it ends.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from itertools import islice
from random import Random

import django

_WARM_UP = 3
Asked = tuple[float, float, int]


def asked() -> Iterator[list[Asked]]:
    """What comes of each line."""
    from bench.console.asking import Answer
    from bench.console.tour import TOURS

    going: dict[str, Iterator[Answer]] = {}
    for line in sys.stdin:
        page, count = json.loads(line)
        if page not in going:
            going[page] = TOURS[page](Random(page))
            list(islice(going[page], _WARM_UP))
        answers = list(islice(going[page], count))
        wrong = {one.status for one in answers} - {200, 302}
        assert not wrong, (page, wrong)
        yield [(1_000 * one.seconds, 1_000 * one.working, one.queries) for one in answers]


def forget() -> None:
    """Take back the authenticators that nobody has."""
    from django_otp.plugins.otp_totp.models import TOTPDevice

    from bench.console.asking import DEVICE

    TOTPDevice.objects.filter(name=DEVICE).delete()


def main() -> int:
    django.setup()
    logging.disable(logging.ERROR)
    try:
        for figures in asked():
            print(json.dumps(figures), flush=True)
    finally:
        forget()
    return 0


if __name__ == "__main__":
    sys.exit(main())
