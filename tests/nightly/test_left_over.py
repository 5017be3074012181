"""Two nights whose budget is too small: what the first did not come to, the second does first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crawlers.servers import Web, html, links
from tests.nightly.test_rechecks import Nights

pytestmark = pytest.mark.timeout(300)

OLD = [f"http://{name}-old.test/" for name in ("tea", "salt", "rope", "wool", "milk", "corn")]
NEW = [f"http://{name}-new.test/" for name in ("ink", "jam", "oil", "tin", "ash", "fig")]
FILLED = "<p>" + "Обычная страница, на которой есть слова. " * 800  # 60 kB


@pytest.mark.parametrize(
    "budget",
    [{"CRAWL__MAX_PAGES": "3"}, {"CRAWL__MAX_BYTES": "70000", "CRAWL__CONCURRENCY": "1"}],
)
def test_the_next_night_begins_with_what_was_cut_off(
    web: Web, migrated: Path, place, budget: dict[str, str]
) -> None:
    web.site("hub.test", {"/": html(links(*OLD))})
    for url in (*OLD, *NEW):
        web.site(url[7:-1], {"/": html(FILLED)})
    nights = Nights(place(**budget, CRAWL__EXPLORE_SHARE="0", CRAWL__TRIES="1"), web)
    begun: list[set[str]] = []
    try:
        for day in range(3):
            web.served.clear()
            nights.seed("hub.test")
            report = nights.night(day)
            begun.append(set(web.served) - {"http://hub.test/"})
            assert report["totals"]["requests"] == web.served.total()
            (gathered,) = [line for line in report["stages"] if line["stage"] == "gather"]
            assert ("in: left over from earlier nights" in gathered["counts"]) == (day > 0)
            web.site("hub.test", {"/": html(links(*NEW, *OLD))})
    finally:
        nights.child.communicate(timeout=60)
    assert 0 < len(begun[0]) < len(OLD)
    left = set(OLD) - begun[0]
    assert begun[1], "the second night comes to some"
    assert begun[1] <= left or left <= begun[1], "and to nothing new before"
    if "CRAWL__MAX_PAGES" in budget:  # what is on its way when bytes run out still comes in
        assert (len(begun[0]), len(begun[1]), len(begun[2])) == (2, 2, 2)
        assert begun[1] | begun[2] == left
