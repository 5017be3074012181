from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cases import screenshots, sealing
from cases.evidence import EvidenceWriter
from cases.models import Person
from cases.saving import save
from cases.signing_in import add_options, person_of
from config.schema import CHECKOUT, Settings
from crawlers.apps import renderer_plan
from crawlers.rendering.asking import photograph
from crawlers.rendering.assembling import obstacle, restricted_by
from crawlers.rendering.client import Renderer
from crawlers.rendering.shooting import Studio
from crawlers.rendering.wanted import asked_for
from domain.clock import iso
from domain.counting import counted
from domain.defang import defang, printable
from domain.errors import InputError
from domain.restricted import parse_restricted


class Command(BaseCommand):
    help = "Photograph the page of a case now, or save what was photographed before (--save)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_options(parser)
        parser.add_argument("case", type=int, help="the number of the case")
        parser.add_argument(
            "--images", action="store_true", help="load the page's pictures; kept under your name"
        )
        parser.add_argument(
            "--save",
            type=Path,
            metavar="DIR",
            help="photograph nothing; write the case's pictures and their texts to this new "
            "folder, those with images only with --images",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        person = person_of(options["user"], options["password_file"])
        known: Settings = settings.NARCOWATCH
        if options["save"] is not None:
            self._save(person, options, known.data_dir / "evidence")
            return
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
            taken = photograph(studio, page, person, images=images)
        finally:
            renderer.close()
            evidence.close()
        sealing.seal(page.run_id, known.data_dir / "evidence")
        told = f"photographed, images {'on' if images else 'off'}"
        if taken.left_out:
            told += f"; not fetched: {', '.join(f'{reason} {n}' for reason, n in taken.left_out)}"
        self.stdout.write(f"case {case_id}: {told}")

    def _save(self, person: Person, options: dict[str, Any], root: Path) -> None:
        case_id, images = options["case"], options["images"]
        saved = save(case_id, person, options["save"], evidence_root=root, images=images)
        for row in saved.shots:
            with_images = "loaded" if row.images else "blocked"
            line = f"{row.pk:06d}  {iso(row.taken_at)}  images {with_images}  {defang(row.url)}"
            self.stdout.write(printable(line))
        if saved.left_out:
            self.stdout.write(f"left out: {saved.left_out} with images (--images saves them too)")
        many = counted(len(saved.shots), "screenshot")
        self.stdout.write(f"{saved.folder}: {many} (audit event {saved.event})")
