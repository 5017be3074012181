"""The stage of the night that lets go, and what it would let go of."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from cases import audit, intake, runs, sealing
from cases.evidence import EvidenceWriter
from cases.models import AuditEvent, CandidateRow, Capture, Case, DocumentRow, RunSource
from channels import advertisers
from channels.models import AccountUse, Advertiser, AdvertisersPost, TelegramAccount
from channels.posts import Advertiser as PostAuthor
from domain.candidates import Candidate, Why
from domain.documents import Document
from domain.retention import Days
from domain.states import CaseState
from domain.targets import parse_key
from index.engine import Query
from index.feeding import sync
from index.opening import open_engine
from nightly.apps import plan_of
from nightly.forgetting import Forgetter
from nightly.plan import Plan
from nightly.retention import let_go, would_go
from nightly.stages import NIGHT
from review.models import DossierRow
from tests.cases.test_erasing import captured, decided
from tests.people import analyst
from tests.records import NOON, case_in, new_run, page

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=181)


@pytest.fixture
def plan(tmp_path: Path, settings) -> Plan:
    chosen = settings.NARCOWATCH.model_copy(update={"data_dir": tmp_path})
    settings.NARCOWATCH = chosen
    return plan_of(chosen)


def later() -> datetime:
    return LATER


def test_the_night_lets_go_after_it_has_sealed_and_before_it_asks_for_blocks() -> None:
    names = [stage.name for stage in NIGHT]
    assert names.index("seal") < names.index("retention") < names.index("requests")


def test_what_would_go_goes(plan: Plan) -> None:
    captured(plan.evidence_root, "http://a.test/", "http://shop.test/", "http://held.test/")
    decided(CaseState.CONFIRMED, "shop.test")
    told = would_go(plan, clock=later)
    assert Capture.objects.filter(erased_at=None).count() == 3
    done = let_go(plan, clock=later)
    assert told["out", "pages erased"] == done["out", "pages erased"] == 2
    assert told["out", "files touched"] == done["out", "files removed"] == 1
    kept = ("skipped", "pages kept: of a confirmed case")
    assert told[kept] == done[kept] == 1
    assert audit.verify().holds
    assert let_go(plan, clock=later) == {kept: 1}


def test_what_is_erased_cannot_be_searched_for(plan: Plan) -> None:
    captured(plan.evidence_root, "http://gone.test/", "http://shop.test/")
    decided(CaseState.DISMISSED, "gone.test")
    decided(CaseState.CONFIRMED, "shop.test")
    engine = open_engine("", plan.index_path)
    sync(engine)
    assert len(engine.search(Query("text")).hits) == 2
    engine.close()
    assert let_go(plan, clock=later)["out", "entries out of the index"] == 1
    engine = open_engine("", plan.index_path)
    (hit,) = engine.search(Query("text")).hits
    assert hit.entry.url == "http://shop.test/"
    assert sync(engine).deleted == 0
    engine.close()


def test_the_command_tells_and_changes_nothing_or_does_it(plan: Plan, settings) -> None:
    captured(plan.evidence_root, "http://a.test/")
    Capture.objects.update(fetched_at=datetime.now(UTC))
    out = StringIO()
    call_command("retention", "--dry-run", stdout=out)
    assert out.getvalue().splitlines() == [
        "stays              1  pages kept: their time is not over",
        "nothing is due",
    ]
    Capture.objects.update(fetched_at=datetime.now(UTC) - timedelta(days=200))
    out = StringIO()
    call_command("retention", "--dry-run", stdout=out)
    assert "their time is not over" not in out.getvalue()
    assert "would go           1  pages erased" in out.getvalue()
    assert list(plan.evidence_root.rglob("*.warc.gz"))
    out = StringIO()
    call_command("retention", stdout=out)
    assert "gone               1  pages erased" in out.getvalue()
    assert not list(plan.evidence_root.rglob("*.warc.gz"))
    out = StringIO()
    call_command("retention", "--dry-run", stdout=out)
    assert out.getvalue() == "nothing is due\n"


def test_evidence_that_was_tampered_with_makes_the_command_fail(plan: Plan) -> None:
    captured(plan.evidence_root, "http://a.test/")
    Capture.objects.update(fetched_at=datetime.now(UTC) - timedelta(days=200))
    (file,) = plan.evidence_root.rglob("*.warc.gz")
    file.write_bytes(b"something else")
    out = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("retention", stdout=out)
    assert stopped.value.code == 1
    assert "FAILED" in out.getvalue()
    assert file.exists()


DAYS = Days(
    pages=90, posts=90, dismissed=180, ended=1000, screens=180, images=30, journals=30, logs=90,
    requests=90, tips=365,
)  # fmt: skip


def forgetter(folder: Path, now: datetime = LATER, *, dry: bool = False) -> Forgetter:
    return Forgetter(folder, DAYS, now, dry, later)


def test_old_journals_go_and_young_ones_stay(tmp_path: Path) -> None:
    for name, days in (("run-000001-channels.journal", 31), ("run-000002-channels.journal", 29)):
        path = tmp_path / "journals" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("http://a.test/\n")
        moment = (LATER - timedelta(days=days)).timestamp()
        os.utime(path, (moment, moment))
    assert forgetter(tmp_path, dry=True).journals().gone == 1
    assert len(list(tmp_path.rglob("*.journal"))) == 2
    assert forgetter(tmp_path).journals().gone == 1
    assert [path.name for path in tmp_path.rglob("*.journal")] == ["run-000002-channels.journal"]
    event = AuditEvent.objects.get()
    assert (event.action, event.subject) == ("retention.forgotten", "retention:journals")
    assert (event.details["n"], "a.test" in str(event.details)) == (1, False)


def test_old_lines_of_the_log_go_with_what_belongs_to_them(tmp_path: Path) -> None:
    log = tmp_path / "log" / "narcowatch.log"
    log.parent.mkdir()
    old = LATER - timedelta(days=91)
    young = LATER - timedelta(days=89)
    lines = [
        f"{old:%Y-%m-%d %H:%M:%S},123 7 ERROR channels: failed",
        "Traceback (most recent call last):",
        "  File x",
        f"{young:%Y-%m-%d %H:%M:%S},123 7 INFO channels: fine",
        "that goes on",
    ]
    log.write_text("\n".join([*lines, ""]))
    before = log.read_text()
    assert forgetter(tmp_path, dry=True).log_lines().gone == 3
    assert log.read_text() == before
    assert forgetter(tmp_path).log_lines().gone == 3
    assert log.read_text() == "\n".join([*lines[3:], ""])
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert forgetter(tmp_path).log_lines().gone == 0


def test_what_accounts_asked_for_is_forgotten(tmp_path: Path) -> None:
    account = TelegramAccount.objects.create(name="one", user_id=5, since=NOON)
    for days in (91, 89):
        ends = LATER - timedelta(days=days)
        AccountUse.objects.create(account=account, kind="history", ends_at=ends, used=days)
    assert forgetter(tmp_path, dry=True).requests().gone == 1
    assert forgetter(tmp_path).requests().gone == 1
    assert [row.used for row in AccountUse.objects.all()] == [89]


def test_notes_of_tips_go_when_nobody_needs_them(tmp_path: Path) -> None:
    run = new_run()
    for host in ("seen.test", "waits.test", "shop.test"):
        key = parse_key(f"host:{host}")
        tip = Candidate(key, Why.TIP, note=f"my neighbour says {host}")
        intake.note_candidates(run.pk, [tip], clock=lambda: NOON)
        if host != "waits.test":
            runs.add_source(run, key, Why.TIP, notes=tip.note)
    RunSource.objects.update(done=True)
    decided(CaseState.CONFIRMED, "shop.test")
    now = NOON + timedelta(days=366)
    assert forgetter(tmp_path, NOON + timedelta(days=364)).tips().gone == 0
    found = forgetter(tmp_path, now).tips()
    assert (found.gone, found.kept) == (1, 2)
    assert set(CandidateRow.objects.values_list("note", flat=True)) == {
        "", "my neighbour says waits.test", "my neighbour says shop.test"
    }  # fmt: skip
    assert set(RunSource.objects.values_list("notes", flat=True)) == {
        "", "my neighbour says shop.test"
    }  # fmt: skip
    assert "neighbour" not in str(AuditEvent.objects.filter(action="retention.forgotten").values())


def test_posts_that_are_still_shown_are_not_stored_again(plan: Plan) -> None:
    post = replace(page("http://t.test/"), documents=(Document(title="t", text="soap", part="7"),))
    root = plan.evidence_root
    first, second = new_run(), new_run()
    for run, day in ((first, 0), (second, 91)):
        writer = EvidenceWriter(root, run.pk, "channels", "posts")
        taken = replace(post, fetched_at=NOON + timedelta(days=day))
        stored = intake.store(run.pk, "channels", [taken], writer, retention="posts")
        writer.close()
        assert stored.documents == int(day == 0)
        if day == 0:
            let_go(plan, clock=lambda: NOON + timedelta(days=91))
    assert DocumentRow.objects.get().text == ""


def group_of(plan: Plan, number: int, state: CaseState) -> None:
    """A group with one advertiser, who wrote message 5, read at NOON and sealed."""
    case = case_in(state, f"telegram:{number}")
    Case.objects.filter(pk=case.pk).update(changed_at=NOON)
    run = new_run()
    read = replace(
        page(f"https://t.me/{number}"),
        site=case.target.key,
        documents=(Document("Чат", "наличие", part="5"), Document("Чат", "привет", part="6")),
    )
    evidence = EvidenceWriter(plan.evidence_root, run.pk, "account", "posts")
    intake.store(run.pk, "channels", [read], evidence, retention="posts", clock=lambda: NOON)
    evidence.close()
    sealing.seal(run.pk, plan.evidence_root)
    found = [PostAuthor("PeerUser", number, "sunny_dos", (5,))]
    advertisers.note(case.target, found, clock=lambda: NOON)


def test_who_advertised_is_forgotten_with_what_he_wrote(plan: Plan) -> None:
    group_of(plan, 901, CaseState.SCREENED_OUT)
    group_of(plan, 902, CaseState.CONFIRMED)
    assert let_go(plan, clock=lambda: NOON + timedelta(days=1)) == {}
    told = would_go(plan, clock=later)
    assert Advertiser.objects.count() == 2
    done = let_go(plan, clock=later)
    assert done["out", "advertisers in groups forgotten"] == 1
    assert told["out", "batches of posts erased"] == done["out", "batches of posts erased"] == 1
    assert advertisers.known(901) == frozenset()
    assert len(advertisers.known(902)) == 1
    assert AdvertisersPost.objects.count() == 1
    event = AuditEvent.objects.get(subject="retention:advertisers in groups")
    assert "901" not in str(event.details)
    assert audit.verify().holds


def test_who_was_met_lately_is_known_although_his_words_are_erased(plan: Plan) -> None:
    group_of(plan, 901, CaseState.SCREENED_OUT)
    target = Case.objects.get().target
    met = LATER - timedelta(days=10)
    advertisers.note(target, [PostAuthor("PeerUser", 901, "", (5,))], clock=lambda: met)
    let_go(plan, clock=later)
    (row,) = Advertiser.objects.all()
    assert (row.since, row.met_at, row.username) == (NOON, met, "sunny_dos")
    assert let_go(plan, clock=lambda: met + timedelta(days=91)) != {}
    assert not Advertiser.objects.exists()


def test_archives_of_dossiers_go_and_their_digests_stay(plan: Plan) -> None:
    folder = plan.data_dir / "dossiers"
    folder.mkdir(parents=True)
    maker = analyst()
    for number, days in ((1, 400), (2, 10)):
        (folder / f"{number}.zip").write_bytes(b"PK")
        DossierRow.objects.create(
            subject="case:1", person=maker, asked_at=NOON, handed_to="a", purpose="b",
            language="en", state="made", made_at=LATER - timedelta(days=days),
            file=f"{number}.zip", sha256="d" * 64,
        )  # fmt: skip
    assert would_go(plan, clock=later)["out", "archives of dossiers forgotten"] == 1
    assert len([*folder.iterdir()]) == 2
    let_go(plan, clock=later)
    assert [path.name for path in folder.iterdir()] == ["2.zip"]
    rows = list(DossierRow.objects.order_by("pk").values_list("file", "sha256"))
    assert rows == [("", "d" * 64), ("2.zip", "d" * 64)]
    assert AuditEvent.objects.filter(subject="retention:dossiers").count() == 1
