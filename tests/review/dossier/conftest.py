"""Dossiers on the shop of the bundles' tests, and on a family that it is in."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cases.models import Case, Family, MirrorPair, Person
from domain.captures import CaptureRecord
from review.dossier import asking, members
from review.dossier.building import Workshop
from review.models import DossierRow
from tests.cases.bundles.conftest import Shop, shop
from tests.records import NOON

__all__ = ["shop"]
WANTED = asking.Wanted("Investigation department, Almaty", "criminal case 12/34", "en")
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
Making = Callable[..., DossierRow]


@pytest.fixture
def workshop(shop: Shop, tmp_path: Path) -> Workshop:
    return Workshop(tmp_path / "dossiers", shop.store, "Cyber unit", "unit@police.example")


@pytest.fixture
def making(shop: Shop, workshop: Workshop) -> Making:
    """Makes a dossier on the shop's case, or on a family."""

    def make(
        wanted: asking.Wanted = WANTED,
        person: Person | None = None,
        family: int | None = None,
        **options: object,
    ) -> DossierRow:
        who = person or shop.first
        about = members.of_case(shop.case.pk, who)
        if family is not None:
            about = members.of_family(family, who)
        row = asking.ask(about, wanted, who, clock=lambda: AT)
        used = replace(workshop, **options) if options else workshop
        return asking.make_asked(row.pk, used, clock=lambda: AT)

    return make


@pytest.fixture
def family(shop: Shop) -> Family:
    """The shop's case, another one that nearly copies it, and a restricted one."""
    from tests.records import case_in

    other = Case.objects.get(target__value="other.test")
    hidden = case_in("in_review", "host:hidden.test")  # type: ignore[arg-type]
    Case.objects.filter(pk=hidden.pk).update(restricted=True)
    MirrorPair.objects.create(one=shop.case, other=other, similarity=0.93, signs=[], found_at=NOON)
    made = Family.objects.create(
        founded_at=NOON, links=[["near copy", "shop.test = other.test (text 0.93)"]]
    )
    Case.objects.filter(pk__in=[shop.case.pk, other.pk, hidden.pk]).update(family=made)
    return made


def unpacked(row: DossierRow, workshop: Workshop, out: Path) -> Path:
    """The folder that somebody gets who unpacks an archive."""
    with zipfile.ZipFile(workshop.folder / row.file) as packed:
        packed.extractall(out)
    return out


def other_page(text: str) -> CaptureRecord:
    from tests.records import page

    return page("http://other.test/", text)
