"""How often a case is looked at again follows how far its orders have come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from blocking.models import BlockingRequest, Export, Order
from blocking.ordering import orderings
from blocking.plan import ExportPlan
from blocking.protection import Protection
from blocking.requests import make_requests
from cases import runs
from cases.models import Case, Run
from cases.rechecking import due_cases
from domain.candidates import Why
from domain.orders import OrderState
from domain.rechecks import Ordering
from domain.states import CaseState
from nightly.apps import plan_of
from tests.blocking.conftest import NOW, Confirmed, Time, host

pytestmark = pytest.mark.django_db
S = OrderState


@pytest.fixture
def requested(
    confirmed: Confirmed, plan: ExportPlan, protection: Protection, clock: Time
) -> BlockingRequest:
    confirmed(host("shop.test"))
    make_requests(plan.rules, protection, clock=clock)
    return BlockingRequest.objects.get()


def order(request: BlockingRequest, *states: OrderState) -> None:
    for number, state in enumerate(states):
        export = Export.objects.create(recipient=f"r{number}", number=1, built_at=NOW)
        Order.objects.create(
            request=request,
            recipient=f"r{number}",
            state=state,
            export=export,
            sent_at=NOW,
            changed_at=NOW,
        )


@pytest.mark.parametrize(
    ("states", "ordering"),
    [
        ((), None),
        ((S.REFUSED,), None),
        ((S.LIFT_EXECUTED,), None),
        ((S.SENT,), Ordering.ORDERED),
        ((S.EXECUTED, S.REFUSED), Ordering.ORDERED),
        ((S.VERIFIED, S.NOT_BLOCKED), Ordering.ORDERED),
        ((S.VERIFIED, S.REFUSED), Ordering.VERIFIED),
    ],
)
def test_orders_of_several_recipients_come_to_one_word(
    requested: BlockingRequest, states: tuple[OrderState, ...], ordering: Ordering | None
) -> None:
    order(requested, *states)
    assert orderings().get(requested.case_id) == ordering


@pytest.mark.parametrize(
    ("states", "days"), [((), 1), ((S.SENT,), 7), ((S.VERIFIED, S.VERIFIED), 14)]
)
def test_the_settings_have_an_interval_for_each(
    requested: BlockingRequest, states: tuple[OrderState, ...], days: int
) -> None:
    case = Case.objects.get()
    assert case.state == CaseState.REQUESTED
    order(requested, *states)
    run = Run.objects.create(kind="night", started_at=NOW)
    runs.add_source(run, case.target.key, Why.SEED)
    run.sources.update(done=True)
    schedule = plan_of(settings.NARCOWATCH).schedule

    def due(after: float) -> list[int]:
        return due_cases(schedule, NOW + timedelta(days=after), orderings=orderings).cases

    assert due(days) == [case.pk]
    assert due(days * (1 - schedule.spread) - 0.5) == []
