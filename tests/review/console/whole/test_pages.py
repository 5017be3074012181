"""Every page in a browser: for everybody, in three languages, and nothing shown is run."""

from __future__ import annotations

import pytest

from review.console import table
from tests.review.console.whole import checks
from tests.review.console.whole.touring import ELSEWHERE, FILES, Bus, Tour, visits

NAMES = [
    page.name
    for page in table.PAGES
    if "GET" in page.methods and page.name not in FILES | ELSEWHERE
]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_for_everybody(bus: Bus, name: str) -> None:
    (visit,) = (one for one in visits(bus.house) if one.name == name)

    def look(tour: Tour) -> list[str]:
        with tour.signed_in(visit.who) as page:
            answer = page.goto(visit.address)
            assert answer is not None
            assert answer.status == 200, f"{visit.address} answers {answer.status}"
            return [
                *checks.unreachable(page),
                *checks.overflowing(page),
                *checks.without_edges(page),
                *checks.moving(page),
                *checks.broken_rules(page),
            ]

    assert bus.run(look) == []
