"""No cell of a file is calculated by whoever opens it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.tables import Table, csv_lines, defused

BAD = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("http://evil.test")',
    " =1",
    "＝1",
)


def read(lines) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(lines).removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize("cell", BAD)
def test_a_cell_that_would_be_a_formula_becomes_text(cell: str) -> None:
    ((header,), (row,)) = read(csv_lines([cell], [[cell]]))
    assert header.startswith("'")
    assert row.startswith("'")


@given(st.text())
def test_no_text_begins_with_what_begins_a_formula(text: str) -> None:
    for part in defused(text).replace("\t", ";").replace("\n", ";").split(";"):
        assert not part.lstrip(" \"'").startswith(("=", "+", "-", "@")) or "'" in part
    assert defused(text)[:1] not in {"=", "+", "-", "@", "\t", "\r"}


def test_what_another_separator_would_cut_is_defused_too() -> None:
    assert defused("a;=1+1") == "a;'=1+1"
    assert defused("a\n@b") == "a\n'@b"
    assert defused("2026-03-01 a=b") == "2026-03-01 a=b"


def test_numbers_stay_numbers_and_nothing_is_empty() -> None:
    assert read(csv_lines(["n"], [[-3], [-0.25], [None], [7]])) == [
        ["n"],
        ["-3"],
        ["-0.25"],
        [""],
        ["7"],
    ]


def test_directions_and_controls_are_made_visible() -> None:
    assert defused("a\u202eb\x00") == "a\\u202eb\\u0000"


def test_what_is_shown_follows_the_language(settings) -> None:
    table = Table("t", "T", ("a", "b"), (("x\u202e", 1.5), ("y", None)))
    assert table.heads == [("a", False), ("b", True)]
    assert table.shown == [[("x\\u202e", False), ("1.50", True)], [("y", False), ("–", True)]]
