"""A night builds for a recipient on its days; what must be lifted does not wait for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.conf import settings as live

from blocking.plan import ExportPlan
from blocking.protection import Protection
from cases.models import Person, Run
from cases.moves import move
from domain.seeds import SeedList
from domain.states import CaseState
from nightly.apps import plan_of
from nightly.night import Night
from nightly.progress import Quiet
from nightly.stages import build_exports
from tests.blocking.conftest import (  # noqa: F401  # fixtures
    Confirmed,
    Opened,
    Time,
    analyst,
    clock,
    confirmed,
    host,
    opened,
    plan,
    protection,
    quick_passwords,
    second,
    supervisor,
)
from tests.blocking.house import House

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = datetime(2026, 3, 2, 1, tzinfo=UTC), datetime(2026, 3, 3, 1, tzinfo=UTC)


def counted(exports: ExportPlan, at: datetime, clock: Time) -> dict[tuple[str, str], int]:  # noqa: F811
    run = Run.objects.create(kind="night", started_at=at)
    nightly = replace(plan_of(live.NARCOWATCH), exports=exports, night_ends=("", "UTC"))
    return dict(build_exports(Night(run, nightly, SeedList((), (), ""), Quiet(), clock=clock)))


def test_a_night_builds_on_the_recipients_days_and_lifts_on_any(
    plan: ExportPlan,  # noqa: F811
    protection: Protection,  # noqa: F811
    clock: Time,  # noqa: F811
    supervisor: Person,  # noqa: F811
    confirmed: Confirmed,  # noqa: F811
) -> None:
    mondays = replace(plan.recipients[0], days=frozenset({0}))
    house = House(replace(plan, recipients=(mondays,)), protection, clock, supervisor)
    case = confirmed(host("shop.test"))
    confirmed(host("kept.test"))
    house.release(house.build().export)
    clock.pass_by(minutes=1)
    confirmed(host("new.test"))
    house_plan = house.plan
    assert counted(house_plan, TUESDAY, clock) == {("skipped", "not on this day"): 1}
    move(case.pk, CaseState.WITHDRAWN, actor="supervisor1", reason="wrong", clock=clock)
    assert counted(house_plan, TUESDAY, clock) == {("out", "built"): 1}
    assert counted(house_plan, MONDAY, clock) == {("out", "unchanged"): 1}
