from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from index.marking import MOST_MARKS, Marker, excerpt
from index.queries import needles, parse

TEXT = "Купить мeфeдpoна в Алматыда — «дүкенімізде», звоните. Мефедрон! Selling now."


def marks(query: str, text: str = TEXT) -> list[str]:
    return [text[start:end] for start, end in Marker(needles(parse(query))).marks(text)]


def test_marks_point_into_the_original() -> None:
    assert marks("мефедрон") == ["мeфeдpoна", "Мефедрон"]
    assert marks("дүкен") == ["дүкенімізде"]
    assert marks("sells") == ["Selling"]
    assert marks("мефед*") == ["мeфeдpoна", "Мефедрон"]


def test_a_phrase_is_marked_as_a_whole_and_only_where_it_stands() -> None:
    assert marks('"купить мефедрон"') == ["Купить мeфeдpoна"]
    assert marks('"мефедрон купить"') == []


def test_overlapping_matches_become_one_mark() -> None:
    assert marks('"купить мефедрон" OR "мефедрон в" OR купить') == [
        "Купить мeфeдpoна в",
    ]


def test_what_is_excluded_is_not_marked() -> None:
    assert marks("алматы -купить") == ["Алматыда"]


def test_no_words_no_marks() -> None:
    assert marks("") == []


def test_marks_are_bounded() -> None:
    assert len(marks("меф", "меф " * 500)) == MOST_MARKS


def test_an_excerpt_begins_near_the_first_match() -> None:
    text = "начало " * 200 + "вот мефедрон тут" + " конец" * 200
    segments = excerpt(text, Marker(needles(parse("мефедрон"))).marks(text))
    joined = "".join(segment.text for segment in segments)
    assert [segment.text for segment in segments if segment.marked] == ["мефедрон"]
    assert joined in text
    assert len(joined) < 300
    assert joined.startswith("начало")


def test_an_excerpt_without_matches_is_the_beginning() -> None:
    (segment,) = excerpt("слово " * 100, ())
    assert segment.text.startswith("слово слово")
    assert not segment.marked
    assert excerpt("", ()) == ()


@given(st.text(max_size=300), st.sampled_from(["меф", '"a b"', "aa*", "a OR b"]))
def test_any_text_can_be_marked(text: str, query: str) -> None:
    found = Marker(needles(parse(query))).marks(text)
    assert all(0 <= start < end <= len(text) for start, end in found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))
    joined = "".join(segment.text for segment in excerpt(text, found))
    assert joined in text
