"""Who gets to which address: every one of them, by every group and by every way of not being
signed in, against a table written by hand."""

from __future__ import annotations

import itertools
import re
import uuid

import pytest
from django.conf import settings as live
from django.test import Client
from django.urls import reverse

from blocking.models import Appeal, Export, Receipt
from cases.models import Family, Person
from cases.people import Role, change_recipient, may
from domain.clock import utc_now
from domain.states import CaseState
from review.console.table import PAGES, Page
from review.models import SavedSearch
from review.recipients import RECIPIENTS
from tests.people import PASSWORD, person
from tests.records import NOON, case_in, new_run
from tests.review.console.conftest import client_of, own
from tests.sent import export_of, sent

pytestmark = pytest.mark.django_db
R = Role
EVERYBODY = set(R)
DECIDING = {R.ANALYST, R.SUPERVISOR}
READING = {*DECIDING, R.AUDITOR}
PROTECTING = {R.SUPERVISOR, R.ADMINISTRATOR}
RUNNING = {R.SUPERVISOR, R.AUDITOR, R.OPERATOR}
# Written by hand from what each group is for, not from the code.
MAY = {
    "home": EVERYBODY,
    "sign_in": EVERYBODY,
    "language": EVERYBODY,
    "sign_out": EVERYBODY,
    "code": EVERYBODY,
    "enrol": EVERYBODY,
    "password": EVERYBODY,
    "queue": DECIDING,
    "ahead": DECIDING,
    "undo": DECIDING,
    "people": {R.ADMINISTRATOR},
    "add_person": {R.ADMINISTRATOR},
    "change_person": {R.ADMINISTRATOR},
    "filter": DECIDING,
    "use_filter": DECIDING,
    "delete_filter": DECIDING,
    "case": READING,
    "decide": DECIDING,
    "skip": DECIDING,
    "keep": DECIDING,
    "note": DECIDING,
    "hold": DECIDING,
    "end_hold": DECIDING,
    "withdraw": {R.SUPERVISOR},
    "holds": READING,
    "proposals": READING,
    "decide_proposal": DECIDING,
    "history": READING,
    "difference": READING,
    "screenshot": READING,
    "family": READING,
    "decide_family": DECIDING,
    "tour": EVERYBODY,
    "dossiers": READING,
    "dossier": READING,
    "case_dossier": DECIDING,
    "family_dossier": DECIDING,
    "dossier_file": DECIDING,
    "dossier_again": DECIDING,
    "search": READING,
    "saved_searches": READING,
    "save_search": READING,
    "saved_search": READING,
    "rename_search": READING,
    "delete_search": READING,
    "alert_search": READING,
    "overview": EVERYBODY - {R.REGULATOR},
    "overview_pdf": EVERYBODY - {R.REGULATOR},
    "overview_csv": EVERYBODY - {R.REGULATOR},
    "second_review": {R.SUPERVISOR, R.AUDITOR},
    "second_review_csv": {R.SUPERVISOR, R.AUDITOR},
    "audit": {R.SUPERVISOR, R.AUDITOR},
    "audit_export": {R.SUPERVISOR, R.AUDITOR},
    "audit_verify": {R.SUPERVISOR, R.AUDITOR},
    "requests": READING,
    "request": READING,
    "request_letter": READING,
    "exports": RUNNING,
    "export_letter": RUNNING,
    "export": RUNNING,
    "transparency": {R.SUPERVISOR, R.AUDITOR},
    "transparency_file": {R.SUPERVISOR, R.AUDITOR},
    "export_answers": RUNNING,
    "export_answers_csv": RUNNING,
    "release": {R.SUPERVISOR},
    "receipts": RUNNING,
    "receipt": RUNNING,
    "tips": {*READING, R.OPERATOR},
    "upload_tips": {R.ANALYST, R.OPERATOR},
    "appeals": {R.SUPERVISOR, R.AUDITOR},
    "appeal": {R.SUPERVISOR, R.AUDITOR},
    "decide_appeal": {R.SUPERVISOR},
    "own_appeals": {R.REGULATOR},
    "own_appeal": {R.REGULATOR},
    "own_exports": {R.REGULATOR},
    "own_export": {R.REGULATOR},
    "own_blank": {R.REGULATOR},
    "own_file": {R.REGULATOR},
    "own_receipts": {R.REGULATOR},
    "own_answer": {R.REGULATOR},
    "own_receipt": {R.REGULATOR},
    "openapi": EVERYBODY,
    "tokens": EVERYBODY,
    "withdraw_token": EVERYBODY,
    "all_tokens": {R.ADMINISTRATOR},
    "never_block": EVERYBODY - {R.REGULATOR},
    "never_block_csv": EVERYBODY - {R.REGULATOR},
    "protected_name": EVERYBODY - {R.REGULATOR},
    "add_protected": PROTECTING,
    "import_protected": PROTECTING,
    "change_protected": PROTECTING,
    "administration": EVERYBODY - {R.REGULATOR},
    "recipients": {R.SUPERVISOR, R.AUDITOR, R.OPERATOR, R.ADMINISTRATOR},
    "thresholds": {R.SUPERVISOR, R.AUDITOR, R.OPERATOR, R.ADMINISTRATOR},
    "retention": {R.AUDITOR, R.OPERATOR, R.ADMINISTRATOR},
    "restricted_readers": {R.SUPERVISOR, R.ADMINISTRATOR},
    "give_restricted": {R.ADMINISTRATOR},
    "change_restricted_reader": {R.SUPERVISOR, R.ADMINISTRATOR},
    "restricted": EVERYBODY,
    "restricted_case": EVERYBODY,
    "restricted_hand_over": EVERYBODY,
    "restricted_close": EVERYBODY,
    "restricted_list": EVERYBODY,
}
# They answer 404 here: the export has no file of that name, the case no texts and screenshots,
# nobody has a filter or a token or is a person of that number, no protected name has it, somebody
# is not named as a reader of the restricted queue, which is none then (test_restricted), and there
# is no dossier, no tour, and no dossier of a case that one has not decided.
OF_WHAT_IS_NOT_THERE = {
    "own_file", "transparency_file", "difference", "screenshot", "use_filter", "delete_filter",
    "change_person",
    "withdraw_token", "protected_name", "change_protected", "restricted", "restricted_case",
    "restricted_hand_over", "restricted_close", "restricted_list",
    "dossier", "dossier_file", "dossier_again", "case_dossier", "family_dossier", "tour",
}  # fmt: skip
#: What a page that refuses an empty form is given.
GIVEN = {"audit_export": {"form": "csv"}}
FAMILY = 7003
SENT = {
    "request_id": uuid.uuid5(uuid.NAMESPACE_DNS, "sent.test"),
    "export_id": 7001,
    "number": 1,
    "name": "none.txt",
    "receipt_id": 7002,
    "appeal_id": 7004,
}
WITHOUT_SIGN_IN = {"sign_in", "language"}
WITH_PASSWORD_ALONE = {*WITHOUT_SIGN_IN, "sign_out", "code", "enrol", "password"}


