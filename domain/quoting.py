"""Whose post stands on whose page, word for word. Pure.

A shop's channel and its site say the same: the price list, the terms, the address book. The share
of a post's shingles that a page has is its containment (Broder, 1997); resemblance says nothing of
a post of forty words on a page of a thousand.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import TypeVar

#: Words in a shingle, and shingles that a post needs to be more than a phrase.
WORDS, FEWEST = 4, 15
#: The share of a post that must stand on the page: a price or a date may have changed.
SHARE = 0.8
#: A page with posts of more channels is a board where others advertise.
MOST_OWNERS = 2
_WORD = re.compile(r"\w+")
_Page = TypeVar("_Page")
_Post = TypeVar("_Post")


def quoted(
    posts: Mapping[_Post, tuple[int, str]], pages: Mapping[_Page, str]
) -> Iterator[tuple[_Post, _Page]]:
    """Which of the ``posts`` (their owner and text) stand on which of the ``pages``."""
    holders: dict[int, list[_Post]] = defaultdict(list)
    sizes: dict[_Post, int] = {}
    for post, (_, text) in posts.items():
        shingles = shingles_of(text)
        if len(shingles) >= FEWEST:
            sizes[post] = len(shingles)
            for shingle in shingles:
                holders[shingle].append(post)
    if not holders:
        return
    for page, text in pages.items():
        there: Counter[_Post] = Counter()
        for shingle in shingles_of(text) & holders.keys():
            there.update(holders[shingle])
        found = [post for post, n in there.items() if n >= SHARE * sizes[post]]
        if len({posts[post][0] for post in found}) <= MOST_OWNERS:
            yield from ((post, page) for post in found)


def shingles_of(text: str) -> set[int]:
    """The distinct runs of ``WORDS`` words, hashed; good within this process alone."""
    words = _WORD.findall(text.casefold())
    return {hash(tuple(words[at : at + WORDS])) for at in range(len(words) - WORDS + 1)}
