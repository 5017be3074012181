"""What the commands night, crawl and channels share: options, seeds in, report out."""

from __future__ import annotations

import json
import logging
import os
import sys
from argparse import ArgumentParser
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db import DatabaseError
from rich.console import Console

from cases.models import Case
from domain.counting import counted
from domain.errors import InputError
from domain.seeds import SeedList, SeedProblem, parse_seeds
from domain.states import CaseState
from domain.targets import TargetKind
from nightly.demo import refuse_real_work
from nightly.kinds import READ_BY
from nightly.night import Stage, run_night, waiting_cases
from nightly.plan import Plan
from nightly.progress import Bars
from nightly.rendering import console, to_html, to_terminal
from nightly.report import EXIT_FAILED, EXIT_SEEDS, Report
from nightly.seed_files import with_files

log = logging.getLogger(__name__)
#: Cases that no night looks at by itself.
_LEFT_ALONE = (CaseState.ASSESSED, CaseState.SCREENED_OUT, CaseState.ON_HOLD)
_AGAIN = "Start it again: it goes on where it was"
_NOTHING = (
    "nothing to watch: no seed that `{kind}` reads, and no known case. Name seeds with --seeds "
    "FILE or night.seeds; config/seeds.toml shows how"
)


def add_options(parser: ArgumentParser, *, seeds_required: bool) -> None:
    """Add the options that the three commands share."""
    parser.add_argument(
        "--seeds", type=Path, required=seeds_required, metavar="FILE", help="seeds file (TOML)"
    )
    parser.add_argument(
        "--report", type=Path, metavar="FILE.json", help="write the report there, and FILE.html"
    )


def run(
    kind: str, stages: Sequence[Stage], plan: Plan, options: dict[str, Any], program: str
) -> int:
    """Run ``stages`` over the seeds given and report. Returns the exit code.

    ``program`` is how narcowatch is called here, for what to type next.
    """
    refuse_real_work(plan.data_dir, options["seeds"])
    if (max_pages := options.get("max_pages")) is not None:
        if max_pages < 1:
            raise InputError(f"--max-pages must be at least 1, not {max_pages}")
        plan = replace(plan, max_pages=max_pages)
    if options["report"] is not None and not options["report"].parent.is_dir():
        raise InputError(f"--report: there is no folder {options['report'].parent}")
    seeds = with_files(read_seeds(options["seeds"]), options["seeds"], plan.files)
    for problem in seeds.problems:
        print(_refused(options["seeds"], problem), file=sys.stderr)
    if seeds.problems and not (seeds.seeds or seeds.candidates):
        return EXIT_SEEDS
    if nothing_to_watch(kind, seeds, plan.channel_searches):
        print(_NOTHING.format(kind=kind), file=sys.stderr)
        return EXIT_SEEDS
    try:
        with Bars(Console(stderr=True)) as progress:
            report = run_night(kind, stages, plan, seeds, progress)
    except (DatabaseError, OSError) as error:  # the record or the disk failed under the run itself
        log.info("the %s stopped", kind, exc_info=True)
        print(f"{program}: the {kind} stopped: {error}. {_AGAIN}", file=sys.stderr)
        return EXIT_FAILED
    if options["report"] is not None:
        write(report, options["report"])
    _print(report)
    if (waiting := waiting_cases().count()) > 0:
        many = counted(waiting, "case waits", "cases wait")
        print(f"{many} for people: {program} review next --user NAME", file=sys.stderr)
    return report.exit_code


def nothing_to_watch(kind: str, seeds: SeedList, searches: Collection[str] = ()) -> bool:
    """Whether a run of ``kind`` would look at nothing: no seed of its kinds, no known case, and
    where it reads channels none of the ``searches`` for them either."""
    kinds = READ_BY[kind]
    if searches and TargetKind.TELEGRAM in kinds:
        return False
    if any(seed.target.kind in kinds for seed in seeds.seeds):
        return False
    found = any(candidate.target.kind in kinds for candidate in seeds.candidates)
    known = Case.objects.filter(target__kind__in=[*kinds]).exclude(state__in=_LEFT_ALONE)
    return not found and not known.exists()


def _print(report: Report) -> None:
    """Print the report; that nobody reads it any more changes nothing about the night."""
    try:
        to_terminal(report, console())
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def read_seeds(path: Path | None) -> SeedList:
    """The seeds of a file, or none. A file that cannot be read is one problem."""
    if path is None:
        return SeedList((), (), "")
    try:
        return parse_seeds(path.read_bytes())
    except OSError as error:
        problem = SeedProblem(0, str(path), f"cannot be read: {error.strerror}")
        return SeedList((), (problem,), "")


def _refused(path: Path, problem: SeedProblem) -> str:
    told = f"{path}:{problem.line}: {problem.reason}"
    return f"{told}: {problem.text!r}" if problem.text else told


def write(report: Report, path: Path) -> None:
    """Write the report as JSON to ``path`` and as HTML beside it."""
    write_text(path, as_json(report))
    write_text(path.with_suffix(".html"), to_html(report))


def as_json(report: Report) -> str:
    """The report as an indented JSON object, with a line end."""
    return json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n"


def write_text(path: Path, text: str) -> None:
    """Write a form of the report. Raises InputError when ``path`` cannot be written."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"writing the report to {path}: {error.strerror}") from error