def address(page: Page, case_id: int) -> str:
    known = {
        "case_id": case_id, "family_id": FAMILY, "table": "times", "shot_id": 1, "filter_id": 1,
        "person_id": 9_999, "token_id": 9_999, "entry_id": 9_999, "grant_id": 9_999,
        "dossier_id": 9_999,
        "language": "ru", "proposal_id": 9_999, "search_id": kept_search(), **SENT,
    }  # fmt: skip
    names = re.findall(r"<\w+:(\w+)>", page.route)
    return reverse(page.name, kwargs={name: known[name] for name in names})


def kept_search() -> int:
    """A search of the only person that these tests know, or the number of none."""
    somebody = Person.objects.filter(username="somebody").first()
    if somebody is None:
        return 1
    kept = {"asks": "q=a", "made_at": utc_now()}
    return SavedSearch.objects.get_or_create(person=somebody, name="a", defaults=kept)[0].pk


def something_sent(somebody: Person) -> None:
    """What ``SENT`` names; ``somebody`` is of the recipient when of the regulator's group."""
    (order,) = sent("sent.test")
    Export.objects.filter(pk=order.export_id).update(recipient="another")
    export_of([order.request], pk=SENT["export_id"])
    if may(somebody, RECIPIENTS):
        change_recipient(somebody, "regulator", actor="test")
    Appeal.objects.create(
        pk=SENT["appeal_id"], key="a", run=new_run(), received_at=NOON, due_at=NOON,
        about="sent.test", asks="lift", grounds="not ours", case=order.request.case,
    )  # fmt: skip
    Receipt.objects.create(
        pk=SENT["receipt_id"], recipient="regulator", received_at=NOON, received_by=somebody,
        via="form", size=1, sha256="d" * 64,
    )  # fmt: skip


