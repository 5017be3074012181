"""What a word is found under: as it is folded, its Russian or English stem, its Kazakh stem.

Each has a field of its own in the index, so that a query in any language finds them all. Stems
are Snowball's, as tantivy ships them and as Elasticsearch's ``russian`` and ``english`` do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import tantivy

from index import kazakh
from index.folding import latin_twin
from index.words import words_of


@dataclass(frozen=True, slots=True)
class Forms:
    """The terms of one word, by the field that holds them."""

    plain: str
    stem: str
    kk: str


@dataclass(frozen=True, slots=True)
class Searched:
    """A field, which of a word's forms it holds, and how much a match there counts."""

    field: str
    form: str
    boost: float


#: Where a word of a query is looked for. ``place`` is the target, the URL and its channel.
SEARCHED = (
    Searched("text", "plain", 1.5),
    Searched("text_stem", "stem", 1.0),
    Searched("text_kk", "kk", 0.8),
    Searched("title", "plain", 3.0),
    Searched("title_stem", "stem", 2.0),
    Searched("title_kk", "kk", 1.6),
    Searched("place", "plain", 3.0),
)
PLAIN_FIELDS = tuple(searched for searched in SEARCHED if searched.form == "plain")


@lru_cache(maxsize=1)
def _snowball() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    stemmers = (tantivy.Filter.stemmer(language) for language in ("russian", "english"))
    for stemmer in stemmers:
        builder = builder.filter(stemmer)
    return builder.build()


@lru_cache(maxsize=1 << 16)
def forms_of(word: str) -> Forms:
    """The terms of a folded word."""
    return Forms(word, "".join(_snowball().analyze(word)), kazakh.stem(word))


def folded(text: str) -> str:
    """``text`` as its folded words, one blank between two."""
    return " ".join(word.text for word in words_of(text))


@dataclass(frozen=True, slots=True)
class FieldTexts:
    """A text as three fields hold it, term by term at the same positions."""

    plain: str
    stem: str
    kk: str


def field_texts(text: str) -> FieldTexts:
    """``text`` in all its forms."""
    forms = [forms_of(word.text) for word in words_of(text)]
    return FieldTexts(
        " ".join(one.plain for one in forms),
        " ".join(one.stem for one in forms),
        " ".join(one.kk for one in forms),
    )


def wanted(word: str) -> Iterable[Forms]:
    """The forms that a folded query word is found under, its look-alike in Latin among them."""
    yield forms_of(word)
    twin = latin_twin(word)
    if twin:
        yield forms_of(twin)
