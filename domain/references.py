"""Numbers by which somebody follows up what was sent: unguessable, and mistyping shows.

A number is 18 symbols of Crockford's base32 (https://www.crockford.com/base32.html), 90 bits, and
two that check it: its value modulo 1021, the largest prime below 2**10, so that one wrong symbol
and two exchanged neighbours are always seen. It is written in groups of five.
"""

from __future__ import annotations

from domain.confusables import TWINS
from domain.errors import InputError

_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {symbol: value for value, symbol in enumerate(_SYMBOLS)}
_LENGTH, _CHECKED_BY, _GROUP = 18, 2, 5
_PRIME = 1021
#: Bytes of randomness that a number is made of.
BYTES = 12
_READ_AS = {"O": "0", "I": "1", "L": "1"}
_READ_AS |= {
    cyrillic.upper(): _READ_AS.get(latin.upper(), latin.upper())
    for cyrillic, latin in TWINS.items()
}


def reference(random: bytes) -> str:
    """The number made of ``random``, at least ``BYTES`` bytes, in groups."""
    if len(random) < BYTES:
        raise ValueError(f"a number needs {BYTES} random bytes, not {len(random)}")
    value = int.from_bytes(random[:BYTES]) >> (BYTES * 8 - _LENGTH * 5)
    return grouped(_symbols(value, _LENGTH) + _symbols(value % _PRIME, _CHECKED_BY))


def read_reference(text: str) -> str:
    """The number in ``text``, without groups, however it was typed: in small letters, with blanks,
    with letters of the Cyrillic keyboard. Raises InputError for one that cannot be right."""
    symbols = "".join(char for char in text.upper() if not char.isspace() and char not in "-–—")
    symbols = "".join(_READ_AS.get(char, char) for char in symbols)
    if len(symbols) != _LENGTH + _CHECKED_BY or any(char not in _VALUES for char in symbols):
        raise InputError("a number has 20 letters and digits")
    if _value(symbols[:_LENGTH]) % _PRIME != _value(symbols[_LENGTH:]):
        raise InputError("a letter or digit of the number is mistyped")
    return symbols


def grouped(symbols: str) -> str:
    """``symbols`` in groups of five."""
    return "-".join(symbols[at : at + _GROUP] for at in range(0, len(symbols), _GROUP))


def _symbols(value: int, length: int) -> str:
    return "".join(_SYMBOLS[value >> (5 * place) & 31] for place in reversed(range(length)))


def _value(symbols: str) -> int:
    value = 0
    for symbol in symbols:
        value = value * 32 + _VALUES[symbol]
    return value
