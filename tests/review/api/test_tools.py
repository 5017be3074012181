"""Tools read cases, figures and the chain as their owners' pages have them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings as live
from django.urls import reverse

from blocking.models import Order
from cases import audit
from cases.models import Case, Run
from cases.people import Role
from domain.orders import OrderState
from domain.states import CaseState
from index.embedded import EmbeddedEngine
from index.feeding import sync
from tests.index.shops import shop
from tests.people import analyst, person
from tests.records import NOON, case_in, new_case
from tests.review.api.conftest import Program, program
from tests.review.console.conftest import client_of, own
from tests.review.deciding import queued, say
from tests.sent import sent

pytestmark = pytest.mark.django_db


def test_restricted_cases_are_told_apart_from_none_by_nobody(reader: Program) -> None:
    case, secret = case_in(CaseState.IN_REVIEW), case_in(CaseState.IN_REVIEW, "host:secret.test")
    Case.objects.filter(pk=secret.pk).update(restricted=True)
    assert [one["case_id"] for one in reader.get("/cases").json()["items"]] == [case.pk]
    hidden, none = reader.get(f"/cases/{secret.pk}"), reader.get("/cases/99999")
    assert hidden.status_code == none.status_code == 404
    assert hidden.json() == none.json()
    assert reader.get("/overview").json()["cases"]["in_review"] == 1


def test_a_case_says_what_its_page_says(reader: Program) -> None:
    case = shop("http://lavka.test/", "Здесь можно купить мефедрон дёшево")
    told = reader.get(f"/cases/{case.pk}").json()
    assert (told["kind"], told["state"], told["standing"]) == ("host", "in_review", "none")
    assert told["target"] == "lavka[.]test"
    (carrier,) = told["carriers"]
    assert carrier["text"] == "Здесь можно купить мефедрон дёшево"
    assert carrier["url"].startswith("hxxp://lavka[.]test")
    assert len(carrier["evidence"]["sha256"]) == 64
    assert all(0 <= mark["start"] < mark["end"] for mark in carrier["marks"])


def test_the_first_verdict_stays_hidden_until_the_second_is_given() -> None:
    case, first, second = queued("shop"), analyst("first"), analyst("second")
    say(case, first, "confirm")
    asker = program(second)
    assert asker.get(f"/cases/{case.pk}").json()["verdicts"] == []
    say(case, second, "confirm")
    said = asker.get(f"/cases/{case.pk}").json()["verdicts"]
    told = [(one["person"], one["verdict"], one["jurisdiction"]) for one in said]
    assert told == [("first", "confirm", "sells_in"), ("second", "confirm", "sells_in")]


def test_cases_are_filtered(reader: Program) -> None:
    new_case("host:new.test")
    queued("queued")
    channel = new_case("telegram:@kanal")
    for query, wanted in (
        ({"state": "in_review"}, ["queued[.]test"]),
        ({"kind": "telegram"}, [channel.target.value]),
        ({"since": "2200-01-01T00:00:00Z"}, []),
        ({"since": "0001-01-01T00:00:00+14:00", "kind": "host"}, ["new[.]test", "queued[.]test"]),
    ):
        found = reader.get("/cases", query).json()["items"]
        assert [one["target"] for one in found] == wanted
    for bad in ({"state": "done"}, {"kind": "x"}, {"since": "yesterday"}, {"after": "-1"}):
        assert reader.get("/cases", bad).status_code == 422


def test_sent_ordered_and_verified_are_told_apart_and_never_added(reader: Program) -> None:
    orders = sent("one.test", "two.test", "three.test", "secret.test")
    for order, state in zip(orders, ("sent", "accepted", "verified", "sent"), strict=True):
        Order.objects.filter(pk=order.pk).update(state=OrderState(state))
    Case.objects.filter(pk=orders[3].request.case_id).update(restricted=True)
    told = reader.get("/overview").json()
    kept = {state: n for state, n in told["orders"].items() if n}
    assert kept == {"sent": 1, "accepted": 1, "verified": 1}
    standings = {word: n for word, n in told["standings"].items() if n}
    assert standings == {"sent": 1, "ordered": 1, "verified": 1}
    assert told["requested"] == 3
    assert 3 not in (*told["orders"].values(), *told["standings"].values())
    assert not {"total", "blocked", "sum"} & {*told, *told["orders"], *told["standings"]}


def test_tables_are_those_of_the_page_in_english_whatever_is_asked_for(reader: Program) -> None:
    queued("shop")
    table = reader.get("/overview/steps", {"weeks": 4}, **{"Accept-Language": "ru"})
    assert table["Content-Language"] == "en"
    assert table.json()["rows"][0] == ["found", 1]
    assert reader.get("/overview/steps", {"weeks": 5}).status_code == 422
    assert reader.get("/overview/none").status_code == 422


def test_the_last_night_names_sources_to_those_who_read_cases() -> None:
    source = {"source": "host:shop.test", "name": "shop.test", "coverage": "broken",
              "coverage_reason": "no answer"}  # fmt: skip
    report = {"sources": [source], "cases": [1, 2], "totals": {"fetched": 7}}
    Run.objects.create(kind="night", started_at=NOON, finished_at=NOON, state="complete",
                       report=report)  # fmt: skip
    read = program(person("auditor1", Role.AUDITOR)).get("/nights").json()["last"]
    assert read["broken"] == ["shop[.]test: no answer"]
    assert (read["cases_found"], read["totals"]) == (2, {"pages fetched": 7})
    told = program(person("operator1", Role.OPERATOR)).get("/nights").json()["last"]
    assert (told["broken_count"], told["broken"]) == (1, [])


def test_search_finds_what_the_page_finds(tmp_path: Path, settings, reader: Program) -> None:
    settings.NARCOWATCH = live.NARCOWATCH.model_copy(update={"data_dir": tmp_path})
    assert reader.get("/search", {"q": "мефедрон"}).status_code == 503
    case = shop("http://lavka.test/", "<script>alert(1)</script> купить мефедрон \u202eтут")
    secret = shop("http://secret.test/", "Здесь купить мефедрон")
    sync(EmbeddedEngine(tmp_path / "index"))
    Case.objects.filter(pk=secret.pk).update(restricted=True)
    found = reader.get("/search", {"q": "мефедрона"}).json()
    (hit,) = found["items"]
    assert (found["total"], hit["case_id"], hit["url"]) == (1, case.pk, "hxxp://lavka[.]test/")
    assert [piece["text"] for piece in hit["excerpt"] if piece["marked"]] == ["мефедрон"]
    assert "\u202e" not in "".join(piece["text"] for piece in hit["excerpt"])
    assert found["facets"]["state"] == {"in_review": 1}
    assert reader.get("/search", {"q": "мефедрон", "state": "dismissed"}).json()["total"] == 0
    for bad in ({"state": "x"}, {"q": '"'}, {"since": "1"}, {"page": "501"}, {"q": "a\x00"}):
        assert reader.get("/search", bad).status_code == 422, bad


def test_the_chain_withholds_what_its_page_withholds(reader: Program) -> None:
    case, secret = queued("shop"), queued("secret")
    Case.objects.filter(pk=secret.pk).update(restricted=True)
    told = reader.get("/audit/events", {"action": "case."}).json()
    assert {one["subject"] for one in told["items"]} == {f"case:{case.pk}"}
    assert told["left_out"] == 2
    one = reader.get("/audit/events", {"subject": f"case:{secret.pk}"}).json()
    assert one == {"items": [], "left_out": None, "blind": True}
    event = told["items"][0]
    assert event["hash"] == audit.AuditEvent.objects.get(seq=event["seq"]).hash
    bad = {"first": "2026-03-02", "last": "2026-03-01"}
    assert reader.get("/audit/events", bad).status_code == 422


def test_pages_are_as_they_were(settings) -> None:
    """The console itself answers in HTML, and caches nothing."""
    browser = client_of(own(person("analyst1", Role.ANALYST)))
    page = browser.get(reverse("queue"))
    assert page["Cache-Control"] == "no-store"
    assert "ETag" not in page
    missing = browser.get("/nothing")
    assert (missing.status_code, missing["Content-Type"]) == (404, "text/html; charset=utf-8")
