"""Lexicons: words and phrases of the trade and of its innocent neighbours, found in any form.

The text of a lexicon is TOML, one table per *concept* (``[cathinones]``) with ``kind``, an
optional ``inn`` and ``title``, and strings of comma-separated terms under ``ru``, ``kk``,
``kk_verbs`` and ``en`` (the same with ``_weak`` for everyday words that mean the concept only in
company). A term is one word or a phrase. ``=word`` matches only as written, ``word*`` any ending.
Terms are lower-case, with ``е`` for ``ё``, as the normaliser leaves text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from domain.digests import digest
from domain.errors import InputError
from domain.morphology import (
    is_english_ending,
    is_kazakh_suffix,
    is_kazakh_verb_ending,
    is_russian_ending,
    is_russian_word,
    kazakh_stems,
    russian_forms,
    transliterated,
)
from domain.restricted import RestrictedTerms, parse_restricted

RESTRICTED = "restricted.toml"
#: Words of roles: rules look at them, no model does.
ROLES = "roles.toml"
_APART = frozenset({RESTRICTED, ROLES})

WORD = re.compile(r"[^\W_]+")
_TERM_WORD = re.compile(r"=?[^\W_]+\*?")
_LANGUAGE_KEYS = ("ru", "kk", "kk_verbs", "en")
_MIN_STEM = 3
_MAX_PHRASE_GAP = 3
_MIN_TRANSLITERATED = 5
_MIN_COMPOUND = 11
_MIN_INNER = 6
_MAX_WORD = 60
_CACHED_WORDS = 1 << 16


class TermKind(StrEnum):
    """What a concept speaks for: the trade, or one of its innocent neighbours."""

    SUBSTANCE = "substance"
    SELLING = "selling"
    LOGISTICS = "logistics"
    PAYMENT = "payment"
    RECRUITMENT = "recruitment"
    MARKET = "market"
    QUALITY = "quality"
    REQUEST = "request"
    NEWS = "news"
    MEDICAL = "medical"
    HARM_REDUCTION = "harm_reduction"
    TRADE = "trade"
    TALK = "talk"
    DENIAL = "denial"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Concept:
    """One table of a lexicon; ``weak`` terms of it are kept apart by ``Hit.weak``."""

    name: str
    kind: TermKind
    inn: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """Characters ``start`` to ``end`` of the text searched, and the concept found there."""

    start: int
    end: int
    concept: Concept
    weak: bool = False


# What is looked for inside words run together ("купитьгашишалматы").
_IN_COMPOUNDS = frozenset({TermKind.SUBSTANCE, TermKind.LOGISTICS})


class _Ending(StrEnum):
    EXACT = "="
    ANY = "*"
    RU = "ru"
    KK = "kk"
    KK_VERB = "kk_verbs"
    EN = "en"


_ENDING_TESTS: dict[_Ending, Callable[[str], bool]] = {
    _Ending.RU: lambda ending: is_russian_ending(ending) or is_kazakh_suffix(ending),
    _Ending.KK: is_kazakh_suffix,
    _Ending.KK_VERB: is_kazakh_verb_ending,
    _Ending.EN: is_english_ending,
    _Ending.ANY: lambda ending: True,
    _Ending.EXACT: lambda ending: not ending,
}


@dataclass(frozen=True, slots=True)
class _Sense:
    concept: Concept
    weak: bool


@dataclass(slots=True)
class _Index:
    """Word patterns by form and by stem; senses by the sequence of their word patterns."""

    forms: dict[str, set[int]] = field(default_factory=dict)
    stems: dict[str, set[tuple[_Ending, int]]] = field(default_factory=dict)
    patterns: dict[tuple[str, _Ending], int] = field(default_factory=dict)
    compounds: set[int] = field(default_factory=set)
    phrases: dict[int, list[tuple[tuple[int, ...], _Sense]]] = field(default_factory=dict)

    def add(self, term: str, language: str, sense: _Sense) -> None:
        ids = tuple(self._pattern(word, language) for word in _TERM_WORD.findall(term))
        if len(ids) == 1 and not sense.weak and sense.concept.kind in _IN_COMPOUNDS:
            self.compounds.add(ids[0])
        senses = self.phrases.setdefault(ids[0], [])
        if (ids[1:], sense) not in senses:
            senses.append((ids[1:], sense))
            senses.sort(key=lambda one: -len(one[0]))

    def _pattern(self, word: str, language: str) -> int:
        exact, any_end = word.startswith("="), word.endswith("*")
        bare = word.strip("=*")
        ending = _Ending.EXACT if exact else _Ending.ANY if any_end else _Ending(language)
        if len(bare) < _MIN_STEM and ending is not _Ending.ANY:
            ending = _Ending.EXACT
        known = self.patterns.get((bare, ending))
        if known is not None:
            return known
        number = self.patterns[(bare, ending)] = len(self.patterns)
        for form in russian_forms(bare) if ending is _Ending.RU else (bare,):
            self.forms.setdefault(form, set()).add(number)
            latin = transliterated(form)
            if latin != form and len(latin) >= _MIN_TRANSLITERATED:
                self.forms.setdefault(latin, set()).add(number)
        if ending is _Ending.RU and is_russian_word(bare):
            ending = _Ending.KK  # its Russian forms are all there; Kazakh speech adds its own
        if ending is not _Ending.EXACT:
            for stem in _stems(bare, ending):
                self.stems.setdefault(stem, set()).add((ending, number))
        return number


def _stems(word: str, ending: _Ending) -> Iterable[str]:
    if ending in {_Ending.KK, _Ending.RU}:
        return kazakh_stems(word)
    return (word,)


class Lexicon:
    """Finds the terms of parsed lexicons in normalised text, in time linear in its length."""

    def __init__(
        self,
        concepts: Iterable[Concept],
        index: _Index,
        content: str,
        restricted: RestrictedTerms | None = None,
        roles: Lexicon | None = None,
    ) -> None:
        self.concepts = tuple(concepts)
        self.digest = content
        self.restricted = restricted
        self.roles = roles
        self._index = index
        self._longest_stem = max(map(len, index.stems), default=0)
        self._lookup: Callable[[str], tuple[int, ...]] = lru_cache(maxsize=_CACHED_WORDS)(
            self._patterns_of
        )

    @classmethod
    def parse(cls, texts: Mapping[str, str]) -> Lexicon:
        """The lexicon of TOML ``texts`` (name of the file to its content).

        The file named RESTRICTED holds digests in a format of its own (see ``restricted``), the one
        named ROLES a lexicon of its own; neither has a part in ``digest``. Raises InputError naming
        the file and table for anything that is not in the format.
        """
        concepts: dict[str, Concept] = {}
        index = _Index()
        plain = {name: texts[name] for name in sorted(texts) if name not in _APART}
        for name, text in plain.items():
            for table, content in _tables(name, text).items():
                if table in concepts:
                    raise InputError(f"lexicon {name}: table [{table}] occurs twice")
                concepts[table] = _concept(name, table, content)
                _add_terms(name, concepts[table], content, index)
        restricted = parse_restricted(texts[RESTRICTED]) if RESTRICTED in texts else None
        roles = cls.parse({"of roles": texts[ROLES]}) if ROLES in texts else None
        return cls(concepts.values(), index, digest(plain), restricted, roles)

    def hits(self, text: str) -> list[Hit]:
        """The terms in ``text`` (lower-case, ``е`` for ``ё``), left to right.

        A phrase hides the shorter terms inside it, so that "соль для ванн" is no "соль".
        """
        words = [
            (m.start(), m.end(), self._lookup(m.group()[:_MAX_WORD])) for m in WORD.finditer(text)
        ]
        found: list[Hit] = []
        at = 0
        while at < len(words):
            length = 1
            if words[at][2]:
                length = self._take(words, at, found)
            at += length
        return found

    def _take(
        self, words: list[tuple[int, int, tuple[int, ...]]], at: int, found: list[Hit]
    ) -> int:
        best = 0
        senses: list[_Sense] = []
        for pattern in words[at][2]:
            for rest, sense in self._index.phrases.get(pattern, ()):
                if len(rest) + 1 < best or not _follows(words, at, rest):
                    continue
                if len(rest) + 1 > best:
                    best, senses = len(rest) + 1, []
                senses.append(sense)
        if not best:
            return 1
        start, end = words[at][0], words[at + best - 1][1]
        found.extend(Hit(start, end, sense.concept, sense.weak) for sense in dict.fromkeys(senses))
        return best

    def _patterns_of(self, word: str) -> tuple[int, ...]:
        found = set(self._index.forms.get(word, ()))
        for cut in range(min(len(word), self._longest_stem), 1, -1):
            for ending, number in self._index.stems.get(word[:cut], ()):
                if number not in found and _ENDING_TESTS[ending](word[cut:]):
                    found.add(number)
        if not found and len(word) >= _MIN_COMPOUND:
            found = self._inside(word)
        return tuple(sorted(found))

    def _inside(self, word: str) -> set[int]:
        """Long stems within a word run together, as in hashtags and letters once spaced out."""
        found: set[int] = set()
        for start in range(len(word) - _MIN_INNER + 1):
            for end in range(start + _MIN_INNER, min(len(word), start + self._longest_stem) + 1):
                found |= {n for _, n in self._index.stems.get(word[start:end], ())}
        return found & self._index.compounds


def _follows(words: list[tuple[int, int, tuple[int, ...]]], at: int, rest: tuple[int, ...]) -> bool:
    if at + len(rest) >= len(words):
        return False
    for step, pattern in enumerate(rest, start=1):
        start, _, patterns = words[at + step]
        if pattern not in patterns or start - words[at + step - 1][1] > _MAX_PHRASE_GAP:
            return False
    return True


def _tables(name: str, text: str) -> dict[str, dict[str, object]]:
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"lexicon {name} is not TOML: {error}") from error
    for table, content in parsed.items():
        if not isinstance(content, dict):
            raise InputError(f"lexicon {name}: {table!r} is not a table")
    return parsed


def _concept(name: str, table: str, content: Mapping[str, object]) -> Concept:
    kind = content.get("kind")
    if kind not in set(TermKind):
        raise InputError(
            f"lexicon {name}: [{table}] has kind {kind!r}; allowed: {', '.join(TermKind)}"
        )
    inn, title = content.get("inn", ""), content.get("title", "")
    return Concept(table, TermKind(str(kind)), str(inn), str(title))


def _add_terms(name: str, concept: Concept, content: Mapping[str, object], index: _Index) -> None:
    for key, value in content.items():
        if key in {"kind", "inn", "title"}:
            continue
        language, weak = key.removesuffix("_weak"), key.endswith("_weak")
        if language not in _LANGUAGE_KEYS or not isinstance(value, str):
            raise InputError(f"lexicon {name}: [{concept.name}] has a wrong key {key!r}")
        for term in re.split(r"[,\n]", value):
            cleaned = " ".join(term.lower().replace("ё", "е").split())
            if cleaned:
                if not WORD.search(cleaned):
                    raise InputError(f"lexicon {name}: [{concept.name}] has a term {term!r}")
                index.add(cleaned, language, _Sense(concept, weak))
