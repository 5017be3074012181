"""Captures, documents and assessments of a made-up case."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from bench.record.shapes import MODEL, NIGHTS, Shape, Year
from bench.record.tables import Tables
from bench.record.texts import text_of
from cases.models import AssessmentRow, Capture, DocumentRow
from domain.states import CaseState as S

_POSTS = (1, 1, 2, 3)
_MOST_PAGES = 6
_CARRIERS = 5


@dataclass(slots=True)
class Captured:
    """What the last round of captures of a case left."""

    newest: datetime | None = None
    first_capture: int = 0
    carriers: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Capturing:
    """Makes captures; ``runs`` are the numbers of the nights."""

    tables: Tables
    year: Year
    runs: Sequence[int]

    def capture(self, shape: Shape, name: str, count: int, contact: str, draw: Random) -> Captured:
        """So many captures from the night on in which the case was found: a few pages again and
        again, more of them where there are not nights enough."""
        left = NIGHTS - shape.night
        pages = max(min(count, draw.randrange(1, _MOST_PAGES + 1)), -(-count // max(left, 1)))
        every = max(1, left // -(-count // pages))
        found = Captured()
        for number in range(count):
            night = min(shape.night + number // pages * every, NIGHTS - 1)
            if number % pages == 0:
                found.carriers.clear()
            self._one(shape, name, number % pages, night, contact, found, draw)
        return found

    def _one(
        self,
        shape: Shape,
        name: str,
        page: int,
        night: int,
        contact: str,
        found: Captured,
        draw: Random,
    ) -> None:
        at = self.year.moment(night, draw.random() * 7)
        channel = shape.kind == "telegram"
        url = f"https://t.me/s/{name}?before={page * 20}" if channel else _url(shape, name, page)
        ok = draw.random() < 0.85
        body = hashlib.sha256(f"{url}{night}".encode()).hexdigest()
        capture = self.tables.add(
            Capture,
            run_id=self.runs[night],
            target_id=shape.number,
            url=url,
            url_hash=hashlib.sha256(url.encode()).hexdigest(),
            fetched_at=at,
            egress="preview" if channel else "tor" if shape.kind == "onion" else "direct",
            outcome="ok" if ok else draw.choice(("timeout", "http_error", "captcha", "dns")),
            status=200 if ok else 0,
            headers=[["Content-Type", "text/html"]],
            content_type="text/html" if ok else "",
            size=draw.randrange(2_000, 60_000) if ok else 0,
            sha256=body if ok else "",
            retention="pages",
            warc_file=f"run-{self.runs[night]}/crawl-0.warc.gz" if ok else "",
            warc_offset=draw.randrange(1 << 30),
            warc_length=draw.randrange(500, 20_000),
        )
        found.first_capture = found.first_capture or capture
        found.newest = max(found.newest or at, at) if ok else found.newest
        for part in range(draw.choice(_POSTS) if ok and channel else ok):
            post = str(page * 20 + part + 1) if channel else ""
            self._document(shape, name, capture, post, at, contact, found, draw)

    def _document(
        self,
        shape: Shape,
        name: str,
        capture: int,
        part: str,
        at: datetime,
        contact: str,
        found: Captured,
        draw: Random,
    ) -> None:
        lang = shape.langs[0] if shape.langs else "ru"
        substances = shape.substances if part == "" or draw.random() < 0.5 else ()
        lines = draw.randrange(2, 5) if part else draw.randrange(4, 14)
        made = text_of(draw, lang, substances, contact, lines=lines)
        document = self.tables.add(
            DocumentRow,
            capture_id=capture,
            target_id=shape.number,
            part=part,
            posted_at=at if part else None,
            title=f"{name}: {'магазин' if substances else 'сайт'} {shape.number}",
            lang=lang,
            text=made.text,
            text_sha256=hashlib.sha256(made.text.encode()).hexdigest(),
            links=[],
            views=draw.randrange(20_000) if part else None,
        )
        if shape.state is S.NEW:
            return
        sells = bool(substances)
        self.tables.add(
            AssessmentRow,
            document_id=document,
            run_id=self.runs[0],
            model=MODEL,
            stage="fast",
            probability=min(max(shape.score + draw.uniform(-0.1, 0.1), 0.0), 1.0),
            label="drug_sale" if sells else "other",
            role="shop" if sells else "other",
            lang=lang,
            substances=[*substances],
            regions=[*shape.regions],
            spans=[*made.spans],
            indicators=[{"kind": "telegram", "value": contact, "start": 0, "end": 5}]
            if sells
            else [],
            prices=[],
            languages={},
        )
        if sells and len(found.carriers) < _CARRIERS:
            found.carriers.append(document)


def _url(shape: Shape, name: str, page: int) -> str:
    if shape.kind == "url":
        return f"http://host{shape.number % 500}.test/{name}/{page or ''}"
    return f"http://{name}/{f'goods/{page}' if page else ''}"
