"""What clients ask for, good and bad."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InputError
from review.taxii.wanted import MOST, Cursor, Wanted, microseconds, milliseconds, read

MOMENT = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)


def test_without_filters_the_last_versions_of_all_are_meant() -> None:
    assert read({}) == Wanted(limit=MOST, versions=frozenset({"last"}))


def test_filters_are_read() -> None:
    cursor = Cursor(7, 2, uuid.uuid4())
    wanted = read(
        {
            "limit": "20", "next": str(cursor), "added_after": microseconds(MOMENT),
            "match[id]": "indicator--a,indicator--b", "match[type]": "indicator",
            "match[version]": "first,2026-03-01T12:00:00.5Z", "match[spec_version]": "2.1",
        }
    )  # fmt: skip
    assert wanted == Wanted(
        20, cursor, MOMENT, frozenset({"indicator--a", "indicator--b"}), frozenset({"indicator"}),
        frozenset({"first", "2026-03-01T12:00:00.500Z"}), frozenset({"2.1"}),
    )  # fmt: skip
    assert milliseconds(MOMENT) == "2026-03-01T12:00:00.123Z"
    assert read({"limit": "100000"}).limit == MOST


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"), ("limit", "-1"), ("limit", "x"), ("limit", ""), ("limit", "٣"),
        ("next", ""), ("next", "1-9-" + "0" * 32), ("next", "1-1-zz"), ("next", "x" * 5000),
        ("added_after", "yesterday"), ("added_after", "2026-03-01T12:00:00+05:00"),
        ("added_after", "2026-13-01T12:00:00Z"), ("match[version]", "newest"),
        ("match[colour]", "red"), ("match[id]", ",".join(map(str, range(101)))),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(name: str, value: str) -> None:
    with pytest.raises(InputError, match=name.replace("[", r"\[").replace("]", r"\]")):
        read({name: value})


NAMES = st.sampled_from(["limit", "next", "added_after", "match[version]", "match[id]"])


@given(st.dictionaries(NAMES, st.text(max_size=50)))
def test_no_parameter_breaks_it(query: dict[str, str]) -> None:
    try:
        wanted = read(query)
    except InputError:
        return
    assert 1 <= wanted.limit <= MOST
