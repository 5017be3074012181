"""What was tried before that hits less: hosters, registrars and platforms that were asked to act,
and narrower blocks of the same site, each with what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from itertools import product

from django.db.models import Q

from blocking.current import standing
from blocking.entries import Action, Scope
from blocking.grounds import MilderStep
from blocking.models import BlockingRequest, Order
from blocking.plan import Kind, RequestRules
from blocking.scope import Choice
from cases.models import Case
from domain.states import CaseState
from domain.targets import TargetKind

MAX_STEPS = 50
_WIDTH = {scope: width for width, scope in enumerate(Scope)}


class Step(StrEnum):
    """What was tried."""

    HOST = "asked_host"
    REGISTRAR = "asked_registrar"
    PLATFORM = "asked_platform"
    NARROWER = "narrower_block"


_ASKED = {
    Kind.HOST: Step.HOST,
    Kind.REGISTRAR: Step.REGISTRAR,
    Kind.PLATFORM: Step.PLATFORM,
}


def milder_steps(
    case: Case, choice: Choice, rules: RequestRules, renewal: int = 0
) -> tuple[MilderStep, ...]:
    """The steps before the request of ``choice`` for the case's round of review (its renewal of
    that number), oldest first, the last ``MAX_STEPS`` of them. Cases on hold and restricted ones
    are not told of, nor recipients that the settings name no more, nor partners, who are told of
    requests and not asked."""
    requests = BlockingRequest.objects.filter(_of(case, choice), action=Action.BLOCK)
    held = Case.objects.filter(standing(CaseState.ON_HOLD))
    requests = (
        requests.exclude(case__restricted=True)
        .exclude(case__in=held)
        .exclude(case=case, review_round=case.review_round, renewal__gte=renewal)
    )
    ids = [*requests.values_list("pk", flat=True)]
    if not ids:
        return ()
    rows = Order.objects.filter(request__in=ids).select_related("request")
    rows = rows.order_by("sent_at", "pk")
    return tuple(_steps(rows.iterator(chunk_size=500), choice.scope, rules))[-MAX_STEPS:]


def _of(case: Case, choice: Choice) -> Q:
    """Requests of the case, and of single pages of its host and of what is to be blocked."""
    found = Q(case=case)
    if case.target.kind == TargetKind.HOST:
        names = {case.target.value, *(() if choice.scope is Scope.URL else choice.values)}
        for name, scheme, end in product(sorted(names), ("http", "https"), ("/", ":")):
            found |= Q(scope=Scope.URL, sort_key__startswith=f"{scheme}://{name}{end}")
    return found


def _steps(orders: Iterator[Order], scope: Scope, rules: RequestRules) -> Iterator[MilderStep]:
    known = {one.name: one for one in rules.recipients}
    for order in orders:
        recipient, before = known.get(order.recipient), Scope(order.request.scope)
        if recipient is None or recipient.kind is Kind.PARTNER:
            continue
        step = _ASKED.get(recipient.kind)
        if step is None and _WIDTH[before] < _WIDTH[scope]:
            step = Step.NARROWER
        if step is not None:
            yield MilderStep(
                step=step.value,
                recipient=recipient.called,
                scope=before.value,
                request=str(order.request_id),
                at=order.sent_at,
                outcome=order.state,
            )
