"""A recipient's people see their own, and nothing of anybody else's."""

from __future__ import annotations

import uuid

import pytest
from django.conf import settings as live
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from blocking.models import Order, Receipt, ReceiptEntry
from blocking.states import ExportState
from cases.models import AuditEvent, Case, Person
from cases.people import Role, change_recipient
from domain.orders import OrderState
from tests.people import person
from tests.review.console.conftest import client_of, own
from tests.sent import export_of, request_of, sent

pytestmark = pytest.mark.django_db


def of(recipient: str, name: str) -> Client:
    somebody = own(person(name, Role.REGULATOR))
    if recipient:
        change_recipient(somebody, recipient, actor="test")
    return client_of(somebody)


@pytest.fixture
def theirs(db: None) -> Client:
    return of("regulator", "regulator1")


@pytest.fixture
def others(db: None) -> Client:
    return of("resolver", "resolver1")


def say(client: Client, entry: object, answer: str = "accepted", **more: str):
    given = {"entry": str(entry), "answer": answer, "once": str(uuid.uuid4()), **more}
    return client.post(reverse("own_answer"), given)


def upload(client: Client, content: str | bytes):
    data = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile("answers.csv", data, "text/csv")
    return client.post(reverse("own_answer"), {"file": file})


def test_another_recipients_things_are_not_there(theirs: Client, others: Client) -> None:
    (order,) = sent("shop.test")
    assert say(theirs, order.request_id).status_code == 302
    receipt = Receipt.objects.get()
    for name, args in (
        ("own_export", [1]),
        ("own_blank", [1]),
        ("own_file", [1, "manifest.json"]),
        ("own_receipt", [receipt.pk]),
    ):
        wanted = 409 if name == "own_file" else 200  # the row has no folder
        assert theirs.get(reverse(name, args=args)).status_code == wanted
        assert others.get(reverse(name, args=args)).status_code == 404
    for name in ("own_exports", "own_receipts"):
        page = others.get(reverse(name)).content.decode()
        assert "shop" not in page
        assert "regulator" not in page.replace("our/", "")


def test_anothers_entry_is_told_apart_from_none_by_nobody(theirs: Client, others: Client) -> None:
    (order,) = sent("shop.test")
    pages = []
    for entry in (order.request_id, uuid.uuid4()):
        answer = say(others, entry)
        page = others.get(answer["Location"]).content.decode()
        assert "no entry that was sent to this recipient: 1" in page
        pages.append(page.replace(str(entry), "ENTRY"))
    assert Order.objects.get().state == OrderState.SENT
    told = [page[page.index("<table") : page.index("</table")] for page in pages]
    assert told[0] == told[1]
    assert list(ReceiptEntry.objects.values_list("outcome", flat=True)) == ["foreign", "unknown"]
    answer = others.get(reverse("own_receipts"), {"outcome": "foreign"})
    assert "another recipient" not in answer.content.decode()


def test_what_is_not_released_is_not_there(theirs: Client) -> None:
    request = request_of("shop.test")
    export_of([request], 1, state=ExportState.BUILT)
    export_of([request], 2, state=ExportState.REFUSED)
    for number in (1, 2, 3):
        for name in ("own_export", "own_blank"):
            assert theirs.get(reverse(name, args=[number])).status_code == 404
        assert theirs.get(reverse("own_file", args=[number, "manifest.json"])).status_code == 404
    assert "Nothing has been released yet" in theirs.get(reverse("own_exports")).content.decode()


def test_whoever_is_of_no_recipient_sees_and_does_nothing() -> None:
    (order,) = sent("shop.test")
    nobody = of("", "nobody1")
    assert "You belong to no recipient yet" in nobody.get(reverse("own_exports")).content.decode()
    assert nobody.get(reverse("own_receipts")).status_code == 200
    assert nobody.get(reverse("own_export", args=[1])).status_code == 404
    assert nobody.get(reverse("own_receipt", args=[1])).status_code == 404
    assert say(nobody, order.request_id).status_code == 422
    assert upload(nobody, f"id,answer\n{order.request_id},accepted\n").status_code == 422
    assert not Receipt.objects.exists()


def test_a_recipient_that_is_called_as_nothing_sees_no_rows_without_one() -> None:
    export_of([request_of("shop.test")], recipient="")
    nobody = of("", "nobody1")
    assert nobody.get(reverse("own_export", args=[1])).status_code == 404


