"""The last looks at orders, on the pages of case and request."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from blocking.models import BlockLook, Collateral, Order
from blocking.reach.targets import Tie
from blocking.reach.verdicts import Verdict
from cases.people import Role
from review.block_looks import last_looks_at
from tests.people import person
from tests.records import NOON
from tests.review.console.conftest import client_of, own
from tests.sent import sent

pytestmark = pytest.mark.django_db


def looked(order: Order, vantage: str, verdict: Verdict, hour: int) -> BlockLook:
    return BlockLook.objects.create(
        order=order, vantage=vantage, at=NOON + timedelta(hours=hour), verdict=verdict,
        reason="tls_reset" if verdict is Verdict.BLOCKED else "certified", audit_seq=1,
    )  # fmt: skip


def test_the_last_look_from_each_vantage_is_told(django_assert_num_queries) -> None:
    one, two = sent("shop.test", "other.test")
    looked(one, "b", Verdict.NOT_BLOCKED, 1)
    looked(one, "a", Verdict.BLOCKED, 2)
    fell = looked(one, "b", Verdict.BLOCKED, 3)
    Collateral.objects.create(
        look=fell, sibling="http://side.test/1", tie=Tie.ADDRESS, reason="tls_reset"
    )
    looked(two, "a", Verdict.BLOCKED, 4)
    with django_assert_num_queries(2):
        a, b = last_looks_at([one])
    assert (a.vantage, a.verdict, a.hits) == ("a", "blocked", ())
    assert (b.vantage, b.verdict, b.hits) == (
        "b",
        "blocked",
        (("hxxp://side[.]test/1", "same_address"),),
    )
    with django_assert_num_queries(0):
        assert last_looks_at([]) == ()


def test_case_and_request_show_them() -> None:
    (order,) = sent("shop.test")
    look = looked(order, "operator-a", Verdict.BLOCKED, 1)
    Collateral.objects.create(look=look, sibling="side.test", tie=Tie.DOMAIN, reason="tls_reset")
    client = client_of(own(person("supervisor1", Role.SUPERVISOR)))
    for where in (
        reverse("case", args=[order.request.case_id]),
        reverse("request", args=[order.request_id]),
    ):
        page = client.get(where).content.decode()
        assert "operator-a" in page
        assert "side[.]test" in page
        assert "side.test" not in page
        assert page.count('id="looks"') == 1
