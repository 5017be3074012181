"""No pattern takes long on any input, and a megabyte costs little more than a short page."""

from __future__ import annotations

import re
import time

import pytest

from crawlers.bodies import looks_binary
from crawlers.extraction import extract_plain
from crawlers.softblocks import content, errors, gates, has_own_text, notices, recognise, vendors

MIB = 1_000_000
STARTS = [
    *("this domain ", "the site ", "домен ", "доступ ", "access ", "сайт ", "ресурс ", "хостинг "),
    *(
        "page ",
        "страница ",
        "click ",
        "404 ",
        "403 ",
        "500 - ",
        "just a moment",
        "access denied | ",
    ),
    *("name=", "src=", 'class="', "apache2 ubuntu ", "қол жеткізу ", "суреттегі ", "1 г ", "@"),
    *("<a ", "GIF89a<", "a.", ". ", "| ", "\n", " ", "a", "1", "я"),
]
PATTERNS = [
    (module.__name__.rpartition(".")[2], name, value)
    for module in (content, errors, gates, notices, vendors)
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern)
]


def seconds(pattern: re.Pattern[str], text: str) -> float:
    began = time.process_time()
    pattern.search(text)
    return time.process_time() - began


@pytest.mark.parametrize(("module", "name", "pattern"), PATTERNS)
def test_every_pattern_is_linear(module: str, name: str, pattern: re.Pattern[str]) -> None:
    """Four times the input takes about four times as long, not sixteen, at any pace."""
    for start in STARTS:
        short, long = start * (60_000 // len(start)), start * (240_000 // len(start))
        took = min(seconds(pattern, short) for _ in range(2))
        assert seconds(pattern, long) < 10 * took + 0.05, (module, name, start)


def look(start: str, length: int) -> float:
    """Seconds for a whole look at a page of ``length`` characters under a megabyte of markup."""
    page = extract_plain((start * length)[:length])
    markup = (start * MIB)[:MIB]
    began = time.process_time()
    recognise(page, markup, {}, "http://a.test/")
    has_own_text(page, markup, "http://a.test/")
    looks_binary(markup.encode(), "text/html")
    return time.process_time() - began


@pytest.mark.parametrize("start", STARTS)
def test_a_look_at_a_page_is_linear_and_ends_with_the_page(start: str) -> None:
    took = min(look(start, 1_400) for _ in range(2))
    assert look(start, 5_600) < 10 * took + 0.1
    assert look(start, MIB) < 10 * took + 0.5, "little of it is looked at"
