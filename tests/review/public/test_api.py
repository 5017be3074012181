"""The API for volunteers' programs, against the real process."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

import httpx
import pytest

from tests.review.public.served import Public, publishing

LINKS = {"links": ["https://api.test/goods", "@shop_kz"], "text": "two"}


class Volunteer:
    """A program with a token."""

    def __init__(self, public: Public, name: str, *arguments: str) -> None:
        told = public.command("intake-token", "add", name, *arguments)
        self.public, self.secret = public, told.splitlines()[-1]
        self.client = httpx.Client(
            base_url=public.url, headers={"Authorization": f"Bearer {self.secret}"}
        )

    def report(self, key: str = "", body: object = LINKS) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        headers["Content-Type"] = "application/json"
        return self.client.post("/api/tips", content=json.dumps(body), headers=headers)


@pytest.fixture(scope="module")
def volunteer(public: Public) -> Iterator[Volunteer]:
    one = Volunteer(public, "one")
    with one.client:
        yield one


def test_a_report_is_taken_once_by_its_key(volunteer: Volunteer) -> None:
    key = str(uuid.uuid4())
    first, again = volunteer.report(key), volunteer.report(key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["number"] == again.json()["number"]
    assert again.json()["again"] is True
    other = volunteer.report(key, {"links": ["https://other.test"]})
    assert other.status_code == 409
    assert volunteer.report().json()["number"] != first.json()["number"]
    told = volunteer.client.get(f"/api/tips/{first.json()['number']}").json()
    assert told["state"] == "received"
    assert [one["target"] for one in told["targets"]] == ["host:api.test", "telegram:@shop_kz"]


def test_a_number_of_others_is_not_told(public: Public, volunteer: Volunteer) -> None:
    number = volunteer.report().json()["number"]
    other = Volunteer(public, "other")
    with other.client:
        refused = other.client.get(f"/api/tips/{number}")
        unknown = other.client.get("/api/tips/00000-00000-00000-00000")
        nonsense = other.client.get("/api/tips/nonsense")
    assert refused.status_code == unknown.status_code == nonsense.status_code == 404
    assert refused.json() == unknown.json() == nonsense.json()


def test_a_token_is_needed_that_is_in_force_and_may(public: Public) -> None:
    reader = Volunteer(public, "reader", "--scope", "tips:read")
    writer = Volunteer(public, "writer", "--scope", "tips:write")
    with reader.client, writer.client:
        assert reader.report().status_code == 403
        number = writer.report().json()["number"]
        assert writer.client.get(f"/api/tips/{number}").status_code == 403
        public.command("intake-token", "withdraw", "writer")
        assert writer.report().status_code == 401
    for headers in ({}, {"Authorization": "Bearer nwt_guess"}, {"Authorization": "Basic YTpi"}):
        answer = httpx.post(f"{public.url}/api/tips", json=LINKS, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    listed = public.command("intake-token", "list")
    assert "withdrawn" in listed
    for row in public.rows("SELECT secret_hash FROM intake_token"):
        assert reader.secret not in row
    assert reader.secret not in listed


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([], 422),
        ({"links": []}, 422),
        ({"links": "https://a.test"}, 422),
        ({"links": [1]}, 422),
        ({"links": ["https://a.test"] * 21}, 422),
        ({"links": ["https://a.test"], "text": 1}, 422),
        ({"links": ["https://a.test"], "text": "\0"}, 422),
        ({"links": ["https://a.test"], "name": "x"}, 422),
        ({"links": ["https://a.test", "http://10.0.0.1/", "\ud800"]}, 422),
    ],
)
def test_what_does_not_fit_is_refused_whole(
    volunteer: Volunteer, body: object, status: int
) -> None:
    answer = volunteer.report(body=body)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    if isinstance(body, dict) and "http://10.0.0.1/" in body["links"]:
        assert answer.json()["wrong"] == [
            {"at": 1, "reason": "inside"},
            {"at": 2, "reason": "unreadable"},
        ]


def test_other_methods_types_and_sizes_are_refused(volunteer: Volunteer) -> None:
    client = volunteer.client
    assert client.get("/api/tips").status_code == 405
    assert client.get("/api/tips").headers["Allow"] == "POST"
    assert client.delete("/api/tips/1").status_code == 405
    assert client.post("/api/tips", content=b"{", headers={"Content-Type": "text/plain"}
                       ).status_code == 415  # fmt: skip
    typed = {"Content-Type": "application/json"}
    assert client.post("/api/tips", content=b"{", headers=typed).status_code == 400
    assert client.post("/api/tips", content=b"[" * 50_000, headers=typed).status_code == 400
    assert client.post("/api/tips", content=b"x" * 100_000, headers=typed).status_code == 413


def test_the_description_speaks_of_what_there_is(public: Public) -> None:
    told = httpx.get(f"{public.url}/api/openapi.json").json()
    assert told["openapi"] == "3.1.0"
    assert {*told["paths"]} == {"/api/tips", "/api/tips/{number}"}
    schema = told["paths"]["/api/tips"]["post"]["requestBody"]["content"]["application/json"]
    assert schema["schema"]["properties"]["links"]["maxItems"] == 20


def test_a_token_that_asks_too_often_waits(tmp_path) -> None:
    with publishing(tmp_path / "data", NARCOWATCH_INTAKE__API_PER_HOUR="2") as public:
        one, two = Volunteer(public, "one"), Volunteer(public, "two")
        with one.client, two.client:
            assert [one.report().status_code for _ in range(3)] == [201, 201, 429]
            refused = one.report()
            assert 0 < int(refused.headers["Retry-After"]) <= 3_601
            assert two.report().status_code == 201
