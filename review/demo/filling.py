"""Fills an empty record with what is made up: cases in every state, people, requests, exports,
receipts, a night. By the ways of the record itself, so that its chain and evidence hold."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from blocking import exports, releases, requests
from blocking.models import Order
from blocking.orders import Step
from blocking.orders import move as move_orders
from blocking.plan import ExportPlan
from blocking.receipts import receive_answer
from cases import assessing, decisions, families, intake, screenshots, sealing
from cases.evidence import EvidenceWriter
from cases.models import Case, DocumentRow, Person, Run
from cases.moves import move
from domain.assessment import Assessment, Indicator, Label, Price, Role, Verdict
from domain.candidates import Candidate, Why
from domain.captures import CaptureRecord, Egress, Exchange, Outcome
from domain.decisions import Jurisdiction, VerdictKind
from domain.documents import Document
from domain.orders import Answer, OrderState
from domain.receipts import Answered
from domain.shots import Shot
from domain.states import CaseState
from domain.targets import TargetKind
from review.demo.content import MadeUp, PageOf, made_up

MODEL = "made-up"
_THRESHOLD = 0.4
_CONFIRMED = frozenset({"verified", "ordered", "sent", "withdrawn"})


class Ticking:
    """A clock that goes on by some minutes each time that it is asked, from days ago."""

    def __init__(self, start: datetime, step: timedelta = timedelta(minutes=3)) -> None:
        self._now, self._step = start, step

    def __call__(self) -> datetime:
        self._now += self._step
        return self._now


@dataclass(frozen=True, slots=True)
class Filling:
    """What a record is filled with: into which evidence store, by whose hands, by which plan."""

    evidence: Path
    colleagues: tuple[Person, Person]
    supervisor: Person
    regulator: Person
    plan: ExportPlan
    clock: Ticking

    def fill(self) -> dict[str, int]:
        """Make everything. Returns the number of each case by its slug."""
        run = Run.objects.create(kind="night", started_at=self.clock())
        cases = self._captured(run)
        self._assessed(run, cases)
        families.regroup(actor="system:families", clock=self.clock)
        self._photographed(run, cases)
        sealing.seal(run.pk, self.evidence, clock=self.clock)
        self._decided(cases)
        self._handed_on(cases)
        self._end(run, cases)
        return {slug: case.pk for slug, case in cases.items()}

    def _captured(self, run: Run) -> dict[str, Case]:
        writer = EvidenceWriter(self.evidence, run.pk, "crawl", "pages")
        cases = {}
        for one in made_up().values():
            target, _ = intake.target_row(one.key, name=one.name, clock=self.clock)
            seed = Candidate(one.key, Why.SEED, url=_url(one, one.pages[0]))
            intake.note_candidates(run.pk, [seed], clock=self.clock)
            intake.store(run.pk, "crawl", [*self._records(one)], writer, clock=self.clock)
            cases[one.slug] = target.case
        writer.close()
        return cases

    def _records(self, one: MadeUp) -> Iterator[CaptureRecord]:
        """A page is a capture, all posts of a channel are one."""
        if one.key.kind is TargetKind.TELEGRAM:
            yield self._record(one, one.pages)
        else:
            for page in one.pages:
                yield self._record(one, (page,))

    def _record(self, one: MadeUp, pages: tuple[PageOf, ...]) -> CaptureRecord:
        at, url = self.clock(), _url(one, pages[0])
        body = "\n".join(f"<h1>{page.title}</h1><p>{page.text}</p>" for page in pages).encode()
        return CaptureRecord(
            site=one.key,
            url=url,
            fetched_at=at,
            egress=_EGRESS.get(one.key.kind, Egress.DIRECT),
            outcome=Outcome.OK,
            exchange=Exchange(
                url, "GET", (("User-Agent", "made-up"),), 200, "OK",
                (("Content-Type", "text/html; charset=utf-8"),), body,
            ),
            documents=tuple(
                Document(
                    title=page.title,
                    text=page.text,
                    lang=one.langs[0],
                    part=page.part,
                    posted_at=at if page.part else None,
                )
                for page in pages
            ),
        )  # fmt: skip

    def _assessed(self, run: Run, cases: dict[str, Case]) -> None:
        for slug, one in made_up().items():
            case = cases[slug]
            rows = list(DocumentRow.objects.filter(target=case.target).order_by("pk"))
            assessing.record(run.pk, {row.pk: _assessment(one, row.text) for row in rows})
            verdict = Verdict(
                probability=one.score,
                selling_share=1.0,
                role=Role(one.role),
                carriers=(0,),
                substances=one.substances,
                regions=one.regions,
                langs=one.langs,
            )
            assessing.record_verdict(
                case.pk, verdict, [row.pk for row in rows], MODEL,
                review_threshold=_THRESHOLD, actor="system:assess", clock=self.clock,
            )  # fmt: skip

    def _photographed(self, run: Run, cases: dict[str, Case]) -> None:
        writer = EvidenceWriter(self.evidence, run.pk, "screens", screenshots.RETENTION)
        for slug, one in made_up().items():
            if one.score > _THRESHOLD and one.key.kind is TargetKind.HOST:
                url = _url(one, one.pages[0])
                shot = Shot(
                    url, url, self.clock(), Egress.DIRECT, drawing(one), one.pages[0].text,
                    "made up, no browser",
                )  # fmt: skip
                screenshots.record(
                    cases[slug].pk, run.pk, shot, writer, actor="system:shots", clock=self.clock
                )
        writer.close()

    def _decided(self, cases: dict[str, Case]) -> None:
        first, second = self.colleagues
        for slug, one in made_up().items():
            case = cases[slug].pk
            match one.part:
                case "second":
                    self._confirm(case, first)
                case "escalated":
                    self._say(case, first, VerdictKind.ESCALATE, "solvents: is this lawful trade?")
                case "dismissed":
                    self._say(case, first, VerdictKind.DISMISS, "a museum")
                case "on_hold":
                    until = self.clock() + timedelta(days=60)
                    held = decisions.Verdict(VerdictKind.HOLD, "operation Garden", hold_until=until)
                    decisions.decide(case, second, held, clock=self.clock)
                case part if part in _CONFIRMED or part == "unreachable":
                    self._confirm(case, first)
                    self._confirm(case, second)
                case _:
                    continue
        decisions.withdraw(
            cases["mistaken"].pk, self.supervisor, "a tattoo parlour", clock=self.clock
        )
        move(
            cases["gone"].pk, CaseState.UNREACHABLE, actor="system:recheck",
            reason="down for 14 nights", clock=self.clock,
        )  # fmt: skip

    def _confirm(self, case: int, person: Person) -> None:
        verdict = decisions.Verdict(
            VerdictKind.CONFIRM, "goods, prices, contact", Jurisdiction.SELLS_IN, seconds=70
        )
        decisions.decide(case, person, verdict, clock=self.clock)

    def _say(self, case: int, person: Person, kind: VerdictKind, reason: str) -> None:
        decisions.decide(
            case, person, decisions.Verdict(kind, reason, seconds=45), clock=self.clock
        )

    def _handed_on(self, cases: dict[str, Case]) -> None:
        """One release with answers of its recipient, and one export that waits for release."""
        protection = self.plan.protection()
        recipient = self.plan.recipients[0]
        requests.make_requests(self.plan.rules, protection, clock=self.clock)
        built = exports.build(recipient, self.plan, protection, clock=self.clock)
        if built.export is not None:
            releases.release(built.export, self.supervisor, self.plan, protection, clock=self.clock)
        for slug in ("kaspiy", "zhaiyq"):
            self._answer(recipient.name, cases[slug], Answer.ACCEPTED)
        self._answer(recipient.name, cases["kaspiy"], Answer.EXECUTED)
        (seen,) = Order.objects.filter(request__case=cases["kaspiy"])
        move_orders(
            [Step(seen, OrderState.VERIFIED, "blocked on the way, seen from two places")],
            actor="system:recheck", subject=f"case:{cases['kaspiy'].pk}", clock=self.clock,
        )  # fmt: skip
        for person in self.colleagues:
            self._confirm(cases["irtysh"].pk, person)
        requests.make_requests(self.plan.rules, protection, clock=self.clock)
        exports.build(recipient, self.plan, protection, clock=self.clock)

    def _answer(self, recipient: str, case: Case, answer: Answer) -> None:
        (order,) = Order.objects.filter(request__case=case)
        said = Answered(1, order.request_id, answer)
        receive_answer(
            recipient, said, self.regulator, once=f"{case.pk} {answer}", clock=self.clock
        )

    def _end(self, run: Run, cases: dict[str, Case]) -> None:
        run.state, run.finished_at = Run.State.COMPLETE, self.clock()
        count = len(cases)
        run.report = {
            "totals": {"sources": count, "requests": 4 * count, "fetched": 3 * count,
                       "documents": count + 2, "assessed": count + 2, "queued": count - 1,
                       "failed": 2},
            "cases": [case.pk for case in cases.values()],
            "looked_again": [cases["gone"].pk],
            "sources": [],
            "stages": [
                {"stage": stage, "state": "done", "seconds": seconds, "counts": {}, "error": ""}
                for stage, seconds in (("gather", 3120.0), ("assess", 410.0), ("families", 12.0),
                                       ("screenshots", 260.0), ("seal", 8.0), ("requests", 2.0))
            ],
        }  # fmt: skip
        run.save()


_EGRESS = {TargetKind.ONION: Egress.TOR, TargetKind.TELEGRAM: Egress.PREVIEW}


def _url(one: MadeUp, page: PageOf) -> str:
    if one.key.kind is TargetKind.TELEGRAM:
        return f"https://t.me/s/{one.name}"
    return f"http://{one.key.value}{page.path}"


def _assessment(one: MadeUp, text: str) -> Assessment:
    return Assessment(
        probability=one.score,
        label=Label.DRUG_SALE if one.score > _THRESHOLD else Label.OTHER,
        role=Role(one.role),
        lang=one.langs[0],
        model=MODEL,
        stage="fast",
        substances=one.substances,
        regions=one.regions,
        spans=one.spans_in(text),
        indicators=tuple(Indicator(kind, value) for kind, value in one.indicators),
        prices=tuple(Price(amount, currency, unit) for amount, currency, unit in one.prices),
    )


_WIDE, _HIGH = 320, 240


def drawing(one: MadeUp) -> bytes:
    """What stands for a screenshot: a bar and some lines in the case's own colour, as PNG (PNG
    specification, third edition)."""
    colour = zlib.crc32(one.slug.encode()).to_bytes(4, "big")[:3]
    rows = []
    for y in range(_HIGH):
        ink = colour if y < 40 else b"\x99\x99\x99" if y % 16 < 6 else b"\xff\xff\xff"
        width = _WIDE if y < 40 else 60 + (zlib.crc32(bytes([y // 16])) % (_WIDE - 80))
        rows.append(b"\x00" + ink * width + b"\xff\xff\xff" * (_WIDE - width))
    head = struct.pack(">IIBBBBB", _WIDE, _HIGH, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
