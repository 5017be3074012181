"""Sentences of the record are known here as the record writes them."""

from __future__ import annotations

import pytest
from django.utils import translation

from blocking.scope import Subject, choose
from cases.models import AssessmentRow, AuditEvent, ProposedVerdict
from cases.proposed_verdicts import said
from domain.decisions import VerdictKind, check_verdict
from domain.errors import NarcowatchError
from domain.states import CaseState
from domain.targets import parse_key
from review import phrases, service
from review.phrases import in_their_language
from tests.blocking.conftest import protection  # noqa: F401  # a fixture
from tests.index.shops import shop
from tests.people import analyst
from tests.records import case_in
from tests.review.test_channel_lines import channel, facts


def known(text: str) -> bool:
    return any(pattern.fullmatch(text) for pattern, _ in phrases._KNOWN)


@pytest.mark.django_db
def test_why_a_case_is_queued_is_known() -> None:
    case = shop()
    event = AuditEvent.objects.get(subject=f"case:{case.pk}", action="case.in_review")
    assert known(event.details["reason"])
    assert in_their_language(event.details["reason"]) == (
        "score 0.9700, asked about from 0.5000 on, model m1"
    )


@pytest.mark.django_db
def test_what_a_family_proposes_is_said_with_the_names_of_the_codes() -> None:
    one, other = case_in(CaseState.CONFIRMED), case_in(CaseState.IN_REVIEW, "host:b.test")
    row = ProposedVerdict(
        case=other, source=one, verdict="confirm", evidence=[["telegram", "some_oper"]]
    )
    with translation.override("ru"):
        text = in_their_language(said(row))
    for word in ("продаёт наркотики", "подтверждено", "имя в Telegram some_oper"):
        assert word in text


@pytest.mark.parametrize(
    ("key", "share", "carriers"),
    [
        ("host:shop.kz", 1.0, ()),
        ("host:www.shop.kz", 1.0, ()),
        ("host:shop.kz", 0.1, ("http://shop.kz/a", "http://shop.kz/")),
        ("host:github.com", 1.0, ("https://github.com/a/b",)),
        ("host:shop.kz", 0.1, ("http://shop.kz/a",)),
        ("url:http://shop.kz/a", 1.0, ()),
        ("telegram:500", 1.0, ()),
        ("onion:2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion", 1.0, ()),
    ],
)
def test_every_scope_has_its_reason_known(protection, key, share, carriers) -> None:  # noqa: F811
    subject = Subject(parse_key(key), share, tuple(carriers))
    assert known(choose(subject, protection).reason)


@pytest.mark.django_db
def test_refusals_are_known() -> None:
    case, person = case_in(CaseState.DISMISSED), analyst()
    with pytest.raises(NarcowatchError) as refused:
        service.dismiss(case.pk, person, reason="no")
    assert in_their_language(str(refused.value)) == (
        f"Case {case.pk} is now “dismissed”: only a case in review can be decided."
    )
    with pytest.raises(NarcowatchError) as refused:
        check_verdict(VerdictKind.DISMISS, "no", None, decided_before=True)
    assert known(str(refused.value))


@pytest.mark.django_db
def test_what_a_channel_says_of_itself_is_known() -> None:
    case = channel("some_shop", 500)
    facts(case)
    lines = dict(service.case_view(case.pk, analyst()).channel)
    told = {"posts", "channel is", "price list", "contacts", "invite links"}
    assert told <= lines.keys()
    assert all(known(name) for name in lines)
    assert all(known(lines[name]) for name in told)
    assert in_their_language(lines["contacts"]).startswith("Bitcoin address 1BoatSLR")


def test_what_is_not_known_is_left_as_it_is() -> None:
    assert in_their_language("%(case)s <b>") == "%(case)s <b>"


@pytest.mark.django_db
def test_prices_are_those_of_the_texts_each_once() -> None:
    case = shop()
    prices = [{"amount": 14000.0, "currency": "KZT", "unit": "1 g"}] * 2
    AssessmentRow.objects.update(prices=[*prices, {"amount": 0.5, "currency": "BTC", "unit": ""}])
    view = service.case_view(case.pk, analyst())
    assert view.prices == ("14,000 KZT / 1 g", "0.5 BTC")
