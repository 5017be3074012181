"""Generated rows for training, and disguised copies of given rows."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import resources
from importlib.resources.abc import Traversable

from classifiers.augment.disguise import disguise
from classifiers.augment.grammar import Grammar, Shape, Writer, parse_grammar
from classifiers.rows import Row
from domain.assessment import Label

SOURCE = "generated"
_SHARES = {"ru": 0.4, "kk": 0.25, "mixed": 0.1, "en": 0.25}
_DISGUISED = 0.25
# Shapes drawn more often than others of their label and language: articles that quote the trade,
# lawful lists with the trade's emoji and price lists of pharmacies are hardest to tell from shops.
_TIMES = {"press": 12.0, "press_prices": 6.0, "et": 3.0, "ap": 5.0}
_BURIED = 0.08


def load_grammar() -> Grammar:
    """The grammar that ships with this package."""
    folder = resources.files("classifiers.augment") / "grammar"
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".toml")), key=_name)
    return parse_grammar([one.read_text(encoding="utf-8") for one in files])


def _name(file: Traversable) -> str:
    return file.name


def generate(
    count: int, seed: int, grammar: Grammar | None = None, *, disguised: bool = True
) -> Iterator[Row]:
    """``count`` rows, the same for the same seed; sources are ``generated_LABEL_LANG``.

    Where ``disguised``, a share of them is, whatever the label: disguise itself is no evidence;
    some sale rows stand buried in innocent text, as a selling paragraph on a long page.
    """
    rng = random.Random(seed)  # noqa: S311 - reproducible text, no secret
    grammar = grammar or load_grammar()
    writer = Writer(grammar, rng)
    by_lang: dict[tuple[str, Label], list[Shape]] = {}
    for shape in grammar.shapes:
        by_lang.setdefault((shape.lang, shape.label), []).append(shape)
    langs = list(_SHARES)
    for _ in range(count):
        lang = rng.choices(langs, weights=[_SHARES[one] for one in langs])[0]
        label = rng.choices(tuple(Label), weights=(0.45, 0.25, 0.3))[0]
        shapes = by_lang[lang, label]
        text = writer.write(rng.choices(shapes, weights=[_times(one) for one in shapes])[0])
        if label is Label.DRUG_SALE and rng.random() < _BURIED:
            text = _buried(text, writer, by_lang[lang, Label.OTHER], rng)
        if disguised and rng.random() < _DISGUISED:
            text = disguise(text, rng)
        yield Row(text, label, lang, f"{SOURCE}_{lang}")


def _times(shape: Shape) -> float:
    return _TIMES.get(shape.name) or _TIMES.get(shape.name.partition("_")[0], 1.0)


def _buried(text: str, writer: Writer, around: Sequence[Shape], rng: random.Random) -> str:
    before, after = writer.write(rng.choice(around)), writer.write(rng.choice(around))
    return f"{before[:700]}\n{text}\n{after[:300]}"


def disguised_copies(rows: Sequence[Row], share: float, seed: int) -> Iterator[Row]:
    """Disguised copies of a share of ``rows``, of the same source and label."""
    rng = random.Random(seed)  # noqa: S311 - reproducible text, no secret
    for row in rows:
        if rng.random() < share:
            yield replace(row, text=disguise(row.text, rng))
