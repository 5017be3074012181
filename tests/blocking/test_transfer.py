"""Two releases by zone transfer: real BIND as the primary, real Unbound behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from blocking.exports import build
from blocking.manifest import verify
from blocking.models import Export
from blocking.plan import ExportPlan
from blocking.protection import Protection
from blocking.releases import release
from blocking.requests import make_requests
from blocking.zonecheck import program
from cases.models import Person
from cases.moves import move
from domain.states import CaseState
from tests.blocking.conftest import Confirmed, Time, host
from tests.blocking.transferring import Primary, Secondary, until
from tests.review.console.served import free_port

MISSING = [name for name in ("named", "rndc", "unbound") if not program(name)]
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.unbound,
    pytest.mark.skipif(bool(MISSING), reason=f"system package missing: {', '.join(MISSING)}"),
]
BLOCK, PASS = "rpz.narcowatch", "passthru.rpz.narcowatch"


def test_a_release_arrives_as_an_increment_and_lifts(
    confirmed: Confirmed,
    plan: ExportPlan,
    protection: Protection,
    clock: Time,
    supervisor: Person,
    tmp_path: Path,
) -> None:
    def built() -> Export:
        make_requests(plan.rules, protection, clock=clock)
        export = build(plan.recipient("resolver"), plan, protection, clock=clock).export
        assert export is not None
        return export

    def released(export: Export) -> None:
        release(export, supervisor, plan, protection, clock=clock)

    gone = confirmed(host("gone.test"))
    for name in ("kept.test", *(f"more{number}.test" for number in range(10))):
        confirmed(host(name))  # of a zone that changes as a whole BIND sends all
    released(built())
    move(gone.pk, CaseState.WITHDRAWN, actor="test", reason="wrong", clock=clock)
    confirmed(host("new.test"))
    second = built()  # as in a house where it waits for a person while the first is in force

    current, port = plan.folder / "resolver" / "current", free_port()
    with (
        Secondary(tmp_path / "unbound", port) as unbound,
        Primary(tmp_path / "bind", current, port, unbound.port) as primary,
    ):
        assert unbound.problem == ""
        until(lambda: unbound.is_blocked("gone.test") and unbound.is_blocked("www.kept.test"))
        assert not unbound.is_blocked("new.test")
        assert primary.transfers(BLOCK) == [("AXFR", "1")]
        assert not unbound.is_blocked("gov.kz")

        released(second)
        primary.reload()
        until(lambda: unbound.is_blocked("new.test"))
        until(lambda: not unbound.is_blocked("gone.test"))
        assert unbound.is_blocked("kept.test")
        assert not unbound.is_blocked("gov.kz")
        assert primary.transfers(BLOCK)[-1] == ("IXFR", "1 -> 2")
        until(lambda: primary.transfers(PASS)[-1] == ("IXFR", "1 -> 2"))
    assert not verify(plan.folder / second.folder).problems, "nothing of BIND's lies there"
