from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

import classifiers
from classifiers.lexicons import read_lexicon
from domain.clock import utc_now
from domain.defang import defang, printable
from domain.errors import InputError
from nightly.apps import costs_of, models_of
from nightly.learning.adopting import Models, adopt, below_floors, listed, revert, settle
from nightly.learning.comparing import Change, compare

_ACTOR = "operator:console"


class Command(BaseCommand):
    help = "The model in force: list, compare CANDIDATE, adopt CANDIDATE, revert."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("list", help="models there are; the first is in force")
        what.add_parser("revert", help="go back to the former model")
        for name, text in (
            ("compare", "what a candidate would queue and drop of the last days' cases"),
            ("adopt", "have a candidate decide, unless it falls below a floor"),
        ):
            sub = what.add_parser(name, help=text)
            sub.add_argument("candidate", type=Path, help="folder that `train` wrote")
            sub.add_argument(
                "--floors", type=Path, help="file of the floors; default: tests/floors.json"
            )
            if name == "compare":
                sub.add_argument(
                    "--days", type=float, default=7.0, help="how far to look back (default: 7)"
                )

    def handle(self, *args: Any, **options: Any) -> None:
        models = models_of(settings.NARCOWATCH, options.get("floors"))
        settle(models.data_dir)
        match options["what"]:
            case "list":
                self._list(models)
            case "compare":
                self._compare(models, options["candidate"], options["days"])
            case "adopt":
                now = adopt(options["candidate"], models, actor=_ACTOR)
                self.stdout.write(f"model {now.model} is in force instead of {now.instead_of}")
            case _:
                now = revert(models, actor=_ACTOR)
                self.stdout.write(f"model {now.model} is in force again, not {now.instead_of}")

    def _list(self, models: Models) -> None:
        if models.named:
            named = settings.NARCOWATCH.classify.model_dir
            self.stdout.write(f"in force by classify.model_dir: {named}")
        for one in listed(models):
            place = "" if one.order is None else f"former {one.order}"
            if one.order == 0:
                place = "would be in force" if models.named else "in force"
            told = [one.name, one.version, one.date, place, one.problem]
            self.stdout.write("  ".join(part for part in told if part))

    def _compare(self, models: Models, candidate: Path, days: float) -> None:
        if days <= 0:
            raise InputError(f"--days must be above 0, not {days:g}")
        chosen, lexicon = settings.NARCOWATCH, read_lexicon(models.lexicon_dir)
        old = classifiers.load(models.in_use, lexicon)
        new = classifiers.load(candidate, lexicon)
        self.stdout.write(f"model {old.version} in force, candidate {new.version}")
        found = compare(
            old,
            new,
            utc_now() - timedelta(days=days),
            review_threshold=chosen.classify.review_threshold,
            costs=costs_of(chosen.classify),
            tick=self._tick,
        )
        self.stdout.write(
            f"{found.cases} cases of {days:g} days: {found.before} queued by the model in force, "
            f"{found.after} by the candidate; {found.without} without a text that is left"
        )
        self._changes("newly queued", found.queued)
        self._changes("dropped", found.dropped)
        below = below_floors(candidate, models)
        self.stdout.write("below its floors:" if below else "the candidate holds every floor")
        for line in below:
            self.stdout.write(f"  {line}")

    def _tick(self, done: int) -> None:
        if done % 500 == 0:
            self.stderr.write(f"{done} cases")

    def _changes(self, what: str, changes: tuple[Change, ...]) -> None:
        self.stdout.write(f"{what}: {len(changes)}")
        for one in changes:
            name = printable(defang(one.name))
            scores = f"{one.before:.3f} → {one.after:.3f}"
            self.stdout.write(f"  case {one.case} {name} ({one.state}): {scores}")
