"""The verdict on a block, over the whole table of what two sides can meet."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocking.reach.measurement import Dns, Failure, Seen
from blocking.reach.verdicts import Judged, Verdict, Why, combine, judge

F, V = Failure, Verdict
HERE = Dns(F.ANSWERED, ("192.0.2.1",))
ELSEWHERE = Dns(F.ANSWERED, ("192.0.2.2",))
URL = "http://shop.test/"


def page(**values: object) -> Seen:
    return replace(
        Seen(URL, HERE, status=200, length=100, sha256="a" * 64, address="192.0.2.1"), **values
    )


def failed(failure: Failure, dns: Dns = HERE) -> Seen:
    if failure.value.startswith("dns_"):
        dns = Dns(failure)
    return Seen(URL, dns, failure, page="sinkhole" if failure is F.DNS_ANSWER else "")


BLIND = {F.EGRESS, F.DNS_REFUSED, F.DNS_SERVFAIL, F.DNS_TIMEOUT, F.DNS_ERROR}
UNCLEAR = {F.EGRESS, F.DNS_SERVFAIL, F.DNS_ERROR, F.HTTP_OTHER}
FAILURES = [one for one in Failure if one is not F.ANSWERED]


@pytest.mark.parametrize("failure", FAILURES)
def test_a_vantage_that_fails_where_the_control_does_not_is_blocked(failure: Failure) -> None:
    expected = Judged(V.BLOCKED, failure)
    if failure in UNCLEAR:
        expected = Judged(V.INCONCLUSIVE, failure)
    elif failure is F.DNS_ANSWER:
        expected = Judged(V.BLOCKED, Why.KNOWN_ANSWER)
    assert judge(failed(failure), page()) == expected


@pytest.mark.parametrize("here", FAILURES)
@pytest.mark.parametrize("there", FAILURES)
def test_where_both_fail_the_site_is_down_unless_somebody_is_blind(
    here: Failure, there: Failure
) -> None:
    expected = V.SITE_DOWN
    if here is F.DNS_ANSWER and there is not F.DNS_ANSWER:
        expected = V.BLOCKED
    elif here is F.EGRESS or there in BLIND or there is F.DNS_ANSWER:
        expected = V.INCONCLUSIVE
    assert judge(failed(here), failed(there)).verdict is expected


@pytest.mark.parametrize("there", [None, *FAILURES])
def test_without_a_control_nothing_but_what_is_known_is_a_block(there: Failure | None) -> None:
    control = None if there is None else failed(there)
    for here in (failed(F.DNS_NXDOMAIN), failed(F.TLS_RESET), page(status=451), page()):
        assert judge(here, control).verdict is not V.BLOCKED
    known = judge(page(page="page of the operator"), control)
    assert known.verdict is (V.INCONCLUSIVE if there is F.DNS_ANSWER else V.BLOCKED)


@pytest.mark.parametrize("failure", [F.TCP_REFUSED, F.TCP_TIMEOUT, F.TCP_UNREACHABLE])
def test_no_connection_to_another_address_than_the_controls_tells_nothing(
    failure: Failure,
) -> None:
    assert judge(failed(failure, ELSEWHERE), page()) == Judged(V.INCONCLUSIVE, Why.OTHER_ADDRESSES)
    assert judge(failed(F.TLS_RESET, ELSEWHERE), page()) == Judged(V.BLOCKED, F.TLS_RESET)


@pytest.mark.parametrize(
    ("here", "there", "verdict", "reason"),
    [
        (page(), page(), V.NOT_BLOCKED, Why.SAME_PAGE),
        (page(sha256="b" * 64, length=71), page(), V.NOT_BLOCKED, Why.SAME_PAGE),
        (page(sha256="b" * 64, length=69), page(), V.INCONCLUSIVE, Why.OTHER_PAGE),
        (page(status=404), page(), V.INCONCLUSIVE, Why.OTHER_PAGE),
        (page(status=404), page(status=404), V.NOT_BLOCKED, Why.SAME_PAGE),
        (page(status=302, location="http://wall.test"), page(), V.INCONCLUSIVE, Why.OTHER_PAGE),
        (
            page(status=301, location="https://shop.test"),
            page(status=301, location="https://shop.test"),
            V.NOT_BLOCKED,
            Why.LEADS_ON,
        ),
        (page(status=451), page(), V.BLOCKED, Why.LEGAL_REASONS),
        (page(status=451), page(status=451), V.NOT_BLOCKED, Why.SAME_PAGE),
        (page(certified=True, status=451), page(certified=True), V.BLOCKED, Why.LEGAL_REASONS),
        (page(certified=True, status=500), page(certified=True), V.NOT_BLOCKED, Why.CERTIFIED),
        (page(certified=True), failed(F.TCP_TIMEOUT), V.NOT_BLOCKED, Why.CERTIFIED),
        (page(), failed(F.TCP_TIMEOUT), V.INCONCLUSIVE, Why.ONLY_HERE),
        (page(page="known"), page(), V.BLOCKED, Why.KNOWN_PAGE),
        (page(page="known"), page(page="known"), V.INCONCLUSIVE, Why.CONTROL_TOO),
        (page(), page(page="known"), V.INCONCLUSIVE, Why.CONTROL_TOO),
        (page(certified=True), None, V.NOT_BLOCKED, Why.CERTIFIED),
        (page(), None, V.INCONCLUSIVE, Why.NO_CONTROL),
    ],
)
def test_answers_are_compared(
    here: Seen, there: Seen | None, verdict: Verdict, reason: Why
) -> None:
    assert judge(here, there) == Judged(verdict, reason)


answers = st.builds(
    page,
    status=st.sampled_from([200, 301, 302, 403, 404, 451, 500, 503]),
    location=st.sampled_from(["", "https://shop.test", "http://wall.test"]),
    length=st.integers(0, 200_000),
    sha256=st.sampled_from(["a" * 64, "b" * 64]),
    certified=st.booleans(),
    page=st.sampled_from(["", "", "known"]),
    dns=st.sampled_from([HERE, ELSEWHERE]),
)
met = st.one_of(answers, st.builds(failed, st.sampled_from(FAILURES)))


@given(met)
def test_a_vantage_that_meets_what_the_control_meets_is_never_blocked(seen: Seen) -> None:
    assert judge(seen, seen).verdict is not V.BLOCKED


@given(met, met)
def test_what_a_block_needs(here: Seen, there: Seen) -> None:
    judged = judge(here, there)
    if judged.verdict is V.BLOCKED:
        reached = there.failure is F.ANSWERED and not there.page
        assert reached or (here.page and not there.page)
        assert here.page or here.failure is not F.ANSWERED or here.status == 451
    if judged.verdict is V.NOT_BLOCKED:
        assert here.failure is F.ANSWERED
        assert not here.page
    if judged.verdict is V.SITE_DOWN:
        assert here.failure is not F.ANSWERED
        assert there.failure is not F.ANSWERED


@given(met, st.one_of(st.none(), st.sampled_from(sorted(BLIND)).map(failed)))
def test_a_control_that_failed_makes_no_block_of_what_is_unknown(
    here: Seen, there: Seen | None
) -> None:
    if not here.page:
        assert judge(here, there).verdict is not V.BLOCKED


B, N, D, U = (
    Judged(V.BLOCKED, F.TLS_RESET),
    Judged(V.NOT_BLOCKED, Why.CERTIFIED),
    Judged(V.SITE_DOWN, Why.DOWN_EVERYWHERE),
    Judged(V.INCONCLUSIVE, Why.OTHER_PAGE),
)
LEADS = Judged(V.NOT_BLOCKED, Why.LEADS_ON)


@pytest.mark.parametrize(
    ("judged", "whole"),
    [
        ([B, B], B),
        ([B, D], B),
        ([D, D], D),
        ([B, N], N),
        ([U, N], N),
        ([B, U], U),
        ([D, U], U),
        ([B, LEADS], B),
        ([D, LEADS], D),
        ([LEADS], LEADS),
        ([LEADS, LEADS], LEADS),
    ],
)
def test_a_target_is_blocked_when_no_way_to_it_is_open(judged: list[Judged], whole: Judged) -> None:
    assert combine(judged) == whole
    assert combine(judged[::-1]) == whole


def test_of_nothing_there_is_no_verdict() -> None:
    with pytest.raises(ValueError, match="nothing was judged"):
        combine([])
