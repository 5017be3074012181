"""Ranges of bytes, as RFC 9110 has them."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.api.ranges import Part, UnsatisfiableRange, part_of

DATA = bytes(range(200))


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("bytes=0-0", DATA[:1]),
        ("bytes=10-19", DATA[10:20]),
        ("bytes=190-", DATA[190:]),
        ("bytes=190-999", DATA[190:]),
        ("bytes=-5", DATA[-5:]),
        ("bytes=-500", DATA),
        ("Bytes=0-9", DATA[:10]),
    ],
)
def test_one_range_is_answered(header: str, wanted: bytes) -> None:
    part = part_of(header, len(DATA))
    assert part is not None
    stream = io.BytesIO(DATA)
    stream.seek(part.start)
    assert b"".join(Part(stream, len(part))) == wanted


@pytest.mark.parametrize(
    "header",
    ["", "bytes=", "bytes=-", "bytes=5-4", "bytes=0-1,3-4", "items=0-1", "bytes=a-b", "bytes=٣-"],
)
def test_what_is_no_range_or_more_than_one_asks_for_the_whole(header: str) -> None:
    assert part_of(header, len(DATA)) is None


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=200-", 200), ("bytes=-0", 9), ("bytes=0-", 0)]
)
def test_a_range_of_nothing_cannot_be_satisfied(header: str, size: int) -> None:
    with pytest.raises(UnsatisfiableRange):
        part_of(header, size)


@given(st.text(max_size=30), st.integers(0, 1000))
def test_no_header_breaks_it(header: str, size: int) -> None:
    try:
        part = part_of(f"bytes={header}", size)
    except UnsatisfiableRange:
        return
    assert part is None or 0 <= part.start < part.stop <= size
