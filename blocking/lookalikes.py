"""Letters of other scripts that look like Latin ones, for names that imitate others.

The Cyrillic letters of ``domain/confusables.py`` and, after the same source, a short table of what
else occurs in host names: rarer Cyrillic, Greek, Armenian and Latin letters.
"""

from __future__ import annotations

import unicodedata

from domain.confusables import DRAWN_AS_LATIN

_LOOKS = {
    **DRAWN_AS_LATIN,
    **dict(zip("ԍӏүѵѡ", "glyvw", strict=True)),
    **dict(zip("αβγεηικνορτυχω", "abyenikvoptuxw", strict=True)),
    **dict(zip("ıłøđɡɩʏοոսօ", "ilodgiyonuo", strict=True)),
    "ß": "b",
}
_TABLE = str.maketrans(_LOOKS)


def skeleton(name: str) -> str:
    """``name`` as a hurried reader sees it: accents dropped, look-alike letters made Latin."""
    bare = "".join(
        char
        for char in unicodedata.normalize("NFKD", name.casefold())
        if not unicodedata.combining(char)
    )
    return bare.translate(_TABLE)
