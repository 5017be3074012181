"""What somebody tries who wants in, or more than is theirs, on every page of the table."""

from __future__ import annotations

import csv
import io
import re
import uuid
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings as live
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from blocking.models import Export, Order, ProtectedName
from cases.models import AuditEvent, Case, DecisionRow, Person
from cases.people import Role, change_password, change_recipient
from domain.clock import utc_now
from domain.orders import OrderState
from domain.states import CaseState
from review import filters, leases
from review.console.table import PAGES, Page
from review.models import Lease, SavedFilter, SavedSearch
from tests.people import PASSWORD, person
from tests.records import case_in
from tests.review.console.conftest import client_of, own
from tests.review.console.test_access import GIVEN, MAY, address, something_sent
from tests.review.console.test_overview import some_cases
from tests.sent import sent

pytestmark = pytest.mark.django_db
POSTED = [page for page in PAGES if "POST" in page.methods]
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "=cmd|' /C calc'!A0", "1;=1+1")
ELSEWHERE = (
    "https://evil.test/", "//evil.test", "///evil.test", "/\\evil.test", "\\\\evil.test",
    "http:evil.test", "javascript:alert(1)", "/%09/evil.test\t//evil.test", " //evil.test",
    "https://testserver@evil.test/", "https://testserver.evil.test/",
)  # fmt: skip


def one_who_may(page: Page, name: str = "somebody") -> Person:
    somebody = own(person(name, sorted(MAY[page.name])[0]))
    something_sent(somebody)
    return somebody


@pytest.mark.parametrize("page", POSTED, ids=lambda page: page.name)
@pytest.mark.parametrize("token", ["", "a" * 64])
def test_no_form_of_another_site_is_taken(page: Page, token: str) -> None:
    case = case_in(CaseState.IN_REVIEW)
    client = client_of(one_who_may(page))
    client.handler.enforce_csrf_checks = True
    given = {**GIVEN.get(page.name, {}), **({"csrfmiddlewaretoken": token} if token else {})}
    before = AuditEvent.objects.count()
    answer = client.post(address(page, case.pk), given)
    assert answer.status_code == 403
    assert "another session" in answer.content.decode()
    assert AuditEvent.objects.count() == before
    assert not DecisionRow.objects.exists()


def test_what_is_anothers_is_not_there_for_anybody_else(client_in) -> None:
    mine, others = client_in(Role.ANALYST, "mine"), client_in(Role.SUPERVISOR, "others")
    owner = Person.objects.get(username="mine")
    search = SavedSearch.objects.create(person=owner, name="s", asks="q=a", made_at=utc_now())
    kept = filters.save(owner, "f", leases.Wanted(kind="host"))
    tried = [
        ("get", "saved_search", search.pk, {}),
        ("post", "rename_search", search.pk, {"name": "x"}),
        ("post", "alert_search", search.pk, {"way": "off"}),
        ("post", "delete_search", search.pk, {}),
        ("post", "use_filter", kept.pk, {}),
        ("post", "delete_filter", kept.pk, {}),
    ]
    for method, name, pk, given in tried:
        answer = getattr(others, method)(reverse(name, args=[pk]), given)
        assert answer.status_code == 404, name
    assert [*SavedSearch.objects.values_list("name")] == [("s",)]
    assert [*SavedFilter.objects.values_list("name")] == [("f",)]
    for method, name, pk, given in tried:
        answer = getattr(mine, method)(reverse(name, args=[pk]), given)
        assert answer.status_code in {200, 302}, name


def test_anothers_lease_is_neither_kept_nor_ended(client_in) -> None:
    case = case_in(CaseState.IN_REVIEW)
    mine, others = client_in(Role.ANALYST, "mine"), client_in(Role.ANALYST, "others")
    assert f'data-case="{case.pk}"' in mine.get(reverse("queue")).content.decode()
    assert others.post(reverse("keep", args=[case.pk])).status_code == 409
    others.post(reverse("skip", args=[case.pk]))
    others.post(reverse("ahead"), {"case": str(case.pk)})
    assert f'data-case="{case.pk}"' not in others.get(reverse("queue")).content.decode()
    assert Lease.objects.get().person.username == "mine"


