"""What changed since it was asked for does not leave the house, or leaves it narrower."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from blocking.exports import Built, build
from blocking.gate import Limits
from blocking.manifest import verify
from blocking.plan import ExportPlan
from blocking.protection import Protection
from blocking.requests import make_requests
from cases.decisions import Verdict, decide
from cases.models import Person
from cases.moves import move
from domain.decisions import VerdictKind
from domain.errors import GateError
from domain.states import CaseState
from tests.blocking.conftest import Build, Confirmed, Opened, Time, host

pytestmark = pytest.mark.django_db


def folder(plan: ExportPlan, built: Built) -> Path:
    return plan.folder / built.export.folder


def blocked(plan: ExportPlan, built: Built) -> list[str]:
    lines = (folder(plan, built) / "block.rpz").read_text().splitlines()
    return [line.split()[0] for line in lines if " CNAME " in line]


def test_too_big_a_change_is_refused_and_the_last_release_stays(
    confirmed: Confirmed, plan: ExportPlan, protection: Protection, let_out, clock: Time
) -> None:
    tight = replace(plan, limits=Limits(0.1, 1))
    confirmed(host("shop.test"))
    make_requests(plan.rules, protection, clock=clock)
    recipient = plan.recipient("regulator")
    let_out(build(recipient, tight, protection, clock=clock))
    for name in ("b.test", "c.test"):
        confirmed(host(name))
    make_requests(plan.rules, protection, clock=clock)
    with pytest.raises(GateError, match=r"release 1 stays in force") as caught:
        build(recipient, tight, protection, clock=clock)
    assert "2 added and 0 removed" in str(caught.value)
    assert verify(plan.folder / "regulator" / "current").number == 1


def test_a_name_listed_after_the_request_is_refused_and_named(
    confirmed: Confirmed,
    plan: ExportPlan,
    protection: Protection,
    made: Build,
    tmp_path: Path,
    clock: Time,
) -> None:
    confirmed(host("shop.test"))
    made()
    (tmp_path / "ours.toml").write_text(
        '[list]\ncategory="unit"\nsource="x"\nadded=2026-01-01\n[names]\na=["shop.test"]\n'
    )
    stricter = replace(plan, never_block=(*plan.never_block, tmp_path))
    with pytest.raises(GateError, match=r"shop\.test: is on the never-block list"):
        build(plan.recipient("regulator"), stricter, stricter.protection(), clock=clock)


@pytest.mark.parametrize("kind", ["held", "dismissed"])
def test_a_held_or_dismissed_name_below_keeps_answering(
    confirmed: Confirmed,
    opened: Opened,
    plan: ExportPlan,
    made: Build,
    analyst: Person,
    clock: Time,
    kind: str,
) -> None:
    confirmed(host("shop.test"))
    below = opened(host("forum.shop.test"))
    if kind == "held":
        until = clock.now.replace(year=2027)
        verdict = Verdict(VerdictKind.HOLD, "investigation", hold_until=until)
    else:
        verdict = Verdict(VerdictKind.DISMISS, "a forum")
    decide(below.pk, analyst, verdict, clock=clock)
    built = made()
    assert blocked(plan, built) == ["shop.test"]
    assert "domains" not in {file.format for file in built.manifest.files}
    for path in folder(plan, built).iterdir():
        assert "forum.shop.test" not in path.read_text(), "not even its name leaves the house"


def test_a_case_that_went_on_hold_or_back_does_not_leave_the_house(
    confirmed: Confirmed, plan: ExportPlan, made: Build
) -> None:
    confirmed(host("kept.test"))
    held = confirmed(host("held.test"))
    move(held.pk, CaseState.ON_HOLD, actor="supervisor1", reason="investigation")
    gone = confirmed(host("gone.test"))
    made(dry_run=True)
    move(gone.pk, CaseState.WITHDRAWN, actor="supervisor1", reason="mistake")
    assert blocked(plan, made()) == ["kept.test", "*.kept.test"]


def test_an_unreachable_target_stays_requested(
    confirmed: Confirmed, plan: ExportPlan, made: Build
) -> None:
    case = confirmed(host("shop.test"))
    made(dry_run=True)
    move(case.pk, CaseState.UNREACHABLE, actor="system:recheck", reason="down")
    assert blocked(plan, made()) == ["shop.test", "*.shop.test"]


def test_expired_requests_are_gone(confirmed: Confirmed, made: Build, clock: Time) -> None:
    confirmed(host("old.test"))
    made()
    clock.pass_by(days=60)
    confirmed(host("new.test"))
    assert set(made().diff.added) == {"host:old.test", "host:new.test"}
    clock.pass_by(days=31)
    assert made().diff.added == ("host:new.test",)
