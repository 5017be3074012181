"""Letters of other scripts that look like Latin ones, for names that imitate others.

A short table of what occurs in host names, after Unicode's confusables (UTS 39).
"""

from __future__ import annotations

import unicodedata

_LOOKS = {
    **dict(zip("авекмнорстухіјѕԛԝһԁԍӏүѵѡг", "abekmhopctyxijsqwhdglyvwr", strict=True)),
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
