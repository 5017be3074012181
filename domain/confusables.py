"""Letters and digits drawn like others: what disguised words and imitated names are undone with.

Source: Unicode's ``confusables.txt`` (UTS 39, section 4), as far as its pairs of a Cyrillic and
a Latin letter occur in Russian and Kazakh texts and in host names. What people write beyond it
stands apart. All letters are lower-case.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Russian letters and their Latin twins; UTS 39 knows each pair in lower case or in capitals.
TWINS: Mapping[str, str] = dict(zip("авекмнорстух", "abekmhopctyx", strict=True))
#: Cyrillic to Latin: the twins, ``г``, and letters of other Cyrillic alphabets; all in UTS 39.
DRAWN_AS_LATIN: Mapping[str, str] = {
    **TWINS,
    **dict(zip("гіјѕһԁԛԝ", "rijshdqw", strict=True)),
}
#: Cyrillic to Latin inside a word that was meant in Latin. The last four are not in UTS 39.
READ_AS_LATIN: Mapping[str, str] = {
    **DRAWN_AS_LATIN,
    **dict(zip("илпь", "ulnb", strict=True)),
}
#: Latin to Cyrillic inside a word that was meant in Cyrillic: the twins, then letters put for a
#: shape (``n``, ``r``, ``u``, ``w``) or a sound; of these UTS 39 knows ``r`` alone.
READ_AS_CYRILLIC: Mapping[str, str] = {
    **{latin: cyrillic for cyrillic, latin in TWINS.items()},
    **dict(zip("dfilnrsuvwz", "дфилпгсившз", strict=True)),
}
#: Letters that look like none of the other script: they tell which one a word was meant in.
CYRILLIC_TELLS = frozenset("бгджзийлпфцчшщъыьэюяәғқңөұү")
LATIN_TELLS = frozenset("dfgijlqsvwz")
#: Digits put for letters, by the script of the word; as seen in public advertisements.
CYRILLIC_DIGITS: Mapping[str, str] = {"0": "о", "3": "е", "4": "а", "6": "б", "1": "и", "9": "д"}
LATIN_DIGITS: Mapping[str, str] = {
    "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b",
}  # fmt: skip
