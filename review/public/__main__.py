"""``python -m review.public HOST:PORT WORKERS THREADS``: the public process, started anew by
``narcowatch intake`` so that nothing of the record is in its memory."""

from __future__ import annotations

import os
import sys

import django


def main(listen: str, workers: str, threads: str) -> int:
    """Answer until stopped. Returns 2 where it must not start."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.public"
    django.setup()

    from django.db import connections

    from domain.errors import InputError
    from review.public.preparing import prepare
    from review.public.serving import public

    try:
        prepare()
    except InputError as error:
        print(f"narcowatch: {error}", file=sys.stderr)
        return 2
    connections.close_all()  # each worker opens its own
    print(f"tips and appeals are taken at http://{listen}/ (Ctrl-C stops it)", flush=True)
    public(listen, workers=int(workers), threads=int(threads)).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
