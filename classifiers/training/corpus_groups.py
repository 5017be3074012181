"""What figures of evaluation texts are stated for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from classifiers.corpora import CorpusFile

ALL = "all files"
KAZAKH = "kk and mixed"
_KAZAKH_LANGS = frozenset({"kk", "mixed"})


def corpus_groups(files: Sequence[CorpusFile]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Masks over the rows of ``files`` in their order: all, each language, Kazakh and mixed
    together, each file with its languages, and each source."""
    rows = [row for one in files for row in one.rows]
    file = np.repeat([one.name for one in files], [len(one.rows) for one in files])
    lang = np.array([row.lang or "?" for row in rows])
    source = np.array([row.source for row in rows])
    yield ALL, np.ones(len(rows), dtype=bool)
    for one in np.unique(lang):
        yield f"{ALL} {one}", lang == one
    if set(lang.tolist()) >= _KAZAKH_LANGS:
        yield KAZAKH, np.isin(lang, sorted(_KAZAKH_LANGS))
    for name in dict.fromkeys(file.tolist()):
        yield name, file == name
        for one in np.unique(lang[file == name]):
            yield f"{name} {one}", (file == name) & (lang == one)
    for one in np.unique(source):
        yield str(one), source == one
