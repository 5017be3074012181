from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cases import screenshots, sealing
from cases.evidence import EvidenceWriter
from cases.signing_in import add_options, person_of
from config.schema import CHECKOUT, Settings
from crawlers.apps import renderer_plan
from crawlers.rendering.asking import photograph
from crawlers.rendering.assembling import obstacle, restricted_by
from crawlers.rendering.client import Renderer
from crawlers.rendering.shooting import Studio
from crawlers.rendering.wanted import asked_for
from domain.errors import InputError
from domain.restricted import parse_restricted


class Command(BaseCommand):
    help = "Photograph the page of a case now; with its images only when you ask for them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_options(parser)
        parser.add_argument("case", type=int, help="the number of the case")
        parser.add_argument(
            "--images", action="store_true", help="load the page's pictures; kept under your name"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        person = person_of(options["user"], options["password_file"])
        known: Settings = settings.NARCOWATCH
        why = obstacle("auto", known.render.user, unconfined=known.render.unconfined)
        if not known.evidence.screenshots:
            why = "evidence.screenshots is off"
        if why:
            raise InputError(f"no screenshot: {why}")
        case_id, images = options["case"], options["images"]
        page = asked_for(case_id)
        journal = known.data_dir / "journal" / f"shot-case-{case_id:06d}.log"
        lexicon = CHECKOUT / "config" / "lexicons" / "restricted.toml"
        evidence = EvidenceWriter(
            known.data_dir / "evidence",
            page.run_id,
            "asked",
            screenshots.RETENTION,
            rotate_bytes=known.evidence.rotate_mb * 1_000_000,
        )
        renderer = Renderer(renderer_plan(known).with_journal(f"case-{case_id}", journal))
        terms = parse_restricted(lexicon.read_text(encoding="utf-8"))
        studio = Studio(renderer, evidence, screenshots.record, restricted_by(terms))
        try:
            photograph(studio, page, person, images=images)
        finally:
            renderer.close()
            evidence.close()
        sealing.seal(page.run_id, known.data_dir / "evidence")
        self.stdout.write(f"case {case_id}: photographed, images {'on' if images else 'off'}")
