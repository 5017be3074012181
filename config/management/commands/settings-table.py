from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from config.table import settings_markdown


class Command(BaseCommand):
    help = "Print the table of all settings, as in docs/settings.md."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(settings_markdown(), ending="")
