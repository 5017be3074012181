"""The commands as their users meet them: output, exit codes, files."""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings as live
from pytest_django import Settings

from blocking.apps import export_plan
from blocking.entries import Scope
from blocking.exporters import FORMATS
from blocking.models import BlockingRequest, Export
from cases.models import Person, Run
from cases.moves import move
from config.blocking import Gate
from domain.clock import utc_now
from domain.states import CaseState
from nightly.cli import main
from tests.blocking.conftest import PASSWORD, Confirmed, Time, host

pytestmark = pytest.mark.django_db


class Result:
    def __init__(self, code: object, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def data_dir(tmp_path: Path, settings: Settings, clock: Time) -> Path:
    clock.now = utc_now()
    settings.NARCOWATCH = live.NARCOWATCH.model_copy(update={"data_dir": tmp_path / "var"})
    (tmp_path / "var").mkdir()
    return tmp_path / "var"


@pytest.fixture
def run(data_dir: Path, capsys: pytest.CaptureFixture[str]):
    def call(*arguments: str) -> Result:
        try:
            code: object = main(arguments)
        except SystemExit as stop:
            code = stop.code
        out = capsys.readouterr()
        return Result(code, out.out, out.err)

    return call


@pytest.fixture
def password(tmp_path: Path) -> str:
    path = tmp_path / "password"
    path.write_text(PASSWORD)
    path.chmod(0o600)
    return str(path)


def test_confirm_export_release_verify(
    confirmed: Confirmed, run, data_dir: Path, supervisor: Person, password: str
) -> None:
    case = confirmed(host("shop.test"))
    built = run("export", "--recipient", "regulator")
    assert built.code == 0
    assert "requests made: 1, refused: 0" in built.out
    assert "+ host shop[.]test" in built.out
    assert "narcowatch release regulator/1 --user NAME" in built.out
    case.refresh_from_db()
    assert case.state == CaseState.REQUESTED
    done = run("release", "regulator/1", "--user", "supervisor1", "--password-file", password)
    assert (done.code, "1 sent" in done.out) == (0, True)
    seen = run("verify-export", str(data_dir / "exports/regulator/1"))
    assert (seen.code, "regulator/1 holds (the first)" in seen.out) == (0, True)
    again = run("export", "--recipient", "regulator")
    assert "unchanged since" in again.out
    assert "to release it" not in again.out


def test_a_letter_is_a_file_of_its_owner_and_never_written_over(
    confirmed: Confirmed, run, supervisor: Person, password: str, tmp_path: Path
) -> None:
    confirmed(host("shop.test"))
    run("export", "--recipient", "regulator")
    out = tmp_path / "letter.pdf"
    early = run("letter", "regulator/1", "--output", str(out))
    assert (early.code, "is not released" in early.err) == (2, True)
    run("release", "regulator/1", "--user", "supervisor1", "--password-file", password)
    done = run("letter", "regulator/1", "--language", "ru", "--output", str(out))
    assert (done.code, out.read_bytes()[:5]) == (0, b"%PDF-")
    assert out.stat().st_mode & 0o777 == 0o600
    assert sha256(out.read_bytes()).hexdigest() in done.out.replace("\n", "")
    again = run("letter", "regulator/1", "--output", str(out))
    assert (again.code, "is not written over" in again.err) == (2, True)
    of_one = run("letter", str(BlockingRequest.objects.get().pk), "--output", str(out) + "2")
    assert of_one.code == 0
    nowhere = run("letter", "regulator/1", "--output", str(tmp_path / "none" / "x.pdf"))
    assert (nowhere.code, "cannot be written" in nowhere.err) == (2, True)


def test_a_dry_run_writes_neither_files_nor_requests(confirmed: Confirmed, run, data_dir) -> None:
    case = confirmed(host("shop.test"))
    dry = run("export", "--recipient", "regulator", "--dry-run")
    assert (dry.code, "dry run: nothing was kept" in dry.out) == (0, True)
    assert "+ host shop[.]test" in dry.out
    assert not BlockingRequest.objects.exists()
    assert not Export.objects.exists()
    assert [p.name for p in (data_dir / "exports/regulator").iterdir()] == [".lock"]
    case.refresh_from_db()
    assert case.state == CaseState.CONFIRMED
    assert run("export", "--recipient", "regulator", "--dry-run").out == dry.out


def test_nothing_confirmed_is_said_and_uses_up_no_number(
    confirmed: Confirmed, run, db: None
) -> None:
    for arguments in (["--dry-run"], []):
        done = run("export", "--recipient", "regulator", *arguments)
        assert (done.code, done.err) == (0, "")
        assert "nothing to export: no confirmed case concerns regulator" in done.out
    assert not Export.objects.exists()
    confirmed(host("shop.test"))
    assert "regulator/1" in run("export", "--recipient", "regulator").out


def test_a_refused_export_exits_1_and_names_what_is_wrong(
    confirmed: Confirmed, run, supervisor: Person, password: str, settings: Settings
) -> None:
    confirmed(host("shop.test"))
    run("export", "--recipient", "regulator")
    run("release", "regulator/1", "--user", "supervisor1", "--password-file", password)
    confirmed(host("second.test"))
    strict = Gate(max_change_share=0.0, change_floor=0)
    blocking = settings.NARCOWATCH.blocking.model_copy(update={"gate": strict})
    settings.NARCOWATCH = settings.NARCOWATCH.model_copy(update={"blocking": blocking})
    refused = run("export", "--recipient", "regulator")
    assert refused.code == 1
    assert "1 added and 0 removed against release 1" in refused.err


def test_the_last_case_is_lifted_by_an_empty_release(
    confirmed: Confirmed, run, supervisor: Person, password: str
) -> None:
    case = confirmed(host("shop.test"))
    run("export", "--recipient", "regulator")
    run("release", "regulator/1", "--user", "supervisor1", "--password-file", password)
    move(case.pk, CaseState.WITHDRAWN, actor="test", reason="a mistake")
    assert run("export", "--recipient", "regulator").code == 0
    out = run("release", "regulator/2", "--user", "supervisor1", "--password-file", password)
    assert "1 liftings sent" in out.out


def test_a_refused_case_is_named(confirmed: Confirmed, run) -> None:
    confirmed(host("nur.kz"), reason="sure")
    confirmed(host("shop.test"))
    built = run("export", "--recipient", "regulator")
    assert built.code == 0
    assert "refused: 1" in built.out
    assert "never-block" in built.out


WITH_FORMATS = [
    ["export", "--recipient", "regulator"],
    ["release", "regulator/1", "--user", "supervisor1", "--password-file", "PASSWORD"],
    ["night"],
    ["scheduler"],
]


@pytest.fixture
def bogus(data_dir: Path, settings: Settings) -> None:
    """Settings in which one of two recipients has a format that there is none of."""
    blocking = settings.NARCOWATCH.blocking
    (one,) = blocking.recipients
    wrong = one.model_copy(update={"name": "provider", "formats": ("rpz", "bogus")})
    changed = blocking.model_copy(update={"recipients": (one, wrong)})
    settings.NARCOWATCH = settings.NARCOWATCH.model_copy(update={"blocking": changed})


@pytest.mark.parametrize("arguments", WITH_FORMATS)
def test_a_format_that_is_none_is_refused_at_the_start_with_those_that_there_are(
    confirmed: Confirmed, run, bogus, supervisor: Person, password: str, arguments: list[str]
) -> None:
    confirmed(host("shop.test"))
    runs = Run.objects.count()
    refused = run(*(password if part == "PASSWORD" else part for part in arguments))
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        "narcowatch: blocking.recipients[1].formats (recipient provider): no format is called "
        f"'bogus': {', '.join(FORMATS)}\n"
    )
    assert Run.objects.count() == runs
    assert not BlockingRequest.objects.exists()


