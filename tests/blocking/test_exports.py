from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from blocking.current import requests_for
from blocking.entries import Scope
from blocking.exporters import FORMATS
from blocking.exports import Built, build
from blocking.files import exclusive
from blocking.manifest import parse, verify
from blocking.models import Export, ExportEntry
from blocking.plan import ExportPlan, Recipient
from blocking.protection import Protection
from blocking.requests import make_requests
from blocking.states import ExportState
from cases import audit
from cases.models import AuditEvent
from cases.moves import move
from domain.errors import GateError, InputError, RuleError
from domain.states import CaseState
from domain.targets import TargetKey, TargetKind
from tests.blocking.conftest import Build, Confirmed, Opened, Time, host
from tests.blocking.making import ONION

pytestmark = pytest.mark.django_db


def folder(plan: ExportPlan, built: Built) -> Path:
    return plan.folder / built.export.folder


def blocked(plan: ExportPlan, built: Built) -> list[str]:
    lines = (folder(plan, built) / "block.rpz").read_text().splitlines()
    return [line.split()[0] for line in lines if " CNAME " in line]


def test_confirmed_cases_come_out_in_every_format(
    confirmed: Confirmed, plan: ExportPlan, made: Build
) -> None:
    confirmed(host("shop.test"), ("/", "/price"))
    confirmed(TargetKey(TargetKind.ONION, ONION))
    confirmed(TargetKey(TargetKind.TELEGRAM, "@sklad_kz"), ("5",))
    confirmed(host("forum.kz"), ("/t/1",), share=0.01)
    built = made()
    where = folder(plan, built)
    assert where == plan.folder / "regulator" / "1"
    assert verify(where).problems == ()
    assert blocked(plan, built) == ["shop.test", "*.shop.test"]
    assert (where / "urls.txt").read_text().splitlines()[3:] == [
        f"http://{ONION}/",
        "http://forum.kz/t/1",
    ]
    notices = json.loads((where / "telegram.json").read_text())["notices"]
    assert [notice["username"] for notice in notices] == ["sklad_kz"]
    assert len((where / "requests.jsonl").read_text().splitlines()) == 4
    assert built.manifest.counts == {"host": 1, "onion": 1, "telegram": 1, "url": 1}
    assert len(built.diff.added) == 4


def test_files_are_the_owners_alone_and_nothing_else_is_left(
    confirmed: Confirmed, plan: ExportPlan, made: Build
) -> None:
    confirmed(host("shop.test"))
    where = folder(plan, made())
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in where.iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(where.stat().st_mode) == 0o700
    assert sorted(path.name for path in where.parent.iterdir()) == [".lock", "1"]


def test_nothing_confirmed_is_refused_as_empty_and_not_a_crash(
    opened: Opened, plan: ExportPlan, made: Build
) -> None:
    opened(host("shop.test"))
    with pytest.raises(GateError, match="empty list would unblock everything"):
        made()
    export = Export.objects.get()
    assert (export.state, export.folder) == (ExportState.REFUSED, "")
    assert export.findings[0][0] == "empty"
    assert not (plan.folder / "regulator" / "1").exists()


def test_unchanged_content_makes_no_new_export(
    confirmed: Confirmed, plan: ExportPlan, made: Build, let_out, clock: Time
) -> None:
    confirmed(host("shop.test"))
    first = made()
    again = made()
    assert again.unchanged
    assert again.export == first.export
    let_out(first)
    clock.pass_by(days=1)
    after = made()
    assert after.unchanged
    assert after.export == first.export
    assert Export.objects.count() == 1


def test_the_files_are_the_same_whenever_they_are_built(
    confirmed: Confirmed,
    plan: ExportPlan,
    made: Build,
    let_out,
    clock: Time,
    protection: Protection,
) -> None:
    every = Recipient("every", tuple(FORMATS))
    confirmed(host("shop.test"))
    confirmed(TargetKey(TargetKind.TELEGRAM, "@sklad_kz"), ("5",))
    make_requests(plan.rules, protection, clock=clock)
    let_out(build(every, plan, protection, clock=clock))
    confirmed(host("other.test"))
    make_requests(plan.rules, protection, clock=clock)
    first = build(every, plan, protection, clock=clock)
    first.export.delete()
    clock.pass_by(days=1)
    again = build(every, plan, protection, clock=clock)
    assert again.manifest.files == first.manifest.files
    assert again.manifest.issued_at != first.manifest.issued_at
    assert again.manifest.as_of == first.manifest.as_of


def test_the_state_that_files_show_rises_also_when_entries_only_go(
    confirmed: Confirmed, plan: ExportPlan, made: Build, let_out
) -> None:
    case = confirmed(host("shop.test"))
    confirmed(host("other.test"))
    first = let_out(made())
    move(case.pk, CaseState.WITHDRAWN, actor="supervisor1", reason="appeal")
    then, now = (parse(e.manifest.encode(), "x").as_of for e in (first, made().export))
    assert datetime.fromisoformat(now) == datetime.fromisoformat(then) + timedelta(seconds=1)


def test_damaged_files_are_built_anew(confirmed: Confirmed, plan: ExportPlan, made: Build) -> None:
    confirmed(host("shop.test"))
    (folder(plan, made()) / "block.rpz").unlink()
    again = made()
    assert (again.unchanged, again.export.number) == (False, 2)


def test_a_dry_run_leaves_nothing_behind(
    confirmed: Confirmed, plan: ExportPlan, made: Build
) -> None:
    confirmed(host("shop.test"))
    built = made(dry_run=True)
    assert built.export is None
    assert built.diff.added == ("host:shop.test",)
    assert not Export.objects.exists()
    assert [p.name for p in (plan.folder / "regulator").iterdir()] == [".lock"]
    assert not AuditEvent.objects.filter(action__startswith="export").exists()


