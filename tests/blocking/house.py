"""A house that builds and releases for one recipient."""

from __future__ import annotations

from blocking.exports import Built, build
from blocking.models import Export, Order
from blocking.plan import ExportPlan
from blocking.protection import Protection
from blocking.releases import Released, release
from blocking.requests import make_requests
from cases.models import Person
from domain.clock import Clock


class House:
    """Builds and releases for one recipient."""

    def __init__(
        self, plan: ExportPlan, protection: Protection, clock: Clock, person: Person
    ) -> None:
        self.plan, self.protection, self.clock, self.person = plan, protection, clock, person

    def build(self) -> Built:
        make_requests(self.plan.rules, self.protection, clock=self.clock)
        recipient = self.plan.recipient("regulator")
        return build(recipient, self.plan, self.protection, clock=self.clock)

    def release(self, export: Export, person: Person | None = None) -> Released:
        who = person or self.person
        return release(export, who, self.plan, self.protection, clock=self.clock)

    def orders(self) -> dict[str, str]:
        return {order.request.sort_key: order.state for order in Order.objects.all()}
