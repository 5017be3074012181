"""How answers leave: tags, pages, problems, and what each costs."""

from __future__ import annotations

import itertools
import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Person
from cases.people import Role
from tests.people import person
from tests.records import new_case
from tests.review.api.conftest import ROOT, Program, program
from tests.review.deciding import queued
from tests.sent import export_of, sent

pytestmark = pytest.mark.django_db
_NEXT = re.compile(r'<https?://[^/]+/api/v1([^>]+)>; rel="next"')


def walked(asker: Program, path: str, key: str) -> list[object]:
    """What all pages hold, by the links from one to the next."""
    found: list[object] = []
    for _ in range(100):
        answer = asker.get(path)
        assert answer.status_code == 200
        found += [row[key] for row in answer.json()["items"]]
        link = _NEXT.search(answer.get("Link", ""))
        if link is None:
            return found
        path = link[1]
    raise AssertionError("there is no end of it")


@pytest.mark.parametrize("count", [0, 49, 50, 51, 100, 101])
def test_walking_the_pages_gives_every_row_once(
    count: int, theirs: Program, reader: Program
) -> None:
    orders = sent(*(f"shop{n}.test" for n in range(count)))
    entries = {str(order.request_id) for order in orders}
    for path in ("/orders", "/orders?state=sent", "/exports/1/entries"):
        found = walked(theirs, path, "entry")
        assert len(found) == count
        assert {*found} == entries
    cases = walked(reader, "/cases", "case_id")
    assert cases == sorted({*cases})
    assert len(cases) == count


def test_newest_first_lists_are_walked_too(theirs: Program, reader: Program) -> None:
    for number in range(1, 121):
        export_of([], number)
    assert walked(theirs, "/exports", "number") == [*range(120, 0, -1)]
    for number in range(60):
        queued(f"shop{number}")
    seqs = walked(reader, "/audit/events", "seq")
    assert seqs == [*range(len(seqs), 0, -1)]
    back = reader.get("/audit/events", {"after": 0}).json()["items"]
    assert [one["seq"] for one in back] == [*range(50, 0, -1)]


PATHS = (
    "/token", "/exports", "/exports/1", "/exports/1/entries", "/exports/1/answers", "/recipient",
    "/orders", "/receipts",
)  # fmt: skip
READ = ("/cases", "/overview", "/overview/steps", "/nights", "/audit/events", "/openapi.json")


@pytest.mark.parametrize("path", [*PATHS, *READ])
def test_what_is_had_already_is_not_sent_again(path: str, theirs: Program, reader: Program) -> None:
    sent("shop.test")
    asker = theirs if path in PATHS else reader
    first = asker.get(path)
    assert (first.status_code, first["Cache-Control"]) == (200, "private, no-cache")
    assert re.fullmatch(r'W/"[0-9a-f]{32}"', first["ETag"])
    assert "Authorization" in first["Vary"]
    for known in (first["ETag"], f'"x", {first["ETag"]}', "*"):
        same = asker.get(path, **{"If-None-Match": known})
        assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    other = asker.get(path, **{"If-None-Match": 'W/"x"'})
    assert (other.status_code, other.content) == (200, first.content)
    assert asker.get(path, **{"If-Match": '"x"'}).status_code == 412


def test_a_tag_changes_with_what_is_said(theirs: Program) -> None:
    sent("shop.test")
    before = theirs.get("/orders")["ETag"]
    sent("other.test", number=2)
    after = theirs.get("/orders", **{"If-None-Match": before})
    assert after.status_code == 200
    assert after["ETag"] != before


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/", 404),
        ("POST", "/exports", 405),
        ("DELETE", "/cases/1", 405),
        ("HEAD", "/exports", 405),
        ("OPTIONS", "/exports", 405),
        ("GET", "/cases/x", 422),
        ("GET", "/cases/0", 422),
        ("GET", "/cases/99999999999999999999", 422),
        ("GET", "/exports/1/files/..%2f..%2fetc", 404),
        ("GET", "/exports/1/files/.lock", 422),
    ],
)
def test_what_goes_wrong_is_a_problem_as_json(
    method: str, path: str, status: int, theirs: Program, reader: Program
) -> None:
    asker = reader if "cases" in path else theirs
    answer = asker._client.generic(method, ROOT + path)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert ("Allow" in answer) == (status == 405)
    assert answer["Cache-Control"] == "no-store"
    if method != "HEAD":
        assert answer.json()["status"] == status


def test_an_error_inside_is_told_of_and_names_nothing(
    reader: Program, monkeypatch: pytest.MonkeyPatch, settings
) -> None:
    from blocking import standing

    def broken(case_ids: object = None) -> None:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr(standing, "_shown", broken)
    reader._client.raise_request_exception = False
    answer = reader.get("/overview")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert "secret" not in answer.content.decode()


def costs(asker: Program, path: str) -> int:
    asker.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert asker.get(path).status_code == 200
    return len(queries)


def test_more_rows_take_no_more_queries(theirs: Program, reader: Program) -> None:
    few = sent("one.test", "two.test")
    body = "id,answer\n" + "".join(f"{order.request_id},accepted\n" for order in few)
    _upload(theirs, body)
    paths = [
        (theirs, "/exports"), (theirs, "/exports/1/entries"), (theirs, "/orders"),
        (theirs, f"/orders/{few[0].request_id}"), (theirs, "/receipts"), (theirs, "/recipient"),
        (reader, "/cases"), (reader, "/overview"), (reader, "/overview/steps"),
        (reader, "/audit/events"), (reader, "/nights"), (reader, "/token"),
    ]  # fmt: skip
    before = {path: costs(asker, path) for asker, path in paths}
    assert max(before.values()) <= 14, before
    many = sent(*(f"shop{n}.test" for n in range(30)), number=2)
    _upload(theirs, body + "".join(f"{order.request_id},accepted\n" for order in many))
    for number in range(3, 30):
        export_of([], number)
    for number in range(30):
        new_case(f"host:new{number}.test")
        person(f"analyst{number}", Role.ANALYST)
    after = {path: costs(asker, path) for asker, path in paths}
    assert after == before


def _upload(asker: Program, body: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test.client import MULTIPART_CONTENT

    file = SimpleUploadedFile("answers.csv", body.encode(), "text/csv")
    sent_ = asker.post("/receipts/files", {"file": file}, content_type=MULTIPART_CONTENT)
    assert sent_.status_code == 201


def test_a_program_needs_no_form_token(theirs: Program, regulator: Person) -> None:
    """There is no cookie that another site could have sent along: there is nothing to forge."""
    import json

    (order,) = sent("shop.test")
    strict = program(regulator)
    strict._client.handler.enforce_csrf_checks = True
    body = json.dumps({"entry": str(order.request_id), "answer": "accepted"})
    answer = strict.post("/receipts", body, headers={"Idempotency-Key": str(uuid.uuid4())})
    assert answer.status_code == 201
    assert not answer.cookies


def test_bad_tokens_cost_one_look() -> None:
    for shown, most in itertools.product(("nwt_000000000000_x", "a" * 200, "x_y_z"), [1]):
        with CaptureQueriesContext(connection) as queries:
            Client().get(f"{ROOT}/token", headers={"Authorization": f"Bearer {shown}"})
        assert len(queries) <= most
