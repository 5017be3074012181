"""The document of a request: what it says, and that it says it by the schema we ship."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from blocking.cdn import cdn_of
from blocking.documents import entry_from, lift_document
from blocking.entries import Scope
from blocking.exporters import requests_json
from blocking.models import BlockingRequest
from blocking.plan import ExportPlan, Kind, Recipient
from blocking.protection import Protection
from blocking.requests import Why, make_requests
from cases.bundles.building import build
from cases.bundles.verifier import check
from cases.models import AuditEvent, Capture, Person
from domain.digests import canonical_json, sha256_hex
from domain.errors import RecordError
from domain.targets import TargetKey, TargetKind, url_key
from tests.blocking.conftest import Confirmed, Time, host
from tests.blocking.making import ONION

pytestmark = pytest.mark.django_db
SCHEMA = json.loads(requests_json.SCHEMA.read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(
    SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)


def problems(document: dict[str, Any]) -> list[str]:
    which = {"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{document['action']}"}
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    validator = jsonschema.Draft202012Validator(which, format_checker=checker)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


@pytest.fixture
def made(confirmed: Confirmed, plan: ExportPlan, protection: Protection, clock: Time):
    """The documents of cases that are made as ``confirmed`` does it."""

    def do(*cases: tuple[Any, ...], **rules: Any) -> list[dict[str, Any]]:
        for case in cases:
            confirmed(*case)
        make_requests(replace(plan.rules, **rules), protection, clock=clock)
        return [json.loads(row.document) for row in BlockingRequest.objects.order_by("pk")]

    return do


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_documents_of_every_kind_and_their_liftings_are_valid(made, tmp_path: Path) -> None:
    table = tmp_path / "networks.tsv"
    table.write_text("9.9.9.0\t9.9.9.255\t64500\tKZ\tNET\n")
    documents = made(
        (host("shop.test"), ("/", "/price")),
        (host("www.lone.kz"),),
        (TargetKey(TargetKind.ONION, ONION),),
        (TargetKey(TargetKind.TELEGRAM, "1234567"), ("5", "9")),
        (url_key("https://teletype.in/@shop/price"),),
        (host("9.9.9.9"),),
        networks=table,
        address_networks=frozenset({64500}),
        recipients=(Recipient("regulator", ("json",)),),
    )
    assert {d["target"]["scope"] for d in documents} == {*Scope}
    for document in documents:
        lift = lift_document(document, "0" * 64, "expired")
        assert (problems(document), problems(lift)) == ([], [])
        assert VALIDATOR.is_valid(document)
        assert VALIDATOR.is_valid(lift)
        assert not VALIDATOR.is_valid({**document, "more": 1})
        assert not VALIDATOR.is_valid({k: v for k, v in document.items() if k != "redress"})


def test_it_says_who_is_asked_and_where_one_can_appeal(made) -> None:
    recipients = (
        Recipient("regulator", ("json",), title="Ministry"),
        Recipient("isp", ("csv",), kind=Kind.OPERATOR, title="ISP 1"),
        Recipient("urls", ("urls",), "KZ-75", frozenset({Scope.URL}), Kind.OPERATOR),
        Recipient("abroad", ("csv",), "KG", kind=Kind.OPERATOR),
        Recipient("partner", ("stix",), kind=Kind.PARTNER),
    )
    (document,) = made(
        (host("shop.test"),),
        recipients=recipients,
        explanation={"en": "because\nof this"},
        appeal_url="https://appeals.test/appeal",
    )
    assert document["addressees"] == {
        "regulators": ["Ministry"],
        "operators": ["ISP 1"],
        "hosts": None,
        "registrars": None,
        "platforms": None,
    }
    assert document["law"]["explanation"] == {"kk": "", "ru": "", "en": "because of this"}
    assert document["redress"] == {"appeal_url": "https://appeals.test/appeal", "answer_days": 15}
    assert document["validity"]["from"] < document["validity"]["recheck"]
    assert document["validity"]["recheck"] < document["validity"]["until"]


def test_a_page_of_a_platform_is_addressed_to_it(made) -> None:
    channel, page = sorted(
        made(
            (url_key("https://teletype.in/@shop/price"),),
            (TargetKey(TargetKind.TELEGRAM, "1234567"), ("5",)),
        ),
        key=lambda document: document["target"]["kind"],
    )
    assert channel["addressees"]["platforms"] == ["Telegram"]
    assert page["addressees"]["platforms"] == ["teletype.in"]
    assert "platform teletype.in" in page["process"]["collateral"]["shared"]


def test_evidence_is_named_by_the_digests_of_what_is_stored(made, tmp_path: Path) -> None:
    (document,) = made((host("shop.test"), ("/", "/price")))
    for proof in document["evidence"]:
        row = Capture.objects.get(pk=proof["capture"])
        stored = (tmp_path / "var" / "evidence" / row.warc_file).read_bytes()
        record = stored[row.warc_offset : row.warc_offset + row.warc_length]
        assert proof["record_sha256"] == sha256(record).hexdigest()
        assert proof["sha256"] == row.sha256


def test_what_is_not_known_is_null_and_says_why(made) -> None:
    (document,) = made((host("shop.test"),), store=None)
    network = document["target"]["network"]
    assert (network["address"], network["asn"], network["cdn"]) == (None, None, None)
    assert set(network["unknown"]) == {"address", "asn"}
    assert network["behind_cdn"] is False
    assert {proof["record_sha256"] for proof in document["evidence"]} == {None}
    assert problems(document) == []


def test_the_address_that_answered_is_told_and_whose_it_is(made, tmp_path: Path) -> None:
    table = tmp_path / "networks.tsv"
    table.write_text("203.0.113.0\t203.0.113.255\t64500\tKZ\tNET\n")
    (document,) = made((host("shop.test"),), networks=table)
    network = document["target"]["network"]
    assert (network["address"], network["asn"], network["unknown"]) == ("203.0.113.7", 64500, {})
    assert problems(document) == []


def test_a_network_of_caches_is_told_by_its_marks(
    confirmed: Confirmed, plan: ExportPlan, protection: Protection, clock: Time
) -> None:
    case = confirmed(host("shop.test"))
    headers = [["Content-Type", "text/html"], ["CF-RAY", "8f-ALA"]]
    Capture.objects.filter(target=case.target).update(headers=headers)
    make_requests(plan.rules, protection, clock=clock)
    network = json.loads(BlockingRequest.objects.get().document)["target"]["network"]
    assert (network["cdn"], network["behind_cdn"]) == ("Cloudflare", True)


@pytest.mark.parametrize(
    ("header", "network"),
    [
        (("Server", "cloudflare"), "Cloudflare"),
        (("server", "ddos-guard"), "DDoS-Guard"),
        (("Via", "1.1 abc.cloudfront.net (CloudFront)"), "Amazon CloudFront"),
        (("Server", "nginx"), ""),
        (("X-Note", "cloudflare"), ""),
        (("Server", "not-cloudflare"), ""),
    ],
)
def test_marks_are_read_where_networks_leave_them(header: tuple[str, str], network: str) -> None:
    assert cdn_of([header]) == network


def test_a_bundle_is_held_against_what_the_request_points_to(
    confirmed: Confirmed,
    plan: ExportPlan,
    protection: Protection,
    clock: Time,
    analyst: Person,
    tmp_path: Path,
) -> None:
    case = confirmed(host("shop.test"), ("/", "/price"))
    make_requests(plan.rules, protection, clock=clock)
    pack = json.loads(BlockingRequest.objects.get().document)["bundle"]
    event = AuditEvent.objects.get(action="case.requested")
    assert event.details["evidence"] == {
        name: pack[name]
        for name in ("captures", "captures_sha256", "screenshots", "screenshots_sha256")
    }
    bundle = build(case.pk, analyst, tmp_path / "b", evidence_root=tmp_path / "var" / "evidence")
    assert check(bundle.folder).problems == []
    Capture.objects.filter(target=case.target).update(egress="proxy")
    with pytest.raises(RecordError, match=r"captures that request .* rests on are not those"):
        build(case.pk, analyst, tmp_path / "c", evidence_root=tmp_path / "var" / "evidence")


def test_a_request_names_the_last_bundle_that_was_taken(
    confirmed: Confirmed,
    plan: ExportPlan,
    protection: Protection,
    clock: Time,
    analyst: Person,
    tmp_path: Path,
) -> None:
    case = confirmed(host("shop.test"))
    bundle = build(case.pk, analyst, tmp_path / "b", evidence_root=tmp_path / "var" / "evidence")
    make_requests(plan.rules, protection, clock=clock)
    pack = json.loads(BlockingRequest.objects.get().document)["bundle"]
    assert pack["manifest_sha256"] == bundle.manifest_sha256
    assert pack["timestamp_sha256"] is None


def test_a_case_whose_evidence_is_gone_is_refused_and_named(
    confirmed: Confirmed, plan: ExportPlan, protection: Protection, clock: Time, tmp_path: Path
) -> None:
    case = confirmed(host("shop.test"))
    (tmp_path / "var" / "evidence" / Capture.objects.get(target=case.target).warc_file).unlink()
    (refusal,) = make_requests(plan.rules, protection, clock=clock).refused
    assert (refusal.case_id, refusal.why) == (case.pk, Why.EVIDENCE)
    assert not BlockingRequest.objects.exists()


FIRST = {
    "schema": "narcowatch.blocking-request/1",
    "id": "0ad1ad3e-4d7e-5a3c-9c62-1e4f0a3ac7b1",
    "action": "block",
    "urgency": "normal",
    "territory": "KZ",
    "authority": {
        **{"number": "3/1", "date": "2026-02-01", "unit": "Unit", "contact": ""},
        "approvers": [],
    },
    "law": {"provisions": ["Law"], "category": "drug_sale"},
    "target": {
        **{"kind": "host", "key": "shop.test", "scope": "host", "values": ["shop.test"]},
        **{"scope_reason": "r", "unicode": "shop.test"},
    },
    "facts": {},
    "evidence": [],
    "process": {},
    "validity": {"from": "2026-02-01T00:00:00Z", "until": "2026-05-01T00:00:00Z"},
}


def test_documents_of_the_first_version_are_still_read() -> None:
    text = canonical_json(FIRST).decode()
    entry = entry_from(FIRST, text, subdomains=True, overridden=False)
    assert (entry.host, entry.valid_until) == ("shop.test", "2026-05-01T00:00:00Z")
    lift = lift_document(FIRST, sha256_hex(text.encode()), "expired")
    assert lift["schema"] == FIRST["schema"]
    again = entry_from(lift, canonical_json(lift).decode(), subdomains=True, overridden=False)
    assert again.id == entry.id
