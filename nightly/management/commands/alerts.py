from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from nightly.alerting import tell
from review.apps import alert_plan


class Command(BaseCommand):
    help = "Look for new hits of saved searches and tell their owners; every night does."

    def handle(self, *args: Any, **options: Any) -> None:
        values = settings.NARCOWATCH
        data_dir = values.data_dir
        counted = tell(alert_plan(values), data_dir, values.index.url, data_dir / "index")
        for (name, reason), n in sorted(counted.items()):
            self.stdout.write(f"{name}: {n} {reason}")
        if not counted:
            self.stdout.write("nothing to tell")
        if any(name == "failed" for name, _ in counted):
            raise SystemExit(1)
