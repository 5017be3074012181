"""Abuse reports for hosters: valid by the library of the format, and about no more than asked."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest
import xarf
from hypothesis import given
from hypothesis import strategies as st

from blocking.entries import Action, Scope
from blocking.exporters.xarf import FORMAT, reporter
from tests.blocking.making import INFO, ONION, channel, entry
from tests.blocking.reading import records, written


def reports(*entries: object, contact: str = INFO.contact, unit: str = INFO.unit) -> list[dict]:
    info = replace(INFO, contact=contact, unit=unit)
    return [json.loads(line) for line in b"".join(FORMAT.write(entries, info)).splitlines()]


def test_each_url_is_a_report_and_of_a_host_the_first_page() -> None:
    made = records(
        "xarf",
        written(
            "xarf",
            [entry("shop.kz"), entry("http://f.kz/1", "http://f.kz/2", scope=Scope.URL)],
        ),
    )
    assert [(one.source_identifier, one.url) for one in made] == [
        ("shop.kz", "http://shop.kz/"),
        ("f.kz", "http://f.kz/1"),
        ("f.kz", "http://f.kz/2"),
    ]
    assert {(one.category, one.type, one.fraud_type) for one in made} == {
        ("content", "fraud", "other")
    }
    assert len({one.report_id for one in made}) == 3
    assert made[0].reporter.contact == "unit@police.example"
    assert made[0].reporter.domain == "police.example"


def test_a_report_has_all_that_the_format_recommends_and_we_know() -> None:
    (report,) = reports(entry("shop.kz"))
    found = xarf.parse(report, show_missing_optional=True)
    missing = {told["field"] for told in found.info if "RECOMMENDED" in told["message"].upper()}
    known = {"verified_at", "verification_method", "domain", "evidence_source"}
    assert not missing & known
    assert (report["timestamp"], report["verified_at"]) == ("2026-02-28T03:00:00Z",) * 2


def test_a_type_that_is_made_up_validates_nowhere() -> None:
    (report,) = reports(entry("shop.kz"))
    assert xarf.parse({**report, "type": "drug_sale"}).errors


def test_a_name_that_the_format_takes_for_no_domain_stands_as_the_source_alone() -> None:
    (report,) = reports(entry("shop_1.xn--p1ai"))
    assert "domain" not in report
    assert report["source_identifier"] == "shop_1.xn--p1ai"
    assert not xarf.parse(report).errors


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (entry(ONION, scope=Scope.ONION), "no hoster can take it down"),
        (channel("shop_kz"), "no hoster can take it down"),
        (entry("shop.kz", action=Action.LIFT), "cannot be taken back"),
    ],
)
def test_what_no_hoster_can_act_on_is_left_out_with_the_reason(made: object, why: str) -> None:
    assert why in FORMAT.leaves_out(made, INFO)


@pytest.mark.parametrize("contact", ["", "+7 7172 000000", "unit at police", "unit@localhost"])
def test_without_an_address_to_ask_back_there_are_no_reports(contact: str) -> None:
    assert "e-mail" in FORMAT.leaves_out(entry("shop.kz"), replace(INFO, contact=contact))


@given(
    contact=st.one_of(
        st.text(max_size=60),
        st.from_regex(r"[ -~]{0,9}[a-z.+@]{1,9}@[a-z0-9.-]{1,20}\.[a-z]{1,4}[ -~]{0,3}"),
    ),
    unit=st.text(max_size=300),
)
def test_whatever_the_unit_wrote_a_report_is_one_valid_line(contact: str, unit: str) -> None:
    info = replace(INFO, contact=contact, unit=unit)
    if FORMAT.leaves_out(entry("shop.kz"), info):
        return
    data = b"".join(FORMAT.write([entry("shop.kz")], info))
    assert data.isascii()
    (line,) = data.decode().splitlines()
    assert not xarf.parse(line).errors
    assert jsonschema.FormatChecker().conforms(reporter(info)["contact"], "email")