@pytest.mark.parametrize("command", ["night", "crawl", "scheduler"])
def test_a_proxy_that_sites_cannot_be_crawled_through_is_refused_at_the_start(
    data_dir: Path, settings: Settings, tmp_path: Path, run, command: str
) -> None:
    net = settings.NARCOWATCH.net.model_copy(update={"proxy": "socks5://me:secret@127.0.0.1:9"})
    settings.NARCOWATCH = settings.NARCOWATCH.model_copy(update={"net": net})
    refused = run(
        command, *(["--seeds", str(tmp_path / "none.toml")] if command == "crawl" else [])
    )
    assert refused.code == 2
    assert "net.proxy is a socks5:// proxy" in refused.err
    assert "secret" not in refused.err
    assert not Run.objects.exists()


@pytest.mark.parametrize("arguments", WITH_FORMATS)
def test_a_list_that_cannot_be_read_is_refused_at_the_start(
    confirmed: Confirmed,
    run,
    data_dir: Path,
    supervisor: Person,
    password: str,
    arguments: list[str],
) -> None:
    confirmed(host("shop.test"))
    (data_dir / "neverblock").mkdir()
    (data_dir / "neverblock" / "ours.toml").write_text("entries = 1")
    refused = run(*(password if part == "PASSWORD" else part for part in arguments))
    assert refused.code == 2
    assert "ours.toml" in refused.err
    assert not BlockingRequest.objects.exists()


