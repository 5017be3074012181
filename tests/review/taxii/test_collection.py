"""The collection of a recipient, asked as a partner's program does."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import stix2
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from blocking.models import Export, ExportEntry
from blocking.plan import ExportPlan, Recipient
from blocking.protection import Protection
from cases.models import AuditEvent, Case, Person
from cases.people import Role
from review.taxii.answers import MEDIA_TYPE
from review.tokens import Scope
from tests.blocking.conftest import (  # noqa: F401  # fixtures
    Confirmed,
    Time,
    analyst,
    clock,
    confirmed,
    opened,
    plan,
    protection,
    quick_passwords,
    second,
    supervisor,
)
from tests.blocking.house import House
from tests.people import person
from tests.review.api.conftest import of_recipient, secret_of
from tests.review.api.releasing import Releasing
from tests.review.console.conftest import empty_record  # noqa: F401  # a fixture
from tests.sent import request_of

pytestmark = pytest.mark.django_db
ROOT = "/taxii2/"


class Partner:
    """Asks the collection of its recipient."""

    def __init__(self, secret: str) -> None:
        headers = {"Authorization": f"Bearer {secret}", "Accept": MEDIA_TYPE}
        self._client = Client(headers=headers)
        self.collection = ""

    def get(self, path: str = "", query: dict | None = None, **headers: str):
        return self._client.get(ROOT + path, query or {}, headers=headers)

    def here(self, path: str, query: dict | None = None):
        if not self.collection:
            (found,) = self.get("releases/collections/").json()["collections"]
            self.collection = f"releases/collections/{found['id']}/"
        return self.get(self.collection + path, query)

    def objects(self, **query: str) -> list[dict]:
        """Of all pages, what is no identity."""
        query = {name.replace("match_", "match[") + "]" * name.startswith("match_"): value
                 for name, value in query.items()}  # fmt: skip
        found, more = list[dict](), True
        while more:
            answer = self.here("objects/", query).json()
            found += answer.get("objects", [])
            more = answer.get("more", False)
            if more:
                query["next"] = answer["next"]
        return [one for one in found if one["type"] == "indicator"]


@pytest.fixture
def house(
    plan: ExportPlan,  # noqa: F811
    protection: Protection,  # noqa: F811
    clock: Time,  # noqa: F811
    supervisor: Person,  # noqa: F811
    confirmed: Confirmed,  # noqa: F811
    settings: Settings,
) -> Releasing:
    blocking = settings.NARCOWATCH.blocking
    authority = blocking.authority.model_copy(update={"unit": plan.rules.unit})
    blocking = blocking.model_copy(update={"exports_dir": plan.folder, "authority": authority})
    settings.NARCOWATCH = settings.NARCOWATCH.model_copy(update={"blocking": blocking})
    own = replace(plan, recipients=(Recipient("regulator", ("json", "stix")),))
    return Releasing(House(own, protection, clock, supervisor), confirmed, clock)


@pytest.fixture
def partner(db: None) -> Partner:
    return Partner(secret_of(of_recipient("regulator", "regulator1")))


def bundle_of(house: Releasing, number: int) -> list[dict]:
    path = house.house.plan.folder / "regulator" / str(number) / "bundle.stix.json"
    return json.loads(path.read_text())["objects"]


def names(objects: list[dict]) -> list[tuple[str, bool]]:
    return sorted(
        (one["pattern"].split("'")[1], one.get("revoked", False)) for one in objects
    )  # fmt: skip


def test_what_it_holds_is_the_released_bundle(house: Releasing, partner: Partner) -> None:
    house.release("one.test", "two.test")
    answer = partner.here("objects/")
    assert answer["Content-Type"] == MEDIA_TYPE
    held = answer.json()
    assert held.keys() == {"objects"}
    by_id = sorted(held["objects"], key=lambda one: one["id"])
    assert by_id == sorted(bundle_of(house, 1), key=lambda one: one["id"])
    assert [stix2.parse(one)["type"] for one in held["objects"]] == ["identity"] + ["indicator"] * 2
    added = "2026-03-01T13:09:00.000000Z"
    assert answer["X-TAXII-Date-Added-First"] == answer["X-TAXII-Date-Added-Last"] == added
    listed = partner.here("manifest/").json()["objects"]
    assert [(one["id"], one["version"]) for one in listed] == [
        (one["id"], one["modified"]) for one in held["objects"]
    ]
    assert {one["date_added"] for one in listed} == {added}


def test_partners_learn_what_was_lifted(house: Releasing, partner: Partner) -> None:
    house.release("one.test", "two.test")
    (before,) = [one for one in partner.objects() if "one.test" in one["pattern"]]
    seen = partner.here("objects/")["X-TAXII-Date-Added-Last"]
    assert partner.here("objects/", {"added_after": seen}).json() == {}
    house.release("three.test", gone=("one.test",))
    news = partner.objects(added_after=seen)
    assert names(news) == [("one.test", True), ("three.test", False)]
    (gone,) = [one for one in news if one.get("revoked")]
    assert gone["id"] == before["id"]
    assert gone["modified"] > before["modified"]
    assert gone == {**before, "revoked": True, "modified": gone["modified"]}
    assert stix2.parse(gone)["revoked"]
    assert names(partner.objects()) == [
        ("one.test", True), ("three.test", False), ("two.test", False)
    ]  # fmt: skip
    versions = partner.here(f"objects/{gone['id']}/versions/").json()["versions"]
    assert versions == [before["modified"], gone["modified"]]


def test_versions_are_chosen(house: Releasing, partner: Partner) -> None:
    house.release("one.test", "two.test")
    house.release("three.test", gone=("one.test",))
    whole = partner.objects(match_version="all")
    assert names(whole) == [
        ("one.test", False), ("one.test", True), ("three.test", False), ("two.test", False),
    ]  # fmt: skip
    assert not any(one.get("revoked") for one in partner.objects(match_version="first"))
    assert partner.objects(match_version="last") == partner.objects()
    (gone,) = [one for one in whole if one.get("revoked")]
    assert partner.objects(match_version=gone["modified"]) == [gone]
    address = f"objects/{gone['id']}/"
    assert partner.here(address).json()["objects"] == [gone]
    first = partner.here(address, {"match[version]": "first"}).json()["objects"]
    assert names(first) == [("one.test", False)]


def test_objects_are_chosen_by_id_and_type(house: Releasing, partner: Partner) -> None:
    house.release("one.test", "two.test")
    one, two = partner.objects()
    assert partner.objects(match_id=one["id"]) == [one]
    assert len(partner.objects(match_id=f"{one['id']},{two['id']},indicator--none")) == 2
    for query, kinds in (
        ({"match[type]": "identity"}, ["identity"]),
        ({"match[type]": "malware"}, []),
        ({"match[spec_version]": "2.0"}, []),
        ({"match[spec_version]": "2.1", "match[type]": "indicator"}, ["indicator"] * 2),
    ):
        found = partner.here("objects/", query).json().get("objects", [])
        assert [one["type"] for one in found] == kinds


def test_pages_give_each_object_once_also_while_releases_come(
    house: Releasing, partner: Partner
) -> None:
    house.release(*(f"shop{number}.test" for number in range(5)))
    first = partner.here("objects/", {"limit": "2"}).json()
    assert (first["more"], len(first["objects"])) == (True, 2)
    house.release("late.test", gone=("shop0.test", "shop1.test"))
    for limit in ("1", "2", "3", "7", "100"):
        found = partner.objects(limit=limit)
        assert len({one["id"] for one in found}) == len(found) == 6
    rest = partner.objects(next=first["next"], limit="2")
    seen = names([one for one in first["objects"] if one["type"] == "indicator"] + rest)
    assert {("shop0.test", True), ("shop1.test", True), ("late.test", False)} <= {*seen}
    assert {name for name, _ in seen} == {"late.test", *(f"shop{n}.test" for n in range(5))}


def test_a_page_takes_no_more_queries_with_more_in_it(house: Releasing, partner: Partner) -> None:
    house.release("one.test")
    partner.objects()
    counts = []
    for more in (0, 20):
        for number in range(more):
            request = request_of(f"more{number}.test")
            ExportEntry.objects.create(export=Export.objects.get(), request=request)
        with CaptureQueriesContext(connection) as queries:
            found = partner.here("objects/").json()["objects"]
        counts.append((len(queries), len(found)))
    assert counts == [(counts[0][0], 2), (counts[0][0], 22)]


def test_names_below_that_must_answer_make_a_new_version(
    house: Releasing, partner: Partner
) -> None:
    house.release("one.test")
    house.release("two.test")
    ExportEntry.objects.filter(export__number=2, request__sort_key="one.test").update(
        subdomains=False
    )
    before, after = [
        one for one in partner.objects(match_version="all") if "one.test" in one["pattern"]
    ]
    assert before["id"] == after["id"]
    assert after["modified"] > before["modified"]
    assert "MATCHES" in before["pattern"]
    assert "MATCHES" not in after["pattern"]


def test_what_is_blocked_again_is_a_new_object(house: Releasing, partner: Partner) -> None:
    """Revoking is for good (STIX 2.1, section 3.6)."""
    house.release("one.test", "two.test")
    house.release("three.test", gone=())
    ExportEntry.objects.filter(export__number=2, request__sort_key="one.test").delete()
    house.release("four.test")
    one = [one for one in partner.objects(match_version="all") if "one.test" in one["pattern"]]
    assert [found.get("revoked", False) for found in one] == [False, True, False]
    assert one[0]["id"] == one[1]["id"] != one[2]["id"]
    assert one[2]["created"] == one[2]["modified"] > one[1]["modified"]


def test_a_recipient_without_bundles_has_no_collection(house: Releasing, partner: Partner) -> None:
    assert partner.get("releases/collections/").json() == {}
    house.house.plan = replace(house.house.plan, recipients=(Recipient("regulator", ("json",)),))
    house.release("one.test")
    assert partner.get("releases/collections/").json() == {}
    house.house.plan = replace(
        house.house.plan, recipients=(Recipient("regulator", ("json", "stix")),)
    )
    house.release("two.test")
    assert names(partner.objects()) == [("one.test", False), ("two.test", False)]
    others = Partner(secret_of(of_recipient("resolver", "resolver1")))
    assert others.get("releases/collections/").json() == {}
    for path in ("", "objects/", "manifest/"):
        assert others.get(partner.collection + path).status_code == 404
        assert partner.here(path).status_code == 200
    for path in (
        f"{partner.collection}objects/indicator--00000000-0000-4000-8000-000000000000/",
        "releases/status/2d086da7-4bdc-4f91-900e-d77486753710/",
        "elsewhere/collections/",
    ):
        none = partner.get(path)
        assert none.status_code == 404
        assert none.json() == {"title": "Not Found", "http_status": "404"}


def test_what_is_not_released_is_not_there(house: Releasing, partner: Partner) -> None:
    house.release("one.test")
    house.cases["two.test"] = house.confirm("two.test")
    house.house.build()
    assert names(partner.objects()) == [("one.test", False)]


def test_that_a_partner_has_read_is_written_down_once(house: Releasing, partner: Partner) -> None:
    house.release("one.test")
    partner.here("manifest/")
    assert not AuditEvent.objects.filter(action="export.pulled").exists()
    partner.objects()
    partner.objects()
    event = AuditEvent.objects.get(action="export.pulled")
    assert (event.subject, event.details["took"]) == ("export:regulator/1", "taxii")


def test_the_door_takes_tokens_of_recipients_alone(house: Releasing, partner: Partner) -> None:
    house.release("one.test")
    partner.here("")
    paths = ["", "releases/", "releases/collections/", partner.collection,
             f"{partner.collection}objects/", f"{partner.collection}manifest/"]  # fmt: skip
    few = Partner(secret_of(of_recipient("regulator", "regulator2"), [Scope.ORDERS_READ]))
    analysts = Partner(secret_of(person("analyst7", Role.ANALYST)))
    for path in paths:
        assert partner.get(path).status_code == 200
        bad = Client().get(ROOT + path)
        assert (bad.status_code, bad["WWW-Authenticate"]) == (401, 'Bearer realm="narcowatch"')
        assert bad["Content-Type"] == MEDIA_TYPE
        assert (few.get(path).status_code, analysts.get(path).status_code) == (403, 403)
        for method in ("post", "put", "delete"):
            refused = getattr(Client(enforce_csrf_checks=True), method)(ROOT + path)
            assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/taxii+json", 200), ("application/taxii+json; version=2.1", 200),
        ("*/*", 200), ("text/html, application/*;q=0.1", 200), ("application/json", 406),
        ("application/taxii+json;version=2.0", 406), ("", 406),
    ],
)  # fmt: skip
def test_one_media_type_is_given(partner: Partner, accept: str, status: int) -> None:
    assert partner.get("", Accept=accept).status_code == status


def test_what_cannot_be_read_is_said(house: Releasing, partner: Partner) -> None:
    house.release("one.test")
    for query in ({"limit": "0"}, {"added_after": "x"}, {"next": "x"}, {"match[x]": "y"}):
        answer = partner.here("objects/", query)
        assert answer.status_code == 400
        assert answer.json()["http_status"] == "400"
        assert next(iter(query)) in answer.json()["description"]


def test_entries_of_restricted_cases_are_in_no_page(house: Releasing, partner: Partner) -> None:
    house.release("one.test", "two.test")
    (one,) = [found for found in partner.objects() if "one.test" in found["pattern"]]
    Case.objects.filter(requests__sort_key="one.test").update(restricted=True)
    assert names(partner.objects()) == [("two.test", False)]
    assert partner.objects(match_id=one["id"]) == []
    assert partner.here(f"objects/{one['id']}/").status_code == 404
    house.release("three.test", gone=("one.test",))
    assert names(partner.objects(match_version="all")) == [
        ("three.test", False), ("two.test", False)
    ]  # fmt: skip


def test_a_search_that_finds_nothing_is_cut_into_pages(
    house: Releasing, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.release(*(f"shop{number}.test" for number in range(5)))
    monkeypatch.setattr("review.taxii.collection._MOST_LOOKED_AT", 2)
    query = {"match[version]": "2020-01-01T00:00:00Z"}
    answer = partner.here("objects/", query).json()
    assert "objects" not in answer
    assert answer["more"]
    pages = 1
    while answer.get("more"):
        answer = partner.here("objects/", {**query, "next": answer["next"]}).json()
        pages += 1
    assert pages == 3
    assert len(partner.objects()) == 5
