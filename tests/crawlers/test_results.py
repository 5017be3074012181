from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.results import behind, next_page
from domain.onion import onion_from_public_key
from tests.crawlers.crawling import Place
from tests.crawlers.servers import Asked, Reply, Web, html

ONIONS = [onion_from_public_key(bytes([n]) * 32) for n in range(1, 8)]
HERE = "http://engine.test/search?q=x"


@pytest.mark.parametrize(
    ("url", "links", "found"),
    [
        (HERE, [("http://engine.test/search?p=2&q=x", "2")], "http://engine.test/search?p=2&q=x"),
        (
            "http://engine.test/search?page=2&q=x",
            [(f"http://engine.test/search?page={n}&q=x", str(n)) for n in (1, 2, 4, 3, 9)],
            "http://engine.test/search?page=3&q=x",
        ),
        (HERE, [("http://engine.test/s/x/2", "Дальше →")], "http://engine.test/s/x/2"),
        (HERE, [("http://engine.test/s/x/2", "»")], "http://engine.test/s/x/2"),
        (HERE, [("http://engine.test/search?p=2&q=other", "2")], None),
        (HERE, [("http://other.test/search?p=2&q=x", "next")], None),
        (HERE, [("http://engine.test/next-door", "what is next door")], None),
        ("http://engine.test/search?p=3&q=x", [("http://engine.test/search?p=2&q=x", "2")], None),
        (HERE, [], None),
    ],
)
def test_the_next_page_of_results(
    url: str, links: list[tuple[str, str]], found: str | None
) -> None:
    assert next_page(url, links) == found


def test_what_stands_behind_a_link_through_the_engine() -> None:
    onion = ONIONS[0]
    assert list(behind(f"http://e.test/r?term=x&redirect_url=http%3A%2F%2F{onion}%2Fa")) == [
        f"http://{onion}/a"
    ]
    assert list(behind(f"http://e.test/r?u={onion}")) == [f"http://{onion}/"]
    assert list(behind("http://e.test/r?u=HTTPS://b.test/&q=word")) == ["HTTPS://b.test/"]
    assert list(behind("http://e.test/r?q=http&u=x.onion")) == []


@given(st.lists(st.integers(0, 50), max_size=8), st.integers(0, 50))
def test_following_the_next_page_never_goes_round(pages: list[int], at: int) -> None:
    url = f"http://engine.test/search?page={at}&q=x"
    found = next_page(url, [(f"http://engine.test/search?page={n}&q=x", "") for n in pages])
    larger = [n for n in pages if n > at]
    assert found == (f"http://engine.test/search?page={min(larger)}&q=x" if larger else None)


def results(asked: Asked) -> Reply:
    """As an onion search engine prints them: three a page, links through itself, names in cite."""
    number = re.search(r"page=(\d+)", asked.path)
    page = int(number[1]) if number else 1
    items = "".join(
        f'<li class="result"><h4><a href="/search/redirect?search_term=x&amp;redirect_url='
        f'http://{onion}/">Shop</a></h4><cite>{ONIONS[-1] if page == 1 else onion}</cite></li>'
        for onion in ONIONS[page * 2 - 2 : page * 2]
    )
    more = f'<a href="/search?q=q&amp;page={page + 1}">{page + 1}</a>'
    return html(f'<ol>{items}</ol>{more}<a href="/about">About</a>', title="Results")


@pytest.mark.parametrize("most", [1, 3])
def test_so_many_pages_of_results_are_read(
    web: Web, place: Callable[..., Place], most: int
) -> None:
    web.pages["engine.test"] = results
    at = place(CRAWL__MAX_RESULT_PAGES=str(most), TOR__ENABLED="off")
    run = at.begin("search=http://engine.test/search?q={query}")
    at.crawl(run)
    assert len(at.captures(run)) == most == web.served.total() == at.requests(run)
    rows = at.rows(
        "select t.value, c.why from cases_candidaterow c join cases_target t on t.id = c.target_id"
        " where t.kind = 'onion'"
    )
    assert {row["value"] for row in rows} == {*ONIONS[: most * 2], ONIONS[-1]}
    assert {row["why"] for row in rows} == {"search"}
    dropped = at.counts(run, "dropped")
    assert dropped["more pages of results"] == 1
    assert dropped["only this page is read"] == most
