from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.figures import bare_channel_id, id_in_view, parse_count


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.5M", 12_500_000),
        ("2.9K", 2_900),
        ("1,5K", 1_500),
        ("980", 980),
        ("12 345", 12_345),
        ("12,345", 12_345),
        (" 1.2B ", 1_200_000_000),
        ("0", 0),
        ("", None),
        ("many", None),
        ("K", None),
        ("1.2.3K", None),
        ("-5", None),
    ],
)
def test_counts(text: str, number: int | None) -> None:
    assert parse_count(text) == number


@given(st.text(max_size=60))
def test_any_text_is_a_count_or_none(text: str) -> None:
    assert parse_count(text) is None or parse_count(text) >= 0


@pytest.mark.parametrize("written", [1158198424, -1158198424, -1001158198424])
def test_the_same_channel_however_its_id_is_written(written: int) -> None:
    view = base64.urlsafe_b64encode(json.dumps({"c": written, "p": "33g"}).encode()).decode()
    assert id_in_view(view) == id_in_view(view.rstrip("=")) == 1158198424
    assert bare_channel_id(written) == 1158198424


@given(st.text(max_size=80))
def test_any_view_is_an_id_or_none(view: str) -> None:
    assert id_in_view(view) is None or id_in_view(view) > 0


@pytest.mark.parametrize("content", ["[]", "{}", '{"c":null}', '{"c":0}', '{"c":1e999}', "7"])
def test_views_without_an_id(content: str) -> None:
    assert id_in_view(base64.urlsafe_b64encode(content.encode()).decode()) is None
