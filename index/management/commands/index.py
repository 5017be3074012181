from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from index.engine import Engine
from index.feeding import sync
from index.models import IndexedCase
from index.opening import open_anew, open_engine


class Command(BaseCommand):
    help = "Keep the search index: sync with the record, rebuild from nothing, status."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("sync", help="bring it in line with the record")
        what.add_parser("rebuild", help="throw it away and make it anew from the record")
        what.add_parser("status", help="what is in it, and whether it can be read and written")

    def handle(self, *args: Any, **options: Any) -> None:
        config = settings.NARCOWATCH
        where = (config.index.url, config.data_dir / "index")
        rebuild = options["what"] == "rebuild"
        engine = open_anew(*where) if rebuild else open_engine(*where)
        try:
            if options["what"] == "status":
                self._status(engine)
            else:
                self._sync(engine, forget=rebuild)
        finally:
            engine.close()

    def _status(self, engine: Engine) -> None:
        health = engine.healthy()
        self.stdout.write(health.detail)
        if not health:
            raise SystemExit(1)

    def _sync(self, engine: Engine, *, forget: bool) -> None:
        counts = sync(engine)
        if forget:
            IndexedCase.objects.exclude(generation=engine.generation).delete()
        self.stdout.write(
            f"{counts.put} put, {counts.deleted} deleted, {counts.unchanged} unchanged"
        )
        for reason, number in sorted(counts.skipped.items()):
            self.stdout.write(f"{number} left out: {reason}")