def test_recipients_get_their_scopes_and_territory_only(
    confirmed: Confirmed, plan: ExportPlan, protection: Protection, made: Build, clock: Time
) -> None:
    confirmed(host("shop.test"))
    confirmed(TargetKey(TargetKind.TELEGRAM, "@sklad_kz"), ("5",))
    made()
    hosts = Recipient("isp", ("csv", "rpz"), "KZ-75", frozenset({Scope.HOST}))
    built = build(hosts, plan, protection, clock=clock)
    assert built.manifest.counts == {"host": 1}
    assert {f.name for f in built.manifest.files} == {"register.csv", "block.rpz", "passthru.rpz"}
    with pytest.raises(GateError, match="empty"):
        build(Recipient("abroad", ("csv",), "KG"), plan, protection, clock=clock)


@pytest.mark.parametrize(
    ("territory", "recipient", "concerned"),
    [
        ("KZ", "KZ", True),
        ("KZ", "KZ-75", True),
        ("KZ-75", "KZ", True),
        ("KZ-75", "KZ-75", True),
        ("KZ-75", "KZ-71", False),
        ("KZ", "KG", False),
        ("KZ-7", "KZ-75", False),
        ("KZ-75", "KZ-7", False),
    ],
)
def test_a_block_concerns_those_whose_territory_holds_it_or_lies_in_it(
    confirmed: Confirmed,
    plan: ExportPlan,
    protection: Protection,
    clock: Time,
    territory: str,
    recipient: str,
    concerned: bool,
) -> None:
    confirmed(host("shop.test"))
    make_requests(replace(plan.rules, territory=territory), protection, clock=clock)
    rows = requests_for(Recipient("isp", ("csv",), recipient), clock())
    assert rows.exists() is concerned


def test_a_format_without_entries_gets_no_file(
    confirmed: Confirmed, plan: ExportPlan, made: Build
) -> None:
    confirmed(TargetKey(TargetKind.TELEGRAM, "@sklad_kz"), ("5",))
    names = {file.name for file in made().manifest.files}
    assert names == {"requests.jsonl", "register.csv", "register.xml", "telegram.json"}


def test_the_chain_of_releases_holds(
    confirmed: Confirmed, plan: ExportPlan, made: Build, let_out
) -> None:
    confirmed(host("shop.test"))
    first = let_out(made())
    confirmed(host("second.test"))
    built = made()
    assert built.manifest.previous.number == 1
    assert built.manifest.previous.sha256 == first.manifest_sha256
    assert verify(folder(plan, built)).problems == ()
    assert (built.diff.before, built.diff.added, built.diff.kept) == (1, ("host:second.test",), 1)
    assert " 2 3600" in (folder(plan, built) / "block.rpz").read_text()


def test_a_rollback_takes_only_what_an_earlier_release_held(
    confirmed: Confirmed, plan: ExportPlan, made: Build, let_out
) -> None:
    confirmed(host("shop.test"))
    let_out(made())
    confirmed(host("mistake.test"))
    let_out(made())
    back = made(like=1)
    assert back.export.number == 3
    assert blocked(plan, back) == ["shop.test", "*.shop.test"]
    assert back.diff.removed == ("host:mistake.test",)
    let_out(back)
    with pytest.raises(InputError, match="no release 9"):
        made(like=9)


def test_what_a_killed_build_left_is_swept_away(
    confirmed: Confirmed, plan: ExportPlan, made: Build
) -> None:
    confirmed(host("shop.test"))
    for name in (".1.partial", "1"):
        left = plan.folder / "regulator" / name
        left.mkdir(parents=True)
        (left / "block.rpz").write_text("half")
    built = made()
    assert verify(folder(plan, built)).problems == ()
    assert blocked(plan, built) == ["shop.test", "*.shop.test"]


def test_two_builders_do_not_meet(confirmed: Confirmed, plan: ExportPlan, made: Build) -> None:
    confirmed(host("shop.test"))
    with (
        exclusive(plan.folder / "regulator", "x"),
        pytest.raises(RuleError, match="another process"),
    ):
        made()


def test_an_unwritable_folder_is_an_error_and_no_export(
    confirmed: Confirmed, plan: ExportPlan, made: Build
) -> None:
    confirmed(host("shop.test"))
    plan.folder.parent.mkdir(parents=True, exist_ok=True)
    plan.folder.write_text("a file is in the way")
    with pytest.raises(OSError, match=os.fspath(plan.folder)):
        made()
    assert not Export.objects.exists()


def test_same_requests_same_bytes(
    confirmed: Confirmed,
    plan: ExportPlan,
    protection: Protection,
    made: Build,
    clock: Time,
    tmp_path: Path,
) -> None:
    confirmed(host("shop.test"))
    first = made()
    elsewhere = replace(plan, folder=tmp_path / "elsewhere")
    Export.objects.all().delete()
    second = build(plan.recipient("regulator"), elsewhere, protection, clock=clock)
    for file in second.manifest.files:
        assert (tmp_path / "elsewhere/regulator/1" / file.name).read_bytes() == (
            folder(plan, first) / file.name
        ).read_bytes()
    assert first.manifest == second.manifest


def test_the_record_keeps_what_an_export_held_and_the_audit_holds(
    confirmed: Confirmed, made: Build
) -> None:
    confirmed(host("shop.test"))
    built = made()
    (row,) = ExportEntry.objects.filter(export=built.export)
    assert row.request.sort_key == "shop.test"
    event = AuditEvent.objects.get(action="export.built")
    assert event.details["manifest_sha256"] == built.export.manifest_sha256
    assert audit.verify().holds
