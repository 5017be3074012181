from __future__ import annotations

import pytest

from domain.platforms import Platforms, parse_platforms

LIST = parse_platforms(
    {
        "list": {"name": "platforms"},
        "paths": {"video": ["video.example"], "links": ["go.example", "short.blog.example"]},
        "subdomains": {"blogs": ["blog.example", "pages.go.example"]},
        "own": {"labels": ["www", "m"]},
    }
)


@pytest.mark.parametrize(
    ("host", "platform"),
    [
        ("video.example", "video.example"),
        ("a.b.video.example", "video.example"),
        ("go.example", "go.example"),
        ("blog.example", "blog.example"),
        ("m.blog.example", "blog.example"),
    ],
)
def test_a_platform_is_told_with_its_name(host: str, platform: str) -> None:
    assert LIST.match(host) == platform
    assert host in LIST


@pytest.mark.parametrize(
    "host",
    [
        "customer.blog.example",
        "www.customer.blog.example",
        "customer.www.blog.example",
        "notvideo.example",
        "video.example.test",
        "example",
        "",
    ],
)
def test_customers_and_strangers_are_no_platform(host: str) -> None:
    assert LIST.match(host) == ""
    assert host not in LIST


def test_where_both_kinds_stand_above_the_nearest_decides() -> None:
    assert "customer.pages.go.example" not in LIST
    assert LIST.match("x.go.example") == "go.example"
    assert LIST.match("x.short.blog.example") == "short.blog.example"


def test_an_empty_list_has_no_platform() -> None:
    assert parse_platforms({}) == Platforms()
    assert "video.example" not in Platforms()