def test_bad_rows_are_named_by_line_and_good_ones_taken(theirs: Client) -> None:
    one, two = sent("one.test", "two.test")
    answer = upload(
        theirs,
        f"id,answer,reason\n{one.request_id},accepted,\n{two.request_id},refused,\n"
        "<script>alert(1)</script>,accepted,\n",
    )
    page = theirs.get(answer["Location"]).content.decode()
    assert '<th scope="row">3</th>' in page
    assert "a refusal needs its reason" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "one[.]test" in page
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.state, two.state) == (OrderState.ACCEPTED, OrderState.SENT)
    again = upload(theirs, f"id,answer,reason\n{one.request_id},accepted,\n")
    assert again.status_code == 302


def test_a_file_too_large_is_refused_whole(theirs: Client, settings) -> None:
    blocking = live.NARCOWATCH.blocking.model_copy(update={"receipt_max_bytes": 1000})
    settings.NARCOWATCH = live.NARCOWATCH.model_copy(update={"blocking": blocking})
    answer = upload(theirs, b"id,answer\n" + b" " * 1000)
    assert answer.status_code == 422
    assert "the most is 1000" in answer.content.decode()
    assert upload(theirs, b" " * 1_100_000).status_code == 400
    assert not Receipt.objects.exists()


def test_answers_without_the_token_of_the_form_are_refused(theirs: Client) -> None:
    (order,) = sent("shop.test")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = theirs.cookies
    assert say(strict, order.request_id).status_code == 403
    assert upload(strict, f"id,answer\n{order.request_id},accepted\n").status_code == 403
    assert not Receipt.objects.exists()


def test_what_is_no_answer_is_said_and_what_was_typed_stays(theirs: Client) -> None:
    (order,) = sent("shop.test")
    answer = say(theirs, order.request_id, "refused")
    page = answer.content.decode()
    assert (answer.status_code, "a refusal needs its reason" in page) == (422, True)
    assert str(order.request_id) in page
    assert say(theirs, "x").status_code == 422
    assert theirs.post(reverse("own_answer"), {}).status_code == 422
    assert say(theirs, order.request_id, "refused", reason="a court").status_code == 302
    assert Order.objects.get().state == OrderState.REFUSED


def test_restricted_cases_are_left_out(theirs: Client) -> None:
    order, secret = sent("shop.test", "secret.test")
    upload(theirs, f"id,answer\n{order.request_id},accepted\n{secret.request_id},accepted\n")
    Case.objects.filter(pk=secret.request.case_id).update(restricted=True)
    receipt = Receipt.objects.get()
    pages = [
        theirs.get(reverse("own_export", args=[1])).content.decode(),
        theirs.get(reverse("own_blank", args=[1])).content.decode(),
        theirs.get(reverse("own_receipt", args=[receipt.pk])).content.decode(),
        theirs.get(reverse("own_receipts")).content.decode(),
    ]
    assert not any("secret" in page for page in pages)
    assert "1 entry" in pages[0]
    assert "taken: 1" in pages[2]
    assert "taken: 1" in pages[3]


def test_more_rows_take_no_more_queries(theirs: Client, django_assert_max_num_queries) -> None:
    few = sent("shop.test", "other.test")
    upload(theirs, "id,answer\n" + "".join(f"{o.request_id},accepted\n" for o in few))
    names = {
        "own_exports": [], "own_export": [1], "own_receipts": [],
        "own_receipt": [Receipt.objects.get().pk],
    }  # fmt: skip
    used = {}
    for name, args in names.items():
        theirs.get(reverse(name, args=args))
        with django_assert_max_num_queries(20) as count:
            theirs.get(reverse(name, args=args))
        used[name] = len(count)
    many = sent(*(f"shop{n}.test" for n in range(30)), number=2)
    upload(theirs, "id,answer\n" + "".join(f"{o.request_id},accepted\n" for o in many))
    names |= {"own_export": [2], "own_receipt": [Receipt.objects.order_by("pk").last().pk]}
    for name, args in names.items():
        with django_assert_max_num_queries(used[name]):
            assert theirs.get(reverse(name, args=args)).status_code == 200


def test_home_leads_there_and_a_download_is_written_down_once(theirs: Client) -> None:
    assert theirs.get(reverse("home"))["Location"] == reverse("own_exports")
    sent("shop.test")
    theirs.get(reverse("own_file", args=[1, "manifest.json"]))
    assert not AuditEvent.objects.filter(action="export.downloaded").exists()


def test_leaving_the_group_is_leaving_the_recipient() -> None:
    from cases.people import change_group

    somebody = own(person("regulator1", Role.REGULATOR))
    change_recipient(somebody, "regulator", actor="test")
    change_group(somebody, Role.AUDITOR, actor="test")
    assert Person.objects.get(pk=somebody.pk).recipient == ""
