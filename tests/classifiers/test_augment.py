"""Generated text: reproducible, marked, complete; disguises that the normaliser undoes."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from classifiers.augment.disguise import KINDS, disguise
from classifiers.augment.grammar import Writer, parse_grammar
from classifiers.augment.writer import disguised_copies, generate, load_grammar
from classifiers.normalise import normalise
from classifiers.rows import Row
from domain.assessment import Label
from domain.errors import InputError
from tests.classifiers.conftest import ROOT

WORDS = "Большой красивый самовар стоит на деревянном столе возле окошка"


def test_the_same_seed_gives_the_same_rows() -> None:
    assert list(generate(50, 7)) == list(generate(50, 7))
    assert list(generate(50, 7)) != list(generate(50, 8))


def test_rows_are_marked_and_of_every_language_and_label() -> None:
    rows = list(generate(1500, 1))
    assert all(row.source == f"generated_{row.lang}" for row in rows)
    assert {row.lang for row in rows} == {"ru", "kk", "en", "mixed"}
    counts = Counter((row.lang, row.label) for row in rows)
    assert all(counts[lang, label] > 10 for lang in ("ru", "kk", "en", "mixed") for label in Label)


def test_every_slot_of_every_template_can_be_filled() -> None:
    grammar = load_grammar()
    writer = Writer(grammar, random.Random(1))
    for shape in grammar.shapes:
        for template in shape.templates:
            for _ in range(5):
                text = writer.fill(template, shape.lang)
                assert "{" not in text, (shape.name, text)


def test_the_card_says_how_large_the_grammar_is() -> None:
    shapes = load_grammar().shapes
    templates = sum(len(shape.templates) for shape in shapes)
    card = " ".join((ROOT / "docs" / "model-card.md").read_text().split())
    assert f"some {round(templates, -1):,} templates in {len(shapes)} shapes" in card


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[nonsense.ru]\na = ["x"]', "neither slots nor a label"),
        ('[slots.ru]\na = ["x"]\n[slots.kk]\n', None),
        ('[other.ru]\na = ["{missing}"]', "no slot 'missing'"),
        ('[slots.ru]\na = ["{a}"]\n[other.ru]\nb = ["{a}"]', "without end"),
    ],
)
def test_a_broken_grammar_is_refused(text: str, said: str | None) -> None:
    def use() -> None:
        grammar = parse_grammar([text])
        for shape in grammar.shapes:
            Writer(grammar, random.Random(1)).write(shape)

    if said is None:
        use()
    else:
        with pytest.raises(InputError, match=said):
            use()


def test_a_slot_defined_twice_is_refused() -> None:
    with pytest.raises(InputError, match="defined twice"):
        parse_grammar(['[slots.ru]\na = ["x"]', '[slots.ru]\na = ["y"]'])


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"transliterated", "digits"}))
def test_the_normaliser_undoes_each_disguise(kind: str) -> None:
    plain = normalise(WORDS).text.replace(" ", "")
    for seed in range(20):
        hidden = KINDS[kind](WORDS, random.Random(seed))
        letters = normalise(hidden).text.replace(" ", "")
        assert letters == plain, hidden


def test_digits_are_mostly_undone() -> None:
    plain = normalise(WORDS).text.split()
    right = total = 0
    for seed in range(50):
        words = normalise(KINDS["digits"](WORDS, random.Random(seed))).text.split()
        right += sum(a == b for a, b in zip(words, plain, strict=True))
        total += len(plain)
    assert right / total > 0.8


def test_disguised_copies_keep_label_and_source() -> None:
    rows = [Row(WORDS, Label.OTHER, "ru", "somewhere")] * 200
    copies = list(disguised_copies(rows, 0.5, 1))
    assert 60 < len(copies) < 140
    assert {(row.label, row.source) for row in copies} == {(Label.OTHER, "somewhere")}
    assert any(row.text != WORDS for row in copies)
    assert disguise(WORDS, random.Random(2)) != WORDS


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"recased"}))
def test_addresses_are_left_alone(kind: str) -> None:
    addresses = [
        "https://t.me/pochta_lavka", "@lavka_gorod", "lavka-dom.top/list", "dom@lavka.example",
        "abcdefghijklmnop.onion", "t.me/joinchat/AbCdEf",
    ]  # fmt: skip
    text = " соловей ".join(addresses) + " соловей"
    hidden = [KINDS[kind](text, random.Random(seed)) for seed in range(20)]
    assert all(address in one for one in hidden for address in addresses)
    assert any(one != text for one in hidden)
