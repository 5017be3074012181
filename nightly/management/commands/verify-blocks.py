from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from blocking.apps import export_plan, reach_plan
from cases.children import die_with
from cases.models import Run
from domain.errors import InputError, RuleError
from nightly.blocks import look, look_for_run


class Command(BaseCommand):
    help = "Look from every vantage whether executed blocks are there, as every night does."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--recipient", default="", metavar="NAME", help="only its orders")
        parser.add_argument(
            "--order", type=int, metavar="ID", help="only this order, although it is not due"
        )
        parser.add_argument("--run", type=int, help=SUPPRESS)
        parser.add_argument("--scheduled", action="store_true", help=SUPPRESS)
        parser.add_argument("--parent", type=int, default=0, help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["parent"] and not die_with(options["parent"]):
            raise SystemExit(1)
        values = settings.NARCOWATCH
        plan = reach_plan(values)
        if not plan.vantages:
            raise InputError("blocking.vantages is empty: there is nowhere to look from")
        if options["recipient"]:
            export_plan(values).recipient(options["recipient"])
        if options["run"] is not None:
            look_for_run(plan, values.data_dir, _run(options["run"]))
            return
        try:
            counted = look(
                plan, values.data_dir, recipient=options["recipient"], order=options["order"]
            )
        except RuleError as error:
            if not options["scheduled"]:
                raise
            self.stdout.write(f"left to the other process: {error}")
            return
        for (name, reason), n in sorted(counted.items()):
            self.stdout.write(f"{name}: {n} {reason}")
        if not counted:
            self.stdout.write("nothing is due")
        if any(name == "failed" for name, _ in counted):
            raise SystemExit(1)


def _run(number: int) -> Run:
    run = Run.objects.filter(pk=number).first()
    if run is None:
        raise InputError(f"there is no run {number}")
    return run
