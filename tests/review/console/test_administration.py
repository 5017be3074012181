"""What the house is run by: recipients, thresholds, retention, and where each group begins."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings as live
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from blocking.models import BlockingRequest, Order, Receipt
from blocking.plan import Recipient
from blocking.states import ExportState
from cases import audit
from cases.models import Case, Person, Run, RunCount
from cases.people import Role, change_recipient
from domain.clock import utc_now
from domain.errors import AccessError
from domain.orders import OrderState
from domain.states import CaseState
from review.recipient_list import recipients
from tests.people import person
from tests.records import NOON, case_in, new_case
from tests.review.console.conftest import client_of, own
from tests.sent import export_of, order_of, request_of, sent

pytestmark = pytest.mark.django_db
XSS = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    """Argon2 takes its time on purpose; nothing here is about passwords."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.mark.parametrize(
    ("role", "page"),
    [
        (Role.ANALYST, "queue"),
        (Role.SUPERVISOR, "queue"),
        (Role.REGULATOR, "own_exports"),
        (Role.OPERATOR, "overview"),
        (Role.AUDITOR, "overview"),
        (Role.ADMINISTRATOR, "overview"),
    ],
)
def test_each_group_begins_on_its_page(client_in, role: Role, page: str) -> None:
    answer = client_in(role).get(reverse("home"), follow=True)
    assert answer.redirect_chain == [(reverse(page), 302)]
    assert answer.status_code == 200


def test_who_is_in_no_group_begins_nowhere() -> None:
    somebody = own(person("somebody", Role.ANALYST))
    somebody.groups.clear()
    assert client_of(somebody).get(reverse("home")).status_code == 403


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (Role.ANALYST, {"never_block"}),
        (Role.SUPERVISOR, {"recipients", "never_block", "thresholds", "restricted_readers"}),
        (Role.OPERATOR, {"recipients", "never_block", "thresholds", "retention"}),
        (Role.AUDITOR, {"recipients", "never_block", "thresholds", "retention"}),
        (
            Role.ADMINISTRATOR,
            {"people", "recipients", "never_block", "thresholds", "retention",
             "restricted_readers"},
        ),
    ],
)  # fmt: skip
def test_the_page_leads_where_one_may_go(client_in, role: Role, names: set[str]) -> None:
    text = client_in(role).get(reverse("administration")).content.decode().partition("<main")[2]
    every = {"people", "recipients", "never_block", "thresholds", "retention", "restricted_readers"}
    assert {name for name in every if f'href="{reverse(name)}"' in text} == names


# Recipients.


def test_a_recipient_with_what_came_of_it(client_in) -> None:
    orders = sent("a.test", "b.test", "c.test")
    Order.objects.update(changed_at=utc_now())
    Order.objects.filter(pk=orders[0].pk).update(changed_at=NOON)
    Order.objects.filter(pk=orders[1].pk).update(state=OrderState.EXECUTED, changed_at=NOON)
    regulator = person("reg", Role.REGULATOR)
    change_recipient(regulator, "regulator", actor="test")
    Receipt.objects.create(
        recipient="regulator", received_at=NOON, received_by=regulator, via="form", size=1,
        sha256="d" * 64,
    )  # fmt: skip
    export_of([], 2, state=ExportState.BUILT)
    text = client_in(Role.AUDITOR).get(reverse("recipients")).content.decode()
    assert "regulator/1" in text
    assert "regulator/2" in text
    assert "waits for release" in text
    assert "sent, not answered: 2" in text
    assert "1 order without an answer" in text
    assert "<div>reg</div>" in text.replace("\n", "")
    assert "rpz" in text
    assert live.NARCOWATCH.night.schedule in text
    assert f'href="{reverse("export", args=[orders[0].export_id])}"' in text
    text = client_in(Role.ADMINISTRATOR).get(reverse("recipients")).content.decode()
    assert "regulator/1" in text
    assert reverse("export", args=[orders[0].export_id]) not in text


def test_what_the_settings_no_longer_name_is_told() -> None:
    sent("a.test", recipient="gone")
    (named, gone) = recipients(
        person("aud", Role.AUDITOR), [Recipient("new", ("csv",))], answer_days=3
    )
    assert (named.name, named.released, named.people) == ("new", None, ())
    assert (gone.name, gone.sent, gone.overdue) == ("gone", None, 1)


def test_orders_of_restricted_cases_are_not_counted() -> None:
    sent("a.test", "b.test")
    Case.objects.filter(target__value="a.test").update(restricted=True)
    (line,) = recipients(
        person("aud", Role.AUDITOR), [Recipient("regulator", ("csv",))], answer_days=3
    )
    assert line.orders == ((OrderState.SENT, 1),)
    assert line.overdue == 1


