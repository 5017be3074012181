"""A recipient's program gets its own and nobody else's; what it answers moves orders."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import MULTIPART_CONTENT
from pytest_django import Settings

from blocking.models import Appeal, Order, Receipt
from blocking.states import ExportState
from cases.models import AuditEvent, Case, Person
from domain.clock import iso, utc_now
from domain.orders import OrderState
from tests.records import NOON, new_run
from tests.review.api.conftest import Program, of_recipient, program
from tests.sent import export_of, request_of, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def others(db: None) -> Program:
    return program(of_recipient("resolver", "resolver1"))


def say(asker: Program, entry: object, answer: str = "accepted", key: object = None, **more: str):
    body = json.dumps({"entry": str(entry), "answer": answer, **more})
    headers = {"Idempotency-Key": str(key or uuid.uuid4())}
    return asker.post("/receipts", body, headers=headers)


def upload(asker: Program, content: bytes):
    file = SimpleUploadedFile("answers.csv", content, "text/csv")
    return asker.post("/receipts/files", {"file": file}, content_type=MULTIPART_CONTENT)


def appeal_about(case: Case, **more: object) -> Appeal:
    return Appeal.objects.create(
        **{
            "key": f"appeal about {case.pk}", "run": new_run(), "received_at": NOON,
            "due_at": NOON + timedelta(days=15), "about": "http://shop.test/", "asks": "lift",
            "grounds": "we sell tea <b>\u202e", "contact": "tea@shop.test", "case": case,
            "reason": "for the house alone", **more,
        }
    )  # fmt: skip


def test_appeals_are_read_with_their_answer_and_without_their_senders(theirs: Program) -> None:
    (order,) = sent("shop.test")
    row = appeal_about(order.request.case)
    (line,) = theirs.get("/appeals").json()["items"]
    assert (line["appeal_id"], line["about"], line["asks"]) == (
        row.pk, "hxxp://shop[.]test/", "lift"
    )  # fmt: skip
    assert (line["state"], line["overdue"]) == ("open", True)
    told = theirs.get(f"/appeals/{row.pk}")
    full = told.json()
    assert full["entries"] == [{"entry": str(order.request_id), "label": "shop[.]test"}]
    assert (full["answer"], full["decided_at"]) == ("", None)
    Appeal.objects.filter(pk=row.pk).update(state="upheld", answer="it is lifted", decided_at=NOON)
    decided = theirs.get(f"/appeals/{row.pk}")
    assert decided.json()["answer"] == "it is lifted"
    for text in (told.content.decode(), decided.content.decode()):
        assert "tea@" not in text
        assert "for the house" not in text
        assert "\u202e" not in text
    assert told["ETag"] != decided["ETag"]


def test_no_appeal_about_a_restricted_case_is_told(theirs: Program) -> None:
    (order,) = sent("shop.test")
    row = appeal_about(order.request.case)
    Case.objects.filter(pk=order.request.case_id).update(restricted=True)
    assert theirs.get("/appeals").json() == {"items": []}
    assert theirs.get(f"/appeals/{row.pk}").status_code == 404


def test_another_recipients_things_are_not_there(theirs: Program, others: Program) -> None:
    (order,) = sent("shop.test")
    number = say(theirs, order.request_id).json()["receipt_id"]
    paths = [
        "/exports/1", "/exports/1/entries", "/exports/1/answers", "/exports/1/manifest",
        "/exports/1/files/manifest.json", f"/orders/{order.request_id}", f"/receipts/{number}",
        f"/receipts/{number}/rows", f"/appeals/{appeal_about(order.request.case).pk}",
    ]  # fmt: skip
    for path in paths:
        wanted = 409 if "manifest" in path else 200  # the row has no folder
        assert theirs.get(path).status_code == wanted, path
        answer, none = others.get(path), others.get("/exports/9")
        assert answer.status_code == 404, path
        assert answer.json().keys() == none.json().keys()
        assert "shop" not in answer.content.decode()
    for path in ("/exports", "/orders", "/receipts", "/appeals"):
        assert others.get(path).json() == {"items": []}
    assert not any(others.get("/recipient").json()["orders"].values())


def test_anothers_entry_is_told_apart_from_none_by_nobody(others: Program) -> None:
    (order,) = sent("shop.test")
    told = []
    for entry in (order.request_id, uuid.uuid4()):
        receipt = say(others, entry).json()
        (row,) = others.get(f"/receipts/{receipt['receipt_id']}/rows").json()["items"]
        told.append((receipt["counts"], row["outcome"], row["label"], row["note"]))
    assert told[0] == told[1] == ({"unknown": 1}, "unknown", "", "")
    assert Order.objects.get().state == OrderState.SENT
    number = Receipt.objects.order_by("pk").first().pk
    path = f"/receipts/{number}/rows"
    assert len(others.get(path, {"outcome": "unknown"}).json()["items"]) == 1


def test_what_is_not_released_is_not_there(theirs: Program) -> None:
    request = request_of("shop.test")
    export_of([request], 1, state=ExportState.BUILT)
    export_of([request], 2, state=ExportState.REFUSED)
    assert theirs.get("/exports").json() == {"items": []}
    for number in (1, 2, 3):
        assert theirs.get(f"/exports/{number}").status_code == 404
        assert theirs.get(f"/exports/{number}/manifest").status_code == 404


def test_whoever_is_of_no_recipient_gets_and_does_nothing() -> None:
    (order,) = sent("shop.test")
    nobody = program(of_recipient("", "nobody1"))
    assert nobody.get("/exports").json() == {"items": []}
    assert nobody.get("/recipient").json()["name"] == ""
    assert say(nobody, order.request_id).status_code == 422
    assert upload(nobody, f"id,answer\n{order.request_id},accepted\n".encode()).status_code == 422
    assert not Receipt.objects.exists()


def test_the_same_key_does_nothing_again_and_another_does(theirs: Program) -> None:
    (order,) = sent("shop.test")
    key = uuid.uuid4()
    first, same = say(theirs, order.request_id, key=key), say(theirs, order.request_id, key=key)
    assert (first.status_code, same.status_code) == (201, 200)
    assert first.json() == same.json()
    assert first["Location"] == same["Location"] == f"/api/v1/receipts/{Receipt.objects.get().pk}"
    other = say(theirs, order.request_id)
    assert (other.status_code, other.json()["counts"]) == (201, {"unchanged": 1})
    assert AuditEvent.objects.filter(action="receipt.received", actor="regulator1").count() == 2


@pytest.mark.parametrize(
    "body",
    [
        {"answer": "refused"},
        {"answer": "refused", "reason": "  "},
        {"answer": "executed"},
        {"answer": "executed", "at": "soon"},
        {"answer": "verified"},
        {"answer": "accepted", "entry": "x"},
        {"answer": "accepted", "reason": "x" * 501},
        {},
    ],
)
def test_what_is_no_answer_is_refused_by_field(theirs: Program, body: dict[str, str]) -> None:
    sent("shop.test")
    whole = json.dumps({"entry": str(uuid.uuid4()), **body})
    answer = theirs.post("/receipts", whole, headers={"Idempotency-Key": str(uuid.uuid4())})
    told = answer.json()
    assert (answer.status_code, told["title"]) == (422, "Unprocessable Entity")
    assert told["faults"]
    assert not Receipt.objects.exists()


def test_without_its_key_an_answer_is_refused(theirs: Program) -> None:
    (order,) = sent("shop.test")
    body = json.dumps({"entry": str(order.request_id), "answer": "accepted"})
    answer = theirs.post("/receipts", body)
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["faults"][0]["where"]
    broken = theirs.post("/receipts", "{", headers={"Idempotency-Key": str(uuid.uuid4())})
    assert (broken.status_code, broken["Content-Type"]) == (400, "application/problem+json")


def test_files_out_of_bounds_are_refused(theirs: Program, settings: Settings) -> None:
    blocking = settings.NARCOWATCH.blocking.model_copy(update={"receipt_max_bytes": 1000})
    settings.NARCOWATCH = settings.NARCOWATCH.model_copy(update={"blocking": blocking})
    assert upload(theirs, b" " * 1001).status_code == 422
    assert upload(theirs, b" " * 1_100_000).status_code == 413
    assert upload(theirs, b"").status_code == 422
    assert not Receipt.objects.exists()


def test_a_json_file_of_answers_is_taken_too(theirs: Program) -> None:
    orders = sent("one.test", "two.test")
    rows = [{"id": str(order.request_id), "answer": "executed", "at": iso(utc_now())}
            for order in orders]  # fmt: skip
    answer = upload(theirs, json.dumps(rows).encode())
    assert (answer.status_code, answer.json()["counts"]) == (201, {"applied": 2})
    assert [one["state"] for one in theirs.get("/orders").json()["items"]] == ["executed"] * 2
    assert theirs.get("/orders", {"state": "sent"}).json()["items"] == []


def test_restricted_cases_are_left_out(theirs: Program, regulator: Person) -> None:
    order, secret = sent("shop.test", "secret.test")
    lines = f"{order.request_id},accepted\n{secret.request_id},accepted\n"
    number = upload(theirs, f"id,answer\n{lines}".encode()).json()["receipt_id"]
    Case.objects.filter(pk=secret.request.case_id).update(restricted=True)
    paths = ("/exports/1/entries", "/exports/1/answers", "/orders", f"/receipts/{number}/rows")
    assert not any("secret" in theirs.get(path).content.decode() for path in paths)
    assert theirs.get(f"/orders/{secret.request_id}").status_code == 404
    assert theirs.get("/exports/1").json()["entries"] == 1
    assert theirs.get("/recipient").json()["orders"]["accepted"] == 1
    assert theirs.get(f"/receipts/{number}").json()["counts"] == {"applied": 1}


@pytest.mark.parametrize("signature", ["", "null", "text"])
def test_a_signature_that_is_no_file_is_refused(theirs: Program, signature: str) -> None:
    form = {"file": SimpleUploadedFile("a.csv", b"id,answer\n"), "signature": signature}
    refused = theirs.post("/receipts/files", form, content_type=MULTIPART_CONTENT)
    assert refused.status_code == 422
    assert "signature: a field of the form" in refused.json()["detail"]
    assert not Receipt.objects.exists()
