"""Who gets what of the API: every operation by every scope and group, against a table by hand."""

from __future__ import annotations

import functools
import json
import re
import time
import uuid

import pytest
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from django.urls import reverse

from blocking.models import Appeal, Receipt
from cases.people import Role, change_recipient
from domain.states import CaseState
from review import tokens
from review.api.operations import api
from review.models import Token
from review.tokens import Scope
from tests.people import person
from tests.records import NOON, case_in, new_run
from tests.review.api.conftest import ROOT, Program, of_recipient, program, secret_of
from tests.review.console.conftest import client_of, own
from tests.sent import sent

pytestmark = pytest.mark.django_db
R, S = Role, Scope
READING = {R.ANALYST, R.SUPERVISOR, R.AUDITOR}
THEIRS = {R.REGULATOR}
RUNNING = {R.SUPERVISOR, R.AUDITOR, R.OPERATOR}
# Written by hand from what each group is for, not from the code.
MAY: dict[str, tuple[Scope | None, set[Role]]] = {
    "own_token": (None, set(R)),
    "own_exports": (S.EXPORTS_READ, THEIRS),
    "own_export": (S.EXPORTS_READ, THEIRS),
    "own_entries": (S.EXPORTS_READ, THEIRS),
    "own_blank": (S.EXPORTS_READ, THEIRS),
    "own_manifest": (S.EXPORTS_READ, THEIRS),
    "own_file": (S.EXPORTS_READ, THEIRS),
    "own_sums": (S.EXPORTS_READ, THEIRS),
    "current_export": (S.EXPORTS_READ, THEIRS),
    "current_manifest": (S.EXPORTS_READ, THEIRS),
    "current_file": (S.EXPORTS_READ, THEIRS),
    "current_sums": (S.EXPORTS_READ, THEIRS),
    "way_since": (S.EXPORTS_READ, THEIRS),
    "sums_since": (S.EXPORTS_READ, THEIRS),
    "recipient": (S.ORDERS_READ, THEIRS),
    "orders": (S.ORDERS_READ, THEIRS),
    "order": (S.ORDERS_READ, THEIRS),
    "own_receipts": (S.RECEIPTS_READ, THEIRS),
    "own_receipt": (S.RECEIPTS_READ, THEIRS),
    "own_rows": (S.RECEIPTS_READ, THEIRS),
    "send_answer": (S.RECEIPTS_WRITE, THEIRS),
    "send_file": (S.RECEIPTS_WRITE, THEIRS),
    "own_appeals": (S.APPEALS_READ, THEIRS),
    "own_appeal": (S.APPEALS_READ, THEIRS),
    "cases": (S.CASES_READ, READING),
    "case": (S.CASES_READ, READING),
    "search": (S.SEARCH_READ, READING),
    "figures": (S.OVERVIEW_READ, set(R) - THEIRS),
    "figures_in_table": (S.OVERVIEW_READ, set(R) - THEIRS),
    "last_night": (S.OVERVIEW_READ, set(R) - THEIRS),
    "overdue_answers": (S.RECONCILIATION_READ, RUNNING),
    "reconciled_release": (S.RECONCILIATION_READ, RUNNING),
    "reconciled_rows": (S.RECONCILIATION_READ, RUNNING),
    "audit_events": (S.AUDIT_READ, {R.SUPERVISOR, R.AUDITOR}),
}
#: The release here has no folder, and nothing was indexed.
OTHERWISE = {
    "own_manifest": 409, "own_file": 409, "current_manifest": 409, "current_file": 409,
    "search": 503,
}  # fmt: skip
RECEIPT, APPEAL = 7002, 7004
#: The verdict is of people, in the console alone.
DECIDING = re.compile("decide|confirm|dismiss|escalate|hold|release|undo|withdraw")