@pytest.mark.parametrize("name", ["own_export", "own_blank", "own_file", "own_receipt"])
def test_an_export_of_another_recipient_is_not_there(name: str) -> None:
    (order,) = sent("shop.test")
    somebody = own(person("somebody", Role.REGULATOR))
    change_recipient(somebody, "another", actor="test")
    client = client_of(somebody)
    page = next(one for one in PAGES if one.name == name)
    assert client.get(address(page, 1)).status_code == 404
    said = {"entry": str(order.request_id), "answer": "executed", "once": str(uuid.uuid4())}
    client.post(reverse("own_answer"), said)
    order.refresh_from_db()
    assert (order.state, Order.objects.count()) == (OrderState.SENT, 1)


def sign_in(client: Client, name: str, word: str = "wrong", **headers: str):
    return client.post(reverse("sign_in"), {"name": name, "password": word}, headers=headers)


def test_guessed_passwords_lock_a_name_and_nobody_else() -> None:
    for name in ("guessed", "beside"):
        own(person(name, Role.ANALYST))
    for _ in range(live.AXES_FAILURE_LIMIT):
        answer = sign_in(Client(), "guessed")
    assert answer.status_code == 429
    assert sign_in(Client(), "guessed", PASSWORD).status_code == 429
    assert sign_in(Client(), "beside", PASSWORD).status_code == 302
    problems = {sign_in(Client(), name).context["problem"] for name in ("beside", "nobody")}
    assert problems == {"No such person, wrong password, or not active."}


@pytest.mark.parametrize(
    ("https", "others", "status"),
    [
        (True, "198.51.100.7", 302),
        (True, "203.0.113.5, 198.51.100.7", 302),
        (True, "198.51.100.7, 203.0.113.5", 429),
        (False, "198.51.100.7", 429),
    ],
)
def test_who_guesses_from_elsewhere_locks_nobody_out(
    settings, https: bool, others: str, status: int
) -> None:
    """The last address is what the server in front says; what stands before it, anybody writes."""
    review = live.NARCOWATCH.review.model_copy(update={"https": https})
    settings.NARCOWATCH = live.NARCOWATCH.model_copy(update={"review": review})
    own(person("guessed", Role.ANALYST))
    there = {"X-Forwarded-For": "203.0.113.5"}
    for _ in range(live.AXES_FAILURE_LIMIT):
        assert sign_in(Client(), "guessed", **there).status_code in {403, 429}
    here = {"X-Forwarded-For": others}
    assert sign_in(Client(), "guessed", PASSWORD, **here).status_code == status


def with_device(name: str) -> tuple[Client, TOTPDevice]:
    device = TOTPDevice.objects.create(user=own(person(name, Role.ANALYST)), confirmed=True)
    client = Client()
    sign_in(client, name, PASSWORD)
    return client, device


def test_guessed_codes_make_one_wait_and_nobody_else() -> None:
    client, device = with_device("guessed")
    beside, other = with_device("beside")
    told = list[bool]()
    for _ in range(4):
        wrong = f"{(totp(device.bin_key) + 1) % 10**6:06d}"
        answer = client.post(reverse("code"), {"code": wrong})
        assert answer.status_code == 422
        told.append("This is not the code of now" in answer.content.decode())
    assert told[0]  # it was looked at, and it is said so
    again, _ = Client(), sign_in(client, "guessed", PASSWORD)
    sign_in(again, "guessed", PASSWORD)
    device.refresh_from_db()
    assert device.throttling_failure_count >= 1  # those within the wait are not even looked at
    device.throttling_failure_timestamp = utc_now() + timedelta(minutes=1)  # however slow
    device.save()
    for one in (client, again):  # a session of one's own does not help
        answer = one.post(reverse("code"), {"code": f"{totp(device.bin_key):06d}"})
        assert (answer.status_code, "codes are looked at once" in answer.content.decode()) == (
            422,
            True,
        )
    right = {"code": f"{totp(other.bin_key):06d}"}
    assert beside.post(reverse("code"), right).status_code == 302
    beside.post(reverse("sign_out"))
    sign_in(beside, "beside", PASSWORD)
    assert beside.post(reverse("code"), right).status_code == 422  # a code is good for once


