"""A crawl leaves the fingerprints by which its pages are known when they appear elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from domain.mirrors import Fingerprint, likeness
from tests.crawlers.crawling import Place
from tests.crawlers.mirrors.variations import Maker
from tests.crawlers.servers import Reply, Web


def test_a_mirror_is_known_by_its_first_page(web: Web, place: Callable[..., Place]) -> None:
    maker = Maker(3)
    shop, other = maker.shops[0], maker.innocents[0]
    pages = {
        "shop.test": maker.original(shop),
        "mirror.test": maker.mirror(shop),
        "other.test": maker.original(other),
    }
    for host, page in pages.items():
        web.site(host, {"/": Reply(page.html), "/broken": Reply("<p>gone</p>", 404)})
    at = place()
    at.crawl(at.begin(*(f"http://{host}/" for host in pages)))
    rows = at.rows(
        "select t.value host, f.* from cases_fingerprintrow f"
        " join cases_documentrow d on d.id = f.document_id"
        " join cases_target t on t.id = f.target_id and t.id = d.target_id"
    )
    found = {
        row["host"]: Fingerprint(
            bytes(row["signature"]), row["shingles"], row["skeleton"], row["outline"]
        )
        for row in rows
        if row["host"] in pages
    }
    assert set(found) == set(pages)
    assert likeness(found["shop.test"], found["mirror.test"], sells=True) is not None
    assert likeness(found["shop.test"], found["other.test"], sells=True) is None
    assert all(one.skeleton for one in found.values())