def test_others_do_not_read_them() -> None:
    for role in (Role.ANALYST, Role.REGULATOR):
        with pytest.raises(AccessError):
            recipients(person(f"x{role}", role), [], answer_days=3)


def test_an_administrator_gives_a_person_a_recipient(client_in) -> None:
    admin, somebody = client_in(Role.ADMINISTRATOR), person("reg", Role.REGULATOR)
    address = reverse("change_person", args=[somebody.pk])

    def give(name: str, to: str = address) -> int:
        return admin.post(to, {"what": "recipient", "recipient": name}).status_code

    assert give("regulator") == 302
    assert Person.objects.get(pk=somebody.pk).recipient == "regulator"
    assert "for regulator" in admin.get(reverse("people")).content.decode()
    assert give("nobody") == 422
    assert give("") == 302
    assert Person.objects.get(pk=somebody.pk).recipient == ""
    other = person("ann", Role.ANALYST)
    assert give("regulator", reverse("change_person", args=[other.pk])) == 422


# Thresholds.


def scored(*scores: float, **fields: object) -> None:
    for score in scores:
        number = Case.objects.count()
        case = new_case(f"host:shop{number}.test")
        Case.objects.filter(pk=case.pk).update(score=score, band=1, **fields)


def test_what_each_threshold_would_queue(client_in) -> None:
    scored(0.05, 0.35, 0.95, 0.99)
    scored(0.99, restricted=True)
    case_in(CaseState.NEW, "host:unscored.test")
    answer = client_in(Role.ADMINISTRATOR).get(reverse("thresholds"))
    rows = {(row[0], row[1]): row[2:] for row in answer.context["view"].queued.rows}
    assert rows[0.9, ""] == (2, 50.0)
    assert rows[0.3, ""] == (3, 75.0)
    assert rows[0.1, "the threshold of ties"] == (3, 75.0)
    model = answer.context["model"]
    assert not model.problem
    assert rows[model.own, "the model's own threshold"] == (2, 50.0)
    text = answer.content.decode()
    assert model.version in text
    assert "the default" in text
    assert "<form" not in text.partition("<main")[2]  # nothing is edited here


def test_where_a_setting_is_made_is_told(client_in, settings) -> None:
    classify = live.NARCOWATCH.classify.model_copy(update={"review_threshold": 0.9})
    settings.NARCOWATCH = live.NARCOWATCH.model_copy(update={"classify": classify})
    settings.SETTINGS_PLACES = {"classify.review_threshold": "narcowatch.toml"}
    scored(0.5, 0.95)
    answer = client_in(Role.OPERATOR).get(reverse("thresholds"))
    assert answer.context["model"].in_force == 0.9
    rows = {row[1]: row[2:] for row in answer.context["view"].queued.rows}
    assert rows["the threshold of the settings"] == (1, 50.0)
    assert "<code>narcowatch.toml</code>" in answer.content.decode()


def test_drift_and_history_are_told(client_in) -> None:
    drift = {
        "model": "abc", "since": "", "scores": 900, "shift": 0.31, "unknown": None,
        "unknown_before": None, "confirmed": 3, "decided": 9, "low": 0.1, "high": 0.6,
        "alarms": [f"scores have shifted {XSS}"], "limits": {},
    }  # fmt: skip
    for n, (model, thresholds) in enumerate(
        [("old", None), ("abc", {"review": 0.7, "tie": 0.1}), ("abc", {"review": 0.7, "tie": 0.1})]
    ):
        options = {"model": model, **({"thresholds": thresholds} if thresholds else {})}
        at = NOON + timedelta(days=n)
        Run.objects.create(
            kind="night", state="complete", started_at=at, finished_at=at, options=options,
            report={"drift": drift},
        )  # fmt: skip
    with transaction.atomic():
        told = {"serial": 1, "instead_of": "old", "model": "abc"}
        audit.append("model.adopted", "model", actor="operator:console", details=told)
    answer = client_in(Role.AUDITOR).get(reverse("thresholds"))
    view = answer.context["view"]
    assert [(one.model, one.review, one.known, one.nights) for one in view.stretches] == [
        ("abc", 0.7, True, 2),
        ("old", None, False, 1),
    ]
    (change,) = view.changes.rows
    assert (change.what, change.model, change.instead_of) == ("adopted", "abc", "old")
    text = answer.content.decode()
    assert "0.31" in text
    assert XSS not in text
    assert "scores have shifted" in text


