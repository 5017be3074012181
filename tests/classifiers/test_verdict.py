"""From pages to sites and from posts to channels."""

from __future__ import annotations

import pytest

from classifiers.verdict import site_verdict
from domain.assessment import Assessment, Label, Role

THRESHOLD = 0.9


def page(probability: float, role: Role = Role.OTHER, **fields: object) -> Assessment:
    label = Label.DRUG_SALE if probability >= THRESHOLD else Label.OTHER
    return Assessment(probability, label, role, "ru", "m", "linear", **fields)  # type: ignore[arg-type]


SELLING, QUIET = page(0.999, Role.SHOP), page(0.01)


def test_nothing_is_nothing() -> None:
    assert site_verdict([], threshold=THRESHOLD).probability == 0


def test_one_page_speaks_for_itself() -> None:
    assert site_verdict([SELLING], threshold=THRESHOLD).probability == pytest.approx(
        0.999, abs=0.01
    )
    assert site_verdict([QUIET], threshold=THRESHOLD).probability == pytest.approx(0.01, abs=0.01)


def test_one_page_that_plainly_sells_stays_visible_among_many() -> None:
    found = site_verdict([*[QUIET] * 200, SELLING], threshold=THRESHOLD)
    assert found.probability >= THRESHOLD
    assert found.carriers == (200,)
    assert found.role is Role.SHOP
    assert found.selling_share == pytest.approx(1 / 201)


def test_one_borderline_page_does_not_make_a_portal_a_shop() -> None:
    portal = [*[QUIET] * 100, page(0.93, Role.LISTING)]
    assert site_verdict(portal, threshold=THRESHOLD).probability < THRESHOLD


def test_a_borderline_page_alone_is_a_hit() -> None:
    assert site_verdict([page(0.93)], threshold=THRESHOLD).probability >= THRESHOLD


def test_several_borderline_pages_uphold_each_other() -> None:
    few = [*[QUIET] * 10, page(0.93)]
    many = [*[QUIET] * 10, *[page(0.93)] * 10]
    one, other = (site_verdict(pages, threshold=THRESHOLD) for pages in (few, many))
    assert one.probability < THRESHOLD <= other.probability


def test_quiet_pages_never_add_up() -> None:
    assert site_verdict([page(0.85)] * 500, threshold=THRESHOLD).probability < THRESHOLD


def test_old_posts_speak_more_softly() -> None:
    posts = [page(0.95, Role.LISTING), QUIET]
    fresh = site_verdict(posts, threshold=THRESHOLD, weights=[1.0, 1.0])
    stale = site_verdict(posts, threshold=THRESHOLD, weights=[0.1, 1.0])
    assert stale.probability < fresh.probability
    assert stale.selling_share < fresh.selling_share


def test_weights_must_fit() -> None:
    with pytest.raises(ValueError, match="1 weights for 2"):
        site_verdict([SELLING, QUIET], threshold=THRESHOLD, weights=[1.0])


def test_what_and_where_come_from_the_pages_that_sell() -> None:
    pages = [
        page(0.999, Role.SHOP, substances=("cathinones",), regions=("KZ-75",)),
        page(0.95, Role.LISTING, substances=("cathinones", "cannabis")),
        page(0.01, substances=("opioids",), regions=("KZ-71",)),
    ]
    found = site_verdict(pages, threshold=THRESHOLD)
    assert found.substances == ("cathinones", "cannabis")
    assert found.regions == ("KZ-75",)
    assert found.carriers == (0, 1)
    assert found.langs == ("ru",)


def test_one_restricted_page_restricts_the_site() -> None:
    assert site_verdict([QUIET, page(0.01, restricted=True)], threshold=THRESHOLD).restricted
