from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cases.tips import new_run
from nightly.apps import sending_rules
from nightly.lock import only_one
from nightly.taking import take


class Command(BaseCommand):
    help = "Take tips and appeals from the public pages into the record; every night does."

    def handle(self, *args: Any, **options: Any) -> None:
        values = settings.NARCOWATCH
        with only_one(values.data_dir / "intake.lock", "another taking of tips and appeals"):
            counted = take(new_run(), sending_rules(values))
        for (name, reason), n in sorted(counted.items()):
            if n:
                self.stdout.write(f"{name}: {n} {reason}")
        if not any(counted.values()):
            self.stdout.write("nothing new was sent")
