from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.custody import Access, Item, Origin, custody_text

ORIGIN = Origin("warc/a.warc.gz", "pages/a.warc.gz", "narcowatch/1", "host", "not synchronised")


def item(url: str, how: str = "through direct") -> Item:
    return Item("capture 1", url, "ab", 3, "2026-03-01T12:00:00Z", "run 1", how, "warc/a.warc.gz")


def test_it_says_who_what_when_how_and_who_had_it_since() -> None:
    access = Access(9, "2026-03-02T08:00:00Z", "aigul", "evidence.bundled")
    text = custody_text("case 1", [item("http://shop.test/")], [ORIGIN], [access])
    assert "capture 1  hxxp://shop[.]test/" in text
    assert "taken     2026-03-01T12:00:00Z for run 1, through direct" in text
    assert "its clock   UTC, not synchronised" in text
    assert "sealed      not yet" in text
    assert "Who had it since: 1 event of the audit chain" in text
    assert "2026-03-02T08:00:00Z  aigul: evidence.bundled (event 9)" in text


@given(st.text(), st.text())
def test_collected_text_adds_no_lines_and_no_control_characters(url: str, how: str) -> None:
    plain = custody_text("case 1", [item("x")], [ORIGIN], [])
    text = custody_text("case 1", [item(url, how)], [ORIGIN], [])
    assert text.count("\n") == plain.count("\n")
    assert "\x1b" not in text
    assert "\u202e" not in text
