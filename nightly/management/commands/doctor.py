from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from rich.console import Console
from rich.table import Table

import config
from blocking.apps import export_plan, reach_plan, ways_of
from blocking.delivery.way import Way
from blocking.reach.plan import ReachPlan
from channels.apps import accounts_plan
from classifiers.apps import model_dir_of
from config.schema import Settings
from domain.errors import InputError, ModelError
from nightly.apps import LEXICONS
from nightly.doctor import CHECKS, Finding, Installation, State, examine

_COLOURS = {State.OK: "green", State.WARNING: "yellow", State.ERROR: "bold red"}


class Command(BaseCommand):
    help = "Check that everything a night needs is in place."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        installation = replace(
            installation_of(settings.NARCOWATCH),
            settings_origin=settings.SETTINGS_ORIGIN.settings,
            settings_refused=settings.SETTINGS_REFUSED,
            data_dir_origin=settings.SETTINGS_ORIGIN.data_dir,
            program=settings.CALLED_AS,
        )
        findings = examine(CHECKS, installation)
        if options["json"]:
            self.stdout.write(json.dumps([asdict(one) for one in findings], indent=2))
        else:
            Console().print(_table(findings))
        if any(finding.state is State.ERROR for finding in findings):
            raise SystemExit(1)


def _table(findings: list[Finding]) -> Table:
    table = Table("ID", "check", "state", "found", box=None, pad_edge=False)
    for one in findings:
        state = f"[{_COLOURS[one.state]}]{one.state}[/]"
        text = f"{one.message}\n→ {one.hint}" if one.hint else one.message
        table.add_row(one.id, one.title, state, text.replace("[", r"\["))
    return table


def _model(settings: Settings) -> tuple[Path, str]:
    """The folder of the model in force, or why that cannot be told."""
    try:
        return model_dir_of(settings), ""
    except ModelError as failure:
        return settings.classify.model_dir, str(failure)


def _reach(settings: Settings) -> tuple[ReachPlan | None, str]:
    """How blocks are looked at, or why that cannot be told."""
    try:
        return reach_plan(settings), ""
    except InputError as failure:
        return None, str(failure)


def _ways(settings: Settings) -> tuple[tuple[Way, ...], str]:
    """By which ways releases go, or why that cannot be told."""
    try:
        return ways_of(settings), ""
    except InputError as failure:
        return (), str(failure)


def installation_of(settings: Settings) -> Installation:
    """What the doctor looks at."""
    model_dir, model_problem = _model(settings)
    reach, reach_problem = _reach(settings)
    ways, ways_problem = _ways(settings)
    return Installation(
        data_dir=settings.data_dir,
        index_url=settings.index.url,
        model_dir=model_dir,
        model_problem=model_problem,
        lexicon_dir=LEXICONS,
        tor_socks=settings.tor.socks,
        tor_use=settings.tor.enabled,
        proxy=settings.net.proxy,
        test_networks=tuple(network.name for network in settings.net.test_networks),
        production=settings.production,
        render_use=settings.crawl.render,
        render_user=settings.render.user,
        render_unconfined=settings.render.unconfined,
        own_secret=bool(settings.secret_key or settings.secret_key_file),
        exports=export_plan(settings),
        reach=reach,
        reach_problem=reach_problem,
        ways=ways,
        ways_problem=ways_problem,
        built_file=Path(config.__file__),
        timestamp_url=settings.evidence.timestamp_url,
        timestamp_ca=settings.evidence.timestamp_ca,
        accounts=accounts_plan(settings),
        searches=len(settings.channels.searches),
    )
