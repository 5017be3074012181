"""Preview pages are read as BeautifulSoup reads them: the same extraction written twice."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.preview import pages
from bench.soup.parsing import parse_page as by_soup
from channels.parsing import parse_page
from tests.channels.pages import FakeChannel, FakePost, page_html

BASE = "https://t.me/s/some_shop"
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=80)
POSTS = st.builds(
    FakePost,
    id=st.integers(1, 10**6),
    text=TEXTS,
    views=st.sampled_from(("950", "2.9K", "12.5K", "1.2M", "")),
    forward=st.none() | st.tuples(st.just("Лавка"), st.sampled_from(("", "lavka", "tau_bazar"))),
    buttons=st.lists(
        st.tuples(st.just("Прайс"), st.sampled_from(("https://t.me/x?a=1&b=2", "tg://y"))),
        max_size=2,
    ).map(tuple),
    reply=st.just("") | TEXTS,
    album=st.just(()) | st.just((4, 5, 6)),
    edited=st.booleans(),
    service=st.booleans(),
)


@pytest.mark.parametrize(("base", "html"), pages())
def test_pages_of_the_sample_world(base: str, html: str) -> None:
    assert parse_page(html, base) == by_soup(html, base)


@settings(max_examples=150)
@given(posts=st.lists(POSTS, max_size=6), description=TEXTS)
def test_pages_with_anything_in_them(posts: list[FakePost], description: str) -> None:
    html = page_html(FakeChannel("Some_Shop", 77, description=description, posts=posts))
    assert parse_page(html, BASE) == by_soup(html, BASE)
