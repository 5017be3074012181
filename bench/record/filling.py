"""Fills a record, night after night, with as much memory for many cases as for few."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from django.db import transaction

from bench.record.captured import Captured, Capturing
from bench.record.chain import Chain
from bench.record.lives import Life, Lives
from bench.record.releases import Releases
from bench.record.shapes import (
    MODEL,
    NIGHTS,
    WAITING,
    Shape,
    Year,
    captures_of,
    shape,
)
from bench.record.surroundings import contact_of, families, nights, people
from bench.record.tables import Tables
from cases.models import (
    CandidateRow,
    Case,
    ChannelFacts,
    ContentCheck,
    ProposedVerdict,
    Screenshot,
    Target,
)
from cases.people import Role
from domain.channel_profiles import Activity, ChannelProfile
from domain.states import CaseState
from domain.targets import parse_key
from domain.worth import worth
from review.models import Note

_AT_ONCE = 20_000
_MONTH = 30
_DECIDED = frozenset({CaseState.CONFIRMED, CaseState.REQUESTED, CaseState.EXPIRED})
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Filled:
    """How many rows of each table were written."""

    rows: dict[str, int]


class Filling:
    """One record of ``cases`` cases and ``captures`` captures, from ``seed``, up to ``ends``."""

    def __init__(self, cases: int, captures: int, seed: int, ends: datetime) -> None:
        self._cases, self._captures, self._seed = cases, captures, seed
        self._year = Year(ends)
        self._tables = Tables()
        self._chain = Chain(self._tables)
        self._decided: dict[int, tuple[int, str]] = {}

    def fill(self, say: Say = lambda line: None) -> Filled:
        """Write everything. The record must be empty but for its tables."""
        somebody = people()
        self._chain.begin()
        shapes = (shape(self._seed, n, self._cases) for n in range(1, self._cases + 1))
        weights, operators = list[float](), set[int]()
        for one in shapes:
            weights.append(one.weight)
            operators |= {one.family} if one.family is not None else set()
        counts = captures_of(weights, self._captures)
        deciders = [*somebody[Role.ANALYST], *somebody[Role.SUPERVISOR]]
        self._lives = Lives(self._tables, self._chain, self._year, deciders)
        self._releases = Releases(
            self._tables, self._chain, self._year, somebody[Role.SUPERVISOR][0],
            somebody[Role.REGULATOR][0],
        )  # fmt: skip
        runs = nights(self._tables, self._year)
        families(self._tables, self._year, operators)
        self._flush()
        self._capturing = Capturing(self._tables, self._year, runs)
        self._runs = runs
        number = 0
        for night in range(NIGHTS):
            while number < self._cases and number * NIGHTS // self._cases == night:
                number += 1
                self._case(shape(self._seed, number, self._cases), counts[number - 1])
                if len(self._tables) > _AT_ONCE:
                    self._flush()
                if number % 10_000 == 0:
                    say(f"{number} cases")
            self._chain.link(before=self._year.moment(night, 0))
            if night % _MONTH == _MONTH - 1:
                self._releases.release(self._year.moment(night, 9), self._draw(f"month {night}"))
        self._chain.link()
        self._flush()
        self._tables.finish()
        self._chain.end()
        return Filled(self._tables.written)

    def _draw(self, of: object) -> Random:
        return Random(f"{self._seed}/{of}")

    def _flush(self) -> None:
        with transaction.atomic():
            self._tables.flush()

    def _case(self, one: Shape, captures: int) -> None:
        draw = self._draw(one.number)
        name, value = _named(one)
        key = parse_key(f"{one.kind}:{value}")
        contact = contact_of(one.family) if one.family is not None else f"shop_{one.number}"
        opened = self._year.moment(one.night, draw.random())
        self._tables.add(
            Target, id=one.number, kind=one.kind, value=key.value, name=name, first_seen=opened
        )
        captured = self._capturing.capture(one, name, captures, f"@{contact}", draw)
        life = self._lives.live(one, str(key), draw)
        self._write(one, life, captured, opened, captures)
        self._beside(one, life, captured, draw)
        self._releases.ask(one, life, key.value, f"http://{name}/")

    def _write(
        self, one: Shape, life: Life, captured: Captured, opened: datetime, captures: int
    ) -> None:
        scored = life.moves and one.state is not CaseState.NEW
        unseen = self._year.ends - (captured.newest or opened)
        self._tables.add(
            Case,
            id=one.number,
            target_id=one.number,
            state=life.state.value,
            came_from=life.came_from,
            review_round=life.review_round,
            family_id=one.family + 1 if one.family is not None else None,
            opened_at=opened,
            changed_at=max(life.changed_at, opened),
            score=one.score if scored else None,
            selling_share=0.5 if one.substances else 0.0,
            role="shop" if one.substances else "other" if scored else "",
            substances=[*one.substances] if scored else [],
            regions=[*one.regions] if scored else [],
            langs=[*one.langs] if scored else [],
            carriers=captured.carriers,
            model=MODEL if scored else "",
            band=2 if one.score > 0.85 else 1,
            worth=worth(one.score, unseen_for=unseen) if scored else 0.0,
            restricted=one.restricted,
            hold_owner_id=life.hold_owner_id,
            hold_reason="they are being watched" if life.hold_owner_id else "",
            hold_until=life.hold_until,
        )

    def _beside(self, one: Shape, life: Life, captured: Captured, draw: Random) -> None:
        """What else a case has: ways it was found, facts of a channel, notes, pictures, looks."""
        parent = draw.randrange(1, one.number) if one.number > 1 and draw.random() < 0.7 else None
        self._tables.add(
            CandidateRow, target_id=one.number, why="link" if parent else "seed",
            parent_id=parent, url="", run_id=self._runs[one.night],
            noted_at=self._year.moment(one.night, 0.2),
        )  # fmt: skip
        if not one.substances:
            return
        if one.kind == "telegram":
            profile = ChannelProfile(
                Activity("active"), posts=60, selling=30, recent=9, recent_selling=5,
                counters=(("subscribers", draw.randrange(20, 40_000)),),
            )  # fmt: skip
            self._tables.add(
                ChannelFacts, case_id=one.number, activity="active", profile=profile.as_json(),
                made_at=self._year.moment(one.night, 2),
            )  # fmt: skip
        if draw.random() < 0.08:
            self._tables.add(
                Note, case_id=one.number, person_id=self._lives.people[0][0],
                at=life.changed_at, text="the same wallet as in another one",
            )  # fmt: skip
        if draw.random() < 0.2:
            self._screenshot(one, draw)
        if life.requested_at is not None:
            self._looks(one, draw)
        self._propose(one, life)

    def _screenshot(self, one: Shape, draw: Random) -> None:
        at = self._year.moment(one.night, 3)
        url = f"http://shop{one.number}.test/"
        same: dict[str, Any] = dict.fromkeys(("png_sha256", "text_sha256"), "e" * 64)
        sizes = dict.fromkeys(
            ("png_size", "png_offset", "png_length", "text_size", "text_offset", "text_length"),
            draw.randrange(1_000, 90_000),
        )
        self._tables.add(
            Screenshot, case_id=one.number, run_id=self._runs[one.night], url=url,
            url_hash=hashlib.sha256(url.encode()).hexdigest(), final_url=url, taken_at=at,
            taken_for="system:screenshots", egress="direct", browser="Chromium 142",
            retention="screenshots", warc_file=f"run-{self._runs[one.night]}/shots-0.warc.gz",
            **same, **sizes,
        )  # fmt: skip

    def _looks(self, one: Shape, draw: Random) -> None:
        for again in range(draw.randrange(1, 6)):
            night = min(one.night + 20 * (again + 1), NIGHTS - 1)
            if self._looked.get(one.number) == night:
                return
            self._looked = {one.number: night}
            self._tables.add(
                ContentCheck, case_id=one.number, run_id=self._runs[night],
                at=self._year.moment(night, 2), state="requested", result="up", outcome="ok",
                documents=2, score=one.score, threshold=0.5, selling=True, changed=0.1,
            )  # fmt: skip

    _looked: dict[int, int] = {}  # noqa: RUF012 # the last look of the case at hand

    def _propose(self, one: Shape, life: Life) -> None:
        """What the last decided case of the same operator says of one that waits."""
        if one.family is None:
            return
        if life.state in WAITING and one.family in self._decided:
            source, _ = self._decided[one.family]
            self._tables.add(
                ProposedVerdict, case_id=one.number, source_id=source, verdict="confirm",
                evidence=[["telegram", contact_of(one.family)]], made_at=life.changed_at,
            )  # fmt: skip
        if life.state in _DECIDED:
            self._decided[one.family] = (one.number, life.state.value)


def _named(one: Shape) -> tuple[str, str]:
    """What people call a target, and its value."""
    match one.kind:
        case "host":
            return f"shop{one.number}.test", f"shop{one.number}.test"
        case "url":
            value = f"http://host{one.number % 500}.test/shop{one.number}/"
            return f"shop{one.number}", value
        case "onion":
            value = _onion(one.number)
            return value, value
    return f"shop_{one.number}", f"@shop_{one.number}"


def _onion(number: int) -> str:
    """An address of version 3 (rend-spec-v3, 6): of a key that nobody has."""
    key = hashlib.sha256(f"onion {number}".encode()).digest()
    checksum = hashlib.sha3_256(b".onion checksum" + key + b"\x03").digest()[:2]
    return base64.b32encode(key + checksum + b"\x03").decode().lower() + ".onion"