def test_a_recipient_that_is_none_exits_2(run, db: None) -> None:
    wrong = run("export", "--recipient", "nobody")
    assert (wrong.code, wrong.err) == (
        2,
        "narcowatch: no recipient is called 'nobody': regulator\n",
    )


@pytest.mark.parametrize(
    ("who", "words", "complaint"),
    [
        ("supervisor1", "wrong password here", "wrong password"),
        ("analyst1", PASSWORD, "may not release"),
    ],
)
def test_release_needs_a_supervisor_who_signs_in(
    confirmed: Confirmed, run, supervisor: Person, tmp_path: Path, who, words, complaint
) -> None:
    confirmed(host("shop.test"))
    run("export", "--recipient", "regulator")
    path = tmp_path / "typed"
    path.write_text(words)
    path.chmod(0o600)
    refused = run("release", "regulator/1", "--user", who, "--password-file", str(path))
    assert (refused.code, complaint in refused.err) == (2, True)
    assert Export.objects.get().released_at is None


def test_release_without_a_terminal_or_password_file_says_so(
    confirmed: Confirmed, run, supervisor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path("/dev/null").open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        refused = run("release", "regulator/1", "--user", "supervisor1")
    assert (refused.code, "--password-file" in refused.err) == (2, True)


def test_a_damaged_export_does_not_verify(confirmed: Confirmed, run, data_dir: Path) -> None:
    confirmed(host("shop.test"))
    run("export", "--recipient", "regulator")
    folder = data_dir / "exports/regulator/1"
    (folder / "domains.txt").write_text("kaspi.kz\n")
    broken = run("verify-export", str(folder))
    assert broken.code == 1
    assert "domains.txt has 9 bytes" in broken.err
    assert run("verify-export", str(data_dir / "nowhere")).code == 2


def test_the_settings_name_formats_and_scopes_that_there_are(data_dir: Path) -> None:
    plan = export_plan(live.NARCOWATCH)
    recipient = plan.recipient("regulator")
    assert set(recipient.formats) <= set(FORMATS)
    assert recipient.scopes == frozenset(Scope)
    assert plan.folder == data_dir / "exports"
    assert plan.rules.law
    assert "kaspi.kz" in plan.limits.canaries


def test_a_units_own_list_is_read_from_the_data_directory(data_dir: Path) -> None:
    ours = data_dir / "neverblock"
    ours.mkdir(parents=True)
    (ours / "ours.toml").write_text(
        '[list]\ncategory="unit"\nsource="x"\nadded=2026-01-01\n[names]\na=["ours.test"]\n'
    )
    assert export_plan(live.NARCOWATCH).protection().never.match("ours.test") is not None