def ask(client: Client, page: Page, case_id: int):
    if page.name in GIVEN:
        return client.post(address(page, case_id), GIVEN[page.name])
    return client.generic(page.methods[0], address(page, case_id))


def test_the_table_here_speaks_of_every_page() -> None:
    assert {page.name for page in PAGES} == MAY.keys()


@pytest.mark.parametrize(
    ("page", "role"), list(itertools.product(PAGES, R)), ids=lambda one: one.name
)
def test_every_page_by_every_group(page: Page, role: Role) -> None:
    case = case_in(CaseState.IN_REVIEW)
    case.family = Family.objects.create(pk=FAMILY, founded_at=NOON)
    case.save()
    somebody = own(person("somebody", role))
    something_sent(somebody)
    status = ask(client_of(somebody), page, case.pk).status_code
    if role in MAY[page.name]:
        wanted = {404} if page.name in OF_WHAT_IS_NOT_THERE else {200, 302, 422}
        assert status in wanted, status
    else:
        assert status == 403


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_without_signing_in_a_page_leads_to_signing_in(page: Page) -> None:
    answer = ask(Client(), page, 1)
    if page.name in WITHOUT_SIGN_IN:
        assert answer.status_code in {200, 302}
        return
    assert answer.status_code == 302
    assert answer["Location"].partition("?")[0] == reverse("sign_in")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_with_the_password_alone_a_page_leads_to_the_second_factor(page: Page) -> None:
    client = Client()
    own(person("somebody", Role.ANALYST))
    client.post(reverse("sign_in"), {"name": "somebody", "password": PASSWORD})
    answer = ask(client, page, 1)
    if page.name in WITH_PASSWORD_ALONE - {"code", "password"}:
        assert answer.status_code in {200, 302}
        assert answer.get("Location") != reverse("code")
        return
    where = reverse("enrol") if page.name == "code" else reverse("code")
    assert (answer.status_code, answer["Location"]) == (302, where)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_with_somebody_elses_password_a_page_leads_to_choosing_one(page: Page) -> None:
    answer = ask(client_of(person("somebody", Role.ANALYST)), page, 1)
    if page.name not in WITH_PASSWORD_ALONE:
        assert (answer.status_code, answer["Location"]) == (302, reverse("password"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_other_methods_are_refused(page: Page) -> None:
    client = client_of(own(person("somebody", Role.ANALYST)))
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - {*page.methods}:
        assert client.generic(method, address(page, 1)).status_code == 405


def test_a_session_ends_after_its_hours(settings, client_in) -> None:
    client = client_in(Role.ANALYST)
    session = client.session
    session["began"] -= live.SESSION_MOST + 1
    session.save()
    answer = client.get(reverse("queue"))
    assert answer["Location"].startswith(reverse("sign_in"))
    assert "_auth_user_id" not in client.session


def test_an_address_of_another_site_is_not_gone_to() -> None:
    own(person("somebody", Role.ANALYST))
    for bad in ("https://evil.test/", "//evil.test", "javascript:alert(1)", "http:///evil.test"):
        client = Client()
        given = {"name": "somebody", "password": PASSWORD, "next": bad}
        client.post(reverse("sign_in"), given)
        assert client.session["next"] == reverse("home")
        answer = client.post(reverse("language"), {"language": "kk", "next": bad})
        assert answer["Location"] == reverse("home")