def test_a_screen_left_unlocked_is_no_place_to_guess_the_password(client_in) -> None:
    client = client_in(Role.ANALYST, "away")
    new = {"new": "another long password 9", "again": "another long password 9"}
    for _ in range(live.AXES_FAILURE_LIMIT):
        answer = client.post(reverse("password"), {"old": "wrong", **new})
    assert answer.status_code == 429
    assert client.post(reverse("password"), {"old": PASSWORD, **new}).status_code == 429
    assert Person.objects.get(username="away").check_password(PASSWORD)


def test_a_session_is_a_new_one_after_each_step_and_gone_after_the_last() -> None:
    client, device = with_device("somebody")
    client.post(reverse("sign_out"))
    client.get(reverse("sign_in"))
    planted = client.session.session_key
    sign_in(client, "somebody", PASSWORD)
    by_password = client.session.session_key
    client.post(reverse("code"), {"code": f"{totp(device.bin_key):06d}"})
    fully = client.session.session_key
    assert len({planted, by_password, fully}) == 3
    for old in (planted, by_password):
        stolen = Client()
        stolen.cookies["narcowatch_session"] = old or "none"
        assert stolen.get(reverse("queue")).status_code == 302
    stolen = Client()
    stolen.cookies["narcowatch_session"] = fully
    assert stolen.get(reverse("queue")).status_code == 200
    client.post(reverse("sign_out"))
    assert stolen.get(reverse("queue")).status_code == 302


def test_an_idle_session_and_one_of_an_old_password_end(client_in) -> None:
    idle, changed = client_in(Role.ANALYST, "idle"), client_in(Role.ANALYST, "changed")
    assert idle.session.get_expiry_age() <= live.NARCOWATCH.review.idle_minutes * 60
    session = idle.session
    session.set_expiry(-1)
    session.save()
    assert idle.get(reverse("queue")).status_code == 302
    change_password(Person.objects.get(username="changed"), "another long password 9", actor="x")
    assert changed.get(reverse("queue")).status_code == 302


def cells(text: str) -> list[str]:
    """All cells as a spreadsheet sees them, whichever sign it takes for its separator."""
    found = []
    for separator in ",;\t":
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        found += [cell for row in rows for cell in row]
    return found


def is_formula(cell: str) -> bool:
    begins = cell.lstrip(" \"'\ufeff") if not cell.startswith("'") else "'"
    if not begins.startswith(("=", "+", "-", "@", "\t", "\r")):
        return False
    return not begins.lstrip("-").replace(".", "", 1).isdigit()


def csv_pages() -> list[tuple[str, str]]:
    """Every address that answers with CSV, by the group that may have it."""
    from review.overview import TABLES as OVERVIEW
    from review.second_review import TABLES as REVIEW

    return [
        *((Role.SUPERVISOR, f"/overview/{name}.csv") for name in OVERVIEW),
        *((Role.SUPERVISOR, f"/second-review/{name}.csv") for name in REVIEW),
        (Role.AUDITOR, "/audit/export"),
        (Role.AUDITOR, "/never-block.csv"),
        (Role.AUDITOR, "/exports/{export}/answers.csv"),
        (Role.REGULATOR, "/our/exports/1/answers"),
    ]


def test_every_file_of_csv_is_among_those_tried() -> None:
    told = {
        "never_block_csv", "overview_csv", "second_review_csv", "audit_export", "own_blank",
        "export_answers_csv",
    }  # fmt: skip
    assert {page.name for page in PAGES if "csv" in page.name} <= told


@pytest.mark.parametrize(("role", "where"), csv_pages())
def test_no_cell_of_a_file_is_a_formula(role: Role, where: str) -> None:
    some_cases(0, 4)
    sent("shop.test")
    values = [*FORMULAS]
    Case.objects.update(substances=values, regions=values, langs=values)
    for at, row in enumerate(Person.objects.all()):
        Person.objects.filter(pk=row.pk).update(username=FORMULAS[at % len(FORMULAS)] + str(at))
    DecisionRow.objects.update(reason=FORMULAS[0], decided_at=utc_now())
    ProtectedName.objects.create(
        name="a.test", category="media", reason=FORMULAS[0], source=FORMULAS[1],
        review_by=utc_now().date(), added_at=utc_now(), added_by=Person.objects.earliest("pk"),
    )  # fmt: skip
    AuditEvent.objects.update(actor=FORMULAS[0], action=FORMULAS[1], subject=FORMULAS[3])
    somebody = own(person("somebody", role))
    if role is Role.REGULATOR:
        change_recipient(somebody, "regulator", actor="test")
    client = client_of(somebody)
    where = where.format(export=Export.objects.earliest("pk").pk)
    answer = client.post(where, {"form": "csv"}) if "audit" in where else client.get(where)
    assert answer["Content-Type"].startswith("text/csv")
    text = answer.getvalue().decode("utf-8-sig")
    assert len(text.splitlines()) > 1
    assert [cell for cell in cells(text) if is_formula(cell)] == []


