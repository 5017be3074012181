"""A record with confirmed cases, made through the functions that the product itself uses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

import config
from blocking.exports import Built, build
from blocking.gate import Limits
from blocking.models import BlockingRequest, Export
from blocking.plan import ExportPlan, Recipient, RequestRules
from blocking.protection import Protection, load_protection
from blocking.releases import release
from blocking.requests import make_requests
from cases import assessing, intake
from cases.decisions import Verdict, decide
from cases.evidence import EvidenceWriter
from cases.models import Case, DocumentRow, Person, Run, Target
from cases.people import Role, add_person
from domain import assessment
from domain.captures import CaptureRecord, Egress, Exchange, Outcome
from domain.decisions import Jurisdiction, VerdictKind
from domain.documents import Document
from domain.targets import TargetKey, TargetKind
from tests.blocking.addressing import ADDRESS, TABLE

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LISTS = Path(config.__file__).parent
PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """Argon2 takes its time on purpose; nothing here is about passwords."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


class Time:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture(scope="session")
def protection() -> Protection:
    return load_protection(LISTS / "platforms.toml", [LISTS / "neverblock"])


@pytest.fixture
def plan(tmp_path: Path) -> ExportPlan:
    every = ("json", "csv", "xml", "rpz", "domains", "urls", "telegram")
    return ExportPlan(
        folder=tmp_path / "exports",
        recipients=(
            Recipient("regulator", every),
            Recipient("resolver", ("rpz",)),
        ),
        rules=RequestRules(
            unit="Cyber unit",
            contact="unit@police.example",
            law=("Law, 41-1",),
            store=tmp_path / "var" / "evidence",
        ),
        limits=Limits(canaries=("egov.kz", "kaspi.kz")),
        platforms=LISTS / "platforms.toml",
        never_block=(LISTS / "neverblock",),
    )


@pytest.fixture
def analyst(db: None) -> Person:
    return add_person("analyst1", PASSWORD, Role.ANALYST, actor="test")


@pytest.fixture
def second(db: None) -> Person:
    return add_person("analyst2", PASSWORD, Role.ANALYST, actor="test")


@pytest.fixture
def supervisor(db: None) -> Person:
    return add_person("supervisor1", PASSWORD, Role.SUPERVISOR, actor="test")


#: Makes a case in review from URLs (or posts) that carry its verdict.
Opened = Callable[..., Case]


@pytest.fixture
def opened(db: None, tmp_path: Path, clock: Time) -> Opened:
    run = Run.objects.create(kind="night", started_at=NOW)

    def make(
        key: TargetKey, pages: Sequence[str] = ("/",), *, share: float = 1.0, name: str = ""
    ) -> Case:
        target, _ = intake.target_row(key, name=name, clock=clock)
        evidence = EvidenceWriter(tmp_path / "var" / "evidence", run.pk, f"w{target.pk}", "pages")
        records = [_capture(key, page) for page in pages]
        intake.store(run.pk, "crawl", records, evidence, clock=clock)
        evidence.close()
        case = Case.objects.get(target=target)
        carriers = list(DocumentRow.objects.filter(target=target).values_list("pk", flat=True))
        verdict = assessment.Verdict(0.98, share, assessment.Role.SHOP, (0,), ("mephedrone",))
        assessing.record_verdict(
            case.pk, verdict, carriers, "test-1", review_threshold=0.5, actor="test", clock=clock
        )
        case.refresh_from_db()
        return case

    return make


def _capture(key: TargetKey, page: str) -> CaptureRecord:
    if key.kind is TargetKind.TELEGRAM:
        url, documents = f"https://t.me/s/x?after={page}", (Document("", "sells", part=page),)
    elif key.kind is TargetKind.URL:
        url, documents = key.value, (Document("shop", "sells"),)
    else:
        url, documents = f"http://{key.value}{page}", (Document("shop", "sells"),)
    headers = (("Content-Type", "text/html"),)
    exchange = Exchange(url, "GET", (), 200, "OK", headers, b"<p>sells", address="203.0.113.7")
    return CaptureRecord(
        site=key,
        url=url,
        fetched_at=NOW,
        egress=Egress.DIRECT,
        outcome=Outcome.OK,
        exchange=exchange,
        documents=documents,
    )


#: Makes a case that two people have confirmed.
Confirmed = Callable[..., Case]


@pytest.fixture
def confirmed(opened: Opened, analyst: Person, second: Person, clock: Time) -> Confirmed:
    def make(key: TargetKey, *args: object, reason: str = "", **options: object) -> Case:
        case = opened(key, *args, **options)
        for person, why in ((analyst, ""), (second, reason)):
            clock.pass_by(minutes=1)
            verdict = Verdict(VerdictKind.CONFIRM, why, Jurisdiction.SELLS_IN)
            decide(case.pk, person, verdict, clock=clock)
        case.refresh_from_db()
        return case

    return make


@pytest.fixture
def allowed(plan: ExportPlan, tmp_path: Path) -> ExportPlan:
    """A plan with blocks by address switched on in one network, and a table of networks."""
    table = tmp_path / "networks.tsv"
    table.write_text(TABLE)
    rules = replace(
        plan.rules,
        address_networks=frozenset({64500}),
        networks=table,
        recipients=plan.recipients,
    )
    return replace(plan, rules=rules)


@pytest.fixture
def requested(allowed: ExportPlan, protection: Protection, clock: Time):
    """Makes the requests that are due and gives that of the address."""

    def do(rules: object = None, name: str = ADDRESS) -> BlockingRequest:
        make_requests(rules or allowed.rules, protection, clock=clock)
        return BlockingRequest.objects.filter(case__target__value=name).get()

    return do


def host(name: str) -> TargetKey:
    return TargetKey(TargetKind.HOST, name)


def target(name: str) -> Target:
    return Target.objects.get(value=name)


#: Builds an export of all that is confirmed.
Build = Callable[..., Built]


@pytest.fixture
def made(plan: ExportPlan, protection: Protection, clock: Time) -> Build:
    """Requests for all that is confirmed, then the export for a recipient."""

    def do(name: str = "regulator", **options: object) -> Built:
        make_requests(plan.rules, protection, clock=clock)
        return build(plan.recipient(name), plan, protection, clock=clock, **options)

    return do


@pytest.fixture
def let_out(plan: ExportPlan, protection: Protection, clock: Time, supervisor: Person):
    def do(built: Built) -> Export:
        clock.pass_by(hours=1)
        return release(built.export, supervisor, plan, protection, clock=clock).export

    return do
