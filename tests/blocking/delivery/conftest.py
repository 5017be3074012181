"""A released export, and the folder that it lies in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from blocking.models import Export
from blocking.plan import ExportPlan
from blocking.protection import Protection
from cases.models import Person
from tests.blocking.conftest import Confirmed, Time, host
from tests.blocking.delivery.keys import CmsKeys, PgpKeys, cms_keys, pgp_keys
from tests.blocking.house import House


@pytest.fixture
def house(plan: ExportPlan, protection: Protection, clock: Time, supervisor: Person) -> House:
    return House(plan, protection, clock, supervisor)


@pytest.fixture
def released(confirmed: Confirmed, house: House) -> Export:
    confirmed(host("shop.test"))
    return house.release(house.build().export).export


@pytest.fixture
def folder(released: Export, plan: ExportPlan) -> Path:
    return plan.folder / released.folder


@pytest.fixture(scope="session")
def cms(tmp_path_factory: pytest.TempPathFactory) -> CmsKeys:
    return cms_keys(tmp_path_factory.mktemp("cms"))


@pytest.fixture(scope="session")
def pgp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgpKeys]:
    with pgp_keys(tmp_path_factory.mktemp("pgp")) as made:
        yield made
