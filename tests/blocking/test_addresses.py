"""Blocks of an IP address: off unless switched on, and never where others may live at it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from blocking.apps import export_plan
from blocking.entries import Scope
from blocking.exports import Built, build
from blocking.findings import Code
from blocking.gate import Gate, Limits, Untouchable
from blocking.models import BlockingRequest, ExportEntry
from blocking.plan import ExportPlan
from blocking.protection import Protection
from blocking.reach.targets import parts_of
from blocking.requests import make_requests
from blocking.scope import Choice, Server, Subject, choose
from blocking.states import ExportState
from cases.models import Capture
from config.schema import Settings
from domain.errors import GateError, RuleError
from tests.blocking.conftest import Confirmed, Opened, Time, host
from tests.blocking.making import entry
from tests.blocking.reading import records

#: Public addresses: those for documentation are none, and no block may name them.
ADDRESS, ANOTHER = "9.9.9.9", "8.8.8.8"
TABLE = "9.0.0.0\t9.255.255.255\t64500\tKZ\tNET\n8.8.8.0\t8.8.8.255\t13335\tUS\tCDN\n"


@pytest.fixture
def allowed(plan: ExportPlan, tmp_path: Path) -> ExportPlan:
    """A plan with blocks by address switched on, and a table of networks."""
    table = tmp_path / "networks.tsv"
    table.write_text(TABLE)
    return replace(plan, rules=replace(plan.rules, by_address=True, networks=table))


def chosen(
    protection: Protection, server: Server, name: str = ADDRESS, **options: object
) -> Choice:
    share = options.pop("share", 1.0)
    subject = Subject(host(name), share, (f"http://{name}/shop",), server=server)
    return choose(subject, protection, **{"by_address": True, **options})


def test_a_site_without_a_name_is_blocked_by_its_address_once_that_is_switched_on(
    protection: Protection,
) -> None:
    choice = chosen(protection, Server(asn=64500), share=0.6)
    assert (choice.scope, choice.values) == (Scope.IP, (ADDRESS,))
    assert "60% of the pages" in choice.reason
    assert "AS 64500" in choice.reason


@pytest.mark.parametrize(
    ("server", "options", "why"),
    [
        (Server(asn=64500), {"by_address": False}, "others may share"),
        (Server(), {}, "nothing tells whose"),
        (Server(asn=64500, shared_by="Cloudflare"), {}, "belongs to Cloudflare"),
        (Server(asn=64500, other_hosts=2), {}, "2 other hosts have answered"),
        (Server(asn=64500), {"share": 0.1}, "less than 20%"),
    ],
)
def test_where_anything_speaks_against_it_the_exact_pages_are_named(
    protection: Protection, server: Server, options: dict[str, object], why: str
) -> None:
    choice = chosen(protection, server, **options)
    assert (choice.scope, choice.values) == (Scope.URL, (f"http://{ADDRESS}/shop",))
    assert why in choice.reason


@pytest.mark.parametrize("inner", ["10.0.0.1", "127.0.0.1", "203.0.113.7", "224.0.0.1"])
def test_an_address_of_no_public_host_is_never_named(protection: Protection, inner: str) -> None:
    with pytest.raises(RuleError, match="no exact URL"):
        chosen(protection, Server(asn=64500), inner)


def test_a_site_with_a_name_is_never_blocked_by_its_address(protection: Protection) -> None:
    assert chosen(protection, Server(asn=64500), "shop.kz").scope is Scope.HOST


@pytest.mark.django_db
def test_a_request_names_the_address_and_every_list_that_can_hold_it_does(
    confirmed: Confirmed, allowed: ExportPlan, protection: Protection, clock: Time
) -> None:
    confirmed(host(ADDRESS), ("/", "/price"))
    built = exported(allowed, protection, clock)
    (row,) = BlockingRequest.objects.all()
    assert (row.scope, row.values) == ("ip", [ADDRESS])
    assert json.loads(row.document)["target"]["scope"] == "ip"
    folder = allowed.folder / built.export.folder
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    (line,) = records("csv", files["register.csv"])
    assert (line["block_type"], line["ip"]) == ("ip", ADDRESS)
    assert [found.text for found in records("xml", files["register.xml"])] == [ADDRESS]
    for name in ("block.rpz", "domains.txt", "urls.txt"):
        assert ADDRESS.encode() not in files.get(name, b"")


@pytest.mark.django_db
def test_an_address_that_others_answered_from_is_not_requested(
    confirmed: Confirmed, opened: Opened, allowed: ExportPlan, protection: Protection, clock: Time
) -> None:
    innocent = opened(host("bookshop.kz"))
    Capture.objects.filter(target=innocent.target).update(address=ADDRESS)
    confirmed(host(ADDRESS), ("/price",))
    make_requests(allowed.rules, protection, clock=clock)
    (row,) = BlockingRequest.objects.all()
    assert (row.scope, row.values) == ("url", [f"http://{ADDRESS}/price"])
    assert "1 other hosts" in json.loads(row.document)["target"]["scope_reason"]


@pytest.mark.django_db
def test_mirrors_that_are_confirmed_are_no_others(
    confirmed: Confirmed, allowed: ExportPlan, protection: Protection, clock: Time
) -> None:
    mirror = confirmed(host("mirror.kz"))
    Capture.objects.filter(target=mirror.target).update(address=ADDRESS)
    confirmed(host(ADDRESS))
    make_requests(allowed.rules, protection, clock=clock)
    assert BlockingRequest.objects.get(sort_key=ADDRESS).scope == "ip"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "headers", "why"),
    [
        (ANOTHER, [], "Cloudflare"),
        (ADDRESS, [["CF-RAY", "8f-ALA"]], "Cloudflare"),
        ("1.1.1.1", [], "nothing tells whose"),
    ],
)
def test_shared_and_unknown_networks_are_not_blocked(
    confirmed: Confirmed,
    allowed: ExportPlan,
    protection: Protection,
    clock: Time,
    name: str,
    headers: list[list[str]],
    why: str,
) -> None:
    case = confirmed(host(name), ("/price",))
    Capture.objects.filter(target=case.target).update(headers=headers)
    make_requests(allowed.rules, protection, clock=clock)
    (row,) = BlockingRequest.objects.all()
    assert row.scope == "url"
    assert why in json.loads(row.document)["target"]["scope_reason"]


@pytest.mark.django_db
def test_the_address_that_answered_stands_in_the_record(opened: Opened) -> None:
    case = opened(host("shop.test"))
    assert set(case.target.captures.values_list("address", flat=True)) == {"203.0.113.7"}


@pytest.mark.django_db
def test_who_is_found_at_the_address_later_stops_the_next_list(
    confirmed: Confirmed, opened: Opened, allowed: ExportPlan, protection: Protection, clock: Time
) -> None:
    confirmed(host(ADDRESS))
    assert exported(allowed, protection, clock).export.state == ExportState.BUILT
    innocent = opened(host("bookshop.kz"))
    Capture.objects.filter(target=innocent.target).update(address=ADDRESS)
    confirmed(host("second.kz"))
    with pytest.raises(GateError, match=r"regulator is refused \(1 findings\)") as caught:
        exported(allowed, protection, clock)
    (said,) = caught.value.findings
    assert said == f"{ADDRESS}: other hosts have answered from it: 1 [{Code.SHARED_ADDRESS}]"


def test_the_gate_refuses_a_held_and_a_listed_address(protection: Protection) -> None:
    rules = Gate(protection, Limits(), Untouchable(held=frozenset({ADDRESS})))
    (finding,) = rules.check([entry(ADDRESS, scope=Scope.IP)], 1, None)
    assert (finding.code, finding.subject) == (Code.HELD, ADDRESS)


@pytest.mark.django_db
def test_switched_off_again_the_next_list_leaves_it_out(
    confirmed: Confirmed, allowed: ExportPlan, protection: Protection, clock: Time, let_out
) -> None:
    confirmed(host(ADDRESS))
    confirmed(host("shop.kz"))
    let_out(exported(allowed, protection, clock))
    narrowed = tuple(replace(one, scopes=one.scopes - {Scope.IP}) for one in allowed.recipients)
    built = exported(replace(allowed, recipients=narrowed), protection, clock)
    rows = ExportEntry.objects.filter(export=built.export)
    assert [row.request.sort_key for row in rows] == ["shop.kz"]


@pytest.mark.parametrize("on", [False, True])
def test_recipients_are_sent_addresses_only_where_it_is_switched_on(
    tmp_path: Path, on: bool
) -> None:
    values = Settings.model_validate(
        {
            "data_dir": str(tmp_path),
            "blocking": {"by_address": on, "networks_file": str(tmp_path / "networks.tsv")},
        }
    )
    plan = export_plan(values)
    assert plan.rules.by_address is on
    assert {Scope.IP in one.scopes for one in plan.recipients} == {on}


def test_without_a_table_of_networks_it_cannot_be_switched_on(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="by_address: needs a networks_file"):
        Settings.model_validate({"data_dir": str(tmp_path), "blocking": {"by_address": True}})


@pytest.mark.parametrize(
    ("address", "pages"),
    [
        (ADDRESS, (f"https://{ADDRESS}/", f"http://{ADDRESS}/")),
        ("2620:fe::9", ("https://[2620:fe::9]/", "http://[2620:fe::9]/")),
    ],
)
def test_vantages_look_at_its_first_page(address: str, pages: tuple[str, ...]) -> None:
    assert parts_of(Scope.IP, [address], 5) == (pages,)


def exported(plan: ExportPlan, protection: Protection, clock: Time) -> Built:
    """Requests for all that is confirmed, then the export for the regulator."""
    make_requests(plan.rules, protection, clock=clock)
    return build(plan.recipient("regulator"), plan, protection, clock=clock)
