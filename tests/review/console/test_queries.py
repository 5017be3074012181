"""How many SQL queries each page takes: as many with much in the record as with little."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from blocking.models import BlockingRequest
from cases.models import Case, Person
from cases.people import Role
from domain.clock import utc_now
from domain.states import CaseState
from review.console.table import PAGES, Page
from review.models import SavedFilter
from tests.people import person
from tests.review.console.conftest import client_of, own
from tests.review.console.growing import Growing
from tests.review.console.test_access import FAMILY, GIVEN, MAY, address, something_sent

pytestmark = pytest.mark.django_db
#: By page, written by hand: statements of any kind, those of sign-in, session and groups included.
QUERIES: dict[str, int] = {
    "home": 8,
    "sign_in": 7,
    "language": 4,
    "sign_out": 12,
    "code": 8,
    "enrol": 7,
    "password": 7,
    "queue": 65,
    "ahead": 62,
    "undo": 9,
    "filter": 7,
    "use_filter": 8,
    "delete_filter": 9,
    "case": 53,
    "decide": 32,
    "skip": 16,
    "keep": 16,
    "hold": 55,
    "end_hold": 55,
    "withdraw": 55,
    "holds": 11,
    "proposals": 11,
    "decide_proposal": 11,
    "people": 11,
    "add_person": 17,
    "change_person": 14,
    "history": 12,
    "difference": 11,
    "screenshot": 11,
    "family": 25,
    "decide_family": 25,
    "note": 18,
    "tour": 8,
    "dossiers": 12,
    "case_dossier": 13,
    "family_dossier": 14,
    "dossier": 11,
    "dossier_file": 11,
    "dossier_again": 11,
    "search": 8,
    "saved_searches": 10,
    "save_search": 12,
    "saved_search": 11,
    "rename_search": 12,
    "delete_search": 12,
    "alert_search": 17,
    "overview": 29,
    "overview_pdf": 29,
    "overview_csv": 14,
    "second_review": 13,
    "second_review_csv": 10,
    "audit": 14,
    "audit_export": 20,
    "audit_verify": 26,
    "requests": 12,
    "request": 17,
    "request_letter": 11,
    "exports": 12,
    "export_letter": 13,
    "export": 20,
    "transparency": 8,
    "transparency_file": 8,
    "export_answers": 21,
    "export_answers_csv": 17,
    "release": 18,
    "receipts": 11,
    "receipt": 13,
    "own_exports": 12,
    "own_export": 17,
    "own_blank": 11,
    "own_file": 10,
    "own_receipts": 11,
    "own_answer": 8,
    "own_receipt": 13,
    "openapi": 7,
    "tokens": 10,
    "all_tokens": 10,
    "withdraw_token": 13,
    "tips": 12,
    "upload_tips": 8,
    "appeals": 10,
    "appeal": 14,
    "decide_appeal": 14,
    "own_appeals": 10,
    "own_appeal": 11,
    "never_block": 12,
    "never_block_csv": 9,
    "add_protected": 12,
    "import_protected": 12,
    "protected_name": 10,
    "change_protected": 10,
    "administration": 9,
    "recipients": 18,
    "thresholds": 14,
    "retention": 14,
    "restricted_readers": 11,
    "give_restricted": 11,
    "change_restricted_reader": 11,
    "restricted": 9,
    "restricted_case": 9,
    "restricted_hand_over": 9,
    "restricted_close": 9,
    "restricted_list": 9,
}
#: What a form needs for the page to do what it is for.
FORMS = {
    **GIVEN,
    "decide": {"verdict": "dismiss", "reason": "seen", "seconds": "3"},
    "note": {"text": "seen"},
    "save_search": {"name": "new", "asks": "q=a"},
    "rename_search": {"name": "other"},
    "alert_search": {"way": "off"},
    "filter": {"kind": "host"},
    "change_person": {"what": "off"},
    "add_person": {"name": "newcomer", "group": "analyst", "password": "correct horse battery 8"},
}
#: Whoever is first here and may open a page does so.
_ROLES = (Role.SUPERVISOR, Role.REGULATOR, Role.ADMINISTRATOR, Role.ANALYST)


def test_every_page_has_its_number_of_queries() -> None:
    missing = {page.name for page in PAGES} - QUERIES.keys()
    assert not missing, f"say in QUERIES how many SQL queries these pages take: {sorted(missing)}"


def at(page: Page, growing: Growing) -> str:
    """Where the page is, of what there is."""
    match page.name:
        case "use_filter" | "delete_filter":
            kept = SavedFilter.objects.filter(person=growing.somebody).earliest("pk")
            return reverse(page.name, args=[kept.pk])
        case "difference":
            first, second = growing.case.carriers[:2]
            return f"{address(page, growing.case.pk)}?one={first}&other={second}"
        case "request_letter":
            sent = BlockingRequest.objects.get(sort_key="sent.test")
            until = utc_now() + timedelta(days=1)
            BlockingRequest.objects.filter(pk=sent.pk).update(valid_until=until)
            Case.objects.filter(pk=sent.case_id).update(state=CaseState.REQUESTED)
        case "change_person":
            return reverse(page.name, args=[growing.somebody.pk])
    return address(page, growing.case.pk)


def counted(growing: Growing, page: Page, somebody: Person) -> int:
    """How many queries ``page`` takes now. What it changes is taken back."""
    with transaction.atomic():
        client = client_of(somebody, accept="application/json" if page.name == "decide" else "")
        where = at(page, growing)
        with CaptureQueriesContext(connection) as queries:
            answer = client.generic(page.methods[0], where) if page.methods[0] == "GET" else (
                client.post(where, FORMS.get(page.name, {}))
            )  # fmt: skip
            if hasattr(answer, "streaming_content"):
                b"".join(answer.streaming_content)
        assert answer.status_code < 500
        assert "letter" not in page.name or answer["Content-Type"] == "application/pdf"
        transaction.set_rollback(True)
    return len(queries)


def people() -> dict[Role, Person]:
    """One of each group; the first is called as other tests of pages call theirs."""
    found = {role: own(person(f"one-{role}", role)) for role in _ROLES[1:]}
    return {_ROLES[0]: own(person("somebody", _ROLES[0])), **found}


def test_more_in_the_record_takes_no_more_queries() -> None:
    staff = people()
    growing = Growing.begin(staff[Role.SUPERVISOR], FAMILY)
    something_sent(staff[Role.REGULATOR])
    who = {
        page.name: staff[next(role for role in _ROLES if role in MAY[page.name])] for page in PAGES
    }
    growing.grow(2)
    few = {page.name: counted(growing, page, who[page.name]) for page in PAGES}
    growing.grow(3)
    many = {page.name: counted(growing, page, who[page.name]) for page in PAGES}
    assert {name: (few[name], n) for name, n in many.items() if n != few[name]} == {}, "it grows"
    told = {name: (QUERIES[name], n) for name, n in few.items() if name in QUERIES}
    assert {name: pair for name, pair in told.items() if len({*pair}) > 1} == {}, "not as told"
