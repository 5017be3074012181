"""What was tried before a wider block: it stands in the request."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from blocking import expiry
from blocking.entries import Scope
from blocking.exports import build
from blocking.milder import MAX_STEPS, milder_steps
from blocking.models import BlockingRequest, Order
from blocking.plan import ExportPlan, Kind, Recipient
from blocking.protection import Protection
from blocking.releases import release
from blocking.requests import make_requests
from blocking.scope import Choice
from cases import proposals
from cases.models import Case, Person
from cases.moves import move
from domain.orders import OrderState
from domain.states import CaseState
from domain.targets import url_key
from tests.blocking.conftest import Confirmed, Time, host
from tests.blocking.test_documents import problems
from tests.records import new_run

pytestmark = pytest.mark.django_db
PAGE = "http://shop.test/price"


@pytest.fixture
def wide(plan: ExportPlan) -> ExportPlan:
    """A plan with a hoster beside the regulator."""
    recipients = (
        Recipient("regulator", ("json",)),
        Recipient("hoster", ("json",), kind=Kind.HOST),
    )
    return replace(plan, recipients=recipients, rules=replace(plan.rules, recipients=recipients))


@pytest.fixture
def sent(wide: ExportPlan, protection: Protection, clock: Time, supervisor: Person):
    """Makes the requests that are due, releases them to both and gives the newest document."""

    def do() -> dict:
        clock.pass_by(minutes=1)
        make_requests(wide.rules, protection, clock=clock)
        for recipient in wide.recipients:
            built = build(recipient, wide, protection, clock=clock)
            release(built.export, supervisor, wide, protection, clock=clock)
        row = BlockingRequest.objects.order_by("-valid_from").first()
        return json.loads(row.document)

    return do


def test_a_first_request_has_none_to_tell_of(confirmed: Confirmed, sent) -> None:
    confirmed(host("shop.test"))
    assert sent()["process"]["milder_steps"] == []


def test_pages_blocked_before_the_host_are_told_with_what_came_of_it(
    confirmed: Confirmed, sent
) -> None:
    confirmed(url_key(PAGE))
    confirmed(url_key("http://shop.test.innocent.test/price"))
    sent()
    page = BlockingRequest.objects.get(sort_key=PAGE)
    Order.objects.filter(request=page, recipient="hoster").update(state=OrderState.REFUSED)
    confirmed(host("shop.test"))
    document = sent()
    assert document["target"]["scope"] == "host"
    steps = document["process"]["milder_steps"]
    assert [(s["step"], s["recipient"], s["scope"], s["outcome"]) for s in steps] == [
        ("narrower_block", "regulator", "url", "sent"),
        ("asked_host", "hoster", "url", "refused"),
    ]
    assert {step["request"] for step in steps} == {str(page.pk)}
    assert problems(document) == []


def test_a_renewal_tells_whom_its_first_request_had_asked(
    confirmed: Confirmed, sent, wide: ExportPlan, protection: Protection, clock: Time,
    analyst: Person,
) -> None:  # fmt: skip
    confirmed(host("shop.test"))
    first = sent()
    clock.pass_by(days=80)
    (row,) = expiry.ask(new_run(), wide.rules, clock=clock)
    clock.pass_by(minutes=1)
    proposals.decide(row.pk, analyst, accept=True, reason="it sells", clock=clock)
    (made,) = expiry.renew(wide.rules, protection, clock=clock).made
    document = json.loads(BlockingRequest.objects.get(pk=made).document)
    (step,) = document["process"]["milder_steps"]
    assert (step["step"], step["recipient"]) == ("asked_host", "hoster")
    assert step["request"] == first["id"]


@pytest.mark.parametrize("hidden", ["on hold", "restricted"])
def test_what_must_not_be_told_of_is_not(
    confirmed: Confirmed, sent, wide: ExportPlan, hidden: str
) -> None:
    page = confirmed(url_key(PAGE))
    sent()
    shop = confirmed(host("shop.test"))
    choice = Choice(Scope.HOST, ("shop.test",), "")
    assert len(milder_steps(shop, choice, wide.rules)) == 2
    if hidden == "restricted":
        Case.objects.filter(pk=page.pk).update(restricted=True)
    else:
        for to in (CaseState.WITHDRAWN, CaseState.IN_REVIEW, CaseState.ON_HOLD):
            move(page.pk, to, actor="supervisor1", reason="investigation")
    assert milder_steps(shop, choice, wide.rules) == ()


def test_those_who_were_told_and_not_asked_or_are_not_known_are_left_out(
    confirmed: Confirmed, sent, wide: ExportPlan
) -> None:
    confirmed(url_key(PAGE))
    sent()
    shop = confirmed(host("shop.test"))
    choice = Choice(Scope.HOST, ("shop.test",), "")
    partner = replace(wide.recipients[0], kind=Kind.PARTNER)
    hoster = replace(wide.recipients[1], title="Hosting Ltd")
    for recipients in ((partner, hoster), (hoster,)):
        steps = milder_steps(shop, choice, replace(wide.rules, recipients=recipients))
        assert [step.recipient for step in steps] == ["Hosting Ltd"]


@pytest.mark.parametrize("page", [PAGE, "http://shop.test:8080/price", "https://www.shop.test/"])
def test_pages_of_every_name_that_is_to_be_blocked_are_found(
    confirmed: Confirmed, sent, wide: ExportPlan, page: str
) -> None:
    confirmed(url_key(page))
    sent()
    shop = confirmed(host("www.shop.test"))
    choice = Choice(Scope.DOMAIN, ("shop.test",), "")
    assert len(milder_steps(shop, choice, wide.rules)) == 2


def test_of_very_many_the_last_are_told(confirmed: Confirmed, sent, wide: ExportPlan) -> None:
    page = confirmed(url_key(PAGE))
    sent()
    order = Order.objects.get(request__case=page, recipient="regulator")
    Order.objects.bulk_create(
        Order(request=order.request, recipient=f"one-{n}", export=order.export,
              sent_at=order.sent_at, changed_at=order.sent_at)
        for n in range(MAX_STEPS)
    )  # fmt: skip
    shop = confirmed(host("shop.test"))
    many = (Recipient(f"one-{n}", ("json",)) for n in range(MAX_STEPS))
    rules = replace(wide.rules, recipients=(*wide.recipients, *many))
    steps = milder_steps(shop, Choice(Scope.HOST, ("shop.test",), ""), rules)
    assert len(steps) == MAX_STEPS
    assert steps[-1].recipient == f"one-{MAX_STEPS - 1}"