@functools.cache
def operations() -> dict[str, tuple[str, str]]:
    document = api.get_openapi_schema()
    return {
        operation["operationId"]: (method, path)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def call(asker: Program, name: str, case_id: int = 1) -> int:
    method, path = operations()[name]
    known = {
        "{number}": "1", "{name}": "manifest.json", "{receipt_id}": str(RECEIPT),
        "{entry}": str(uuid.uuid5(uuid.NAMESPACE_DNS, "sent.test")), "{table}": "steps",
        "{case_id}": str(case_id), "{appeal_id}": str(APPEAL),
    }  # fmt: skip
    if name.startswith("reconciled"):
        known["{name}"] = "regulator"
    for placeholder, value in known.items():
        path = path.replace(placeholder, value)
    path = path.removeprefix(ROOT)
    if method == "get":
        return asker.get(path).status_code
    if name == "send_file":
        return asker.post(path, {"file": _file()}, content_type=MULTIPART_CONTENT).status_code
    body = json.dumps({"answer": "accepted", "entry": known["{entry}"]})
    return asker.post(path, body, headers={"Idempotency-Key": str(uuid.uuid4())}).status_code


def _file():
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("answers.csv", f"id,answer\n{uuid.uuid4()},accepted\n".encode())


@pytest.fixture
def seeded(db: None) -> int:
    (order,) = sent("sent.test")
    Appeal.objects.create(
        pk=APPEAL, key="a", run=new_run(), received_at=NOON, due_at=NOON, about="sent.test",
        asks="lift", grounds="not ours", case=order.request.case,
    )  # fmt: skip
    Receipt.objects.create(
        pk=RECEIPT, recipient="regulator", received_at=NOON, via="form", size=1, sha256="d" * 64,
        received_by=of_recipient("regulator", "sender1"),
    )  # fmt: skip
    return case_in(CaseState.IN_REVIEW).pk


def somebody(role: Role):
    made = person("somebody", role)
    if role is R.REGULATOR:
        change_recipient(made, "regulator", actor="test")
    return made


def test_the_table_here_speaks_of_every_operation() -> None:
    assert operations().keys() == MAY.keys()


def test_no_operation_decides_anything() -> None:
    writing = {name for name, (method, _) in operations().items() if method != "get"}
    assert writing == {"send_answer", "send_file"}
    assert not [path for _, path in operations().values() if DECIDING.search(path)]


@pytest.mark.parametrize("role", R)
def test_every_operation_by_every_scope(role: Role, seeded: int) -> None:
    owner = somebody(role)
    wrong = []
    for held in tokens.scopes_for(owner):
        asker = program(owner, held)
        for name, (scope, roles) in MAY.items():
            status = call(asker, name, seeded)
            open_to = scope in {None, held} and role in roles
            wanted = {OTHERWISE.get(name, 200), 201} if open_to else {403}
            if status not in wanted:
                wrong.append((held, name, status))
    assert wrong == []


@pytest.mark.parametrize("role", R)
def test_no_token_opens_more_than_its_owners_group(role: Role, seeded: int) -> None:
    secret = secret_of(somebody(role))
    Token.objects.update(scopes=[scope.value for scope in S])
    wrong = []
    for name, (_, roles) in MAY.items():
        status = call(Program(secret), name, seeded)
        wanted = {OTHERWISE.get(name, 200), 201} if role in roles else {403}
        if status not in wanted:
            wrong.append((name, status))
    assert wrong == []


@pytest.mark.parametrize("name", MAY)
def test_without_a_token_nothing_is_open(name: str, seeded: int) -> None:
    assert call(Program(), name, seeded) == 401
    assert call(Program("nwt_000000000000_x"), name, seeded) == 401


def test_a_session_of_the_console_opens_nothing(seeded: int) -> None:
    browser = client_of(own(person("supervisor1", Role.SUPERVISOR)))
    assert browser.get(reverse("case", args=[seeded])).status_code == 200
    for name, (method, path) in operations().items():
        assert getattr(browser, method)(path).status_code in {401, 404}, name
    assert browser.get(f"{ROOT}/cases/{seeded}").status_code == 401


def test_what_is_missing_and_what_is_not_enough_is_said_as_rfc_6750_has_it(seeded: int) -> None:
    none = Program().get("/cases")
    assert none["WWW-Authenticate"] == 'Bearer realm="narcowatch"'
    bad = Program("nwt_000000000000_x").get("/cases")
    assert 'error="invalid_token"' in bad["WWW-Authenticate"]
    few = program(somebody(R.OPERATOR)).get("/cases")
    assert few.status_code == 403
    said = 'error="insufficient_scope", scope="cases:read"'
    assert said in few["WWW-Authenticate"]
    for answer in (none, bad, few):
        assert answer["Content-Type"] == "application/problem+json"
        told = answer.json()
        assert (told["type"], told["status"]) == ("about:blank", answer.status_code)
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("header", ["Basic YTpi", "bearer", "Bearer ", "Bearer a b", "Bearer ñ"])
def test_other_ways_are_none(header: str, db: None) -> None:
    answer = Client().get(f"{ROOT}/token", headers={"Authorization": header})
    assert answer.status_code == 401


def test_a_token_in_the_address_or_the_form_is_none(theirs: Program, regulator) -> None:
    secret = secret_of(regulator)
    assert Client().get(f"{ROOT}/token", {"access_token": secret}).status_code == 401
    assert theirs.get("/token").status_code == 200


def test_withdrawn_and_expired_ones_are_refused(regulator) -> None:
    secret = secret_of(regulator)
    token = Token.objects.get()
    assert Program(secret).get("/exports").status_code == 200
    Token.objects.update(ends_at=NOON)
    assert Program(secret).get("/exports").status_code == 401
    Token.objects.update(ends_at=token.ends_at)
    tokens.withdraw(token.pk, regulator)
    assert Program(secret).get("/exports").status_code == 401


def test_a_flood_of_bad_tokens_is_slowed_and_holds_nobody_up(
    theirs: Program, settings, monkeypatch, caplog
) -> None:
    from review.api import bearer
    from review.api.failures import Failures

    monkeypatch.setattr(bearer, "_FAILURES", Failures(lambda: 60.0))
    most = settings.NARCOWATCH.review.token_failures
    answers = [Program(f"nwt_000000000000_{n}").get("/token") for n in range(most + 5)]
    assert [one.status_code for one in answers] == [401] * most + [429] * 5
    assert answers[-1]["Retry-After"] == "60"
    assert theirs.get("/token").status_code == 200
    lines = [line for line in caplog.messages if "good for nothing" in line]
    assert len(lines) == most
    assert "nwt_" not in caplog.text


def test_counts_of_failures_end_with_the_minute() -> None:
    from review.api.failures import Failures

    now = [59.0]
    failures = Failures(lambda: now[0])
    assert [failures.note("a"), failures.note("a"), failures.note("b")] == [1, 2, 1]
    assert failures.wait() == 1
    now[0] = 60.0
    assert failures.note("a") == 1


def test_the_document_is_for_whoever_signed_in_or_shows_a_token(theirs: Program) -> None:
    address = reverse("openapi")
    assert address == f"{ROOT}/openapi.json"
    assert theirs.get("/openapi.json").json()["openapi"] == "3.1.0"
    assert client_of(own(person("analyst1", Role.ANALYST))).get(address).status_code == 200
    assert Client().get(address).status_code == 302
    bad = Program("nwt_000000000000_x").get("/openapi.json")
    assert (bad.status_code, bad["Content-Type"]) == (401, "application/problem+json")


def test_a_session_that_ended_does_not_open_the_document(settings) -> None:
    browser = client_of(own(person("analyst1", Role.ANALYST)))
    session = browser.session
    session["began"] = time.time() - settings.SESSION_MOST - 1
    session.save()
    assert browser.get(reverse("openapi")).status_code == 302
