"""Blocks of an IP address: off unless switched on, and never where others may live at it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from blocking.appeals import matched
from blocking.apps import export_plan
from blocking.covered import Follows, covered_by
from blocking.entries import Scope
from blocking.findings import Code
from blocking.gate import Gate, Limits, Untouchable
from blocking.models import ProtectedName
from blocking.plan import ExportPlan, Recipient
from blocking.protection import Protection
from blocking.reach.targets import parts_of
from blocking.scope import Choice, Server, Subject, choose
from blocking.values import block_address
from cases.models import Capture, Case, Person
from cases.moves import move
from config.schema import Settings
from domain.errors import InputError, KeyFormatError, RuleError
from domain.states import CaseState
from domain.targets import url_key
from tests.blocking.addressing import (
    ADDRESS,
    ANOTHER,
    MAY_SHARE,
    built_for,
    seen_at,
)
from tests.blocking.conftest import NOW, Confirmed, Opened, Time, host
from tests.blocking.making import entry
from tests.blocking.reading import records

ALONE = Server(asn=64500, alone=True)


def chosen(
    protection: Protection, server: Server, name: str = ADDRESS, **options: object
) -> Choice:
    share = options.pop("share", 1.0)
    subject = Subject(host(name), share, (f"http://{name}/shop",), server=server)
    return choose(subject, protection, **{"networks": {64500}, **options})


def test_a_site_without_a_name_is_blocked_by_its_address_once_that_is_switched_on(
    protection: Protection,
) -> None:
    choice = chosen(protection, ALONE, share=0.6)
    assert (choice.scope, choice.values) == (Scope.IP, (ADDRESS,))
    assert "60% of the pages" in choice.reason
    assert "AS 64500" in choice.reason


@pytest.mark.parametrize(
    ("server", "options", "why"),
    [
        (ALONE, {"networks": ()}, MAY_SHARE),
        (ALONE, {"networks": {64499}}, MAY_SHARE),
        (replace(ALONE, asn=None), {}, MAY_SHARE),
        (replace(ALONE, alone=False), {}, MAY_SHARE),
        (replace(ALONE, cdn="Cloudflare"), {}, "through Cloudflare, behind which many live"),
        (replace(ALONE, taken=False), {}, "not every recipient can block"),
        (ALONE, {"share": 0.1}, "less than 20%"),
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
        chosen(protection, ALONE, inner)


@pytest.mark.parametrize(
    "bad",
    [
        *("", "9.9.9", "09.9.9.9", "9.9.9.9/0", "9.9.9.9\n", "2620:fe::9", "2620:fe::9%x,,"),
        *("::1", "192.0.0.9", "192.88.99.1", "0.0.0.0", "100.64.0.1", "255.255.255.255", "shop.kz"),
    ],
)
def test_what_is_no_public_ipv4_address_is_no_entry(bad: str) -> None:
    with pytest.raises(KeyFormatError):
        block_address(bad)
    with pytest.raises(KeyFormatError):
        entry(bad, scope=Scope.IP)


def test_a_site_with_a_name_is_never_blocked_by_its_address(protection: Protection) -> None:
    assert chosen(protection, ALONE, "shop.kz").scope is Scope.HOST


@pytest.mark.django_db
def test_a_request_names_the_address_and_every_list_that_can_hold_it_does(
    confirmed: Confirmed, allowed: ExportPlan, protection: Protection, clock: Time, requested
) -> None:
    seen_at(confirmed(host(ADDRESS), ("/", "/price")), ADDRESS)
    row = requested()
    assert (row.scope, row.values) == ("ip", [ADDRESS])
    assert json.loads(row.document)["target"]["scope"] == "ip"
    built = built_for(allowed, protection, clock)
    folder = allowed.folder / built.export.folder
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    (line,) = records("csv", files["register.csv"])
    assert (line["block_type"], line["ip"]) == ("ip", ADDRESS)
    assert [found.text for found in records("xml", files["register.xml"])] == [ADDRESS]
    for name in ("block.rpz", "domains.txt", "urls.txt"):
        assert ADDRESS.encode() not in files.get(name, b"")


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["in review", "confirmed", "dismissed", "on hold", "restricted"])
def test_whoever_else_answered_from_it_it_is_not_blocked_and_nothing_is_told_of_them(
    confirmed: Confirmed, opened: Opened, requested, state: str
) -> None:
    other = (confirmed if state == "confirmed" else opened)(host("bookshop.kz"))
    if state == "dismissed":
        move(other.pk, CaseState.DISMISSED, actor="analyst1", reason="sells books")
    if state == "on hold":
        move(other.pk, CaseState.ON_HOLD, actor="analyst1", reason="investigation")
    if state == "restricted":
        Case.objects.filter(pk=other.pk).update(restricted=True)
    seen_at(other, ADDRESS)
    seen_at(confirmed(host(ADDRESS), ("/price",)), ADDRESS)
    row = requested()
    assert (row.scope, row.values) == ("url", [f"http://{ADDRESS}/price"])
    reason = json.loads(row.document)["target"]["scope_reason"]
    assert reason == f"{ADDRESS} {MAY_SHARE}; only the pages that sell"


@pytest.mark.django_db
@pytest.mark.parametrize(("confirm", "scope"), [(False, "url"), (True, "ip")])
def test_a_page_on_another_port_that_is_not_confirmed_is_somebody_else(
    confirmed: Confirmed, opened: Opened, requested, confirm: bool, scope: str
) -> None:
    page = url_key(f"http://{ADDRESS}:8080/library")
    seen_at((confirmed if confirm else opened)(page), ADDRESS)
    seen_at(confirmed(host(ADDRESS), ("/price",)), ADDRESS)
    assert requested().scope == scope


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "scope"), [(1, "url"), (91, "ip")])
def test_a_host_that_answered_lately_from_nobody_knows_where_may_live_at_it(
    confirmed: Confirmed, opened: Opened, requested, days: int, scope: str
) -> None:
    seen_at(opened(host("bookshop.kz")), "", fetched_at=NOW - timedelta(days=days))
    seen_at(confirmed(host(ADDRESS), ("/price",)), ADDRESS)
    assert requested().scope == scope


@pytest.mark.django_db
def test_where_a_host_was_long_ago_says_nothing_of_where_it_is(
    confirmed: Confirmed, opened: Opened, requested
) -> None:
    shop = opened(host("bookshop.kz"), ("/", "/books"))
    seen_at(shop, "", fetched_at=NOW)
    old = Capture.objects.filter(target=shop.target).first()
    Capture.objects.filter(pk=old.pk).update(address=ANOTHER, fetched_at=NOW - timedelta(days=99))
    seen_at(confirmed(host(ADDRESS), ("/price",)), ADDRESS)
    assert requested().scope == "url"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "headers", "why"),
    [
        (ANOTHER, [["Server", "nginx"]], MAY_SHARE),
        ("1.1.1.1", [["Server", "nginx"]], MAY_SHARE),
        (ADDRESS, [["CF-RAY", "8f-ALA"]], "Cloudflare"),
        (ADDRESS, [], MAY_SHARE),
    ],
)
def test_other_networks_caches_and_answers_that_are_not_known_leave_exact_pages(
    confirmed: Confirmed, requested, name: str, headers: list[list[str]], why: str
) -> None:
    seen_at(confirmed(host(name), ("/price",)), name, headers=headers)
    row = requested(name=name)
    assert row.scope == "url"
    assert why in json.loads(row.document)["target"]["scope_reason"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("recipient", "scope"),
    [
        (Recipient("proxy", ("urls",)), "url"),
        (Recipient("narrow", ("csv",), scopes=frozenset({Scope.URL, Scope.HOST})), "url"),
        (Recipient("resolver", ("rpz",)), "ip"),
        (Recipient("names", ("csv",), scopes=frozenset({Scope.HOST})), "ip"),
    ],
)
def test_nobody_who_would_block_the_pages_goes_without_either(
    confirmed: Confirmed, allowed: ExportPlan, requested, recipient: Recipient, scope: str
) -> None:
    seen_at(confirmed(host(ADDRESS), ("/price",)), ADDRESS)
    recipients = (*allowed.recipients[:1], recipient)
    assert requested(replace(allowed.rules, recipients=recipients)).scope == scope


@pytest.mark.django_db
def test_the_address_that_answered_stands_in_the_record(opened: Opened) -> None:
    case = opened(host("shop.test"))
    assert set(case.target.captures.values_list("address", flat=True)) == {"203.0.113.7"}


@pytest.mark.parametrize(
    ("untouchable", "canaries", "code"),
    [
        (Untouchable(held=frozenset({ADDRESS})), (), Code.HELD),
        (Untouchable(dismissed=frozenset({ADDRESS})), (), Code.SHARED_ADDRESS),
        (Untouchable(shared_addresses=frozenset({ADDRESS})), (), Code.SHARED_ADDRESS),
        (Untouchable(), (ADDRESS,), Code.CANARY),
    ],
)
def test_the_gate_asks_of_an_address_what_it_asks_of_a_name(
    protection: Protection, untouchable: Untouchable, canaries: tuple[str, ...], code: Code
) -> None:
    made = [entry(ADDRESS, scope=Scope.IP)]
    assert Gate(protection).check(made, 1, None) == []
    (finding,) = Gate(protection, Limits(canaries=canaries), untouchable).check(made, 1, None)
    assert (finding.code, finding.subject) == (code, ADDRESS)


@pytest.mark.django_db
def test_a_listed_address_is_found_among_what_stands_requested(
    confirmed: Confirmed, protection: Protection, clock: Time, supervisor: Person, requested
) -> None:
    case = confirmed(host(ADDRESS), ("/price",))
    seen_at(case, ADDRESS)
    requested()
    row = ProtectedName(
        name=ADDRESS, category="unit", below=False, source="our own", added_at=clock()
    )
    (covered,) = covered_by(row, clock())
    assert (covered.case_id, covered.follows) == (case.pk, Follows.REFUSED)


@pytest.mark.django_db
def test_an_appeal_of_a_neighbour_finds_the_block_that_hit_it(
    confirmed: Confirmed, opened: Opened, requested
) -> None:
    case = confirmed(host(ADDRESS), ("/price",))
    seen_at(case, ADDRESS)
    requested()
    seen_at(opened(host("bookshop.kz")), ADDRESS)
    assert matched(host("bookshop.kz")) == case
    assert matched(url_key("http://bookshop.kz/books")) == case
    assert matched(host("elsewhere.kz")) is None


@pytest.mark.django_db
def test_an_appeal_of_somebody_blocked_by_name_is_about_that(
    confirmed: Confirmed, requested
) -> None:
    own = confirmed(host("bookshop.kz"))
    requested(name="bookshop.kz")
    seen_at(confirmed(host(ADDRESS), ("/price",)), ADDRESS)
    requested()
    seen_at(own, ADDRESS)
    assert matched(host("bookshop.kz")) == own


@pytest.mark.parametrize(
    ("blocking", "error", "why"),
    [
        ({"address_networks": [64500]}, ValueError, "needs a networks_file"),
        ({"address_networks": [13335], "networks_file": "t"}, InputError, "13335 is Cloudflare"),
        ({"address_networks": [0], "networks_file": "t"}, ValueError, "address_networks"),
    ],
)
def test_it_is_switched_on_only_for_networks_that_are_not_shared(
    tmp_path: Path, blocking: dict[str, object], error: type[Exception], why: str
) -> None:
    if "networks_file" in blocking:
        blocking = {**blocking, "networks_file": str(tmp_path / "t")}
    with pytest.raises(error, match=why):
        export_plan(Settings.model_validate({"data_dir": str(tmp_path), "blocking": blocking}))


def test_the_networks_of_the_settings_reach_the_rule(tmp_path: Path) -> None:
    blocking = {"address_networks": [64500], "networks_file": str(tmp_path / "t")}
    values = Settings.model_validate({"data_dir": str(tmp_path), "blocking": blocking})
    assert export_plan(values).rules.address_networks == {64500}
    bare = Settings.model_validate({"data_dir": str(tmp_path)})
    assert export_plan(bare).rules.address_networks == frozenset()


def test_vantages_look_at_its_first_page() -> None:
    assert parts_of(Scope.IP, [ADDRESS], 5) == ((f"https://{ADDRESS}/", f"http://{ADDRESS}/"),)