@pytest.mark.parametrize("bad", ELSEWHERE)
def test_nothing_leads_to_another_site(bad: str) -> None:
    client, device = with_device("somebody")
    client.post(reverse("sign_out"))
    client.get(reverse("sign_in"), {"next": bad}, headers={"Referer": bad})
    given = {"name": "somebody", "password": PASSWORD, "next": bad}
    went = [client.post(reverse("sign_in"), given, headers={"Referer": bad})]
    right = {"code": f"{totp(device.bin_key):06d}", "next": bad}
    went.append(client.post(reverse("code"), right, headers={"Referer": bad}))
    went.append(client.post(reverse("language"), {"language": "kk", "next": bad}))
    went.append(client.post(reverse("undo"), {"next": bad}, headers={"Referer": bad}))
    went.append(client.post(reverse("sign_out"), {"next": bad}))
    for answer in went:
        assert answer.status_code == 302
        parts = urlsplit(answer["Location"])
        assert (parts.scheme, parts.netloc) == ("", ""), answer["Location"]
        assert not answer["Location"].startswith(("//", "/\\")), answer["Location"]


@pytest.mark.parametrize("name", ["evil.test", "127.0.0.1.evil.test", "localhost:80@evil.test"])
def test_a_host_of_somebody_elses_is_refused(name: str) -> None:
    assert Client(headers={"Host": name}).get(reverse("sign_in")).status_code == 400
    answer = Client(headers={"X-Forwarded-Host": name}).get(reverse("queue"))
    assert answer["Location"].startswith("/sign-in")


@pytest.mark.parametrize("page", POSTED, ids=lambda page: page.name)
def test_more_than_a_form_is_refused_everywhere(page: Page) -> None:
    case = case_in(CaseState.IN_REVIEW)
    client = client_of(one_who_may(page))
    token = re.findall(
        'csrfmiddlewaretoken" value="(.+?)"', client.get("/password").content.decode()
    )
    client.defaults["HTTP_X_CSRFTOKEN"] = token[0]
    client.handler.enforce_csrf_checks = True
    where = address(page, case.pk)
    too_long = {"name": "a" * (live.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}
    too_many = {f"field{n}": "a" for n in range(live.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    for given in (too_long, too_many):
        text = "&".join(f"{name}={value}" for name, value in given.items())
        answer = client.post(where, text, "application/x-www-form-urlencoded")
        assert answer.status_code in {400, 413}, answer.status_code
    most = live.NARCOWATCH.blocking.receipt_max_bytes + 2_000_000
    file = SimpleUploadedFile("answers.csv", b"a" * most, "text/csv")
    assert client.post(where, {"file": file}).status_code in {400, 413}
    count = live.DATA_UPLOAD_MAX_NUMBER_FILES + 1
    several = [SimpleUploadedFile(f"{n}.csv", b"a", "text/csv") for n in range(count)]
    assert client.post(where, {"file": several}).status_code in {400, 413}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_answer_shuts_browsers_in(page: Page) -> None:
    case = case_in(CaseState.IN_REVIEW)
    case.family_id = None
    answer = client_of(one_who_may(page)).generic(page.methods[0], address(page, case.pk))
    policy = answer["Content-Security-Policy"]
    for told in (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'",
        "base-uri 'none'", "form-action 'self'",
    ):  # fmt: skip
        assert told in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    kept = "private, no-cache" if page.name == "openapi" else "no-store"  # the same for everybody
    assert answer["Cache-Control"] == kept


def test_nothing_of_the_inside_is_told_where_something_breaks(client_in, monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr("review.console.search.render", broken)
    client = client_in(Role.ANALYST)
    client.raise_request_exception = False
    answer = client.get(reverse("search"))
    assert answer.status_code == 500
    assert "secret" not in answer.content.decode()
    assert "The log says what" in answer.content.decode()
