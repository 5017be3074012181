"""Bundles and the erasing of what was kept long enough."""

from __future__ import annotations

import json
from datetime import timedelta

from cases import erasing, keeping, sealing
from cases.bundles.verifier import check
from cases.models import Capture, Case, Screenshot
from cases.moves import move
from domain.retention import Class
from domain.states import CaseState
from review import bundles
from tests.cases.bundles.conftest import Made, Shop
from tests.cases.test_erasing import DAYS, holds
from tests.records import NOON


def erase(shop: Shop, days: float = 91) -> erasing.Erased:
    now = NOON + timedelta(days=days)
    return erasing.erase(keeping.due(DAYS, now), shop.store, clock=lambda: now)


def test_a_bundle_made_before_still_verifies(shop: Shop, made: Made) -> None:
    sealing.seal(_run(), shop.store)
    bundle = made()
    assert erase(shop).rows[Class.PAGES] == 1
    assert check(bundle.folder).problems == []
    assert bundles.verify(bundle.folder, None).problems == []
    holds(shop.store)


def test_a_bundle_made_after_is_cut_from_the_new_file_and_says_who_sealed_it(
    shop: Shop, made: Made
) -> None:
    sealing.seal(_run(), shop.store)
    erase(shop)
    bundle = made()
    assert bundles.verify(bundle.folder, None).problems == []
    custody = json.loads((bundle.folder / "record/custody.json").read_bytes())
    origin = next(one for one in custody["origins"] if "kept-001" in one["source"])
    assert origin["sealed"].startswith("sha256 ")
    actions = json.loads((bundle.folder / "record/audit.json").read_bytes())["events"]
    assert {"evidence.sealed", "evidence.erased"} <= {one["action"] for one in actions}


def test_of_a_case_whose_evidence_went_the_digests_are_told(shop: Shop, made: Made) -> None:
    sealing.seal(_run(), shop.store)
    Case.objects.filter(pk=shop.case.pk).update(changed_at=NOON)
    move(shop.case.pk, CaseState.WITHDRAWN, actor="boss", reason="over", clock=lambda: NOON)
    done = erase(shop, 2000)
    assert (done.rows[Class.PAGES], done.rows[Class.SCREENS]) == (3, 1)
    assert Screenshot.objects.exclude(erased_at=None).count() == 1
    bundle = made()
    assert bundles.verify(bundle.folder, None).problems == []
    captures = json.loads((bundle.folder / "record/captures.json").read_bytes())
    goods = next(one for one in captures if one["url"].endswith("/goods"))
    row = Capture.objects.get(url__endswith="/goods")
    assert (goods["sha256"], goods["warc"]) == (row.sha256, None)
    assert goods["erased_at"] == "2031-08-22T12:00:00Z"
    assert json.loads((bundle.folder / "record/screenshots.json").read_bytes()) == []
    holds(shop.store)


def _run() -> int:
    return Capture.objects.values_list("run", flat=True)[0]
