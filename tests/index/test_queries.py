from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InputError
from index.queries import EVERYTHING, All, Any, Node, Prefix, Words, needles, parse


def word(text: str) -> Words:
    return Words((text,))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", EVERYTHING),
        (" \t ", EVERYTHING),
        ("Мефедрон", word("мефедрон")),
        ("a b", All((word("a"), word("b")))),
        ("a AND b", All((word("a"), word("b")))),
        ("a OR b c", Any((word("a"), All((word("b"), word("c")))))),
        ("(a OR b) c", All((Any((word("a"), word("b"))), word("c")))),
        ("a -b", All((word("a"),), (word("b"),))),
        ("a NOT b", All((word("a"),), (word("b"),))),
        ("NOT NOT a", word("a")),
        ("-a", All((), (word("a"),))),
        ('a -"b c"', All((word("a"),), (Words(("b", "c")),))),
        ("-(a b) c", All((word("c"),), (All((word("a"), word("b"))),))),
        ('"купить  мефедрон!"', Words(("купить", "мефедрон"))),
        ("меф*", Prefix("меф")),
        ("lavka.test/menu", Words(("lavka", "test", "menu"))),
        ("state:confirmed", Words(("state", "confirmed"))),
        ("a + b", All((word("a"), word("b")))),
        ("and or not", All((word("and"), word("or"), word("not")))),
    ],
)
def test_parse(text: str, tree: Node) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('"abc', "quotation mark"),
        ('a "b" "', "quotation mark"),
        ("(a", "( has no partner"),
        ("a)", ") has no partner"),
        ("()", "no word"),
        ("!!!", "no word in it"),
        ("*", "no word in it"),
        ("*:*", "no word in it"),
        ("a OR", "before the end"),
        ("OR a", "no word"),
        ("a OR OR b", "before OR"),
        ("a NOT", "nothing after NOT"),
        ("NOT AND b", "nothing after NOT"),
        ("*меф", "end of one word"),
        ("м*ф", "end of one word"),
        ("кофе-шоп*", "end of one word"),
        ("м*", "at least 2 letters"),
        ("(" * 20 + "a" + ")" * 20, "groups inside"),
        ("a " * 65, "more than 64 words"),
        ("x" * 1001, "at most 1000"),
    ],
)
def test_what_cannot_be_understood_is_named(text: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text)
    assert why in str(caught.value)
    if len(text) < 100:
        assert repr(text) in str(caught.value)


@given(st.text(alphabet='абc "()*-ORANDT.\u202e\x00', max_size=40))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        tree = parse(text)
    except InputError:
        return
    assert all(leaf for leaf in needles(tree))


def test_what_is_excluded_is_no_needle() -> None:
    assert needles(parse("a OR (b -c) dd*")) == [word("a"), word("b"), Prefix("dd")]
