"""The query language, parsed to a tree that each engine compiles; nothing of it is passed on raw.

::

    мефедрон алматы          both words, in any form
    "купить мефедрон"        one after the other
    меф*                     words that begin so
    мефедрон OR амфетамин    one of them
    закладка -аптека         without a word; NOT аптека means the same
    (меф OR амф) алматы      groups
    shop.test/menu           an address: its words one after the other
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.errors import InputError
from index.words import words_of

MAX_LENGTH = 1000
MAX_WORDS = 64
MAX_DEPTH = 10
SHORTEST_PREFIX = 2
_TOKEN = re.compile(r'\s+|(?P<open>-?\()|(?P<close>\))|(?P<quoted>-?"[^"]*")|(?P<bare>[^\s()"]+)')


@dataclass(frozen=True, slots=True)
class Words:
    """Folded words one after the other; mostly there is one."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """Any word that begins with the folded ``start``."""

    start: str


@dataclass(frozen=True, slots=True)
class All:
    """Every one of ``wanted``, none of ``unwanted``. Without ``wanted``: everything else."""

    wanted: tuple[Node, ...]
    unwanted: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """At least one of ``parts``."""

    parts: tuple[Node, ...]


Node = Words | Prefix | All | Any
EVERYTHING = All(())


def parse(text: str) -> Node:
    """The tree of a query; EVERYTHING when it is blank.

    Raises InputError, naming the query and what is wrong with it.
    """
    if not text.strip():
        return EVERYTHING
    if len(text) > MAX_LENGTH:
        raise InputError(f"search: a query has at most {MAX_LENGTH} characters, not {len(text)}")
    return _Parser(text).parsed()


def needles(node: Node) -> list[Words | Prefix]:
    """What a match is made of: the leaves that are not excluded."""
    match node:
        case All(wanted):
            return [leaf for part in wanted for leaf in needles(part)]
        case Any(parts):
            return [leaf for part in parts for leaf in needles(part)]
        case leaf:
            return [leaf]


class _Parser:
    """Recursive descent: ``either := both (OR both)*``, ``both := one+``."""

    def __init__(self, query: str) -> None:
        self._query = query
        self._tokens = self._lex()
        self._at = 0
        self._words = 0

    def _wrong(self, why: str) -> InputError:
        return InputError(f"search: cannot understand {self._query!r}: {why}")

    def _lex(self) -> list[tuple[str, str]]:
        tokens, position = [], 0
        while position < len(self._query):
            match = _TOKEN.match(self._query, position)
            if match is None:
                raise self._wrong('a quotation mark (") has no partner')
            if match.lastgroup:
                tokens.append((match.lastgroup, match.group()))
            position = match.end()
        return tokens

    def _next(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def parsed(self) -> Node:
        node = self._either(0)
        if self._next()[0] == "close":
            raise self._wrong("a ) has no partner")
        return node

    def _either(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self._wrong(f"more than {MAX_DEPTH} groups inside each other")
        parts = [self._both(depth)]
        while self._next() == ("bare", "OR"):
            self._at += 1
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def _both(self, depth: int) -> Node:
        wanted: list[Node] = []
        unwanted: list[Node] = []
        while self._next()[0] not in {"end", "close"} and self._next() != ("bare", "OR"):
            negated, node = self._one(depth)
            if node is not None:
                (unwanted if negated else wanted).append(node)
        if not wanted and not unwanted:
            if not self._words:
                raise self._wrong("there is no word in it")
            if not (after := self._next()[1]):
                raise self._wrong("there is no word before the end")
            raise self._wrong(f"there is no word before {after}")
        if len(wanted) == 1 and not unwanted:
            return wanted[0]
        return All(tuple(wanted), tuple(unwanted))

    def _one(self, depth: int) -> tuple[bool, Node | None]:
        kind, text = self._next()
        self._at += 1
        if kind == "bare" and text in {"NOT", "AND"}:
            if self._next()[0] in {"end", "close"} or self._next()[1] in {"AND", "OR"}:
                raise self._wrong(f"nothing after {text}")
            negated, node = self._one(depth)
            return (not negated if text == "NOT" else negated), node
        negated = text.startswith("-") and len(text) > 1
        if kind == "open":
            node = self._either(depth + 1)
            if self._next()[0] != "close":
                raise self._wrong("a ( has no partner")
            self._at += 1
            return negated, node
        if kind == "quoted":
            return negated, self._words_in(text.removeprefix("-"))
        return negated, self._bare(text)

    def _words_in(self, text: str) -> Words | None:
        """The words of ``text`` in a row; nothing when it is punctuation alone."""
        words = tuple(word.text for word in words_of(text))
        self._words += len(words)
        if self._words > MAX_WORDS:
            raise self._wrong(f"more than {MAX_WORDS} words")
        return Words(words) if words else None

    def _bare(self, text: str) -> Words | Prefix | None:
        found = self._words_in(text)
        if "*" not in text or found is None:
            return found
        first, *more = found.words
        if more or text.index("*") != len(text) - 1:
            raise self._wrong("a * stands at the end of one word")
        if len(first) < SHORTEST_PREFIX:
            raise self._wrong(f"before a * stand at least {SHORTEST_PREFIX} letters")
        return Prefix(first)