def test_a_model_that_cannot_be_read_is_told(client_in, settings, tmp_path) -> None:
    classify = live.NARCOWATCH.classify.model_copy(update={"model_dir": tmp_path})
    classify.model_fields_set.add("model_dir")
    settings.NARCOWATCH = live.NARCOWATCH.model_copy(update={"classify": classify})
    answer = client_in(Role.AUDITOR).get(reverse("thresholds"))
    assert answer.status_code == 200
    assert "It cannot be read" in answer.content.decode()


# Retention.


def test_periods_what_went_and_holds(client_in) -> None:
    held = case_in(CaseState.IN_REVIEW, "host:held.test")
    owner = person("owner", Role.ANALYST)
    Case.objects.filter(pk=held.pk).update(
        state=CaseState.ON_HOLD, hold_owner=owner, hold_until=NOON
    )
    hidden = case_in(CaseState.IN_REVIEW, "host:hidden.test")
    Case.objects.filter(pk=hidden.pk).update(
        state=CaseState.ON_HOLD, hold_owner=owner, hold_until=NOON, restricted=True
    )
    run = Run.objects.create(kind="night", state="complete", started_at=NOON, finished_at=NOON)
    RunCount.objects.create(run=run, stage="retention", name="out", reason="pages erased", n=7)
    with transaction.atomic():
        details = {
            "class": "pages", "rows": 7, "documents": 7, "rows_sha256": "0",
            "files": {"a": [1000, "x"], "b": [500, "x"]}, "kept": {"c": [300, "x"]},
        }  # fmt: skip
        audit.append("evidence.erased", "run:1", actor="system:retention", details=details)
        told = {"n": 12, "sha256": "0"}
        audit.append("retention.forgotten", "retention:notes of tips", actor="x", details=told)
    answer = client_in(Role.AUDITOR).get(reverse("retention"))
    view = answer.context["view"]
    assert [(one.what, one.rows, one.size) for one in view.gone.rows] == [
        ("notes of tips", 12, None),
        ("pages", 7, 1200),
    ]
    assert (view.holds.count, view.holds.overdue) == (1, 1)
    assert [case.pk for case in view.holds.cases] == [held.pk]
    assert view.last == (("pages erased", 7),)
    assert view.due is None
    text = answer.content.decode()
    assert "retention.pages_days" in text
    assert reverse("case", args=[held.pk]) in text
    text = client_in(Role.OPERATOR).get(reverse("retention")).content.decode()
    assert "1 case is on hold" in text
    assert reverse("case", args=[held.pk]) not in text  # operators read no cases


def test_what_is_due_is_counted_when_asked_for(client_in) -> None:
    from tests.cases.test_outlook import some_cases

    some_cases(1, 20)
    Case.objects.update(restricted=True)
    answer = client_in(Role.ADMINISTRATOR).get(reverse("retention"), {"count": "1"})
    view = answer.context["view"]
    assert [row[0] for row in view.due.rows] == [
        "pages of sites", "batches of posts", "screenshots", "images of posts",
    ]  # fmt: skip
    assert "restricted" not in str(view.kept.rows)
    assert {row[1] for row in view.kept.rows} <= {
        "its case waits for people", "its case is on hold",
    }  # fmt: skip


def test_the_number_of_queries_does_not_grow(client_in) -> None:
    client, counted = client_in(Role.AUDITOR), []
    made = 0
    for more in (2, 40):
        for n in range(made, made + more):
            case = case_in(CaseState.IN_REVIEW, f"host:held{n}.test")
            Case.objects.filter(pk=case.pk).update(state=CaseState.ON_HOLD, hold_until=NOON)
            request = request_of(f"sent{n}.test")
            order_of(request, export_of([request], n + 1))
            at = NOON + timedelta(days=n)
            Run.objects.create(
                kind="night", state="complete", started_at=at, finished_at=at,
                options={"model": f"m{n}"},
            )  # fmt: skip
            with transaction.atomic():
                told = {"serial": n, "instead_of": "x", "model": f"m{n}"}
                audit.append("model.adopted", "model", actor="x", details=told)
                audit.append("retention.forgotten", "retention:x", actor="x", details={"n": 1})
        made += more
        figures = []
        for name, asked in (
            ("recipients", {}), ("thresholds", {}), ("retention", {}),
            ("retention", {"count": "1"}), ("administration", {}),
        ):  # fmt: skip
            with CaptureQueriesContext(connection) as queries:
                assert client.get(reverse(name), asked).status_code == 200
            figures.append(len(queries))
        counted.append(figures)
    assert counted[0] == counted[1], counted
    assert BlockingRequest.objects.count() == made
