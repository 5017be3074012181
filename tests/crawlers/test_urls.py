from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.urls import NotFollowed, absolute, followable, pattern

PAGE = "http://a.test/dir/page"


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("x", "http://a.test/dir/x"),
        (" /x\n", "http://a.test/x"),
        ("//b.test/", "http://b.test/"),
        ("HTTP://b.test", "http://b.test"),
        ("?q=a:b", "http://a.test/dir/page?q=a:b"),
    ],
)
def test_absolute(href: str, url: str) -> None:
    assert absolute(PAGE, href) == url


@pytest.mark.parametrize(
    ("href", "reason"),
    [
        ("javascript:alert(1)", "javascript link"),
        (" DATA:text/html,x", "data link"),
        ("tel:+7", "tel link"),
        ("vbscript:x", "other link"),
    ],
)
def test_other_schemes_are_not_followed(href: str, reason: str) -> None:
    with pytest.raises(NotFollowed) as caught:
        absolute(PAGE, href)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://A.test:80/x?b=1&a=2#frag", "http://a.test/x?a=2&b=1"),
        ("http://a.test/x?PHPSESSID=0123456789ab&id=3", "http://a.test/x?id=3"),
        ("http://a.test/x;jsessionid=0A1B?id=3", "http://a.test/x?id=3"),
        ("http://a.test/?sid=7", "http://a.test/?sid=7"),
        ("http://a.test/?s=mephedrone", "http://a.test/?s=mephedrone"),
    ],
)
def test_followable(url: str, canonical: str) -> None:
    assert followable(url) == canonical


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://a.test/pic.JPG", "not a page"),
        ("http://a.test/get/file.zip?x=1", "not a page"),
        ("http://a.test" + "/a" * 5, "path trap"),
        ("http://a.test/" + "/".join(f"s{n}" for n in range(20)), "path trap"),
        ("http://user:pw@a.test/", "broken link"),
        ("http://a.test:99999/", "broken link"),
        ("http://[", "broken link"),
        ("http://a.test/" + "x" * 3000, "broken link"),
    ],
)
def test_not_followable(url: str, reason: str) -> None:
    with pytest.raises(NotFollowed) as caught:
        followable(url)
    assert caught.value.reason == reason


def test_urls_that_differ_in_numbers_or_tokens_have_one_pattern() -> None:
    same = [
        "http://a.test/2026/03/01?page=7",
        "http://a.test/1999/12/31?page=10000",
    ]
    assert len({pattern(url) for url in same}) == 1
    tokens = [f"http://a.test/?k={token}" for token in ("a1b2c3d4e5f6a7b8", "9f8e7d6c5b4a39281")]
    assert len({pattern(url) for url in tokens}) == 1
    different = [
        *("http://a.test/tea", "http://a.test/coffee", "http://b.test/tea"),
        *("http://a.test/?q=tea", "http://a.test/?q=coffee", "http://a.test/?r=tea"),
    ]
    assert len({pattern(url) for url in different}) == len(different)


@given(st.text(max_size=300))
def test_nothing_but_not_followed_is_raised(text: str) -> None:
    with suppress(NotFollowed):
        assert len(pattern(followable(absolute(PAGE, text)))) == 16
