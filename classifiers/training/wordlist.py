"""The list of frequent words that disguised spellings are read by.

    python -m classifiers.training.wordlist DIR

reads the pack under DIR and writes ``classifiers/words.txt.gz``: forms of the training part (the
chat pool, the bot texts and the dev part are not read) and of generated text, of each language
apart, as far as they stand in several texts. No text can be told from it.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import classifiers
from classifiers.augment.writer import generate
from classifiers.rows import UNTRAINED, Row, read_pack
from classifiers.spelling import FILE, LANGUAGES, packed
from classifiers.training.corpus import SHORT_MENUS

_WORD = re.compile(r"(?<![^\W_])[а-яәғқңөұүіһ]{1,24}(?![^\W_])")
# Others are the letters of a list, or of a word pulled apart.
_OF_ONE_LETTER = "авикосуя"
_READ = 6000
_LEAST_TEXTS = 4
_GENERATED = 20_000
_SEED = 5


def frequent_words(texts: Iterable[str]) -> list[str]:
    """Lower-case forms that stand in four of ``texts`` or more, the most frequent first."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(set(_WORD.findall(text[:_READ].lower().replace("ё", "е"))))
    ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [
        form
        for form, times in ranked
        if times >= _LEAST_TEXTS and (len(form) > 1 or form in _OF_ONE_LETTER)
    ]


def words_by_language(rows: Sequence[Row]) -> dict[str, list[str]]:
    """The frequent words of ``rows`` in each of LANGUAGES; what is mixed counts for both."""
    return {
        lang: frequent_words(row.text for row in rows if row.lang in {lang, "mixed"})
        for lang in LANGUAGES
    }


def main(data: Path) -> None:
    """Make the list of the pack under ``data``. Raises InputError when it is no pack."""
    away = UNTRAINED | frozenset(SHORT_MENUS)
    rows = [
        row
        for file in read_pack(data)
        if file.part == "train" and file.name not in away
        for row in file.rows
    ]
    rows += generate(_GENERATED, _SEED, disguised=False)
    words = words_by_language(rows)
    path = Path(classifiers.__file__).with_name(FILE)
    path.write_bytes(packed(words))
    counts = ", ".join(f"{len(forms)} {lang}" for lang, forms in words.items())
    print(f"{counts} words in {path}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
