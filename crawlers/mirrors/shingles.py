"""The text of a page as a set of shingles that its mirrors share.

A mirror differs in prices, handles, its own address, the order of its goods, and in how its
markup breaks lines. So numbers, links, handles and long codes count as one word each, letters
drawn alike count as one, and shingles never reach over the end of a cell, a sentence or a line:
what stands before and after does not matter.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from domain.confusables import TWINS
from domain.minhash import Hashes

#: Words in a row. Two are everybody's ("hashish price"); with four a changed name costs too much.
SHINGLE = 3
_NUMBER, _CONTACT = "0", "@"
_LINKS = ("http://", "https://", "www.", "tg://", "t.me/")
_TOKENS = re.compile(
    r"(?:https?://|www\.|tg://|t\.me/)\S+"  # links
    r"|[^\W\d_]\w*"  # words
    r"|\d+(?:[ .,:/\u00a0-]?\d+)*\w*"  # numbers with groups and decimals, and their unit
    r"|@[\w.-]*"  # handles, and where addresses of mail lead
    r"|[\n|.!?;:()\u2013\u2014\u2022\u00b7]"  # what ends a piece
)
_DIGITS = re.compile(r"\d(?:[ .,:/\u00a0-]?\d)*")
#: From so many characters on a word with digits in it is a wallet, an invitation, a key; from
#: twice as many on any word is.
_CODE = 16
_SAME_LETTERS = str.maketrans({**{latin: letter for letter, latin in TWINS.items()}, "ё": "е"})
_MIX = np.uint64(0xD6E8FEB86659FD93)
_SHIFT = np.uint64(29)


def shingles(text: str, host: str = "") -> Hashes:
    """The distinct shingles of ``text`` as 64-bit hashes, the same on every machine.

    ``host`` is the page's own. Shorter pieces of at least two words count whole.
    """
    words = _words(text.lower(), host)
    parts = [_windows(words), _pairs(words)]
    return np.unique(np.concatenate(parts))


def _words(text: str, host: str) -> Hashes:
    """A hash for each word, 0 for each end of a piece."""
    if host:
        text = text.replace(host, _CONTACT)
    hashes = [0, *map(_hash, _TOKENS.findall(text)), 0]
    return np.array(hashes, dtype=np.uint64)


@lru_cache(maxsize=1 << 16)
def _hash(token: str) -> int:
    if len(token) == 1 and not token.isalnum() and token != _CONTACT:
        return 0
    return int.from_bytes(blake2b(_plain(token).encode(), digest_size=8).digest(), "little") | 1


def _plain(token: str) -> str:
    if "@" in token or token.startswith(_LINKS):
        return _CONTACT
    digits = any(map(str.isdigit, token))
    code = digits and token.isalnum() and not token.isdigit()
    if len(token) >= (_CODE if code else 2 * _CODE):
        return _CONTACT
    if digits:
        token = _DIGITS.sub(_NUMBER, token)
    return token.translate(_SAME_LETTERS)


def _windows(words: Hashes) -> Hashes:
    """Every run of ``SHINGLE`` words inside a piece."""
    last = len(words) - SHINGLE + 1
    if last <= 0:
        return np.zeros(0, dtype=np.uint64)
    inside = np.ones(last, dtype=bool)
    mixed = np.zeros(last, dtype=np.uint64)
    for offset in range(SHINGLE):
        part = words[offset : offset + last]
        inside &= part != 0
        mixed = _mixed(mixed, part)
    return mixed[inside]


def _pairs(words: Hashes) -> Hashes:
    """Pieces of just two words, such as a cell of a price list."""
    if len(words) < 4:
        return np.zeros(0, dtype=np.uint64)
    before, one, two, after = words[:-3], words[1:-2], words[2:-1], words[3:]
    alone = (before == 0) & (one != 0) & (two != 0) & (after == 0)
    nothing = np.zeros(int(alone.sum()), dtype=np.uint64)
    return _mixed(_mixed(nothing, one[alone]), two[alone])


def _mixed(hashes: Hashes, more: Hashes) -> Hashes:
    """Order matters: "one two" is not "two one"."""
    hashes = (hashes ^ more) * _MIX
    result: Hashes = hashes ^ (hashes >> _SHIFT)
    return result
