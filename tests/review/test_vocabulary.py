"""Every code that the record keeps has a name for people."""

from __future__ import annotations

import re

import pytest

from cases.people import Role as Group
from config.schema import CHECKOUT
from domain.assessment import Role
from domain.decisions import VerdictKind
from domain.regions import REGION_NAMES
from domain.states import CaseState
from domain.targets import TargetKind
from review import vocabulary

SUBSTANCES = CHECKOUT / "config" / "lexicons" / "substances.toml"


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        ("state", set(CaseState)),
        ("kind", set(TargetKind)),
        ("verdict", set(VerdictKind)),
        ("role", set(Role)),
        ("region", set(REGION_NAMES)),
        ("group", set(Group)),
        ("substance", set(re.findall(r"^\[(\w+)\]", SUBSTANCES.read_text(), re.MULTILINE))),
    ],
)
def test_every_code_has_a_name_and_no_name_is_of_no_code(table: str, codes: set[str]) -> None:
    assert vocabulary.TABLES[table].keys() == codes


def test_regions_are_called_alike_everywhere() -> None:
    assert {code: str(name) for code, name in vocabulary.REGIONS.items()} == REGION_NAMES


def test_a_code_without_a_name_is_shown_as_it_is() -> None:
    assert vocabulary.called("shop", "role") == "shop"
    assert vocabulary.called("something_new", "role") == "something_new"
