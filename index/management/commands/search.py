from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone
from rich.console import Console

from domain.assessment import Role
from domain.errors import InputError
from domain.regions import REGION_NAMES, codes_named
from domain.states import CaseState
from domain.targets import TargetKind
from index.engine import EARLIEST, LATEST, Filters, Page, Query
from index.opening import open_engine
from index.searching import find
from index.sources import to_source
from index.terminal import show_page

# What json.dumps leaves as it is and a terminal would act on: format and bidi characters, C1.
_ACTING = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff]"
)

#: The languages that texts are filed under, with the names they may be asked for by.
_LANGS = {
    "ru": ("russian", "русский"),
    "kk": ("kazakh", "қазақша", "казахский"),
    "en": ("english", "английский"),
    "mixed": (),
}


class Command(BaseCommand):
    help = "Search the pages and posts of cases."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "query",
            help='words, "a phrase", begin*, -without, this OR that, (groups); "" lists the newest',
        )
        states, kinds = [state.value for state in CaseState], [kind.value for kind in TargetKind]
        parser.add_argument("--state", action="append", default=[], choices=states)
        parser.add_argument("--kind", action="append", default=[], choices=kinds)
        parser.add_argument("--lang", action="append", default=[], help=f"{', '.join(_LANGS)}")
        parser.add_argument(
            "--region",
            action="append",
            default=[],
            help="code (ISO 3166-2: KZ-75) or name (Almaty)",
        )
        parser.add_argument("--substance", action="append", default=[], help="group of substances")
        parser.add_argument("--role", action="append", default=[], choices=[*map(str, Role)])
        parser.add_argument("--since", metavar="YYYY-MM-DD", help="first day")
        parser.add_argument("--until", metavar="YYYY-MM-DD", help="last day")
        parser.add_argument("--limit", type=int, default=20, help="hits to show")
        parser.add_argument("--offset", type=int, default=0, help="hits to leave out before")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        query = _query(options)
        config = settings.NARCOWATCH
        page = self._found(query, config.index.url, config.data_dir / "index")
        if options["json"]:
            self.stdout.write(as_json(query, page))
        else:
            out: Any = self.stdout
            show_page(page, Console(file=out._out), timezone.get_current_timezone())

    def _found(self, query: Query, url: str, folder: Path) -> Page:
        if not url and not folder.exists():
            self.stderr.write(
                "there is no index yet: a night, or `narcowatch index sync`, makes it"
            )
            return Page((), 0, {})
        engine = open_engine(url, folder)
        try:
            return find(engine, query)
        finally:
            engine.close()


def _query(options: dict[str, Any]) -> Query:
    until = _day(options["until"])
    return Query(
        text=options["query"],
        filters=Filters(
            states=tuple(options["state"]),
            kinds=tuple(options["kind"]),
            langs=tuple(map(_lang, options["lang"])),
            regions=tuple(code for name in options["region"] for code in _regions(name)),
            substances=tuple(options["substance"]),
            roles=tuple(options["role"]),
            since=_day(options["since"]),
            until=until + timedelta(days=1) if until else None,
        ),
        limit=options["limit"],
        offset=options["offset"],
    )


def _lang(name: str) -> str:
    wanted = name.strip().lower()
    found = next((code for code, words in _LANGS.items() if wanted in {code, *words}), None)
    if found is None:
        raise InputError(f"not a language: {name!r}; there are {', '.join(_LANGS)}")
    return found


def _regions(name: str) -> tuple[str, ...]:
    codes = codes_named(name)
    if not codes:
        known = ", ".join(f"{code} {english}" for code, english in REGION_NAMES.items())
        raise InputError(f"not a region: {name!r}; there are {known}")
    return codes


def _day(text: str | None) -> datetime | None:
    """The first moment of a day where the night is kept."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"not a date as YYYY-MM-DD: {text!r}") from error
    if not EARLIEST.date() < day < LATEST.date():
        raise InputError(f"no page is of {text}: dates are within {EARLIEST:%Y} to {LATEST:%Y}")
    return datetime.combine(day, time(), timezone.get_current_timezone())


def as_json(query: Query, page: Page) -> str:
    """The page as one JSON object; marks are [start, end] in characters of text and title."""
    value = {
        "query": query.text,
        "total": page.total,
        "facets": page.facets,
        "hits": [
            {
                **to_source(hit.entry),
                "relevance": hit.relevance,
                "marks": hit.marks,
                "title_marks": hit.title_marks,
                "excerpt": [[segment.text, segment.marked] for segment in hit.excerpt],
            }
            for hit in page.hits
        ],
    }
    written = json.dumps(value, ensure_ascii=False, indent=1)
    return _ACTING.sub(lambda match: f"\\u{ord(match.group()):04x}", written)
