"""Words written in two alphabets at once: how an address or a name imitates another.

After the single-script rule of UTS 39 (Unicode security mechanisms), section 5.1, for the scripts
that look alike: Latin, Cyrillic, Greek, Armenian and Cherokee.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: A word, unless it is the number that ``domain.defang.printable`` wrote for a character.
_WORD = re.compile(r"\\u[0-9a-f]{4,6}|([^\W\d_]{2,})")
_ALIKE = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")


def strange_letters(text: str) -> list[tuple[int, int]]:
    """Where letters stand that are not of the alphabet of the rest of their word, as start and end
    in ``text``, neighbours together. Of an even mixture the Latin ones are not the strange ones."""
    found: list[tuple[int, int]] = []
    for word in _WORD.finditer(text):
        scripts = [_script(letter) for letter in word[1] or ""]
        kinds = {script for script in scripts if script}
        if len(kinds) < 2:
            continue
        own = max(kinds, key=lambda kind: (scripts.count(kind), kind == "LATIN"))
        for at, script in enumerate(scripts, start=word.start()):
            if not script or script == own:
                continue
            if found and found[-1][1] == at:
                found[-1] = (found[-1][0], at + 1)
            else:
                found.append((at, at + 1))
    return found


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    name = unicodedata.name(letter, "")
    return next((script for script in _ALIKE if name.startswith(f"{script} ")), "")
