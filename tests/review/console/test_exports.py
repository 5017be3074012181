"""Requests and exports on pages, and an export's way from the gate to the recipient's answer."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as live
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from blocking.apps import export_plan
from blocking.delivery.delivering import deliver
from blocking.delivery.way import Way
from blocking.models import BlockingRequest, Export, Order
from blocking.protection import Protection
from blocking.states import ExportState
from cases import audit
from cases.models import AuditEvent, Case, Person
from cases.moves import move
from cases.people import Role, change_recipient
from domain.clock import utc_now
from domain.orders import OrderState
from domain.states import CaseState
from tests.blocking.conftest import (  # noqa: F401  # fixtures
    Confirmed,
    Opened,
    Time,
    analyst,
    clock,
    confirmed,
    host,
    opened,
    protection,
    quick_passwords,
    second,
)
from tests.blocking.house import House
from tests.people import person
from tests.review.console.conftest import client_of, own
from tests.sent import export_of, order_of, request_of, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor(db: None) -> Person:
    return own(person("supervisor1", Role.SUPERVISOR))


@pytest.fixture
def regulator(db: None) -> Person:
    somebody = own(person("regulator1", Role.REGULATOR))
    change_recipient(somebody, "regulator", actor="test")
    return somebody


@pytest.fixture
def house(
    tmp_path: Path,
    settings: Settings,
    clock: Time,  # noqa: F811
    protection: Protection,  # noqa: F811
    supervisor: Person,
) -> House:
    clock.now = utc_now() - timedelta(hours=1)
    data = tmp_path / "var"
    data.mkdir()
    settings.NARCOWATCH = live.NARCOWATCH.model_copy(update={"data_dir": data})
    return House(export_plan(live.NARCOWATCH), protection, clock, supervisor)


def text(client: Client, name: str, *args: object, **query: object) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_the_gate_to_the_answer(
    confirmed: Confirmed,  # noqa: F811
    house: House,
    supervisor: Person,
    regulator: Person,
) -> None:
    case = confirmed(host("shop.test"))
    export = house.build().export
    boss, theirs = client_of(supervisor), client_of(regulator)
    assert theirs.get(reverse("own_export", args=[1])).status_code == 404
    assert "Nothing has been released yet" in text(theirs, "own_exports")

    page = text(boss, "release", export.pk)
    assert "shop[.]test" in page
    said = ("1 added", "Nothing speaks against it", 'name="typed"')
    assert sorted(said, key=page.index) == list(said)
    release = reverse("release", args=[export.pk])
    for given in ({}, {"typed": "regulator/1"}, {"looked": "on", "typed": "regulator/2"}):
        assert boss.post(release, given).status_code == 422
    assert not Order.objects.exists()
    done = boss.post(release, {"looked": "on", "typed": "regulator/1"})
    assert done["Location"] == reverse("export", args=[export.pk])
    assert "1 sent" in text(boss, "export", export.pk)
    assert "sent, not answered" in text(boss, "case", case.pk)

    row = BlockingRequest.objects.get()
    for name, pk in (("request_letter", row.pk), ("export_letter", export.pk)):
        address = reverse(name, args=[pk, "kk"])
        assert address in text(boss, name.removesuffix("_letter"), pk)
        letter = boss.get(address)
        assert letter["Content-Type"] == "application/pdf"
        assert letter.content.startswith(b"%PDF-")
        assert boss.get(reverse(name, args=[pk, "de"])).status_code == 404
        assert theirs.get(address).status_code == 403
    Case.objects.filter(pk=case.pk).update(state=CaseState.ON_HOLD)
    kept = boss.get(reverse("request_letter", args=[row.pk, "kk"]), follow=True)
    assert "is not in force" in kept.content.decode()
    Case.objects.filter(pk=case.pk).update(state=CaseState.REQUESTED)

    page = text(theirs, "own_export", 1)
    for name in re.findall(r'/files/([^"]+)"', page):
        answer = theirs.get(reverse("own_file", args=[1, name]))
        there = (house.plan.folder / "regulator" / "1" / name).read_bytes()
        assert b"".join(answer.streaming_content) == there
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Content-SHA256"] in page
    fetched = AuditEvent.objects.filter(action="export.downloaded")
    assert {event.actor for event in fetched} == {"regulator1"}
    assert {"manifest.json", "block.rpz", "register.csv"} <= {
        event.details["file"] for event in fetched
    }

    blank = theirs.get(reverse("own_blank", args=[1])).content.decode()
    assert blank.splitlines()[0] == "id,target,state,answer,reason,at"
    assert ",shop.test,sent,,," in blank
    filled = blank.replace("sent,,,", f"sent,executed,,{utc_now():%Y-%m-%dT%H:%M:%S}Z")
    answer = theirs.post(reverse("own_answer"), {"file": _file(filled)}, follow=True)
    assert "taken: 1" in answer.content.decode()
    page = text(boss, "case", case.pk)
    assert "executed, not verified" in page
    assert "verified blocked" not in page
    assert Order.objects.get().state == OrderState.EXECUTED
    assert audit.verify().holds


def _file(content: str):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("answers.csv", content.encode(), "text/csv")


def test_the_gate_keeps_it_in_the_house_and_says_why(
    confirmed: Confirmed,  # noqa: F811
    house: House,
    supervisor: Person,
) -> None:
    case = confirmed(host("shop.test"))
    export = house.build().export
    boss = client_of(supervisor)
    move(case.pk, CaseState.WITHDRAWN, actor="x", reason="a mistake")
    page = text(boss, "release", export.pk)
    assert "does not stand requested any more" in page
    assert 'name="typed"' not in page
    given = {"looked": "on", "typed": "regulator/1"}
    refused = boss.post(reverse("release", args=[export.pk]), given)
    assert (refused.status_code, "shop[.]test" in refused.content.decode()) == (422, True)
    assert Export.objects.get().state == ExportState.BUILT
    assert AuditEvent.objects.filter(action="export.release_refused").exists()


def test_a_file_that_was_changed_is_not_handed_out(
    confirmed: Confirmed,  # noqa: F811
    house: House,
    regulator: Person,
) -> None:
    confirmed(host("shop.test"))
    house.release(house.build().export)
    path = house.plan.folder / "regulator" / "1" / "domains.txt"
    path.write_text("kaspi.kz\n")
    theirs = client_of(regulator)
    assert theirs.get(reverse("own_file", args=[1, "domains.txt"])).status_code == 409
    path.unlink()
    assert theirs.get(reverse("own_file", args=[1, "domains.txt"])).status_code == 409
    for name in ("..", "nothing.txt", "current", ".lock"):
        assert theirs.get(f"/our/exports/1/files/{name}").status_code in {404}
    assert theirs.get("/our/exports/1/files/%2e%2e%2f1%2fmanifest.json").status_code == 404
    assert not AuditEvent.objects.filter(action="export.downloaded").exists()


def test_a_released_one_is_not_released_again(supervisor: Person) -> None:
    export = export_of([request_of()])
    boss = client_of(supervisor)
    assert boss.get(reverse("release", args=[export.pk])).status_code == 302
    given = {"looked": "on", "typed": "regulator/1"}
    answer = boss.post(reverse("release", args=[export.pk]), given, follow=True)
    assert "does not wait for release" in answer.content.decode()


def test_an_export_shows_what_it_adds_and_removes(supervisor: Person) -> None:
    kept, gone, new = (request_of(f"{name}.test") for name in ("kept", "gone", "new"))
    first = export_of([kept, gone])
    second_ = export_of([kept, new], 2, state=ExportState.BUILT, previous=first)
    boss = client_of(supervisor)
    page = text(boss, "export", second_.pk)
    added, removed = page.index('id="added"'), page.index('id="removed"')
    assert added < page.index("new[.]test") < removed < page.index("gone[.]test")
    assert "kept[.]test" not in page
    assert all(said in page for said in ("1 added", "1 removed", "1 kept", "regulator/1"))
    assert first.manifest_sha256 in page


def test_a_refused_export_says_why_and_gives_no_restricted_name_away(supervisor: Person) -> None:
    export = export_of([], state=ExportState.REFUSED)
    held = request_of("secret.test").case
    export.findings = [
        ["canary", "egov.kz", "would block the canary egov.kz"],
        ["covers_protected", "shop.test", "would block a.secret.test too"],
    ]
    export.save()
    Case.objects.filter(pk=held.pk).update(restricted=True)
    page = text(client_of(supervisor), "export", export.pk)
    assert "would block the canary egov[.]kz" in page
    assert "something of the restricted queue" in page
    assert "secret" not in page


def test_restricted_cases_are_in_no_list_and_no_count(supervisor: Person) -> None:
    order, hidden = sent("shop.test", "secret.test")
    Case.objects.filter(pk=hidden.request.case_id).update(restricted=True)
    boss = client_of(supervisor)
    pages = [
        text(boss, "requests"),
        text(boss, "exports"),
        text(boss, "export", order.export_id),
        text(boss, "request", order.request_id),
    ]
    assert not any("secret" in page for page in pages)
    assert "<td>1</td>" in pages[1]
    assert "1 entry" in pages[2]
    assert "1 added" in pages[2]
    assert boss.get(reverse("request", args=[hidden.request_id])).status_code == 404
    export = Export.objects.get()
    second_ = export_of([order.request], 2, previous=export)
    assert "0 removed" in text(boss, "export", second_.pk)


def test_requests_are_found_by_address_scope_and_state(supervisor: Person) -> None:
    one, two = sent("one.test", "two.test")
    Order.objects.filter(pk=two.pk).update(state=OrderState.REFUSED)
    boss = client_of(supervisor)
    for query, seen, unseen in (
        ({"begins": "one"}, "one[.]test", "two[.]test"),
        ({"state": "refused"}, "two[.]test", "one[.]test"),
        ({"scope": "host"}, "one[.]test", "three[.]test"),
    ):
        page = text(boss, "requests", **query)
        assert seen in page
        assert unseen not in page
    assert "There is none" in text(boss, "requests", scope="url")
    page = text(boss, "request", one.request_id)
    assert all(said in page for said in ("Cyber unit", "the whole host sells", "a" * 64))


def test_pages_of_a_list(supervisor: Person, django_assert_max_num_queries) -> None:
    for number in range(60):
        export_of([], number + 1, recipient="resolver")
    boss = client_of(supervisor)
    first = text(boss, "exports", recipient="resolver")
    assert 'href="?recipient=resolver&amp;page=2"' in first
    last = text(boss, "exports", recipient="resolver", page=2)
    assert last.count("resolver/") == 10
    for page in ("0", "-1", "x", "999999999", "²"):
        text(boss, "exports", page=page)


@pytest.mark.parametrize("name", ["requests", "exports", "export", "request", "receipts"])
def test_more_rows_take_no_more_queries(
    supervisor: Person, name: str, django_assert_max_num_queries
) -> None:
    orders = sent("shop0.test", "shop1.test")
    args = {"export": [orders[0].export_id], "request": [orders[0].request_id]}.get(name, [])
    boss = client_of(supervisor)
    text(boss, name, *args)
    with django_assert_max_num_queries(22) as used:
        text(boss, name, *args)
    export = Export.objects.get()
    for number in range(2, 30):
        request = request_of(f"shop{number}.test")
        other = export_of([request], number, previous=export)
        order_of(request, other)
        export.entries.create(request=request)
    assert BlockingRequest.objects.count() == 30
    with django_assert_max_num_queries(len(used)):
        text(boss, name, *args)


def test_people_see_how_far_a_release_has_come_on_its_ways(
    house: House,
    confirmed: Confirmed,  # noqa: F811
    supervisor: Person,
    tmp_path: Path,
) -> None:
    confirmed(host("shop.test"))
    export = house.release(house.build().export).export
    page = client_of(supervisor).get(reverse("export", args=[export.pk])).content.decode()
    assert "Deliveries" not in page
    ways = [
        Way("shared", "regulator", f"file://{tmp_path}"),
        Way("far", "regulator", "file:///nowhere/at/all"),
    ]
    deliver(house.plan, ways, None, clock=house.clock)
    page = client_of(supervisor).get(reverse("export", args=[export.pk])).content.decode()
    assert "Deliveries" in page
    assert "<code>no_folder</code>" in page
    assert "delivered" in page
    assert str(tmp_path) not in page, "where a folder lies is the operator's"
