"""Preview pages read by the product and by BeautifulSoup with the standard parser, side by side."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

_ROUNDS = 5
_BASE = "https://t.me/s/"


def pages() -> list[tuple[str, str]]:
    """Every preview page of the sample world, with its address."""
    from tests.world.addresses import addresses_of
    from tests.world.content import load
    from tests.world.exchange import Request
    from tests.world.telegram import telegram_handler

    content = load()
    handle = telegram_handler(content, addresses_of(content), datetime(2026, 1, 1, tzinfo=UTC))
    found = []
    for name, channel in content.channels.items():
        for before in ["", *(str(post.id) for post in channel.posts[20::20])]:
            target = f"/s/{name}" + (f"?before={before}" if before else "")
            answer = handle(Request("GET", "telegram.test", target, {}))
            if answer.status != 200:
                break  # it has no preview
            body = answer.body
            assert isinstance(body, bytes)
            found.append((f"{_BASE}{name}", body.decode()))
    return found


def measure() -> dict[str, Any]:
    """Pages per second of both, each its best of several rounds that take turns."""
    from bench.soup.parsing import parse_page as by_soup
    from channels.parsing import parse_page

    given = pages()
    ours, soups = [], []
    for _ in range(_ROUNDS):
        ours.append(_rate(parse_page, given))
        soups.append(_rate(by_soup, given))
    return {
        "pages": len(given),
        "ours_per_s": round(max(ours)),
        "soup_per_s": round(max(soups)),
        "ratio": round(max(ours) / max(soups), 1),
    }


def _rate(parse: Callable[[str, str], object], given: list[tuple[str, str]]) -> float:
    began = time.perf_counter()
    for base, html in given:
        parse(html, base)
    return len(given) / (time.perf_counter() - began)
